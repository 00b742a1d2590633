"""The facts of the factory. Everything that reaches the floor is one of these.

An event is immutable, in the past tense, and says when it happened (`time`, seconds since 1970) and which stream or
file said so (`source`, such as `claude:4d5611e5` or `git`). Its tag carries a version: a change that old readers
would misread gets a new number, and `sessions.journal.codec` lifts old ones.
"""

from __future__ import annotations

from collections.abc import Callable
from types import UnionType
from typing import Any, get_args, get_type_hints

import msgspec

from sessions.floor.conflicts import FileConflict, Outcome
from sessions.floor.identity import Owner, UsageSource
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.reports import Report
from sessions.floor.scope import Budget, Held, Mode, Scope
from sessions.floor.tokens import Certainty, Counted, Tokens
from sessions.text import Words


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", gc=False):
    """A fact that happened. Events hold values and never each other, so the garbage collector need not look at them."""

    time: float
    source: str = ""


class FactoryOpened(Event, frozen=True, kw_only=True, omit_defaults=True, tag="factory_opened.1"):
    """A supervisor began to observe a repository; it begins a run."""

    repo: str
    name: str
    base: str = ""
    base_head: str = ""
    utc_offset: int = 0
    """Seconds east of UTC of the operator's clock: days are the operator's days."""
    utc_offsets: tuple[tuple[float, int], ...] = ()
    """That offset in the years around: from each time on, in order, so many seconds. Elsewhere `utc_offset` holds."""
    simulated: bool = False
    scripted: bool = False
    """Everything is real but the words of the models, which follow a script."""


class BaseChosen(Event, frozen=True, kw_only=True, omit_defaults=True, tag="base_chosen.1"):
    """Branches are measured against another base from now on; the `BranchChanged` that follow say what came of it."""

    base: str
    base_head: str = ""


class BranchChanged(Event, frozen=True, kw_only=True, omit_defaults=True, tag="branch_changed.1"):
    """A branch, or the worktree on it, is now like this. Always the whole state of the branch.

    `ahead`, `behind` and `dirty` are -1 when they were not counted: an older git counts only the branches that are
    likely to be shown, and a damaged history or worktree cannot be counted.
    """

    branch: str
    head: str = ""
    ahead: int = 0
    """Commits that the branch has and the base has not; `behind` the other way round."""
    behind: int = 0
    author: str = ""
    subject: Words = ""
    committed: float = 0.0
    worktree: str = ""
    """Directory of the worktree that has it checked out, if any."""
    dirty: int = 0
    """Files with uncommitted changes, untracked ones included; an untracked directory counts as one."""
    merged: bool = False
    """Every commit of it is in the base; never true of the base itself."""
    detached: bool = False
    """A worktree on no branch; `branch` is then a name made for it."""


class BranchRemoved(Event, frozen=True, kw_only=True, omit_defaults=True, tag="branch_removed.1"):
    """A branch is gone."""

    branch: str


class SourceSkipped(Event, frozen=True, kw_only=True, omit_defaults=True, tag="source_skipped.1"):
    """Part of a source could not be used; nothing is dropped in silence."""

    reason: str
    """Short and from a fixed list, such as `torn line`, `not JSON`, `unknown type`, `unreadable file`."""
    count: int = 1
    detail: Words = ""


class VerdictReached(Event, frozen=True, kw_only=True, omit_defaults=True, tag="verdict_reached.1"):
    """Git's own merge of two branches now comes to this. A pair of compared branches without one merges cleanly."""

    a: str
    b: str = ""
    """The other branch, `a` < `b` by name; "" is the base."""
    outcome: Outcome
    files: tuple[FileConflict, ...] = ()
    shared: int = 0
    """Paths that both sides changed."""
    reason: Words = ""
    """Why it is unknown."""
    cause: str = ""
    """The branch whose change brought it about."""
    commits_only: bool = False
    """It is about the commits alone, where uncommitted work makes a difference to one of the two."""
    seconds: float = 0.0
    """How long git took, where it was so long that the pair was merged alone and last."""


class BranchCompared(Event, frozen=True, kw_only=True, omit_defaults=True, tag="branch_compared.1"):
    """A branch has been compared with the base and with every other branch, as it is now.

    Without a head it is compared no longer, because it is merged, say: nothing is known of its pairs from then on.
    """

    branch: str
    head: str = ""
    tree: str = ""
    """What was compared: the tree of its uncommitted work, or of its head."""
    dirty: bool = False
    area: str = ""
    """The directory that holds most of what it changed since it left the base."""


class CommandEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """What an operator wants, committed before anything of it is done; `CommandDone` or `CommandFailed` follows."""

    command: str
    """The command's id, which no other command has."""
    who: str = ""
    """The operator, as `user@host`."""


class StopWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="stop_wanted.1"):
    """The supervisor is to end."""


class BaseWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="base_wanted.1"):
    """Branches are to be measured against another base; an empty one is the one that is sensible."""

    base: str = ""
    before: str = ""
    """The base until then."""


class ImportWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="import_wanted.1"):
    """These transcripts, or all below these directories, are to be read."""

    paths: tuple[str, ...]


class PruneWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="prune_wanted.1"):
    """Events up to `last` are to be taken out for good, as was planned for the time `before`."""

    before: float
    last: int
    kept: bool = False
    """A recording holds them: where it lies, whoever asks knows."""


class NameWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="name_wanted.1"):
    """A station is to have another name."""

    station: str
    name: str
    before: str = ""
    """Its name until then."""


class StartWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="start_wanted.1"):
    """An agent is to work as this station, which was opened with this; its first prompt is `text`, if any."""

    station: str
    text: Words = ""
    branch: str = ""
    """The branch that its work is for; made where there is none."""
    start: str = ""
    """What a new branch begins at; "" for the base."""
    model: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """Of its kind of agent, such as a command."""


class PromptWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="prompt_wanted.1"):
    """The station is to be given a request."""

    station: str
    text: Words


class LifeWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="life_wanted.1"):
    """The station's turn, process or whole life is to change."""

    station: str
    change: Change
    fresh: bool = False
    """With a new conversation."""


class AnswerWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="answer_wanted.1"):
    """A question is to be answered."""

    station: str
    question: str
    decision: str
    """As in `QuestionAnswered`."""
    reason: Words = ""


class ScopeWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="scope_wanted.1"):
    """The station's boundary is to be another one."""

    station: str
    scope: Scope
    budget: Budget = Budget()


class FreezeWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="freeze_wanted.1"):
    """All stations that this factory runs are to rest as they are, or to go on."""

    frozen: bool


class RestoreWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="restore_wanted.1"):
    """What was kept of a station is to be a branch again."""

    ref: str
    branch: str


class CommandResumed(Event, frozen=True, kw_only=True, omit_defaults=True, tag="command_resumed.1"):
    """A supervisor found the command neither done nor failed when it began, and takes it up again."""

    command: str


class CommandDeferred(Event, frozen=True, kw_only=True, omit_defaults=True, tag="command_deferred.1"):
    """A supervisor that ended in good order broke the command off, for the next one to take up again."""

    command: str


class CommandDone(Event, frozen=True, kw_only=True, omit_defaults=True, tag="command_done.1"):
    """What was wanted is so. The facts that came of it stand before this."""

    command: str


class CommandFailed(Event, frozen=True, kw_only=True, omit_defaults=True, tag="command_failed.1"):
    """What was wanted cannot be."""

    command: str
    reason: Words = ""
    cure: Words = ""


class StationEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about one station. `session` is the agent's own id of the conversation."""

    station: str
    session: str = ""


class StationOpened(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="station_opened.1"):
    """A station was found or set up. `station` is its identity, unique in the journal, and its name until renamed."""

    kind: str
    """The agent: `claude`, `codex`, `openclaw`, ..."""
    directory: str = ""
    branch: str = ""
    role: str = ""
    elsewhere: bool = False
    """It works outside this repository: shown, but not part of the factory's own totals."""
    owner: Owner = Owner.OBSERVED
    parent: str = ""
    """The station that it works for; "" for none."""
    origin: str = ""
    """The machine on which it runs; "" for the supervisor's own."""


class StationRenamed(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="station_renamed.1"):
    """A station has another name; what it is stays the same."""

    name: str


class SessionClaimed(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="session_claimed.1"):
    """The session is this station's, said by who runs it before its transcript is found: nothing else seats it."""

    usage: UsageSource = UsageSource.TRANSCRIPT
    """Who tells what it uses; the other one is not counted, so that a call which both tell counts once."""


class SessionOpened(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="session_opened.1"):
    """A station's conversation began, or was found. `path` is its transcript (for later reading where it lies)."""

    path: str = ""
    parent: str = ""
    """The session it was forked from."""
    title: Words = ""
    version: str = ""
    """Version of the agent that writes it."""


class SessionsOver(Event, frozen=True, kw_only=True, omit_defaults=True, tag="sessions_over.1"):
    """Nothing is expected of these sessions any more: the floor forgets them, and the journal keeps what it knew."""

    sessions: tuple[str, ...]


class SessionReturned(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="session_returned.1"):
    """Something is told of a session that was over: what the floor knew of it, when it was."""

    path: str = ""
    parent: str = ""
    title: Words = ""
    version: str = ""
    opened: float = 0.0
    closed: bool = False
    usage: UsageSource = UsageSource.TRANSCRIPT
    counted: Counted = Counted()
    """The meters that count it already."""


class SessionClosed(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="session_closed.1"):
    """The agent ended the conversation."""


class BranchEntered(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="branch_entered.1"):
    """The station now works on another branch or in another directory."""

    branch: str = ""
    directory: str = ""


class TurnStarted(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="turn_started.1"):
    """A request was given to the agent."""

    text: Words = ""
    """First words of the request, cleaned, at most 200 characters."""


class TurnFinished(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="turn_finished.1"):
    """The agent stopped and waits for the next request."""

    interrupted: bool = False
    """The operator stopped it, which is no failure."""


