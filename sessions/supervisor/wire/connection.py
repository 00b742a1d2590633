"""One console at the supervisor: its greeting, its commands and questions, and its own pace of events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from sessions.sockets.framing import ProtocolError
from sessions.sockets.reading import read
from sessions.supervisor.wire import frames, protocol
from sessions.supervisor.wire.answering import Answering, Questions, unanswered
from sessions.supervisor.wire.attaching import Attaching, Attachments, no_terminals
from sessions.supervisor.wire.capabilities import SPEAKS, VERSION, age_of, lacking
from sessions.supervisor.wire.feed import Feed
from sessions.supervisor.wire.frames import (
    CommandFrame,
    Farewell,
    Hello,
    NevermindFrame,
    QuestionFrame,
    Refused,
    Welcome,
    WorkFrame,
)
from sessions.supervisor.wire.obeying import Commands, Obey
from sessions.supervisor.wire.protocol import Answer, Events, Snapshot
from sessions.text import clean

log = logging.getLogger(__name__)

GREETING_S = 10.0
"""A connection that has not said who it is by then is closed."""
PACE_S = 0.05
"""Between two frames of events to one console: twenty a second are more than it draws."""
SNAPSHOT_PACE_S = 0.5
"""Between two whole floors: a console that far behind is spared most of a burst."""
SNAPSHOT_BYTES = 5_000_000
"""Bytes of whole floors a second at most. The floor of a hundred thousand sessions has five times as many, which take
each side's processor a fifth of a second; its keys wait as long."""
PULSE_S = 5.0
"""The longest silence of a supervisor towards a console."""
BUFFER = 1 << 16
"""Bytes waiting for a console that does not read, besides the one frame under way."""


Receive = Callable[[Hello], str]
"""Is told who comes; says why that one has to look for another supervisor, "" for almost everybody."""


def received(_: Hello) -> str:
    """Whoever comes stays."""
    return ""


class Connection:
    """Serves one console until it leaves. Nothing is queued for it, so one that never reads costs a buffer."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        feed: Feed,
        welcome: Welcome | Refused,
        obey: Obey,
        answering: Answering = unanswered,
        receive: Receive = received,
        attaching: Attaching = no_terminals,
    ) -> None:
        """`welcome` is the answer to a greeting that can be understood; the others do what is asked."""
        self._receive = receive
        self._reader, self._writer = reader, writer
        self._feed, self._welcome = feed, welcome
        self._sending = asyncio.Lock()
        self._commands = Commands(obey, self._send)
        self._questions = Questions(answering, self._send)
        self._attachments = Attachments(attaching, self._send)
        writer.transport.set_write_buffer_limits(high=BUFFER)

    async def serve(self) -> None:
        """Greet, then answer commands and send events until the console has gone."""
        try:
            hello = await self._greet()
            if hello is None:
                return
            await self._converse(hello)
        except ProtocolError as error:
            log.warning("a console was cut off: %s", error)
        except (TimeoutError, ConnectionError) as error:
            log.info("a console has gone: %r", error)
        finally:
            self._writer.close()

    async def settle(self, seconds: float) -> None:
        """Wait until the replies to commands under way are out."""
        await self._commands.settle(seconds)

    def part(self, farewell: frames.Farewell) -> None:
        """Say goodbye without waiting; what the console has not taken by then is lost to it."""
        self._writer.write(frames.encode(farewell))

    async def _greet(self) -> Hello | None:
        async with asyncio.timeout(GREETING_S):
            hello = await read(self._reader, protocol.REQUESTS, frames.MAX_REQUEST)
        if not isinstance(hello, Hello):
            if hello is not None:
                raise ProtocolError("it began with something else than a greeting")
            return None
        age = age_of(hello.version, hello.speaks)
        answer = self._welcome if age == 0 else _misfit(age, hello)
        if isinstance(answer, Welcome) and (why := self._receive(hello)):
            await self._send(Farewell(why))
            return None
        await self._send(answer)
        return None if isinstance(answer, Refused) else hello

    async def _converse(self, hello: Hello) -> None:
        """Listen and send side by side until one of them ends."""
        both = {asyncio.create_task(self._listen()), asyncio.create_task(self._follow(hello))}
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in both:
                task.cancel()
            rest = (self._commands.close(), self._questions.close(), self._attachments.close())
            await asyncio.gather(*both, *rest, return_exceptions=True)

    async def _listen(self) -> None:
        while (frame := await read(self._reader, protocol.REQUESTS, frames.MAX_REQUEST)) is not None:
            if isinstance(frame, CommandFrame):
                self._commands.take(frame)
                await asyncio.sleep(0)  # a refusal is told before the next is needed, however many arrive together
            elif isinstance(frame, QuestionFrame | NevermindFrame):
                self._questions.take(frame)
            elif isinstance(frame, Hello):
                raise ProtocolError("it greeted twice")
            else:
                self._attachments.take(frame)

    async def _follow(self, hello: Hello) -> None:
        """Send what is new, at this console's pace; the next batch is only looked up when the last one was taken."""
        cursor = hello.after
        said: WorkFrame | None = None
        clock = asyncio.get_running_loop().time
        next_floor, next_pulse = 0.0, clock() + PULSE_S
        while True:
            bell = self._feed.bell
            news = self._feed.after(cursor) if hello.follows else None
            work = self._feed.work
            rest = next_floor - clock() if isinstance(news, Snapshot) else 0.0
            if rest > 0.0:
                news = None
            left = next_pulse - clock()
            if news is None and work is said and left > 0.0:
                # The bell may ring all the time for somebody who follows nothing: that is no sign of life to him.
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(rest, left) if rest > 0.0 else left):
                        await bell.wait()
                continue
            if news is None and work is said:
                said = None
            next_pulse = clock() + PULSE_S
            if work is not said:
                said = work
                await self._send(work)
            if isinstance(news, Events):
                cursor += news.count
                await self._put(self._feed.packed(news))
            elif isinstance(news, Snapshot):
                cursor = news.state.seq
                packed = self._feed.packed(news)
                await self._put(packed)
                next_floor = clock() + max(SNAPSHOT_PACE_S, len(packed) / SNAPSHOT_BYTES)
            await asyncio.sleep(PACE_S)

    async def _send(self, frame: Answer) -> None:
        await self._put(frames.encode(frame))

    async def _put(self, packed: bytes) -> None:
        """Write a frame once those before it are out."""
        async with self._sending:
            self._writer.write(packed)
            await self._writer.drain()


def _misfit(age: int, hello: Hello) -> Refused:
    """The refusal of a console of another age: the older of the two is the one to be started again."""
    log.warning("a console speaks version %d and %s", hello.version, clean(" ".join(hello.speaks) or "nothing", 200))
    what = f" ({', '.join(lacking(hello.speaks))} cannot be told)" if hello.version == VERSION else ""
    reason, cure = "the supervisor is of an older factory-tui", "end it with factory-tui stop"
    if age < 0:
        reason, cure = "the supervisor is of a newer factory-tui", "open this console anew"
    return Refused(reason + what, cure, VERSION, SPEAKS)
