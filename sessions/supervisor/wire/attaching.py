"""The terminals that one console is attached to, at the supervisor: each a stream of its own on the line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from typing import Protocol

from sessions.errors import FactoryError
from sessions.sockets.framing import ProtocolError
from sessions.stations.keeping.values import Size
from sessions.supervisor.wire.frames import (
    AttachFrame,
    AtTerminal,
    DetachFrame,
    EndFrame,
    KeysFrame,
    OutputFrame,
    SizeFrame,
)
from sessions.text import clean

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Terminals that one console is attached to."""
REASON = 2_000
"""Longest reason of a refusal."""
MOST_SIDE = 10_000
"""Columns or lines of the largest terminal."""


class Attached(Protocol):
    """Somebody at a station's terminal."""

    def output(self) -> AsyncGenerator[bytes, None]:
        """What the operator's terminal is to show, from its present screen on; over when the program has ended."""
        ...

    def type(self, data: bytes) -> None: ...

    def resize(self, size: Size) -> None: ...


Attaching = Callable[[str, Size, bool], AbstractAsyncContextManager[Attached]]
"""Attaches to a station's terminal; the last says that one only looks. Raises `FactoryError` where that cannot be."""


@asynccontextmanager
async def no_terminals(station: str, size: Size, looks: bool) -> AsyncGenerator[Attached, None]:
    """For a supervisor that runs no stations."""
    nobody: tuple[Attached, ...] = ()
    for attached in nobody:
        yield attached
    raise FactoryError("this supervisor runs no agents in terminals")


class Attachments:
    """What one console is attached to. `close` it with the console."""

    def __init__(self, attaching: Attaching, send: Callable[[OutputFrame | EndFrame], Awaitable[object]]) -> None:
        self._attaching, self._send = attaching, send
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._there: dict[int, Attached] = {}

    def take(self, frame: AtTerminal) -> None:
        """Do what is said at a terminal. What is said to one that has just ended is passed over."""
        match frame:
            case AttachFrame(number):
                if len(self._tasks) >= AT_ONCE or number in self._tasks:
                    raise ProtocolError("it is attached to too much")
                task = self._tasks[number] = asyncio.create_task(self._serve(frame))
                task.add_done_callback(lambda _: self._tasks.pop(number))
            case KeysFrame(number, data):
                if (attached := self._there.get(number)) is not None:
                    attached.type(data)
            case SizeFrame(number, columns, lines):
                if (attached := self._there.get(number)) is not None:
                    attached.resize(_size(columns, lines))
            case DetachFrame(number):
                if (task_of := self._tasks.get(number)) is not None:
                    task_of.cancel()

    async def close(self) -> None:
        """Let go of all."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, frame: AttachFrame) -> None:
        reason = cure = ""
        try:
            async with self._attaching(frame.station, _size(frame.columns, frame.lines), frame.looks) as attached:
                self._there[frame.id] = attached
                async with aclosing(attached.output()) as output:
                    async for data in output:
                        await self._send(OutputFrame(frame.id, data))
        except FactoryError as error:
            reason, cure = error.message, error.cure
        except ConnectionError:
            return  # the console has gone, which its own connection says
        except Exception as error:  # a terminal that breaks must not take its console, or others, with it
            log.exception("a terminal broke: %s", clean(frame.station, 200))
            reason, cure = f"the supervisor failed to show it ({type(error).__name__})", "see its log"
        finally:
            self._there.pop(frame.id, None)
        with suppress(ConnectionError):  # nobody is there to be told
            await self._send(EndFrame(frame.id, clean(reason, REASON), clean(cure, REASON)))


def _size(columns: int, lines: int) -> Size:
    return Size(min(max(columns, 1), MOST_SIDE), min(max(lines, 1), MOST_SIDE))
