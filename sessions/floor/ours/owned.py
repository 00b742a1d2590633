"""What the floor knows of a station that this factory runs itself, beyond what is known of any station."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from sessions.floor.ours.lives import Asks, Life
from sessions.floor.scope import Budget, Held, Mode, Scope


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that an agent waits to be answered; fields as in `events.QuestionAsked`."""

    id: str
    asked: float
    tool: str = ""
    text: str = ""
    said: str = ""
    paths: tuple[str, ...] = ()
    asks: Asks = Asks.PERMISSION
    always: bool = False
    subagent: str = ""


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a spawned station came to; fields as in `events.ChildEnded`."""

    time: float
    ok: bool
    text: str = ""
    delivered: bool = False


class Owned(msgspec.Struct, frozen=True, omit_defaults=True):
    """A station that this factory runs: its life, its boundary, and what it waits for."""

    life: Life = Life.WAITING
    since: float = 0.0
    reason: str = ""
    process: int = 0
    started: int = 0
    host: str = ""
    """As in `events.LifeChanged`."""
    failures: int = 0
    """Times in a row that its process was lost before it finished a turn."""
    scope: Scope = Scope()
    mode: Mode = Mode.SAFE
    budget: Budget = Budget()
    scoped: float = 0.0
    scoped_by: str = ""
    """When its scope became another one, and who did that."""
    assigned_by: Mapping[str, str] = {}
    """By part of its scope or budget that became another one, who changed it last."""
    next_start: bool = False
    """The kernel holds an older scope until it is started again."""
    held: Held | None = None
    """What holds the scope; None before it was first started."""
    directory: str = ""
    branch: str = ""
    base: str = ""
    clone: bool = True
    lacks: tuple[str, ...] = ()
    """As in `events.PlaceMade`."""
    trouble: str = ""
    """What went wrong when its place was set up."""
    model: str = ""
    text: str = ""
    """Its task: the first request."""
    options: tuple[tuple[str, str], ...] = ()
    start: str = ""
    """As in `events.StartWanted`: with these it can be started anew."""
    takes: bool = False
    """It takes tasks from the queue whenever it is free."""
    questions: Mapping[str, Question] = {}
    """What it waits to be answered, the oldest first."""
    violations: int = 0
    violated: str = ""
    """The act and the path of the last violation of its scope."""
    outside: Mapping[str, int] = {}
    """Paths at which it left its scope, with how often; the last ones."""
    barred: Mapping[str, int] = {}
    """Hosts, each with its port, that it tried to reach and may not, likewise."""
    called: float = 0.0
    calls: str = ""
    """When it asked for somebody to come, and what for, until it is asked for something; 0 when it does not."""
    wanted: Mapping[str, int] = {}
    """Patterns that it asked to have in its scope, with how often; the last ones."""
    kept: tuple[str, ...] = ()
    """Refs that keep work of it."""
    left: str = ""
    """That of them which keeps what its place had that nothing else has, of one that was removed."""
    head: str = ""
    """Its last commit that reached the operator's repository, of `arrived` in all."""
    arrived: int = 0
    results: Mapping[str, Result] = {}
    """By station that it had spawned, what that came to."""
    worked: float = 0.0
    """Seconds of its turns, but for the one under way."""
    turn_since: float = 0.0
    """Since when its present turn goes on; 0 when none does."""
    turns: int = 0
    """Turns that it began."""
    done: int = 0
    """Requests that it has done: turns that are over, but for those that were broken off."""
    share: float = 0.0
    """The part of its budget that it was last told to have used."""

    @property
    def at_request(self) -> bool:
        """A request is under way."""
        return bool(self.turn_since and self.turns)

    @property
    def lives(self) -> bool:
        """It has a process, or is about to have one."""
        return self.life in (Life.WAITING, Life.RUNNING, Life.PAUSED)
