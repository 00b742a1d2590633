"""A task: one unit of work with the check by which it is accepted, and where it is on its way. Values."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from sessions.floor.scope import Budget
from sessions.text import Words


class Source(StrEnum):
    """Where a task came from."""

    TYPED = "typed"
    FILE = "file"
    """One of many, in a file."""
    CHECK = "check"
    """A check that failed."""
    REVIEW = "review"
    SURVEY = "survey"
    SPLIT = "split"
    """A part of another task."""
    STATION = "station"
    """What a station was started with, when that was taken from it."""


class TaskState(StrEnum):
    """Where a task is on its way."""

    QUEUED = "queued"
    HELD = "held"
    """Nobody takes it until it is released."""
    TAKEN = "taken"
    CHECKING = "checking"
    """Its station says that it is done; its check runs in a clean place."""
    REVIEW = "review"
    """It has no check: a person accepts it."""
    FAILED = "failed"
    """Its check failed once more than it may: a person decides."""
    FINISHED = "finished"
    DROPPED = "dropped"


OVER = frozenset({TaskState.FINISHED, TaskState.DROPPED})
"""Nothing more is done about it by itself."""
UNDER_WAY = frozenset({TaskState.TAKEN, TaskState.CHECKING, TaskState.REVIEW, TaskState.FAILED})
"""A station has it in hand."""


class Check(msgspec.Struct, frozen=True, omit_defaults=True):
    """What must be so before a task is accepted: looked at in a clean place, at the commit that is meant."""

    commands: tuple[Words, ...] = ()
    """For the shell; each must end with 0."""
    must: tuple[str, ...] = ()
    """Globs: each must match a file that was changed (see `patterns`)."""
    must_not: tuple[str, ...] = ()
    """Globs: none may match a file that was changed."""
    most_files: int = 0
    most_lines: int = 0
    """Lines added and removed; 0 is no limit."""
    seconds: float = 600.0
    """For all commands together."""


NO_CHECK = Check()


class TaskSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be done."""

    title: Words
    text: Words = ""
    """All of it, as its station is told; "" is the title."""
    check: Check = NO_CHECK
    write: tuple[str, ...] = ()
    """Globs of what it may change; none: whatever its station may, and it waits for no other task."""
    role: str = ""
    """Only stations of this role take it; "" for any."""
    budget: Budget = Budget()
    priority: int = 0
    """The higher comes first."""
    retries: int = 2
    """How often it goes back to its station with what its check said."""
    after: tuple[str, ...] = ()
    """Ids of tasks that must be finished before."""
    source: Source = Source.TYPED
    origin: str = ""
    """Where exactly: the file and line, the check, the task that it is a part of."""


class Learned(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an earlier try came to, for whoever takes the task next."""

    by: str = ""
    """The station."""
    output: Words = ""
    """The last failing output."""
    files: tuple[str, ...] = ()
    """What it touched."""
    notes: Words = ""
    branch: str = ""
    """Where its work is kept."""


class Task(msgspec.Struct, frozen=True, omit_defaults=True):
    """A task as the floor knows it."""

    id: str
    spec: TaskSpec
    state: TaskState = TaskState.QUEUED
    order: float = 0.0
    """Among tasks of the same priority, the lowest comes first."""
    added: float = 0.0
    since: float = 0.0
    """When it entered its state."""
    who: str = ""
    """Who added it."""
    reason: Words = ""
    """Why it is held, dropped, failed or back in the queue."""
    assigned: str = ""
    """The station that alone may take it; "" for any."""
    station: str = ""
    """Which has it in hand, or had it last."""
    lease: int = 0
    """How often it was taken. It rises with each taking, for ever: what an earlier one says is not heard."""
    taken: float = 0.0
    """When it was taken last."""
    base: str = ""
    """The commit at which the work of this taking begins."""
    spent: Budget = Budget()
    """What its station had used up when it took it."""
    begun: float = 0.0
    """When a turn began since its station was last told of it; 0 while none has."""
    head: str = ""
    """The commit that was accepted."""
    done: float = 0.0
    """When its station said that it is done, or ended the turn that it was told of it in, in good order; 0 if not."""
    broken: int = 0
    """How often its station's process was lost over it, of this taking: it is told again then."""
    edits: int = 0
    """How often it became another one, of this taking."""
    bounces: int = 0
    """How often its check failed, of this taking."""
    checks: int = 0
    """How often it was checked, of all takings."""
    output: Words = ""
    """What its last failed check said."""
    learned: tuple[Learned, ...] = ()
    """The oldest first."""
    hedged: bool = False
    """It was taken from a station that was slow: that is done once only."""
    lost: int = 0
    """Stations that were held back over it."""

    @property
    def under_way(self) -> bool:
        """A station has it in hand."""
        return self.state in UNDER_WAY

    @property
    def over(self) -> bool:
        """It is finished or dropped."""
        return self.state in OVER
