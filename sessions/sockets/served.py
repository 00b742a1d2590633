"""Connections at a door: each has a task that serves it, and is closed with that task, whatever becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

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
