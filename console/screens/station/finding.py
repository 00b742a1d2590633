"""Searching a session from a key press: both ways, around its end, and given up for a newer search."""

from __future__ import annotations

import asyncio

import msgspec

from console.screens.station.session import Reader
from sessions.asking.asked import Asked, GivenUpError
from sessions.asking.questions import Found as Hit
from sessions.asking.questions import Step


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
        self._asked: Asked[Hit] | None = None

    def give_up(self) -> None:
        """Let a search that is under way come to nothing."""
        self._newest += 1
        if self._asked is not None:
            self._asked.cancel()

    async def look(self, reader: Reader, pattern: str, start: int, step: Step, count: int) -> Found | None:
        """The nearest of the first `count` entries from `start` on; None when a newer search has begun meanwhile.

        What lies around it can be drawn then. Raises FactoryError where the session cannot be searched.
        """
        self.give_up()
        number = self._newest
        first, other_end = (min(start, count - 1), count - 1) if step < 0 else (start, 0)
        for wrapped, begin in ((False, first), (True, other_end)):
            asked = self._asked = reader.look(pattern, begin, step)
            try:
                entry = (await asked.told_one()).entry
            except GivenUpError:
                return None
            if entry is not None and entry < count:
                await asyncio.to_thread(reader.bring, entry)
                return Found(entry, wrapped) if number == self._newest else None
        return Found(None)
