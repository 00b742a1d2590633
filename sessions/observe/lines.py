"""What readers of foreign lines share: who an event is about, what was skipped, a memory that survives restarts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypedDict, TypeVar

import msgspec

from sessions.floor.events import SourceSkipped
from sessions.text import clean

Memory = TypeVar("Memory", bound=msgspec.Struct)
Decoded = TypeVar("Decoded")
BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding foreign bytes raises."""
REPAIRABLE = 8 << 20
"""A line beyond this many bytes that is not JSON at first sight is not tried a second time."""


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


def repaired(line: bytes) -> bytes | None:
    """JSON that did not decode, made valid where the damage is harmless: NULs of a crash around it, a byte order
    mark, broken UTF-8, halves of surrogate pairs. None where it is no JSON at all."""
    if len(line) > REPAIRABLE:
        return None
    try:
        value = json.loads(line.strip(b"\0 \t\r").decode("utf-8-sig", "replace"))
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        return None


def decoded(decode: Callable[[bytes | msgspec.Raw], Decoded], raw: bytes | msgspec.Raw) -> Decoded | None:
    """What a decoder makes of JSON, where need be after it was mended; None where it makes nothing of it."""
    try:
        return decode(raw)
    except msgspec.ValidationError:
        return None
    except BROKEN:
        again = repaired(bytes(raw))
    try:
        return None if again is None else decode(again)
    except BROKEN:
        return None


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
