"""What commands about the lives of stations come to. Pure."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.commands import ChangeLife, StandAgain
from sessions.floor.decide import undoing
from sessions.floor.decide.decision import SOURCE, Accepted, Decision, Hand, Refusal, done_at_once
from sessions.floor.decide.limits import exclusive_clash, lowered
from sessions.floor.decide.naming import too_long
from sessions.floor.ours import budget
from sessions.floor.ours.changes import FROM, why_not
from sessions.floor.ours.family import living_children
from sessions.floor.ours.idle import is_in_no_turn
from sessions.floor.ours.lives import Change, Life
from sessions.floor.ours.owned import Owned
from sessions.floor.state import FloorState, name_of
from sessions.text import clean

MODEL_CHARS = 120
OVER = "the turn that came of it is over: what it did stays"
"""Of a turn that cannot be ended any more."""
STILL = ("it is still at another turn, and comes to that when this is over", "undo it then")
"""Of a request that waits: to end the turn under way would only have the agent begin with it."""
_GONE = (Life.STOPPED, Life.KILLED, Life.REMOVED)


def changed(state: FloorState, known: Owned, wish: ChangeLife, hand: Hand) -> Decision:
    """What a change of a station's life comes to."""
    if wish.change is Change.INTERRUPT and wish.turn and _is_over(known, wish.turn):
        return Accepted(told="; ".join(filter(None, (OVER, wish.stays))))
    if wish.change is Change.INTERRUPT and wish.turn > known.turns and known.turn_since:
        return Refusal(*STILL)
    if trouble := _unsayable(wish) or _unchangeable(state, known, wish, hand["time"]):
        return trouble
    if wish.change is Change.INTERRUPT and is_in_no_turn(state, wish.station, known):
        return Accepted(told="it is idle: there was nothing to interrupt")
    wanted = ev.LifeWanted(
        station=wish.station,
        change=wish.change,
        fresh=wish.fresh,
        words=wish.words,
        model=wish.model,
        session=wish.session,
        undo=undoing.of_life(state, known, wish),
        **hand,
    )
    return Accepted((wanted,))


def stood_again(state: FloorState, known: Owned, wish: StandAgain, hand: Hand) -> Decision:
    """It stands there as it did before it was ended for good: no process begins, and no task comes back to it.

    A station that was removed has its place made again first.
    """
    name, again = name_of(state, wish.station), f"it is {wish.life.value} again"
    if wish.life not in FROM[Change.REMOVE]:
        return Refusal(f"none is {wish.life.value} by being undone: something would have to run", "resume it")
    if known.life not in _GONE or known.life is wish.life:
        return Refusal(f"{name} is {known.life.value} by now", "look at what it does now")
    if known.life is not Life.REMOVED:
        lived = ev.LifeChanged(
            time=hand["time"], source=SOURCE, station=wish.station, life=wish.life, reason=wish.reason, again=True
        )
        return Accepted((lived, done_at_once(hand, None, wish.station, again)))
    for other, each in state.owned.items():
        if other != wish.station and each.branch == known.branch and each.life is not Life.REMOVED:
            return Refusal(f"{name_of(state, other)} works on {known.branch} by now", "remove that station first")
    return Accepted(
        (ev.StandAgainWanted(station=wish.station, life=wish.life, reason=wish.reason, tip=wish.tip, **hand),)
    )


def _is_over(known: Owned, turn: int) -> bool:
    """Whether that turn of it has ended, which it may have done with its process."""
    return turn < known.turns or (turn == known.turns and not known.turn_since)


def _unsayable(wish: ChangeLife) -> Refusal | None:
    """Why these words, or that model, are nothing for it."""
    if (wish.words or wish.model) and wish.change is not Change.RESUME:
        return Refusal(f"to {wish.change.value} it nothing is said to it", "prompt it, or resume it with these words")
    if clean(wish.model, MODEL_CHARS) != wish.model or wish.model.startswith("-"):
        return Refusal("that is no name of a model", "see `factory-tui agents`")
    return too_long(wish.words)


def _unchangeable(state: FloorState, known: Owned, wish: ChangeLife, now: float) -> Refusal | None:
    """Why its life cannot change so."""
    if no := why_not(known, wish.change, wish.fresh or bool(wish.model or wish.session), state.frozen):
        return Refusal(*no)
    if wish.change is Change.RESUME and (spent := budget.over(state, wish.station, now)):
        return Refusal(*spent)
    if wish.change is Change.RESUME:
        return exclusive_clash(state, wish.station, known.scope) or lowered(state, wish.station)
    if wish.change is Change.REMOVE and (living := living_children(state, wish.station)):
        name = name_of(state, living[0])
        return Refusal(f"{name} works for it", "stop that first, or remove both when they have ended")
    return None
