"""What undoes what is wanted of a station, as the floor is when it is wanted. Pure."""

from __future__ import annotations

from sessions.floor.commands import AnswerQuestion, AnyWish, AssignScope, BringBack, ChangeLife, PromptStation
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.ours.owned import Owned, Question
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskState
from sessions.text import clean

GO_ON = "You were interrupted by mistake. Go on with what you were at."
ALLOWED = "Your request was denied by mistake: {}. It is allowed: ask for it again, and go on."


def of_life(state: FloorState, known: Owned, wish: ChangeLife) -> AnyWish | None:
    """What makes a station live as it does now; None where nothing can, or its conversation would be another one."""
    station, lived = wish.station, known.life in (Life.RUNNING, Life.PAUSED, Life.WAITING)
    undo: AnyWish | None = None
    match wish.change:
        case Change.INTERRUPT:
            undo = PromptStation(station, GO_ON)
        case Change.PAUSE:
            undo = ChangeLife(station, Change.RESUME)
        case Change.STOP | Change.KILL if lived:
            undo = _back(state, station)
        case Change.RESUME if wish.model and known.model and not wish.fresh:
            undo = ChangeLife(station, Change.RESUME, model=known.model)
        case Change.RESUME if not (wish.model or wish.fresh):
            undo = ChangeLife(station, Change.PAUSE if known.life is Life.PAUSED else Change.STOP)
    return undo


def _back(state: FloorState, station: str) -> AnyWish:
    """What brings a station back that ends, and its task to it, which goes back to the queue."""
    task = state.tasks.get(state.hands.get(station, ""))
    if task is not None and task.state is TaskState.TAKEN:
        return BringBack(station, task.id)
    return ChangeLife(station, Change.RESUME)


def of_answer(known: Owned, wish: AnswerQuestion, question: Question) -> AnyWish | None:
    """What takes an answer back: what the agent does after it was allowed ends; what was denied it is told."""
    if wish.decision == "deny":
        what = clean(f"{question.tool} {question.text}", 120) or "what it asked"
        return PromptStation(wish.station, ALLOWED.format(what))
    if question.asks is Asks.SCOPE:
        return AssignScope(wish.station, known.scope, known.budget)
    return ChangeLife(wish.station, Change.INTERRUPT, turn=known.turns)
