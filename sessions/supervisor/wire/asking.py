"""The questions of one console at its own end of the line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic

import msgspec

from sessions.asking.asked import Asked, UnheardError
from sessions.asking.question import A, Question, answer_kind
from sessions.errors import FactoryError
from sessions.sockets.reading import read
from sessions.supervisor.wire import frames, protocol
from sessions.supervisor.wire.capabilities import lacking, missed
from sessions.supervisor.wire.frames import EndFrame, PartFrame, QuestionFrame, Refused, Welcome

_ENCODER = msgspec.json.Encoder()


class Waiting(Generic[A]):
    """A question, how its answer is read, and who waits for it."""

    def __init__(self, question: Question[A], asked: Asked[A]) -> None:
        self.asked = asked
        self._question = question
        self._decoder: msgspec.json.Decoder[A] = msgspec.json.Decoder(answer_kind(type(question)))

    def frame(self, number: int) -> bytes:
        """The question, ready for the wire. Raises `UnicodeEncodeError` for a name that is no text."""
        return frames.encode(QuestionFrame(number, msgspec.Raw(_ENCODER.encode(self._question))))

    def part(self, body: msgspec.Raw) -> None:
        """Hand on a part."""
        try:
            part = self._decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.asked.end(FactoryError("the supervisor's answer cannot be read", "end it with factory-tui stop"))
            self.asked.halt.pull()
            return
        self.asked.part(part)


class Unanswered:
    """What was asked over one line and not answered to the end."""

    def __init__(self) -> None:
        self._waiting: dict[int, Waiting[object]] = {}

    def put(self, number: int, waiting: Waiting[A]) -> None:
        """Wait for an answer."""
        self._waiting[number] = waiting  # type: ignore[assignment]  # it hands on what it reads by itself

    def forget(self, number: int) -> bool:
        """Nobody waits for this one any more; False when it was over."""
        return self._waiting.pop(number, None) is not None

    def take(self, frame: PartFrame | EndFrame) -> None:
        """Hand on what came. What nobody waits for any more was on its way when it was called off."""
        if (waiting := self._waiting.get(frame.id)) is None:
            return
        if isinstance(frame, PartFrame):
            waiting.part(frame.part)
            return
        del self._waiting[frame.id]
        waiting.asked.end(FactoryError(frame.reason, frame.cure) if frame.reason else None)

    def lost(self, reason: str, cure: str = "") -> None:
        """The line is gone: nothing more will come."""
        waiting, self._waiting = self._waiting, {}
        for each in waiting.values():
            each.asked.end(UnheardError(reason, cure))


Write = Callable[[bytes], None]


class Questions:
    """Asks over a line that comes and goes. Any thread may ask; the rest is for the thread that holds the line."""

    def __init__(
        self,
        numbers: Iterator[int],
        post: Callable[[Callable[[], None]], bool],
        line: Callable[[], Write | None],
        refusal: Callable[[], UnheardError],
    ) -> None:
        """`post` has something done on the line's thread, and is False when that is over.

        `line` writes to the supervisor, where there is one that answers questions; else `refusal` says why not.
        """
        self._numbers, self._post, self._line, self._refusal = numbers, post, line, refusal
        self._unanswered = Unanswered()
        self._open: set[Callable[[FactoryError], None]] = set()
        """Ends what was asked, also what never came so far as the line."""

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        """Ask; `heard` is called on the line's thread with every part, and must not block."""
        asked = Asked(heard)
        end = asked.end
        self._open.add(end)
        asked.then(lambda: self._open.discard(end))
        waiting = Waiting(question, asked)
        if not self._post(lambda: self._put(waiting)):
            asked.end(self._refusal())
        return asked

    def take(self, frame: PartFrame | EndFrame) -> None:
        """Hand on what came."""
        self._unanswered.take(frame)

    def lost(self, reason: str, cure: str = "") -> None:
        """The line is gone, and with it what was asked over it."""
        self._unanswered.lost(reason, cure)

    def close(self) -> None:
        """There will be no line any more."""
        for end in tuple(self._open):
            end(self._refusal())

    def _put(self, waiting: Waiting[A]) -> None:
        asked, write = waiting.asked, self._line()
        if write is None:
            asked.end(self._refusal())
            return
        number = next(self._numbers)
        try:
            frame = waiting.frame(number)
        except UnicodeEncodeError:
            asked.end(FactoryError("words that are not UTF-8 cannot be told to the supervisor", "write them in UTF-8"))
            return
        self._unanswered.put(number, waiting)
        write(frame)
        asked.halt.then(lambda: self._lose_interest(number))

    def _lose_interest(self, number: int) -> None:
        """In a question; from any thread."""
        self._post(lambda: self._tell_so(number))

    def _tell_so(self, number: int) -> None:
        if self._unanswered.forget(number) and (write := self._line()) is not None:
            write(frames.encode(frames.NevermindFrame(number)))


def ask_once(path: Path, question: Question[A], patience_s: float) -> list[A]:
    """Ask the supervisor at a socket, for a command that follows nothing.

    Raises `FactoryError` with its reason, and when it has not answered in time; OSError when nobody is there.
    """
    asked: Asked[A] = Asked()
    try:
        asyncio.run(_ask_once(path, Waiting(question, asked), patience_s))
    except TimeoutError as error:
        raise FactoryError("the supervisor did not answer in time", "see its log") from error
    return asked.all()


async def _ask_once(path: Path, waiting: Waiting[A], patience_s: float) -> None:
    unanswered = Unanswered()
    unanswered.put(1, waiting)
    async with asyncio.timeout(patience_s):
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            writer.write(frames.encode(frames.hello(follows=False)) + waiting.frame(1))
            while not waiting.asked.over:
                frame = await read(reader, protocol.ANSWERS, frames.MAX_ANSWER)
                if isinstance(frame, PartFrame | EndFrame):
                    unanswered.take(frame)
                elif isinstance(frame, Refused):
                    unanswered.lost(frame.reason, frame.cure)
                elif isinstance(frame, Welcome) and lacking(frame.speaks, ["questions"]):
                    unanswered.lost(missed(frame.speaks))
                elif frame is None:
                    unanswered.lost("the supervisor gave no answer")
        finally:
            writer.close()
