"""The rows of the ranking: the slow ones first, then who else is ranked, then who is not, each with why. Pure."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from sessions.floor.rank.ranking import Entry, Excused, Ranking
from sessions.floor.state import FloorState, name_of
from sessions.text import clean


class Place(IntEnum):
    """In which part of the ranking a station stands."""

    SLOW = 0
    RANKED = 1
    UNRANKED = 2


class Row(msgspec.Struct, frozen=True):
    """A station in the ranking; texts are harmless."""

    station: str
    name: str
    place: Place
    words: str
    entry: Entry | None = None
    excused: Excused | None = None
    task: str = ""
    """What it has in hand, as the floor knows it."""


def rows(state: FloorState, ranking: Ranking) -> list[Row]:
    """Everybody. Who works elsewhere is left out: nothing that this factory is about depends on it."""
    here = {station.id for station in state.stations.values() if not station.elsewhere}
    ranked = [
        _row(state, entry.station, Place.SLOW if entry.slow else Place.RANKED, entry.words, entry)
        for entry in (*ranking.slow, *ranking.others)
        if entry.station in here
    ]
    unranked = [each for each in ranking.unranked if each.station in here]
    found = [_row(state, each.station, Place.UNRANKED, each.words, None, each) for each in unranked]
    return [*ranked, *sorted(found, key=lambda row: (_why(row), row.name))]


def _why(row: Row) -> str:
    return row.excused.why.value if row.excused is not None else ""


def _row(
    state: FloorState,
    station: str,
    place: Place,
    words: str,
    entry: Entry | None = None,
    excused: Excused | None = None,
) -> Row:
    name = clean(name_of(state, station), 60)
    return Row(station, name, place, clean(words, 400), entry, excused, state.hands.get(station, ""))


def counted(found: list[Row]) -> dict[Place, int]:
    """How many stand in each part."""
    return {place: sum(row.place is place for row in found) for place in Place}
