"""The wire to an agent: one JSON message a line, of any length that memory allows, and nothing that breaks a reader."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from sessions.observe.lines import decoded

LIMIT = 64 << 20
"""Bytes of a line; a longer one is passed over."""
CHUNK = 256 << 10
ASKED = "_asked"
"""Where the number of a request is put among its parameters, for whoever answers it."""

Message = dict[str, object]


class Lines:
    """Messages over two streams; a `Transport` of the SDK, which takes any message that this one lets pass."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        skipped: Callable[[str, str], None],
        room: Callable[[], Awaitable[None]],
        over: Callable[[], None],
    ) -> None:
        """`skipped` is told why a line was passed over, and its beginning; `room` is awaited before more is read;
        `over` is called when the agent says no more."""
        self._reader, self._writer = reader, writer
        self._skipped, self._room, self._over = skipped, room, over
        self._buffer = bytearray()
        self._seen = 0
        """How much of the buffer was searched for the end of a line."""
        self._dropping = False
        """The line under way is too long."""

    async def send(self, message: Message) -> None:
        """Write a message. Raises `ConnectionError` when nobody reads it; an answer that nobody reads is none."""
        try:
            self._writer.write(msgspec.json.encode(message) + b"\n")
            await self._writer.drain()
        except (OSError, RuntimeError) as error:
            if "method" in message:
                raise ConnectionError("the agent reads no more") from error

    async def receive(self) -> Message | None:
        """The next message; None when there is no other."""
        while (line := await self._line()) is not None:
            if not line.strip():
                continue
            message = decoded(msgspec.json.decode, line)
            if isinstance(message, dict) and _is_sound(message):
                await self._room()
                return _numbered(message)
            self._skipped("not a message" if isinstance(message, dict) else "not JSON", _beginning(line))
        self._over()
        return None

    async def close(self) -> None:
        """The process is closed by whoever began it."""

    async def _line(self) -> bytes | None:
        while True:
            end = self._buffer.find(b"\n", self._seen)
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                self._seen = 0
                if not self._dropping:
                    return line
                self._dropping = False
                continue
            self._seen = len(self._buffer)
            if self._seen > LIMIT:
                self._skipped("line too long", _beginning(self._buffer))
                self._dropping = True
            if self._dropping:
                self._buffer.clear()
                self._seen = 0
            try:
                chunk = await self._reader.read(CHUNK)
            except OSError:
                chunk = b""
            if not chunk:
                if self._buffer.strip():
                    self._skipped("torn line", _beginning(self._buffer))
                self._buffer.clear()
                return None
            self._buffer += chunk


def _is_sound(message: Message) -> bool:
    """Whether the SDK takes it without harm: it looks an id up, and reads the fields of an error."""
    if not isinstance(message.get("id"), int | str | None):
        return False
    if "method" in message:
        return isinstance(message["method"], str)
    error = message.get("error")
    if isinstance(error, dict):
        return isinstance(error.get("code", 0), int) and isinstance(error.get("message", ""), str)
    return "id" in message and error is None


def _numbered(message: Message) -> Message:
    params = message.get("params")
    if "method" in message and "id" in message and isinstance(params, dict):
        message["params"] = {**params, ASKED: message["id"]}
    return message


def _beginning(line: bytes | bytearray) -> str:
    return bytes(line[:400]).decode("utf-8", "replace")
