"""Tasks: added, taken, checked, bounced, finished. What is said of a taking names its lease (see `Task.lease`)."""

from __future__ import annotations

from sessions.floor.events.event import Event, StationEvent
from sessions.floor.scope import Budget
from sessions.floor.tasks.task import Learned, TaskSpec, TaskState
from sessions.text import Words


class TaskEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about a task in the queue."""

    task: str
    who: str = ""


class TaskAdded(TaskEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_added.1"):
    """There is something to do."""

    spec: TaskSpec
    order: float = 0.0
    learned: tuple[Learned, ...] = ()
    """Of earlier tries."""


class TaskChanged(TaskEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_changed.1"):
    """It is this that is to be done."""

    spec: TaskSpec


class TaskOrdered(TaskEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_ordered.1"):
    """It has another place among those of its priority."""

    order: float


class TaskHeld(TaskEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_held.1"):
    """Nobody takes it until it is released."""

    reason: Words = ""


class TaskReleased(TaskEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_released.1"):
    """It is in the queue: it was held, dropped or failed before."""


class TaskAssigned(TaskEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_assigned.1"):
    """Only this station takes it; any, without one."""

    station: str = ""


class TaskDropped(TaskEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_dropped.1"):
    """It is not to be done."""

    reason: Words = ""


class StationEnlisted(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="station_enlisted.1"):
    """The station takes tasks from the queue whenever it is free, or does no longer."""

    takes: bool = True
    who: str = ""


class TakingEvent(StationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about a task in the hands of a station."""

    task: str
    lease: int


class TaskTaken(TakingEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_taken.1"):
    """The station has it in hand, and nobody else."""

    base: str = ""
    """The head of its branch then."""
    spent: Budget = Budget()
    """What it had used up then."""


class TaskClaimed(TakingEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_claimed.1"):
    """The station says that it is done: that is checked now."""

    text: Words = ""


class CheckFinished(TakingEvent, frozen=True, kw_only=True, omit_defaults=True, tag="check_finished.1"):
    """The task's check was run in a clean place."""

    passed: bool
    head: str = ""
    """The commit that was checked."""
    failures: tuple[Words, ...] = ()
    """What is not so, each in words, cleaned."""
    output: Words = ""
    """The end of what the commands printed."""
    files: int = 0
    lines: int = 0
    """Changed, as in `Check`."""
    seconds: float = 0.0
    warnings: tuple[Words, ...] = ()


class TaskFinished(TakingEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_finished.1"):
    """It is accepted: its check passed, or `who` says so."""

    head: str = ""
    who: str = ""


class TaskBounced(TakingEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_bounced.1"):
    """It is not done: it stays with its station, which is told why."""

    reason: Words = ""
    who: str = ""
    """Who did not accept it; "" for its check."""


class TaskFailed(TakingEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_failed.1"):
    """It was bounced as often as it may be: a person decides."""

    reason: Words = ""


class TaskReturned(TakingEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_returned.1"):
    """It was taken from its station, and is in the queue with what was learned."""

    reason: Words = ""
    learned: Learned = Learned()
    who: str = ""
    hedged: bool = False
    """Because its station was slow."""
    to: str = ""
    """Only this station is to take it now; any, without one."""
    held: bool = False
    """It is held there: nobody takes it before it is released."""
    lost: bool = False
    """Because its station was held back."""


class TaskReopened(TakingEvent, frozen=True, kw_only=True, omit_defaults=True, tag="task_reopened.1"):
    """What a person said of it is taken back: it waits for that again."""

    state: TaskState
    who: str = ""
