"""What undoes what is wanted of a station, as the floor is when it is wanted. Pure."""

from __future__ import annotations

from sessions.floor.commands import (
    AnswerQuestion,
    AnyWish,
    BringBack,
    ChangeLife,
    Lasting,
    PromptStation,
    StandAgain,
    UnassignScope,
)
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.ours.owned import Owned, Question
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskState
from sessions.text import clean

GO_ON = "You were interrupted by mistake. Go on with what you were at."
ALLOWED = "Your request was denied by mistake: {}. It is allowed: ask for it again, and go on."
FOR_GOOD = "its like stays allowed while that conversation lasts: restart it fresh to take that back, too"


def of_life(state: FloorState, known: Owned, wish: ChangeLife) -> AnyWish:
    """What makes a station live as it does now, or why nothing can."""
    station, lived = wish.station, known.life in (Life.RUNNING, Life.PAUSED, Life.WAITING)
    match wish.change:
        case Change.INTERRUPT:
            return PromptStation(station, GO_ON)
        case Change.PAUSE:
            return ChangeLife(station, Change.RESUME)
        case Change.STOP | Change.KILL if lived:
            return _back(state, station)
        case Change.STOP | Change.KILL:
            return StandAgain(station, known.life, known.reason)
        case Change.REMOVE:
            branch = state.branches.get(known.branch)
            return StandAgain(station, known.life, known.reason, branch.head if branch is not None else "")
        case Change.RESUME:
            return _of_resume(state, known, wish)


def _of_resume(state: FloorState, known: Owned, wish: ChangeLife) -> AnyWish:
    """Back to the model and to the conversation before, where it gets others; else it ends, or rests."""
    station, seen = wish.station, state.stations.get(wish.station)
    session = seen.session if seen is not None and (wish.fresh or wish.session) else ""
    if not (wish.model or session):
        if known.life is Life.RUNNING:  # it ran before: to end it is no way back
            why = "the one before is not known by a name, to go back to"
            return Lasting("a new conversation", why, f"tell it what it should know: factory-tui prompt {station} TEXT")
        return ChangeLife(station, Change.PAUSE if known.life is Life.PAUSED else Change.STOP)
    if wish.model and not known.model:
        why = "it had the model that its agent takes by itself, which no restart can name"
        return Lasting("another model", why, f"name the one that it is to have: factory-tui resume {station} --model M")
    return ChangeLife(station, Change.RESUME, model=known.model if wish.model else "", session=session)


def _back(state: FloorState, station: str) -> AnyWish:
    """What brings a station back that ends, and its task to it, which goes back to the queue."""
    task = state.tasks.get(state.hands.get(station, ""))
    if task is not None and task.state is TaskState.TAKEN:
        return BringBack(station, task.id)
    return ChangeLife(station, Change.RESUME)


def of_answer(known: Owned, wish: AnswerQuestion, question: Question) -> AnyWish:
    """What takes an answer back: what the agent does after it was allowed ends; what was denied it is told."""
    if wish.decision == "deny":
        what = clean(f"{question.tool} {question.text}", 120) or "what it asked"
        return PromptStation(wish.station, ALLOWED.format(what))
    if question.asks is Asks.SCOPE:
        return UnassignScope(wish.station, known.scope, known.scope.opened(question.paths), known.budget, known.budget)
    stays = FOR_GOOD if wish.decision == "always" else ""
    return ChangeLife(wish.station, Change.INTERRUPT, turn=known.turns, stays=stays)
