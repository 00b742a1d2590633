"""Floors as former versions stored them, made such as they are stored now.

Up to version 4 of the fold sessions were numbered from 1 on, and each meter held the numbers of those that contributed:
as bits, 48 to a word, or before version 4 as a list. Now it counts them, and each session knows which meters do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

Fact: TypeAlias = "dict[str, object]"

_WORD = 48
_MAPPINGS = ("models", "branch_meters", "days", "elsewhere_days")


def lift(floor: Fact) -> None:
    """Change a floor of a former version, as JSON gives it, in place. What makes no sense is left as it is."""
    sessions = {}
    for _, session in _items(floor.get("sessions")):
        if isinstance(session, dict) and isinstance(number := session.pop("number", None), int):
            sessions[number] = session
    counted: dict[int, dict[str, list[str]]] = {number: {} for number in sessions}
    for place, name, meter in _meters(floor):
        numbers = meter.get("sessions")
        if isinstance(numbers, list | dict):
            # None is larger than there are sessions, so what else a hostile floor names costs nothing.
            found = [number for number in _numbers(numbers, len(sessions)) if number in counted]
            meter["sessions"] = len(found)
            for number in found:
                counted[number].setdefault(place, []).append(name)
    for number, session in sessions.items():
        session["counted"] = counted[number]


def _meters(floor: Fact) -> Iterator[tuple[str, str, Fact]]:
    """All meters of a floor, with the field that holds each and its name in it."""
    for place in ("total", "elsewhere"):
        if isinstance(meter := floor.get(place), dict):
            yield place, "", meter
    for name, station in _items(floor.get("stations")):
        if isinstance(station, dict) and isinstance(meter := station.get("meter"), dict):
            yield "stations", name, meter
    for place in _MAPPINGS:
        for name, meter in _items(floor.get(place)):
            if isinstance(meter, dict):
                yield place, name, meter


def _items(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from value.items()


def _numbers(numbers: list[object] | dict[str, object], most: int) -> Iterator[int]:
    """The numbers up to `most` in a set of them, as it was stored."""
    if isinstance(numbers, list):
        yield from {number for number in numbers if isinstance(number, int) and number <= most}
        return
    first, words = numbers.get("first", 0), numbers.get("words")
    if isinstance(first, int) and isinstance(words, list) and first >= 0:
        for at, word in enumerate(words[: max(0, most // _WORD + 1 - first)], first):
            if isinstance(word, int):
                yield from (at * _WORD + bit for bit in range(_WORD) if word >> bit & 1)
