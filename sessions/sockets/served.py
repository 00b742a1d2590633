"""Connections at a door: each has a task that serves it, and is closed with that task, whatever becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

COMES_IN = 3
"""Turns of the loop after which whoever was being taken in has a task."""

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
Enter = Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]


def by_tasks(serve: Serve, tasks: set[asyncio.Task[None]]) -> Enter:
    """For `asyncio.start_server`: the tasks under way are in `tasks`, from the first moment on.

    Tasks that asyncio makes by itself leave a connection open when they are cancelled before they have begun, and their
    end by a cancellation is told as a fault.
    """

    def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def over(task: asyncio.Task[None]) -> None:
            tasks.discard(task)
            writer.close()

        task = asyncio.create_task(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(over)

    return enter


def shut(server: asyncio.Server) -> None:
    """Take no more connections, from now on.

    Whoever is just being taken in comes in first: asyncio breaks off in the middle of that where its server is closed
    by then, and leaves the connection open.
    """
    loop = server.get_loop()
    for listener in server.sockets:
        loop.remove_reader(listener.fileno())
    loop.call_soon(server.close)


async def closed(server: asyncio.Server, tasks: set[asyncio.Task[None]]) -> None:
    """Take no more connections, and break off what serves those that there are."""
    shut(server)
    for _ in range(COMES_IN):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
