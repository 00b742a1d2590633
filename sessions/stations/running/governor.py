"""Paces the starts of stations: what the machine has no room for waits, and says for what."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

LEAST_FREE = 512 << 20
"""Bytes of memory that must be free before another agent is started."""
LOAD = 4.0
"""Processes that wait for each processor, on the average of a minute, above which no agent is started."""
AT_ONCE = 4
"""Starts under way at once: more of them only slow each other down."""
AGAIN_S = 5.0
"""How often the machine is looked at while something waits for it."""

Waits = Callable[[str], Awaitable[None]]
"""Is told why a start waits."""


class Governor:
    """Lets so many start at once as the machine bears, in the order in which they came."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._seats = asyncio.Semaphore(at_once)
        self._door = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, waits: Waits) -> AsyncIterator[None]:
        """One start. `waits` is told each reason once while it is put off."""
        if self._seats.locked():
            await waits("waits for other starts")
        async with self._seats:
            async with self._door:
                told = ""
                while reason := scarce():
                    if reason != told:
                        await waits(reason)
                        told = reason
                    await asyncio.sleep(AGAIN_S)
            yield


def scarce(meminfo: Path = Path("/proc/meminfo")) -> str:
    """What the machine is short of, in words; "" when another agent may start."""
    with suppress(OSError, ValueError, IndexError):
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:") and (free := int(line.split()[1]) << 10) < LEAST_FREE:
                return f"waits for memory: {free >> 20} MB are free"
    with suppress(OSError, AttributeError):
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        if load > LOAD:
            return f"waits for the processor: load {load:.1f} on each"
    return ""
