"""Who works for whom: stations that others spawned. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Result
from sessions.floor.reports import FINISHED
from sessions.floor.state import FloorState, Status


def above(state: FloorState, station: str) -> tuple[str, ...]:
    """The stations that one works for: its parent, that one's, and so on; the last one works for nobody."""
    found: list[str] = []
    while station in state.stations and (parent := state.stations[station].parent) and parent not in found:
        found.append(parent)
        station = parent
    return tuple(found)


def children(state: FloorState, station: str) -> Iterator[str]:
    """Those that work for a station itself."""
    return (each.id for each in state.stations.values() if each.parent == station)


def living_children(state: FloorState, station: str) -> list[str]:
    """Those of them that have not ended."""
    return [each for each in children(state, station) if each in state.owned and state.owned[each].lives]


GONE = (Life.HELD, Life.STOPPED, Life.KILLED, Life.LOST, Life.REMOVED)
"""Lives in which a station does nothing for those that work for it."""


def orphaned(state: FloorState, station: str) -> str:
    """What became of whom a station that lives works for, in a word, where that is there no more; "" for no orphan."""
    seen, known = state.stations.get(station), state.owned.get(station)
    if seen is None or not seen.parent or known is None or not known.lives:
        return ""
    parent = state.owned.get(seen.parent)
    if parent is None:
        return "" if seen.parent in state.stations else "gone"
    return parent.life.value if parent.life in GONE else ""


def untold(state: FloorState, station: str) -> Result | None:
    """What a station came to, where whom it works for was not told of it yet."""
    seen = state.stations.get(station)
    parent = state.owned.get(seen.parent) if seen is not None and seen.parent else None
    result = parent.results.get(station) if parent is not None else None
    return result if result is not None and not result.delivered else None


class Ended(NamedTuple):
    """How the last turn of one that works for another ended."""

    parent: str
    child: str
    ok: bool
    text: str


def unheard_ends(state: FloorState) -> Iterator[Ended]:
    """Ends of turns that came to nothing yet for whom they are: nobody was there when they were told."""
    for station in state.stations.values():
        known, parent = state.owned.get(station.id), state.owned.get(station.parent)
        if known is None or parent is None or known.turn_since or known.life is Life.LOST:
            continue  # who was lost is brought back
        evidence, result = station.beneath or station.evidence, parent.results.get(station.id)
        ok = evidence.status is Status.IDLE and evidence.reason == FINISHED
        if (ok or evidence.status is Status.FAILED) and (result is None or result.time < evidence.since):
            yield Ended(station.parent, station.id, ok, station.activity if ok else evidence.reason)


def below(state: FloorState, station: str) -> Iterator[str]:
    """All that work for a station, and for those, and so on."""
    todo, seen = [station], {station}
    while todo:
        for child in children(state, todo.pop()):
            if child not in seen:
                seen.add(child)
                todo.append(child)
                yield child
