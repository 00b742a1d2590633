"""What commands about the lives of stations come to. Pure."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.commands import ChangeLife
from sessions.floor.decide import undoing
from sessions.floor.decide.decision import Accepted, Decision, Hand, Refusal
from sessions.floor.decide.limits import exclusive_clash, lowered
from sessions.floor.decide.naming import too_long
from sessions.floor.ours import budget
from sessions.floor.ours.changes import why_not
from sessions.floor.ours.family import living_children
from sessions.floor.ours.idle import is_in_no_turn
from sessions.floor.ours.lives import Change
from sessions.floor.ours.owned import Owned
from sessions.floor.state import FloorState, name_of
from sessions.text import clean

MODEL_CHARS = 120


def changed(state: FloorState, known: Owned, wish: ChangeLife, hand: Hand) -> Decision:
    """What a change of a station's life comes to."""
    if trouble := _unsayable(wish) or _unchangeable(state, known, wish, hand["time"]):
        return trouble
    if wish.change is Change.INTERRUPT and is_in_no_turn(state, wish.station, known):
        return Accepted(told="it is idle: there was nothing to interrupt")
    if wish.change is Change.INTERRUPT and 0 < wish.turn < known.turns:
        return Accepted(told="the turn that came of it is over: there was nothing to interrupt")
    wanted = ev.LifeWanted(
        station=wish.station,
        change=wish.change,
        fresh=wish.fresh,
        words=wish.words,
        model=wish.model,
        undo=undoing.of_life(state, known, wish),
        **hand,
    )
    return Accepted((wanted,))


def _unsayable(wish: ChangeLife) -> Refusal | None:
    """Why these words, or that model, are nothing for it."""
    if (wish.words or wish.model) and wish.change is not Change.RESUME:
        return Refusal(f"to {wish.change.value} it nothing is said to it", "prompt it, or resume it with these words")
    if clean(wish.model, MODEL_CHARS) != wish.model or wish.model.startswith("-"):
        return Refusal("that is no name of a model", "see `factory-tui agents`")
    return too_long(wish.words)


def _unchangeable(state: FloorState, known: Owned, wish: ChangeLife, now: float) -> Refusal | None:
    """Why its life cannot change so."""
    if no := why_not(known, wish.change, wish.fresh or bool(wish.model), state.frozen):
        return Refusal(*no)
    if wish.change is Change.RESUME and (spent := budget.over(state, wish.station, now)):
        return Refusal(*spent)
    if wish.change is Change.RESUME:
        return exclusive_clash(state, wish.station, known.scope) or lowered(state, wish.station)
    if wish.change is Change.REMOVE and (living := living_children(state, wish.station)):
        name = name_of(state, living[0])
        return Refusal(f"{name} works for it", "stop that first, or remove both when they have ended")
    return None