class TurnFailed(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="turn_failed.1"):
    """The turn ended in an error: the API failed, or the agent crashed."""

    reason: Words


class PersonNeeded(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="person_needed.1"):
    """The agent asked for permission or for an answer and waits for a person."""

    reason: Words
    guess: bool = False


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
    """The ref that keeps its uncommitted work."""


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


class AgentReported(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="agent_reported.1"):
    """A running agent says itself what it does, apart from its conversation."""

    state: Report
    reason: Words = ""
    """What it waits for, when it needs a person."""
    process: int = 0
    """The number of its process, which lives."""


class AgentLost(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="agent_lost.1"):
    """The agent's process ended without a word: it was killed, or crashed."""

    reason: Words


class MachineAwaited(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="machine_awaited.1"):
    """The agent waits for a machine: a rate limit, a retry, an overloaded provider."""

    reason: Words


class ActivitySeen(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="activity_seen.1"):
    """The session wrote something that is no fact of its own; evidence that it is alive."""


class TextWritten(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="text_written.1"):
    """The agent said something. `text` is cleaned, its first 200 characters."""

    text: Words


class ToolCalled(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="tool_called.1"):
    """The agent began to use a tool."""

    tool: str
    call: str = ""
    """The agent's id of this use, by which `ToolFinished` refers to it."""
    detail: Words = ""
    """What it does, in a few words: the command, the path, the pattern; cleaned, at most 200 characters."""
    file: str = ""
    """The file it writes, when it writes one."""
    more_files: tuple[str, ...] = ()
    """Further files that the same use writes, as a patch may."""


class ToolFinished(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="tool_finished.1"):
    """A tool came back."""

    call: str = ""
    failed: bool = False
    detail: Words = ""


class TokensUsed(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="tokens_used.1"):
    """Tokens were used by a model call.

    Transcripts state the usage of one call several times, growing. Each statement becomes the difference to the one
    before it, so that events add up: `calls` is 1 on the first statement of a call and 0 on a correction. A call that
    turns out to be another model's is taken back (`calls` is -1, with all its tokens) and stated anew.
    """

    tokens: Tokens
    call: str = ""
    """Identity of the model call in its source."""
    calls: int = 1
    model: str = ""
    branch: str = ""
    """The branch the call worked on, where known."""
    subagent: str = ""
    """The sub-agent that made the call; it is attributed to this station, its parent."""
    cost: float | None = None
    """Dollars by the prices known when it was observed (a difference, like tokens); None when unpriced."""
    certainty: Certainty = Certainty.EXACT
    settled: bool = False
    """What was stated of the call before was under-counted, and with this it is not any more."""
    context: int = 0
    """Tokens in the context window of the station's main conversation after this call; 0: no statement."""
    window: int = 0
    """Size of the model's context window; 0 when unknown."""


AnyEvent = (
    FactoryOpened
    | BaseChosen
    | BranchChanged
    | BranchRemoved
    | SourceSkipped
    | VerdictReached
    | BranchCompared
    | StopWanted
    | BaseWanted
    | ImportWanted
    | PruneWanted
    | NameWanted
    | StartWanted
    | PromptWanted
    | LifeWanted
    | AnswerWanted
    | ScopeWanted
    | FreezeWanted
    | RestoreWanted
    | CommandResumed
    | CommandDeferred
    | CommandDone
    | CommandFailed
    | StationOpened
    | StationRenamed
    | SessionClaimed
    | SessionOpened
    | SessionsOver
    | SessionReturned
    | SessionClosed
    | BranchEntered
    | TurnStarted
    | TurnFinished
    | TurnFailed
    | PersonNeeded
    | QuestionAsked
    | QuestionAnswered
    | ScopeAssigned
    | ScopeHeld
    | ScopeViolated
    | PlaceMade
    | PlaceSetUp
    | LifeChanged
    | WorkArrived
    | WorkKept
    | SignalRaised
    | BudgetReached
    | ChildEnded
    | AgentReported
    | AgentLost
    | MachineAwaited
    | ActivitySeen
    | TextWritten
    | ToolCalled
    | ToolFinished
    | TokensUsed
)
"""Every event there is; what the journal's codec reads and writes."""

AnyIntent = (
    StopWanted
    | BaseWanted
    | ImportWanted
    | PruneWanted
    | NameWanted
    | StartWanted
    | PromptWanted
    | LifeWanted
    | AnswerWanted
    | ScopeWanted
    | FreezeWanted
    | RestoreWanted
)
"""Every `CommandEvent`: what is carried out after it is committed, also by a supervisor that begins later."""

FAILURES: tuple[type[Event], ...] = (TurnFailed, AgentLost)
"""Events that a timeline marks as failures."""


def kinds_taken(function: Callable[..., Any]) -> tuple[type[Event], ...]:
    """The kinds of events that the parameter `event` of `function` is annotated with."""
    hint = get_type_hints(function)["event"]
    return get_args(hint) if isinstance(hint, UnionType) else (hint,)
