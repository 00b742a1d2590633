"""How much of its budget a station has used, and what is left of it to give away. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor.ours.family import children
from sessions.floor.ours.lives import Life
from sessions.floor.scope import Budget
from sessions.floor.state import FloorState

TOLD = 0.8
"""The part at which a station is told that its budget comes to an end."""
MEASURES = Budget.__struct_fields__
UNBOUND = Budget()
OVER = "its budget is used up"
"""How the reason begins of a station that rests for it."""
DOLLARS = "dollars"
PRICELESS = "as its model has no known price"
LEAST = (1, 1e-6, 1e-3, 1)
"""Of each measure, what is as good as nothing; 0 would be no bound."""


def used(state: FloorState, station: str, now: float) -> Budget:
    """What a station has used up to now, in the measures of a budget.

    Of tokens all kinds count, of requests those that it has done: the last one of a budget is not broken off.
    """
    seen, known = state.stations.get(station), state.owned[station]
    if seen is None:
        return Budget()
    until = known.since if known.life is Life.PAUSED else now
    under_way = max(0.0, until - known.turn_since) if known.turn_since else 0.0
    return Budget(seen.meter.tokens.total, seen.meter.cost, known.worked + under_way, known.done)


def given(state: FloorState, station: str, now: float, without: str = "") -> Budget:
    """What a station gave to those that work for it: to one that lives its whole budget, of one that ended what it
    used. `without` is one that is not counted."""
    shares = [
        known.budget if known.lives else used(state, child, now)
        for child in children(state, station)
        if child != without and (known := state.owned.get(child)) is not None
    ]
    return Budget(*(sum(getattr(each, what) for each in shares) for what in MEASURES))


def left(state: FloorState, station: str, now: float, without: str = "") -> Budget:
    """What is left of its budget after its own use and what it gave away; each at least 0, also without a bound.

    The request under way is taken as used: it is nothing that could be given away.
    """
    known, away = state.owned[station], given(state, station, now, without)
    budget, own = known.budget, used(state, station, now)
    own = replace(own, turns=own.turns + known.at_request)
    rest = (getattr(budget, what) - getattr(own, what) - getattr(away, what) for what in MEASURES)
    return Budget(*(max(0, each) for each in rest))


def own(state: FloorState, station: str, now: float, budget: Budget) -> Budget:
    """What is for a station itself of a budget: that without what it gave away. What is bounded stays bounded."""
    away = given(state, station, now)
    parts = ((getattr(budget, what), getattr(away, what), least) for what, least in zip(MEASURES, LEAST, strict=True))
    return Budget(*(max(least, bound - gone) if bound else bound for bound, gone, least in parts))


def share(state: FloorState, station: str, now: float) -> tuple[float, str]:
    """The part of its budget that is used, and of which measure: the one nearest to its bound; 0 without a bound.

    What it gave away is no part of it any more.
    """
    budget = state.owned[station].budget
    if budget == UNBOUND:
        return 0.0, ""
    own, away = used(state, station, now), given(state, station, now)
    nearest, of = 0.0, ""
    for what in MEASURES:
        if bound := getattr(budget, what):
            rest = bound - getattr(away, what)
            gone = rest <= 0 or (what == DOLLARS and priceless(state, station))
            part = 1.0 if gone else getattr(own, what) / rest
            if part > nearest:
                nearest, of = part, what
    return nearest, of


def _is_last(state: FloorState, station: str, now: float) -> bool:
    """Whether the request under way is the last one of its budget."""
    known = state.owned[station]
    return bool(known.budget.turns) and known.at_request and left(state, station, now).turns <= 0


def priceless(state: FloorState, station: str) -> bool:
    """Whether it has made calls that have no price. What is estimated may get one when the call is told."""
    seen = state.stations.get(station)
    return seen is not None and seen.meter.unpriced > seen.meter.estimated


def in_words(state: FloorState, station: str, what: str) -> str:
    """What of its budget is used up, with the reason where that is not how much it was."""
    return f"{what}, {PRICELESS}" if what == DOLLARS and priceless(state, station) else what


def over(state: FloorState, station: str, now: float, another: bool = False) -> tuple[str, str] | None:
    """Why it takes no turn, with the cure, where its budget is used up; or no further request, where `another` is
    meant beside the one under way."""
    part, what = share(state, station, now)
    if part < 1 and another and _is_last(state, station, now):
        part, what = 1.0, "turns"
    if part < 1:
        return None
    if what == DOLLARS and priceless(state, station):
        cure = f"bound its tokens instead: factory-tui scope {station} --dollars 0 --tokens N"
    else:
        cure = f"give it more: factory-tui scope {station} --{'minutes' if what == 'seconds' else what} N"
    return f"{OVER}: {in_words(state, station, what)}", cure
