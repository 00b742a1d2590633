"""The questions of one console at its own end of the line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Generic

import msgspec

from sessions.asking.asked import Asked, UnheardError
from sessions.asking.questions import A, Question, answer_kind
from sessions.errors import FactoryError
from sessions.supervisor.wire import protocol
from sessions.supervisor.wire.capabilities import missed
from sessions.supervisor.wire.protocol import EndFrame, PartFrame, QuestionFrame, Refused, Welcome

_ENCODER = msgspec.json.Encoder()


class Waiting(Generic[A]):
    """A question, how its answer is read, and who waits for it."""

    def __init__(self, question: Question[A], asked: Asked[A]) -> None:
        self.asked = asked
        self._question = question
        self._decoder: msgspec.json.Decoder[A] = msgspec.json.Decoder(answer_kind(type(question)))

    def frame(self, number: int) -> bytes:
        """The question, ready for the wire. Raises `UnicodeEncodeError` for a name that is no text."""
        return protocol.encode(QuestionFrame(number, msgspec.Raw(_ENCODER.encode(self._question))))

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
    """What was asked of this supervisor and not answered to the end. For the thread that holds the line."""

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
            writer.write(protocol.encode(protocol.hello(follows=False)) + waiting.frame(1))
            while not waiting.asked.over:
                frame = await protocol.read(reader, protocol.ANSWERS, protocol.MAX_ANSWER)
                if isinstance(frame, PartFrame | EndFrame):
                    unanswered.take(frame)
                elif isinstance(frame, Refused):
                    unanswered.lost(frame.reason, frame.cure)
                elif isinstance(frame, Welcome) and (lost := missed(frame.speaks)):
                    unanswered.lost(lost)
                elif frame is None:
                    unanswered.lost("the supervisor gave no answer")
        finally:
            writer.close()
