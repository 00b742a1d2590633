"""Paces the starts of stations: what the machine, or a provider of models, has no room for waits, and says for what."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from math import inf
from pathlib import Path
from time import monotonic

from sessions.floor.ours.lives import MEMORY, WAITS

LEAST_FREE = 512 << 20
"""Bytes of memory that must be free before another agent is started."""
LOAD = 4.0
"""Processes that wait for each processor, on the average of a minute, above which agents start one after the other."""
AT_ONCE = 4
"""Starts under way at once: more of them only slow each other down."""
AT_PROVIDER = 3
"""Of those, at one provider of models: one that takes its time keeps nobody from starting at another."""
SLOWLY_S = 2.0
"""Longest between two starts on a machine under load, and always at a provider that lets others wait."""
AGAIN_S = 5.0
"""How often it is looked again at what is short, while something waits for that."""

Waits = Callable[[str], Awaitable[None]]
Reason = Callable[[], str]
"""Says why nobody may start; "" when somebody may."""


def nothing() -> str:
    """No reason to wait."""
    return ""


class Turn:
    """A start that is wanted."""

    def __init__(self, waits: Waits, wanted: Callable[[], bool], provider: str = "", limited: Reason = nothing) -> None:
        """`waits` is told each reason while it is put off, and "" when it is not any more.

        One that is not `wanted` any more is let through at once: whoever asked for it looks again. `limited` says how
        its provider lets others wait now.
        """
        self.wanted, self.provider, self.limited = wanted, provider, limited
        self._waits, self._told = waits, ""

    async def tell(self, reason: str) -> None:
        """Say why it waits, once."""
        if reason != self._told and self.wanted():
            self._told = reason
            await self._waits(reason)


class Governor:
    """Lets so many start at once as machine and providers bear, each in the order in which they came.

    For memory everybody waits, and while `barred` gives a reason. Load, and a provider that lets others wait, only
    slow starts down: nobody waits for these for ever.
    """

    def __init__(self, barred: Reason = nothing, short: Reason | None = None, loaded: Reason | None = None) -> None:
        """`short` and `loaded` tell of the machine (by default `scarce` and `busy`)."""
        self._barred, self._loaded = barred, loaded or busy
        self._short = short or scarce
        self._seats = asyncio.Semaphore(AT_ONCE)
        self._under_way = 0
        self._door = _Door()
        self._lines: dict[str, tuple[asyncio.Semaphore, _Door]] = {}
        """Of providers."""
        self._bell = asyncio.Event()

    def again(self) -> None:
        """Something that starts wait for may be over."""
        self._bell.set()
        self._bell = asyncio.Event()

    @asynccontextmanager
    async def let(self, turn: Turn) -> AsyncIterator[None]:
        """Wait for the turn of a start; it lasts as long as the start is under way."""
        while turn.wanted() and (reason := self._barred()):
            await turn.tell(reason)
            await self._bell.wait()
        async with AsyncExitStack() as seats:
            if turn.provider:
                line, door = self._lines.setdefault(turn.provider, (asyncio.Semaphore(AT_PROVIDER), _Door()))
                if line.locked():
                    await turn.tell(f"{WAITS}other starts at {turn.provider}")
                await seats.enter_async_context(line)
                await door.pass_through(turn, nothing, turn.limited, self._rest)
            if self._seats.locked():
                await turn.tell(f"{WAITS}other starts")
            await seats.enter_async_context(self._seats)
            await self._door.pass_through(turn, lambda: self._barred() or self._short(), self._crowded, self._rest)
            self._under_way += 1
            try:
                await turn.tell("")
                yield
            finally:
                self._under_way -= 1
                self.again()

    def _crowded(self) -> str:
        """Why not to start beside those under way; one alone may start whatever the load, in part that of the last."""
        return self._loaded() if self._under_way else ""

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until something may be over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bell.wait()


class _Door:
    """One after the other."""

    def __init__(self) -> None:
        self._turn, self._last = asyncio.Lock(), -inf

    async def pass_through(
        self, turn: Turn, shut: Reason, slow: Reason, rest: Callable[[float], Awaitable[None]]
    ) -> None:
        """Wait while it is `shut`; where there is a reason to be `slow`, at most for a moment after the one before."""
        async with self._turn:
            while turn.wanted():
                reason, wait = shut(), AGAIN_S
                if not reason and (reason := slow()):
                    wait = min(AGAIN_S, self._last + SLOWLY_S - monotonic())
                if not reason or wait <= 0:
                    self._last = monotonic()
                    return
                await turn.tell(reason)
                await rest(wait)


def scarce(meminfo: Path = Path("/proc/meminfo")) -> str:
    """What the machine has no room for another agent in, in words; "" when one may start."""
    with suppress(OSError, ValueError, IndexError):
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:") and (free := int(line.split()[1]) << 10) < LEAST_FREE:
                return f"{MEMORY}: {free >> 20} MB are free"
    return ""


def busy() -> str:
    """How the machine is under load, in words; "" when it is not."""
    with suppress(OSError, AttributeError):
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        if load > LOAD:
            return f"{WAITS}the processor: load {load:.1f} on each"
    return ""
