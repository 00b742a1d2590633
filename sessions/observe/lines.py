"""What readers of foreign lines share: who an event is about, what was skipped, a memory that survives restarts."""

from __future__ import annotations

from typing import TypedDict, TypeVar

import msgspec

from sessions.floor.events import SourceSkipped
from sessions.text import clean

Memory = TypeVar("Memory", bound=msgspec.Struct)


class Who(TypedDict):
    """What every event of a station tells."""

    time: float
    source: str
    station: str
    session: str


def remembered(saved: bytes, fresh: Memory) -> Memory:
    """What a reader saved; `fresh` when it saved nothing, or another version of the program did."""
    if not saved:
        return fresh
    try:
        return msgspec.msgpack.decode(saved, type=type(fresh))
    except msgspec.DecodeError:
        return fresh


class Skips:
    """Counts by reason, with the first example of each."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._details: dict[str, str] = {}

    def add(self, reason: str, detail: str = "") -> None:
        self._counts[reason] = self._counts.get(reason, 0) + 1
        if detail:
            self._details.setdefault(reason, clean(detail))

    def events(self, time: float, source: str) -> list[SourceSkipped]:
        """One event for each reason."""
        return [
            SourceSkipped(time=time, source=source, reason=reason, count=count, detail=self._details.get(reason, ""))
            for reason, count in self._counts.items()
        ]
