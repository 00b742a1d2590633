"""A connection to a keeper: questions with their answers, and what it tells unasked."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from pathlib import Path
from typing import TypeVar

import msgspec

from sessions.stations.keeping.keeper.framing import CHUNK, Frames, FramingError, Words, packed
from sessions.stations.keeping.values import KeeperError, KeeperLostError

T = TypeVar("T")

PATIENCE_S = 20.0
"""A keeper answers in milliseconds; one that takes so long was halted."""
LOST = ("the keeper has ended", "what it kept ended with it: start the stations again")


class Line:
    """One connection. Notes wait to be taken; where they are bounded, nothing more is read until some were."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most_notes: int = 0) -> None:
        self._reader, self._writer = reader, writer
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[tuple[Words, bytes]]] = {}
        self._notes: asyncio.Queue[tuple[Words, bytes] | None] = asyncio.Queue(most_notes)
        self.welcome: asyncio.Future[Words] = asyncio.get_running_loop().create_future()
        """What the keeper says first."""
        self.over = False
        self._task = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, path: Path, most_notes: int = 0) -> Line:
        """Connect. Raises OSError where nobody is there."""
        reader, writer = await asyncio.open_unix_connection(path)
        line = cls(reader, writer, most_notes)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.shield(line.welcome)
        except TimeoutError as error:
            await line.close()
            raise KeeperError("the keeper does not answer", "somebody may have halted it: see its log") from error
        except BaseException:
            await line.close()
            raise
        return line

    async def ask(self, do: str, data: bytes = b"", **words: object) -> tuple[Words, bytes]:
        """Ask and wait for the answer. Raises `KeeperError` when it is refused, `KeeperLostError` when none comes."""
        if self.over:
            raise KeeperLostError(*LOST)
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        self._writer.write(packed({"ask": number, "do": do, **words}, data))
        try:
            async with asyncio.timeout(PATIENCE_S):
                words, raw = await answer
        except TimeoutError as error:
            raise KeeperError("the keeper does not answer", "somebody may have halted it: see its log") from error
        finally:
            self._asked.pop(number, None)
        if (reason := words.get("error")) is not None:
            raise RefusedError(str(reason), words)
        return words, raw

    def say(self, do: str, data: bytes = b"", **words: object) -> None:
        """Ask for something whose answer does not matter."""
        if not self.over:
            self._writer.write(packed({"do": do, **words}, data))

    async def note(self) -> tuple[Words, bytes] | None:
        """What it tells next; None when it tells nothing more."""
        if self.over and self._notes.empty():
            return None
        return await self._notes.get()

    async def close(self) -> None:
        """Hang up; that is done at once, so that nobody who waits for the rest in vain leaves it open."""
        self._writer.close()
        self.welcome.cancel()  # nobody waits for it any more
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _listen(self) -> None:
        frames = Frames()
        try:
            while data := await self._reader.read(CHUNK):
                for words, raw in frames.feed(data):
                    await self._take(words, raw)
        except (OSError, FramingError):
            pass
        finally:
            self.over = True
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(KeeperLostError(*LOST))
            if not self.welcome.done():
                self.welcome.set_exception(KeeperLostError(*LOST))
        await self._notes.put(None)

    async def _take(self, words: Words, raw: bytes) -> None:
        if "note" in words:
            await self._notes.put((words, raw))
        elif isinstance(number := words.get("ask"), int):
            if (answer := self._asked.get(number)) is not None and not answer.done():
                answer.set_result((words, raw))
        elif "keeper" in words and not self.welcome.done():
            self.welcome.set_result(words)


class RefusedError(KeeperError):
    """The keeper says why it does not do it; `words` are all that it says."""

    def __init__(self, reason: str, words: Words) -> None:
        super().__init__(reason)
        self.words = words


def value(kind: type[T], told: object) -> T:
    """What a keeper told, as a value. Raises `KeeperError` where it is another."""
    try:
        return msgspec.convert(told, kind)
    except msgspec.ValidationError as error:
        raise KeeperError("the keeper cannot be understood", "it may be of another factory-tui") from error


def number_in(words: Words, name: str) -> int:
    """A number that a keeper told."""
    return value(int, words.get(name))
