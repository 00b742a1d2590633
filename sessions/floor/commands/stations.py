"""What can be asked of stations."""

from __future__ import annotations

from sessions.floor.commands.wish import Wish
from sessions.floor.ours.lives import Change, Life
from sessions.floor.scope import Budget, Mode, Scope
from sessions.text import Words


class RenameStation(Wish, frozen=True, tag="rename_station"):
    """Give a station a name that no other one has. `station` is its id."""

    station: str
    name: str


class StartStation(Wish, frozen=True, omit_defaults=True, tag="start_station"):
    """Have an agent work as a new station; with a parent, as one that works for that."""

    kind: str
    text: Words = ""
    """Its task: the first request."""
    name: str = ""
    """"" takes one from its branch, task or kind."""
    branch: str = ""
    """An existing one, or one to be made; "" is named after the station."""
    start: str = ""
    """What a new branch begins at; "" for the base, or the parent's branch."""
    parent: str = ""
    role: str = ""
    model: str = ""
    mode: Mode = Mode.SAFE
    scope: Scope = Scope()
    budget: Budget = Budget()
    options: tuple[tuple[str, str], ...] = ()
    takes: bool | None = None
    """It takes tasks from the queue whenever it is free; None: where it has no task of its own."""


class PromptStation(Wish, frozen=True, tag="prompt_station"):
    """Give a station of ours a request."""

    station: str
    text: Words


class ChangeLife(Wish, frozen=True, omit_defaults=True, tag="change_life"):
    """Interrupt, pause, resume, stop, kill or remove a station of ours."""

    station: str
    change: Change
    fresh: bool = False
    """With a new conversation."""
    words: Words = ""
    """What it is told when it is back."""
    model: str = ""
    """With another model from then on; "" for its own."""
    turn: int = 0
    """Of an interrupt: the number of the last turn that it may end, of all of its turns; 0 for any."""
    session: str = ""
    """Of a resume: the earlier conversation that it goes back to; "" for its last. It fails where that is not there."""
    stays: Words = ""
    """Of what undoes something: what of that stays all the same. Whoever undoes it is told."""


class AnswerQuestion(Wish, frozen=True, omit_defaults=True, tag="answer_question"):
    """Answer what an agent asks: `allow`, `always` or `deny`."""

    station: str
    question: str
    decision: str
    reason: Words = ""


class AssignScope(Wish, frozen=True, tag="assign_scope"):
    """Give a station of ours this boundary, all of it."""

    station: str
    scope: Scope
    budget: Budget = Budget()


class UnassignScope(Wish, frozen=True, tag="unassign_scope"):
    """Undo that a boundary was assigned: what that changed is again as it was, and what others changed since stays."""

    station: str
    was: Scope
    became: Scope
    had: Budget
    got: Budget


class FreezeFloor(Wish, frozen=True, tag="freeze_floor"):
    """Have all stations of ours rest as they are, or go on."""

    frozen: bool


class RestoreKept(Wish, frozen=True, tag="restore_kept"):
    """Make what was kept of a station a branch again."""

    ref: str
    branch: str


class RequeueStation(Wish, frozen=True, omit_defaults=True, tag="requeue_station"):
    """End a station of ours, keep all of its work, and put its task back into the queue with what was learned."""

    station: str
    why: Words = ""
    slow: bool = False
    """As it is slow: done to one task once only."""
    to: str = ""
    """The station that is to go on with it; any, without one."""
    hold: bool = False
    """Nobody takes the task before it is released."""


class BringBack(Wish, frozen=True, omit_defaults=True, tag="bring_back"):
    """Undo that: the station in its conversation, with its task. Who took that meanwhile stops, and keeps its work."""

    station: str
    task: str
    dropped: bool = False
    """Also where the task was dropped: that is what is undone."""


class StandAgain(Wish, frozen=True, omit_defaults=True, tag="stand_again"):
    """Undo that a station which had ended was stopped, killed or removed: it stands as it did, and nothing begins.

    Of one that was removed the place is made again, of what was kept.
    """

    station: str
    life: Life
    reason: Words = ""
    tip: str = ""
    """The commit at which its branch was; "" where nobody had seen it."""


class DropRestored(Wish, frozen=True, tag="drop_restored"):
    """Undo that what was kept was made a branch again: it is kept as before, where the branch has not moved since."""

    ref: str
    branch: str


StationWish = (
    StartStation
    | PromptStation
    | ChangeLife
    | AnswerQuestion
    | AssignScope
    | UnassignScope
    | FreezeFloor
    | RestoreKept
    | DropRestored
    | RequeueStation
    | BringBack
    | StandAgain
)
"""About stations that this factory runs."""
