"""The facts of the factory. Everything that reaches the floor is one of these.

An event is immutable, in the past tense, and says when it happened (`time`, seconds since 1970) and which stream or
file said so (`source`, such as `claude:4d5611e5` or `git`). Its tag carries a version: a change that old readers
would misread gets a new number, and `sessions.journal.codec` lifts old ones.
"""

from __future__ import annotations

from collections.abc import Callable
from types import UnionType
from typing import Any, get_args, get_type_hints

from sessions.floor.events.cases import (
    CaseClosed,
    CaseOpened,
    CasePlanned,
    CaseRestated,
    CaseReturned,
    CaseSettled,
    CaseSnoozed,
    KindExpected,
)
from sessions.floor.events.cases import CaseEvent as CaseEvent
from sessions.floor.events.commands import (
    AnswerWanted,
    BaseWanted,
    BringBackWanted,
    CommandDeferred,
    CommandDone,
    CommandFailed,
    CommandResumed,
    CommandUndone,
    DropWanted,
    FreezeWanted,
    ImportWanted,
    LifeWanted,
    NameWanted,
    PromptWanted,
    PruneWanted,
    RequeueWanted,
    RestoredDropWanted,
    RestoreWanted,
    ScopeWanted,
    StandAgainWanted,
    StartWanted,
    StopWanted,
)
from sessions.floor.events.commands import CommandEvent as CommandEvent
from sessions.floor.events.event import Event
from sessions.floor.events.event import StationEvent as StationEvent
from sessions.floor.events.machine import ClockSet
from sessions.floor.events.ours import (
    BudgetReached,
    ChildEnded,
    LifeChanged,
    PlaceMade,
    PlaceSetUp,
    QuestionAnswered,
    QuestionAsked,
    ScopeAssigned,
    ScopeHeld,
    ScopeViolated,
    SignalRaised,
    WorkArrived,
    WorkKept,
    WorkLetGo,
)
from sessions.floor.events.repository import (
    BaseChosen,
    BranchChanged,
    BranchCompared,
    BranchRemoved,
    FactoryOpened,
    SourceSkipped,
    VerdictReached,
)
from sessions.floor.events.sessions import (
    BranchEntered,
    SessionClaimed,
    SessionClosed,
    SessionOpened,
    SessionReturned,
    SessionsOver,
    StationOpened,
    StationRenamed,
)
from sessions.floor.events.tasks import (
    CheckFinished,
    StationEnlisted,
    TaskAdded,
    TaskAssigned,
    TaskBounced,
    TaskChanged,
    TaskClaimed,
    TaskDropped,
    TaskFailed,
    TaskFinished,
    TaskHeld,
    TaskOrdered,
    TaskReleased,
    TaskReopened,
    TaskReturned,
    TaskTaken,
)
from sessions.floor.events.tasks import TakingEvent as TakingEvent
from sessions.floor.events.tasks import TaskEvent as TaskEvent
from sessions.floor.events.work import (
    ActivitySeen,
    AgentLost,
    AgentReported,
    MachineAwaited,
    PersonNeeded,
    TextWritten,
    TokensUsed,
    ToolCalled,
    ToolFinished,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from sessions.floor.ours.lives import Life

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
    | RestoredDropWanted
    | StandAgainWanted
    | RequeueWanted
    | BringBackWanted
    | DropWanted
)
"""Every `CommandEvent`: what is carried out after it is committed, also by a supervisor that begins later."""

AnyTaskEvent = (
    TaskAdded
    | TaskChanged
    | TaskOrdered
    | TaskHeld
    | TaskReleased
    | TaskAssigned
    | TaskDropped
    | StationEnlisted
    | TaskTaken
    | TaskClaimed
    | CheckFinished
    | TaskFinished
    | TaskBounced
    | TaskFailed
    | TaskReturned
    | TaskReopened
)
AnyCaseEvent = (
    CaseOpened | CaseRestated | CaseClosed | CaseSettled | CaseSnoozed | CasePlanned | CaseReturned | KindExpected
)

AnyEvent = (
    FactoryOpened
    | BaseChosen
    | BranchChanged
    | BranchRemoved
    | SourceSkipped
    | ClockSet
    | VerdictReached
    | BranchCompared
    | AnyIntent
    | CommandResumed
    | CommandDeferred
    | CommandDone
    | CommandFailed
    | CommandUndone
    | AnyTaskEvent
    | AnyCaseEvent
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
    | WorkLetGo
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

_FAILURES: frozenset[type[Event]] = frozenset((TurnFailed, AgentLost))


def is_failure(event: Event) -> bool:
    """Whether a timeline marks it as a failure: of a turn, of an agent, or that a station of ours was held or lost."""
    # Asked of every event that is written: to look a kind up is a third of asking whether it is an instance.
    if type(event) is LifeChanged:
        return event.life in (Life.HELD, Life.LOST) and not event.again
    return type(event) in _FAILURES


def kinds_taken(function: Callable[..., Any]) -> tuple[type[Event], ...]:
    """The kinds of events that the parameter `event` of `function` is annotated with."""
    hint = get_type_hints(function)["event"]
    return get_args(hint) if isinstance(hint, UnionType) else (hint,)
