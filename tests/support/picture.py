"""What the tests that compare pictures of a screen share: the sizes, and waiting until nothing more will be drawn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from math import inf
from typing import Any, Protocol, cast

from textual.app import App
from textual.pilot import Pilot
from textual.strip import Strip
from textual.worker import WorkerCancelled

from widgets.draw.cells import Line, plain

WIDE, SMALL = (200, 60), (80, 24)
ALIKE = 4
"""Pictures in a row that must be the same before a screen counts as being at rest."""

SOON_S = 0.02
"""A timer that is due within this time is waited for: a screen is drawn by one of a sixtieth of a second. As long may
threads work."""
NEVER_S = 5.0
"""So long at most, whatever comes again and again."""
IDLE = 3
"""So often in a row there must be nothing to do before an app counts as idle."""

Before = Callable[[Pilot[None]], Awaitable[None]]


class Compare(Protocol):
    """The fixture `snap_compare`: whether the app looks as it did when its picture was accepted."""

    def __call__(self, app: App[Any], *, terminal_size: tuple[int, int], run_before: Before) -> bool: ...


def text_of(lines: Sequence[Line]) -> list[str]:
    """The lines without their styles and trailing blanks."""
    return [plain(line).rstrip() for line in lines]


async def at_rest(pilot: Pilot[Any]) -> None:
    """Wait until no worker is at work and several pictures in a row are the same.

    One pause is not enough on a slow machine: a screen may be laid out once more after its first drawing.
    """
    picture, alike = list[Strip](), 0
    while alike < ALIKE:
        await worked(pilot.app)
        await pilot.pause()
        seen, picture = picture, drawn(pilot.app)
        alike = alike + 1 if picture == seen else 0


async def worked(app: App[Any]) -> None:
    """Wait until no worker is at work. One that another takes the place of meanwhile is called off, and is no fault."""
    while not all(worker.is_finished for worker in app.workers):
        with suppress(WorkerCancelled):
            await app.workers.wait_for_complete()


def drawn(app: App[Any]) -> list[Strip]:
    """The screen as a terminal shows it, line by line: a thirtieth of what a picture of it costs."""
    return app.screen._compositor.render_strips()


def text(app: App[Any]) -> str:
    """The screen as a terminal shows it, without colours."""
    return "\n".join(strip.text for strip in drawn(app))


def pressing(*keys: str) -> Before:
    """Press keys, each when the screen has come to rest after the one before."""

    async def go(pilot: Pilot[None]) -> None:
        await at_rest(pilot)
        for key in keys:
            await pilot.press(key)
            await at_rest(pilot)

    return go


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
    while alike < IDLE and (spent := time.monotonic() - begun) < max_sleep:
        due = min((each.when() for each in loop._scheduled if not each.cancelled()), default=inf) - loop.time()
        wait = max(0.0, due) if due < SOON_S else 0.001 if spent < SOON_S and _threads_work(loop) else 0.0
        alike = alike + 1 if not loop._ready and due >= SOON_S and not wait else 0
        await asyncio.sleep(0 if loop._ready else wait)


def _threads_work(loop: _Loop) -> bool:
    pool = loop._default_executor
    return pool is not None and (not pool._work_queue.empty() or pool._idle_semaphore._value < len(pool._threads))
