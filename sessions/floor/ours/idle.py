"""Whether a station of ours has nothing to do, and nothing is on its way to it. Pure."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.ours.owned import Owned
from sessions.floor.state import FloorState, Status

_COMING = (ev.StartWanted, ev.LifeWanted, ev.PromptWanted, ev.RequeueWanted, ev.BringBackWanted, ev.DropWanted)


def coming(state: FloorState) -> frozenset[str]:
    """The stations that something is wanted of which may begin a turn, or end the station."""
    wanted = [intent.wanted for intent in state.intents.values()]
    found = {each.station for each in wanted if isinstance(each, _COMING)}
    for each in wanted:  # whose turns end with those
        if isinstance(each, ev.DropWanted):
            found.update(each.also)
        elif isinstance(each, ev.BringBackWanted) and each.taker:
            found.add(each.taker)
    return frozenset(found)


def is_in_no_turn(state: FloorState, station: str, known: Owned, expected: frozenset[str] | None = None) -> bool:
    """Whether it is idle, and nothing is on its way to it: what it was started with may not have begun.

    `expected` are those of which something is wanted, where that is known already.
    """
    if known.turn_since or station in (coming(state) if expected is None else expected):
        return False
    seen = state.stations.get(station)
    return seen is not None and seen.evidence.status is Status.IDLE and bool(seen.turns or not known.text)
