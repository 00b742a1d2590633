"""What only stations have that this factory runs: questions, boundary, place, life, budget, family."""

from __future__ import annotations

from sessions.floor.events.event import StationEvent
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.scope import Budget, Held, Mode, Scope
from sessions.text import Words


class QuestionAsked(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="question_asked.1"):
    """The agent waits for the operator's yes or no before it goes on."""

    question: str
    """Unique in the journal."""
    tool: str = ""
    text: Words = ""
    """The whole command, difference or request, cleaned line by line; at most 64,000 characters."""
    said: Words = ""
    """What the agent said before."""
    paths: tuple[str, ...] = ()
    """What it would write."""
    asks: Asks = Asks.PERMISSION
    always: bool = False
    """It can also be allowed for good."""
    call: str = ""
    """The use of a tool that it is about (see `ToolCalled`)."""
    subagent: str = ""


class QuestionAnswered(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="question_answered.1"):
    """A question is settled. Without a decision the agent asks no longer: it went on, or ended."""

    question: str
    decision: str = ""
    """`allow`, `always`, `deny`, `expire`, or "" (see `sessions.stations.contract.Decision`)."""
    who: str = ""
    reason: Words = ""


class ScopeAssigned(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="scope_assigned.1"):
    """The station's boundary is this from now on, or from its next start."""

    scope: Scope
    mode: Mode = Mode.SAFE
    budget: Budget = Budget()
    who: str = ""
    next_start: bool = False
    """Its kernel boundary changes only when it is started again."""


class ScopeHeld(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="scope_held.1"):
    """What holds the station's boundary, proven when it started."""

    held: Held


class ScopeViolated(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="scope_violated.1"):
    """The station tried to do, or had done, what its scope does not allow."""

    path: str
    act: str
    """In a word or two: `write`, `link`, `connect`, `commit`."""
    stopped: bool = True
    """It did not happen; else it happened in its own place and does not leave it."""
    kept: str = ""
    """The ref that keeps the work."""


class PlaceMade(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="place_made.1"):
    """The station has a work tree of its own."""

    directory: str
    branch: str
    base: str = ""
    """The commit that its branch began at."""
    clone: bool = True
    """A private clone; else a linked worktree, or a directory of the operator's."""
    lacks: tuple[str, ...] = ()
    """What of the operator's settings and files is not in it, in words."""


class PlaceSetUp(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="place_set_up.1"):
    """The place was set up as the repository declares it. What was printed is in the place's log."""

    trouble: Words = ""
    """What of it failed; it stops nobody."""


class LifeChanged(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="life_changed.1"):
    """The station's process began, rests, ended or is held back."""

    life: Life
    reason: Words = ""
    process: int = 0
    started: int = 0
    """When the process began, as the kernel counts it (field 22 of /proc/PID/stat): with its number it is unique."""
    host: str = ""
    """What holds it, by name."""
    kept: str = ""
    """The ref that keeps its uncommitted work; of one that is removed what its place had that nothing else has."""
    again: bool = False
    """It is as it was before somebody ended it for good: nothing happened to it."""


class WorkArrived(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="work_arrived.1"):
    """Commits of the station reached its branch in the operator's repository, after the check of its scope."""

    branch: str
    head: str
    commits: int = 0


class WorkKept(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="work_kept.1"):
    """Work of the station is kept under a ref, which nothing else needs."""

    ref: str
    head: str = ""
    reason: Words = ""
    until: float = 0.0
    """When it may be let go of."""


class WorkLetGo(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="work_let_go.1"):
    """Work that was kept for as long as was promised is under its ref no longer."""

    ref: str
    head: str
    """The commit: git has it until it clears away what nothing refers to."""


class SignalRaised(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="signal_raised.1"):
    """Something inside the station said so: `TASK_COMPLETE`, `REQUIRES_INTERVENTION`, `PROGRESS`."""

    signal: str
    """Its id."""
    name: str
    text: Words = ""


class BudgetReached(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="budget_reached.1"):
    """The station has used this part of its budget: at 0.8 it is told, at 1 it rests until there is more."""

    share: float
    what: str
    """`tokens`, `dollars`, `seconds` or `turns`."""


class ChildEnded(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="child_ended.1"):
    """A station that this one had spawned came to its end; what it came to goes back to this one."""

    child: str
    ok: bool
    result: Words = ""
    delivered: bool = False
    """The parent was told; else it waits for somebody to look at it."""
