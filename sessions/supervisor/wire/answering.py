"""The questions of one console at the supervisor: answered side by side, each part when the line has room for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import msgspec

from sessions.asking.questions import QUESTIONS, AnyQuestion
from sessions.errors import FactoryError
from sessions.sockets.framing import ProtocolError
from sessions.supervisor.wire.frames import MAX_PART, EndFrame, NevermindFrame, PartFrame, QuestionFrame
from sessions.text import clean

log = logging.getLogger(__name__)

Answering = Callable[[AnyQuestion], AsyncGenerator[msgspec.Raw, None]]
"""The parts of an answer; raises `FactoryError` where there is none. Closing it calls the work off."""

QUESTIONS_AT_ONCE = 32
"""Questions of one console under way; one more is refused, so that it can always lose interest in the others."""
REASON = 2_000
"""Longest reason of a refusal."""


async def unanswered(question: AnyQuestion) -> AsyncGenerator[msgspec.Raw, None]:
    """For a supervisor that has nothing to look into."""
    nothing: tuple[msgspec.Raw, ...] = ()
    for part in nothing:
        yield part
    raise FactoryError("this supervisor answers no questions")


class Questions:
    """What one console has asked and not been told yet. `close` it with the console."""

    def __init__(self, answering: Answering, send: Callable[[PartFrame | EndFrame], Awaitable[object]]) -> None:
        self._answering, self._send = answering, send
        self._asked: dict[int, asyncio.Task[None]] = {}

    def take(self, frame: QuestionFrame | NevermindFrame) -> None:
        """Begin with a question, or lose interest in one."""
        if isinstance(frame, NevermindFrame):
            if (task := self._asked.get(frame.id)) is not None:
                task.cancel()
            return
        if len(self._asked) >= 2 * QUESTIONS_AT_ONCE:
            raise ProtocolError("it asks and does not listen")
        full = len(self._asked) >= QUESTIONS_AT_ONCE or frame.id in self._asked
        task = asyncio.create_task(self._refuse(frame.id) if full else self._tell(frame))
        name = -id(task) if full else frame.id
        self._asked[name] = task
        task.add_done_callback(lambda _: self._asked.pop(name))

    async def close(self) -> None:
        """Call everything off."""
        tasks = tuple(self._asked.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _refuse(self, number: int) -> None:
        await self._end(number, "too many questions at once", "wait for the answers")

    async def _tell(self, frame: QuestionFrame) -> None:
        try:
            question = QUESTIONS.decode(frame.question)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            await self._end(frame.id, "the supervisor does not know this question", "end it with factory-tui stop")
            return
        try:
            async with aclosing(self._answering(question)) as parts:
                async for part in parts:
                    if len(bytes(part)) > MAX_PART:
                        raise FactoryError("there is too much of it to be told", "look at a smaller part")
                    await self._send(PartFrame(frame.id, part))
        except FactoryError as error:
            await self._end(frame.id, error.message, error.cure)
        except ConnectionError:
            return  # the console has gone, which its own connection says
        except Exception as error:  # a question that breaks must not take its console, or others, with it
            log.exception("a question broke: %s", clean(str(question), 400))
            await self._end(frame.id, f"the supervisor failed to answer ({type(error).__name__})", "see its log")
        else:
            await self._end(frame.id)

    async def _end(self, number: int, reason: str = "", cure: str = "") -> None:
        # A reason may name a file whose name is no text; without an end its console would wait for ever.
        try:
            await self._send(EndFrame(number, clean(reason, REASON), clean(cure, REASON)))
        except ConnectionError:
            return
