"""Searching a session from a key press: in a thread, both ways, around its end, and given up for a newer search."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from console.screens.station.session import Reader, Step


class Found(msgspec.Struct, frozen=True):
    """The outcome of a search that was not given up."""

    entry: int | None
    """None: it is nowhere in the session."""
    wrapped: bool = False
    """It was found only from the other end."""


class SessionSearch:
    """One search at a time. An empty pattern looks for entries that failed."""

    def __init__(self) -> None:
        self._newest = 0

    def give_up(self) -> None:
        """Let a search that is under way come to nothing."""
        self._newest += 1

    async def look(self, reader: Reader, pattern: str, start: int, step: Step, count: int) -> Found | None:
        """The nearest of the first `count` entries from `start` on; None when a newer search has begun meanwhile.

        Raises what reading the disk may raise.
        """
        self._newest += 1
        number = self._newest

        def given_up() -> bool:
            return number != self._newest

        first, other_end = (min(start, count - 1), count - 1) if step < 0 else (start, 0)
        for wrapped, begin in ((False, first), (True, other_end)):
            entry = await asyncio.to_thread(_look, reader, pattern, begin, step, given_up)
            if given_up():
                return None
            if entry is not None and entry < count:
                return Found(entry, wrapped)
        return Found(None)


def _look(reader: Reader, pattern: str, start: int, step: Step, given_up: Callable[[], bool]) -> int | None:
    return reader.find(pattern, start, step) if pattern else reader.find_failure(start, step, given_up)
