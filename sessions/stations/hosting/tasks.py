"""Whose a task is: an agent that breaks is told of by name, and takes nobody with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Generator
from contextvars import ContextVar
from typing import Any, TypeVar

log = logging.getLogger(__name__)

OWNER: ContextVar[str] = ContextVar("station", default="")
"""The station for which is run what is run; tasks that it starts inherit it."""
GRACE_S = 1.0
"""A failed task whose failure nobody has asked for by then is the agent's end."""

T = TypeVar("T")
Broke = Callable[[str, BaseException], None]


class Owned(asyncio.Task[T]):
    """A task that knows whose it is."""

    owner = ""


def install(broke: Broke) -> None:
    """From now on `broke` is told of what fails for a station in the running loop, and that nobody looks after."""
    loop = asyncio.get_running_loop()

    def make(
        loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, T] | Generator[Any, None, T], **more: Any
    ) -> asyncio.Task[T]:
        task: Owned[T] = Owned(coro, loop=loop, **more)
        if owner := OWNER.get():
            task.owner = owner
            task.add_done_callback(look)
        return task

    def look(task: asyncio.Task[Any]) -> None:
        # Whoever asks for the failure clears this mark of the task's, which asyncio's own complaint goes by.
        if not task.cancelled() and task._log_traceback:
            loop.call_later(GRACE_S, blame, task)

    def blame(task: asyncio.Task[Any]) -> None:
        if task._log_traceback and (error := task.exception()):
            broke(task.owner if isinstance(task, Owned) else "", error)

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        owner = getattr(context.get("task") or context.get("future"), "owner", "")
        around = getattr(context.get("handle"), "_context", None)  # a callback, which has no task
        owner = owner or (around.get(OWNER, "") if around is not None else "")
        if owner and isinstance(error, BaseException):
            broke(owner, error)
        else:
            log.error("%s", context.get("message"), exc_info=error)

    loop.set_task_factory(make)
    loop.set_exception_handler(handle)
