"""When the console looks at its link: soon after something has changed, and when time alone changes what is shown.

A console on which nothing happens sleeps. Whoever changes something stirs the pulse, and each look says when the next
one is due although nothing changes, as when an age of `3m` comes to read `4m`.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context

NEVER = math.inf
LEAST_S = 0.05
"""Between two looks at least, whatever the last one said."""


class Pulse:
    """Has `look` called on the loop that it begins on; `look` returns the seconds after which it is due again."""

    def __init__(self, look: Callable[[], float], period: Callable[[], float]) -> None:
        """`period` gives the least seconds between two looks, however much changes."""
        self._look, self._period = look, period
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context: Context | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._looked = -NEVER
        self._stirred = False
        self.looks = 0
        """How often it looked, for measurements."""

    def begin(self) -> None:
        """Look now, and from now on."""
        self._loop, self._context = asyncio.get_running_loop(), copy_context()
        self._tick()

    def end(self) -> None:
        """Look no more."""
        self._loop = None
        if self._timer is not None:
            self._timer.cancel()

    def stir(self) -> None:
        """Something has changed: look soon. Any thread may say so, and as often as it likes."""
        loop = self._loop
        if loop is not None and not self._stirred:
            self._stirred = True
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(self._wake, context=self._context)

    def _wake(self) -> None:
        if self._loop is not None:
            self._wake_at(max(self._loop.time(), self._looked + self._period()))

    def _wake_at(self, moment: float) -> None:
        if self._loop is None or (self._timer is not None and self._timer.when() <= moment):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(moment, self._tick, context=self._context)

    def _tick(self) -> None:
        if self._loop is None:
            return
        self._timer = None
        self._looked = self._loop.time()
        self.looks += 1
        # What comes from here on is told again: this look may not see it.
        self._stirred = False
        rest = self._look()
        if rest < NEVER:
            self._wake_at(self._loop.time() + max(LEAST_S, rest))
