"""A command's line to a supervisor: it says something, waits for what comes of it, and follows nothing.

It blocks, on a plain socket: a command that asks once has no use for a loop, which takes longer to import than the
answer to come.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from sessions.asking.question import A, Question, answer_kind
from sessions.errors import FactoryError
from sessions.floor.commands import Command, Reply
from sessions.sockets.framing import LENGTH, ProtocolError
from sessions.supervisor.wire import frames
from sessions.supervisor.wire.capabilities import lacking, missed
from sessions.supervisor.wire.frames import EndFrame, Farewell, PartFrame, Refused, ReplyFrame, Welcome, WorkFrame

SILENCE_S = 15.0
"""A supervisor says something every five seconds; after this long it hangs, or the machine sleeps."""
CHUNK = 1 << 18

_TOLD: msgspec.json.Decoder[frames.Told] = msgspec.json.Decoder(frames.Told)
_ENCODER = msgspec.json.Encoder()

Frame = TypeVar("Frame", bound=frames.Frame)
Watch = Callable[[WorkFrame], None]
"""Is told what the supervisor is at while it is waited for; what it raises ends the waiting."""


class LostError(FactoryError):
    """The line ended before the answer: it can be asked again, of this supervisor or the next."""


class StoppedError(FactoryError):
    """The operator ended the supervisor meanwhile."""


class Line:
    """One connection. Raises `LostError` when it breaks, FactoryError for a supervisor that does not serve.

    OSError when nobody is there at all.
    """

    def __init__(self, path: Path, watch: Watch, fingerprint: str = "") -> None:
        self._watch = watch
        self._asked = 0
        self._heard = bytearray()
        self.welcome = Welcome(0, 0, "", 0)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(SILENCE_S)
            self._socket.connect(str(path))
            self._say(frames.hello(follows=False, fingerprint=fingerprint))
            self.welcome = self._until(Welcome)
            if lacking(self.welcome.speaks, ["questions"]):
                raise FactoryError(missed(self.welcome.speaks))
        except BaseException:
            self.close()
            raise

    def obey(self, command: Command) -> Reply:
        """Give a command and wait for what it comes to."""
        try:
            frame = frames.command_frame(command)
        except UnicodeEncodeError as error:
            raise FactoryError(
                "words that are not UTF-8 cannot be told to the supervisor", "write them in UTF-8"
            ) from error
        self._say(frame)
        while (answer := self._until(ReplyFrame)).id != command.id:
            pass
        return answer.reply

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> list[A]:
        """Ask and wait for the whole answer; `heard` is called with every part as it comes.

        Raises FactoryError with the reason when there is none.
        """
        self._asked += 1
        decoder: msgspec.json.Decoder[A] = msgspec.json.Decoder(answer_kind(type(question)))
        self._say(frames.QuestionFrame(self._asked, msgspec.Raw(_ENCODER.encode(question))))
        parts: list[A] = []
        while isinstance(frame := self._until(PartFrame, EndFrame), PartFrame):
            try:
                parts.append(decoder.decode(frame.part))
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise FactoryError("the supervisor's answer cannot be read", "end it with factory-tui stop") from error
            if heard is not None:
                heard(parts.pop())
        if isinstance(frame, EndFrame) and frame.reason:
            raise FactoryError(frame.reason, frame.cure)
        return parts

    def close(self) -> None:
        """Let go of the supervisor."""
        self._socket.close()

    def _say(self, frame: frames.Frame) -> None:
        try:
            self._socket.sendall(frames.encode(frame))
        except TimeoutError as error:
            raise self._silent() from error
        except OSError as error:
            raise LostError("the supervisor gave no answer", "try again, or see its log") from error

    def _until(self, *kinds: type[Frame]) -> Frame:
        """The next frame of these kinds."""
        while True:
            frame = self._next()
            if isinstance(frame, kinds):
                return frame
            match frame:
                case WorkFrame():
                    self._watch(frame)
                case Refused(reason, cure):
                    raise FactoryError(reason, cure)
                case Farewell(reason, stopped):
                    raise StoppedError(reason) if stopped else LostError(reason, "see its log")

    def _next(self) -> frames.Told:
        size = LENGTH.unpack(self._bytes(LENGTH.size))[0]
        if size > frames.MAX_ANSWER:
            raise ProtocolError(f"a frame of {size:,} bytes", "end it with factory-tui stop")
        try:
            return _TOLD.decode(self._bytes(size))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ProtocolError(f"not a frame of this protocol ({error})", "factory-tui stop") from error

    def _bytes(self, count: int) -> bytes:
        while len(self._heard) < count:
            try:
                more = self._socket.recv(CHUNK)
            except TimeoutError as error:
                raise self._silent() from error
            except OSError as error:
                raise LostError("the supervisor has died", "try again, or see its log") from error
            if not more:
                raise LostError("the supervisor has died", "try again, or see its log")
            self._heard += more
        found = bytes(self._heard[:count])
        del self._heard[:count]
        return found

    def _silent(self) -> FactoryError:
        who = f"the supervisor (process {self.welcome.pid})" if self.welcome.pid else "the supervisor"
        what = f"{who} has been silent for over {SILENCE_S:.0f} s: it hangs, or somebody halted it"
        return FactoryError(what, "end it with factory-tui stop")
