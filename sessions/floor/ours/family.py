"""Who works for whom: stations that others spawned. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sessions.floor.state import FloorState


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


def below(state: FloorState, station: str) -> Iterator[str]:
    """All that work for a station, and for those, and so on."""
    todo, seen = [station], {station}
    while todo:
        for child in children(state, todo.pop()):
            if child not in seen:
                seen.add(child)
                todo.append(child)
                yield child
