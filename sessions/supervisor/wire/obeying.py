"""The commands of one console at the supervisor: a few are carried out at once, and nothing else waits for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec
from msgspec.structs import replace

from sessions.floor.commands import Command, Reply
from sessions.sockets.framing import ProtocolError
from sessions.supervisor.wire.frames import CommandFrame, ReplyFrame
from sessions.supervisor.wire.protocol import COMMANDS
from sessions.text import clean

log = logging.getLogger(__name__)

Obey = Callable[[Command], Awaitable[Reply]]
"""Carries out a command."""

COMMANDS_AT_ONCE = 8
"""Commands of one console under way; further ones wait for these."""
MOST_COMMANDS = 64
"""Under way and waiting; one more is refused, so that a console's questions are always heard."""
REASON = 2_000
"""Longest reason of a refusal."""


class Commands:
    """What one console has commanded and not been told yet. `close` it with the console."""

    def __init__(self, obey: Obey, send: Callable[[ReplyFrame], Awaitable[object]]) -> None:
        self._obey, self._send = obey, send
        self._given: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(COMMANDS_AT_ONCE)

    def take(self, frame: CommandFrame) -> None:
        """Have a command carried out, once there is room for it."""
        if len(self._given) >= 2 * MOST_COMMANDS:
            raise ProtocolError("it commands and does not listen")
        full = len(self._given) >= MOST_COMMANDS
        task = asyncio.create_task(self._refuse(frame) if full else self._answer(frame))
        self._given.add(task)
        task.add_done_callback(self._given.discard)

    async def settle(self, seconds: float) -> None:
        """Wait until all replies are out."""
        if self._given:
            await asyncio.wait(self._given, timeout=seconds)

    async def close(self) -> None:
        """Tell nobody any more what came of them; those that wait are never begun."""
        tasks = tuple(self._given)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _refuse(self, frame: CommandFrame) -> None:
        reply = Reply(False, f"{MOST_COMMANDS} commands of this console are under way", "wait for some of them")
        await self._send(ReplyFrame(frame.id, reply))

    async def _answer(self, frame: CommandFrame) -> None:
        async with self._slots:
            reply = await self._reply(frame)
            # A reason may name a file whose name is no text; without an answer its console would wait for ever.
            reply = replace(reply, reason=clean(reply.reason, REASON), cure=clean(reply.cure, REASON))
            await self._send(ReplyFrame(frame.id, reply))

    async def _reply(self, frame: CommandFrame) -> Reply:
        try:
            return await self._obey(COMMANDS.decode(frame.command))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return Reply(False, "the supervisor does not know this command", "end it with factory-tui stop")
        except Exception as error:  # a command that breaks must not take its console, or others, with it
            log.exception("a command broke: %s", clean(frame.id, 64))
            return Reply(False, f"the supervisor failed to do it ({type(error).__name__})", "see its log")
