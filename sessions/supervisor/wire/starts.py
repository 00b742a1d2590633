"""When a console starts its supervisor, and how it waits for that."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable

from sessions.floor.commands import Progress

STARTING = Progress("starting the supervisor", 0, 0)
FIRST_START_S, LAST_START_S = 0.1, 60.0
"""Between two starts of a supervisor, each of which costs a second of a processor."""
MANY_S = 2.0
"""A wait this long follows several deaths in a row."""


class Starts:
    """When a supervisor may be started: not after the operator stopped it, and ever more seldom when it keeps dying."""

    def __init__(self) -> None:
        self.stopped = False
        """The operator ended the last one."""
        self._wait, self._not_before = FIRST_START_S, 0.0

    def ended(self, lasted: float) -> None:
        """The one that was there has gone after `lasted` seconds."""
        if lasted > LAST_START_S:
            self._wait = FIRST_START_S

    @property
    def many(self) -> bool:
        """Several were started, and none lasted."""
        return self._wait > MANY_S

    def due(self) -> bool:
        """Whether one may be started now."""
        return not self.stopped and time.monotonic() >= self._not_before

    def count(self) -> None:
        """One is started now."""
        self._not_before = time.monotonic() + self._wait
        self._wait = min(2 * self._wait, LAST_START_S)


async def on_thread(blocking: Callable[[], None]) -> None:
    """Run on a thread that neither the loop's end nor the program's waits for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def finish(error: BaseException | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(None)

    def run() -> None:
        error: BaseException | None = None
        try:
            blocking()
        except BaseException as caught:  # it is raised again where it is waited for
            error = caught
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(finish, error)

    threading.Thread(target=run, name="supervisor-start", daemon=True).start()
    await done
