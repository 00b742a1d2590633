"""What an operator can ask of a supervisor, as values."""

from __future__ import annotations

import msgspec

from sessions.floor.ours.lives import Change
from sessions.floor.scope import Budget, Mode, Scope
from sessions.floor.tasks.task import TaskSpec, TaskState
from sessions.floor.triage.case import Act, Kind
from sessions.text import Words


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


class FreezeFloor(Wish, frozen=True, tag="freeze_floor"):
    """Have all stations of ours rest as they are, or go on."""

    frozen: bool


class RestoreKept(Wish, frozen=True, tag="restore_kept"):
    """Make what was kept of a station a branch again."""

    ref: str
    branch: str


class AddTasks(Wish, frozen=True, tag="add_tasks"):
    """Put work into the queue, all of it or none; what is there already, by its content, is not put there twice."""

    specs: tuple[TaskSpec, ...]
    held: bool = False
    """Nobody takes it before it is released."""


class EditTask(Wish, frozen=True, tag="edit_task"):
    """Have this done instead. A station that has the task in hand is told."""

    task: str
    spec: TaskSpec


class MoveTask(Wish, frozen=True, tag="move_task"):
    """Put a task before another one in the queue; behind all of its priority without one."""

    task: str
    before: str = ""


class HoldTask(Wish, frozen=True, omit_defaults=True, tag="hold_task"):
    """Have nobody take a task, or let it be taken again: one that was dropped or failed, too."""

    task: str
    hold: bool = True
    reason: Words = ""


class AssignTask(Wish, frozen=True, tag="assign_task"):
    """Have only this station take a task; any, without one."""

    task: str
    station: str = ""


class SplitTask(Wish, frozen=True, tag="split_task"):
    """Have these done in place of a task. `chained`: one after the other."""

    task: str
    parts: tuple[TaskSpec, ...]
    chained: bool = False


class DropTask(Wish, frozen=True, omit_defaults=True, tag="drop_task"):
    """Have a task not done. A station that has it in hand is told to stop; its work is kept."""

    task: str
    reason: Words = ""


class DropTasks(Wish, frozen=True, omit_defaults=True, tag="drop_tasks"):
    """Have none of these done, as `DropTask`; what is over already stays so."""

    tasks: tuple[str, ...]
    reason: Words = ""


class JoinTask(Wish, frozen=True, omit_defaults=True, tag="join_task"):
    """Undo that a task was split: it is in the queue again, and its parts are dropped."""

    task: str
    parts: tuple[str, ...]
    held: bool = False
    station: str = ""
    """Which had it in hand, and has it again if it can."""


class ReopenTask(Wish, frozen=True, tag="reopen_task"):
    """Undo what a person said of a task: it is so again, with its station, if nobody took it since."""

    task: str
    lease: int
    state: TaskState


class JudgeTask(Wish, frozen=True, omit_defaults=True, tag="judge_task"):
    """Accept a task that waits for that, or whose check failed too often; or give it back with a reason."""

    task: str
    accepted: bool
    reason: Words = ""


class TakeTasks(Wish, frozen=True, tag="take_tasks"):
    """Have a station of ours take tasks from the queue whenever it is free, or not any more."""

    station: str
    takes: bool = True


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


class SettleCase(Wish, frozen=True, omit_defaults=True, tag="settle_case"):
    """Do something about a case."""

    case: str
    act: Act
    text: Words = ""
    """The reason of a denial, the answer, what is told with a retry."""
    paths: tuple[str, ...] = ()
    """To be opened to it, where its scope is to be wider; none: what it asked for."""
    budget: Budget = Budget()
    """What its budget is raised to; 0 leaves a measure as it is."""
    model: str = ""
    """Of another try."""
    to: str = ""
    """The station it is handed over to."""
    until: float = 0.0
    wakes: str = ""
    """Of a snooze, as in `CaseSnoozed`."""
    rule: str = ""
    """The standing rule that wants it; "" for a person."""


class ExpectKind(Wish, frozen=True, tag="expect_kind"):
    """Have cases of a kind not shown for a station, or shown again."""

    station: str
    kind: Kind
    expected: bool


class ReopenCase(Wish, frozen=True, omit_defaults=True, tag="reopen_case"):
    """Have a case in the queue again that was settled or snoozed."""

    case: str
    also: StationWish | TaskWish | None = None
    """What undoes what was done about it."""


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
StationWish = (
    StartStation
    | PromptStation
    | ChangeLife
    | AnswerQuestion
    | AssignScope
    | FreezeFloor
    | RestoreKept
    | RequeueStation
    | BringBack
)
"""About stations that this factory runs."""
TaskWish = (
    AddTasks
    | EditTask
    | MoveTask
    | HoldTask
    | AssignTask
    | SplitTask
    | DropTask
    | DropTasks
    | JoinTask
    | ReopenTask
    | JudgeTask
    | TakeTasks
)
"""About the queue."""
CaseWish = SettleCase | ExpectKind | ReopenCase
"""About what needs a person."""
AnyWish = (
    Stop | ImportPaths | SetBase | PruneEvents | RenameStation | StationWish | TaskWish | CaseWish | Undo | AnyErrand
)


class Command(msgspec.Struct, frozen=True):
    """A wish, given once. However often the same command arrives, it is carried out once and answered each time."""

    id: str
    """At most 64 letters and digits that no other command has."""
    who: str
    """The operator, as `user@host`."""
    when: float
    """Seconds since 1970."""
    wish: AnyWish
    together: str = ""
    """What was wanted with one key has the same: it is undone together. "" stands alone."""


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
    reason: Words = ""
    cure: str = ""
    about: str = ""
    """The station that it was about, or that came of it."""
    waits: str = ""
    """What its start waits for, which may take long: it begins by itself when that is over."""
    words: Words = ""
    """What was done, in a few words."""
