"""When an app under test has nothing more to do."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from math import inf
from typing import Protocol, cast

SOON_S = 0.02
"""A timer that is due within this time is waited for: a screen is drawn by one of a sixtieth of a second. As long may
threads work."""
NEVER_S = 5.0
"""So long at most, whatever comes again and again."""
ALIKE = 3
"""So often in a row there must be nothing to do."""


class _Loop(Protocol):
    """What asyncio's own event loop knows of what it has still to do."""

    _ready: list[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _default_executor: ThreadPoolExecutor | None

    def time(self) -> float: ...


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = NEVER_S) -> None:
    """Stand in for Textual's function of this name, which takes a process that gets no processor for one at rest.

    It waits for what is to be done and for no longer; Textual's sleeps for a fiftieth of a second at least.
    """
    loop = cast(_Loop, asyncio.get_running_loop())
    begun = time.monotonic()
    await asyncio.sleep(min_sleep)
    alike = 0
    while alike < ALIKE and (spent := time.monotonic() - begun) < max_sleep:
        due = min((each.when() for each in loop._scheduled if not each.cancelled()), default=inf) - loop.time()
        wait = max(0.0, due) if due < SOON_S else 0.001 if spent < SOON_S and _threads_work(loop) else 0.0
        alike = alike + 1 if not loop._ready and due >= SOON_S and not wait else 0
        await asyncio.sleep(0 if loop._ready else wait)


def _threads_work(loop: _Loop) -> bool:
    pool = loop._default_executor
    return pool is not None and (not pool._work_queue.empty() or pool._idle_semaphore._value < len(pool._threads))
