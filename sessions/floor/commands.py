"""What an operator can ask of a supervisor, as values."""

from __future__ import annotations

import msgspec

from sessions.floor.ours.lives import Change
from sessions.floor.scope import Budget, Mode, Scope


class Wish(msgspec.Struct, frozen=True, tag_field="type"):
    """What an operator wants; `sessions.floor.decide.decide` answers it."""


class Stop(Wish, frozen=True, tag="stop"):
    """End the supervisor. Nothing observed is lost."""


class ImportPaths(Wish, frozen=True, tag="import_paths"):
    """Read transcripts, or all below directories, into the journal."""

    paths: tuple[str, ...]


class SetBase(Wish, frozen=True, tag="set_base"):
    """Measure branches against another base."""

    base: str


class PruneEvents(Wish, frozen=True, tag="prune_events"):
    """Take out events up to `last`, as was planned for the time `before` (see `sessions.journal.prune`)."""

    before: float
    last: int
    kept: bool
    """A recording holds them: where it lies, whoever asks knows."""


class RenameStation(Wish, frozen=True, tag="rename_station"):
    """Give a station a name that no other one has. `station` is its id."""

    station: str
    name: str


class StartStation(Wish, frozen=True, omit_defaults=True, tag="start_station"):
    """Have an agent work as a new station; with a parent, as one that works for that."""

    kind: str
    text: str = ""
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


class PromptStation(Wish, frozen=True, tag="prompt_station"):
    """Give a station of ours a request."""

    station: str
    text: str


class ChangeLife(Wish, frozen=True, omit_defaults=True, tag="change_life"):
    """Interrupt, pause, resume, stop, kill or remove a station of ours."""

    station: str
    change: Change
    fresh: bool = False
    """With a new conversation."""


class AnswerQuestion(Wish, frozen=True, omit_defaults=True, tag="answer_question"):
    """Answer what an agent asks: `allow`, `always` or `deny`."""

    station: str
    question: str
    decision: str
    reason: str = ""


class AssignScope(Wish, frozen=True, tag="assign_scope"):
    """Give a station of ours this boundary, all of it."""

    station: str
    scope: Scope
    budget: Budget = Budget()


class FreezeFloor(Wish, frozen=True, tag="freeze_floor"):
    """Have all stations of ours rest as they are, or go on."""

    frozen: bool


class RestoreKept(Wish, frozen=True, tag="restore_kept"):
    """Make what was kept of a station a branch again."""

    ref: str
    branch: str


class Undo(Wish, frozen=True, tag="undo"):
    """Want the opposite of a command that was done. `command` is its id."""

    command: str


class Errand(Wish, frozen=True):
    """Something to look at or to leave off. It changes no fact, so it is not journaled, and twice does no harm."""


class CatchUp(Errand, frozen=True, tag="catch_up"):
    """Reply once everything that is on disk now has been read into the journal."""


class WatchPlaces(Errand, frozen=True, tag="watch_places"):
    """Look for transcripts in these places, too, as long as the supervisor runs."""

    paths: tuple[str, ...]


class CancelScan(Errand, frozen=True, tag="cancel_scan"):
    """Stop reading old transcripts; what was read stays."""


class StoreFloor(Errand, frozen=True, tag="store_floor"):
    """Store the floor as it is now, and pack the journal: it then shows what can be pruned, and what it takes."""


class NoteRecording(Errand, frozen=True, tag="note_recording"):
    """Note that a recording at a path holds all events from `first` to `last`."""

    path: str
    first: int
    last: int


AnyErrand = CatchUp | WatchPlaces | CancelScan | StoreFloor | NoteRecording
StationWish = StartStation | PromptStation | ChangeLife | AnswerQuestion | AssignScope | FreezeFloor | RestoreKept
"""About stations that this factory runs."""
AnyWish = Stop | ImportPaths | SetBase | PruneEvents | RenameStation | StationWish | Undo | AnyErrand


class Command(msgspec.Struct, frozen=True):
    """A wish, given once. However often the same command arrives, it is carried out once and answered each time."""

    id: str
    """At most 64 letters and digits that no other command has."""
    who: str
    """The operator, as `user@host`."""
    when: float
    """Seconds since 1970."""
    wish: AnyWish


PERCENT = "%"
"""The unit of work of which only the share is told: the journal's own, which no command can stop."""


class Progress(msgspec.Struct, frozen=True):
    """Long work under way. It is shown and never journaled."""

    what: str
    done: int
    total: int
    unit: str = ""
    part: tuple[str, ...] = ()
    """What of it takes long: of a comparison the names of two branches, "" for the base."""
    since: float = 0.0
    """Since when that part has been under way; 0 when there is none."""


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a command: done, or refused with a reason; done with one where there was nothing to do."""

    ok: bool
    reason: str = ""
    cure: str = ""
    about: str = ""
    """The station that it was about, or that came of it."""
    waits: str = ""
    """What its start waits for, which may take long: it begins by itself when that is over."""
