"""Waits longer and longer between attempts at what fails again and again."""

from __future__ import annotations

import asyncio


class Backoff:
    """The seconds to wait before each further attempt: twice as long every time, up to a limit."""

    def __init__(self, first: float, last: float) -> None:
        self._first, self._last = first, last
        self._next = first

    def next(self) -> float:
        """Seconds to wait now."""
        wait, self._next = self._next, min(self._next * 2, self._last)
        return wait

    async def rest(self) -> None:
        """Wait as long as it is time to."""
        await asyncio.sleep(self.next())

    def lasted(self, seconds: float) -> None:
        """An attempt went well for so long: after longer than the limit all begins anew."""
        if seconds > self._last:
            self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self._next = self._first
