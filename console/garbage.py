"""When garbage is looked for: while no key comes, a little at a time, and all of it only while nobody is there.

Left to itself Python looks whenever enough was made, in the middle of a key and on whatever thread, and goes through
all that is young: of a big floor a hundred milliseconds in which nothing else runs.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

SELDOM = 200_000
"""Objects made, less those gone, before Python looks by itself: only a flood brings so many between two frames."""
FEW, MANY = 20_000, 100_000
"""Young objects worth looking at in a time without keys, and between two keys too: it takes from a millisecond to
twenty, since what is young may hold a hundred thousand that are old."""
QUIET_S = 0.5
"""Seconds without a key after which also those are looked at that have been young for longer."""
AWAY_S = 60.0
"""Seconds without a key after which it may take long."""
OFTEN = 50
"""Looks at young ones between two that go through everything."""


class Garbage:
    """Looks for garbage when there is time. `quiet_s` gives the seconds since the last key."""

    def __init__(self, quiet_s: Callable[[], float]) -> None:
        self._quiet_s = quiet_s
        self._timer: asyncio.TimerHandle | None = None
        self._owed = False
        """A look is due as soon as no key comes."""
        self._looks = 0
        """Looks since the last one that went through everything."""

    def begin(self) -> None:
        """What exists now lives as long as the app and need not be gone through again and again."""
        gc.freeze()
        gc.set_threshold(SELDOM, *gc.get_threshold()[1:])
        gc.enable()

    def look(self) -> None:
        """A frame was drawn. What is left to do waits for a time without keys."""
        young = gc.get_count()[0]
        if young >= MANY:
            gc.collect(0)
            self._owed = True
        if young >= FEW and self._timer is None:
            self._wait(max(0.01, QUIET_S - self._quiet_s()))

    def _wait(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._rest)

    def _rest(self) -> None:
        """Go as far as the time without keys allows, and wait for more of it where more is to be done."""
        self._timer, quiet_s = None, self._quiet_s()
        self._owed |= gc.get_count()[0] >= FEW
        if quiet_s >= AWAY_S and self._looks >= OFTEN:
            gc.collect()
            self._owed, self._looks = False, 0
        elif quiet_s >= QUIET_S and self._owed:
            gc.collect(1)
            self._owed, self._looks = False, self._looks + 1
        if self._owed:
            self._wait(max(0.01, QUIET_S - quiet_s))
        elif self._looks >= OFTEN:
            self._wait(max(0.01, AWAY_S - quiet_s))
