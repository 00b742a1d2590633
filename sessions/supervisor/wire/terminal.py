"""An operator's line to a supervisor for the terminal of one agent: it blocks, and its file can be waited for."""

from __future__ import annotations

import contextlib
import itertools
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec

from sessions.errors import FactoryError
from sessions.sockets.framing import LENGTH, ProtocolError
from sessions.stations.keeping.values import Size
from sessions.supervisor.wire import frames
from sessions.supervisor.wire.capabilities import lacking, missed
from sessions.supervisor.wire.frames import EndFrame, Farewell, OutputFrame, Refused, Welcome

PATIENCE_S = 15.0
"""A supervisor takes what is typed, and greets, within that time, or hangs."""
GOODBYE_S = 1.0
"""For a supervisor to take what was typed last; one that hangs keeps nobody longer."""
CHUNK = 1 << 18

_TOLD: msgspec.json.Decoder[frames.Told] = msgspec.json.Decoder(frames.Told)
_NUMBERS = itertools.count(1)


class TerminalLine:
    """Raises `FactoryError` when there is nobody, or nothing to be attached to."""

    def __init__(self, path: Path, station: str, size: Size, looks: bool) -> None:
        self._number = next(_NUMBERS)
        self._heard = bytearray()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(PATIENCE_S)
            self._socket.connect(str(path))
            self._say(frames.hello(follows=False))
            while not self._greeted():
                pass
            self._say(frames.AttachFrame(self._number, station, size.columns, size.lines, looks))
        except (FileNotFoundError, ConnectionRefusedError) as error:
            self.close()
            raise FactoryError("no supervisor runs", "open the floor with factory-tui") from error
        except OSError as error:
            self.close()
            raise FactoryError(f"the supervisor does not answer ({error})", "see its log") from error
        except UnicodeEncodeError as error:
            self.close()
            raise FactoryError("no station has such a name", "factory-tui status lists them") from error
        except BaseException:
            self.close()
            raise

    def fileno(self) -> int:
        """The file that can be read when there is something to hear."""
        return self._socket.fileno()

    def hear(self) -> list[bytes] | None:
        """What is to be written to the terminal; None when the program in it has ended. Waits until there is something.

        Raises `FactoryError` with the reason when there is nothing more for another one.
        """
        output: list[bytes] = []
        for told in self._frames():
            match told:
                case OutputFrame(number, data) if number == self._number:
                    output.append(data)
                case EndFrame(number, reason, cure) if number == self._number:
                    if reason:
                        raise FactoryError(reason, cure)
                    return None
                case Farewell(reason):
                    raise FactoryError(reason, "the agent goes on: attach again")
                case _:
                    continue
        return output

    def type(self, data: bytes) -> None:
        """Type into the agent's terminal."""
        self._say(frames.KeysFrame(self._number, data))

    def resize(self, size: Size) -> None:
        """The operator's terminal has another size now."""
        self._say(frames.SizeFrame(self._number, size.columns, size.lines))

    def close(self) -> None:
        """Let go, once all that was typed has been taken; the agent goes on."""
        with contextlib.suppress(OSError):
            self._socket.settimeout(GOODBYE_S)
            self._socket.shutdown(socket.SHUT_WR)
            while self._socket.recv(CHUNK):
                pass
        self._socket.close()

    def _greeted(self) -> bool:
        for told in self._frames():
            if isinstance(told, Refused):
                raise FactoryError(told.reason, told.cure)
            if isinstance(told, Farewell):
                raise FactoryError(told.reason, "try again")
            if isinstance(told, Welcome):
                if lacking(told.speaks, ["attach"]):
                    raise FactoryError(missed(told.speaks))
                return True
        return False

    def _say(self, frame: frames.Frame) -> None:
        try:
            self._socket.sendall(frames.encode(frame))
        except OSError as error:
            raise FactoryError("the supervisor has gone", "the agent goes on: attach again") from error

    def _frames(self) -> Iterator[frames.Told]:
        """The frames that are whole, after waiting for more of them."""
        try:
            more = self._socket.recv(CHUNK)
        except OSError as error:
            raise FactoryError("the supervisor has gone", "the agent goes on: attach again") from error
        if not more:
            raise FactoryError("the supervisor has gone", "the agent goes on: attach again")
        self._heard += more
        while len(self._heard) >= LENGTH.size:
            (size,) = LENGTH.unpack_from(self._heard)
            if size > frames.MAX_ANSWER:
                raise ProtocolError(f"a frame of {size:,} bytes", "end the supervisor with factory-tui stop")
            end = LENGTH.size + size
            if len(self._heard) < end:
                return
            body = bytes(self._heard[LENGTH.size : end])
            del self._heard[:end]
            try:
                yield _TOLD.decode(body)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise ProtocolError(f"not a frame of this protocol ({error})", "factory-tui stop") from error
