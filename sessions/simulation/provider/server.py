"""The provider's door: as much of HTTP as clients of models speak, on loopback alone."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from sessions.simulation.provider.dialects import DIALECTS, Dialect, Json, Said, Used, requests_of
from sessions.simulation.provider.gemini import Contents
from sessions.simulation.provider.script import Due, Fault, Script, Step, Trouble
from sessions.sockets.served import by_tasks, closed

HOST = "127.0.0.1"
STREAMED = ":streamGenerateContent"
IN_PATH = dict.fromkeys((STREAMED, ":generateContent"), Contents())
SPOKEN: Mapping[str, Dialect] = {**DIALECTS, **IN_PATH}
"""By the end of the path that is asked."""
MAX_HEAD, MAX_BODY = 1 << 16, 1 << 27


class Logged(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call, as the provider has it. What was broken off is charged for what was sent of it."""

    time: float
    dialect: str
    model: str
    key: str
    number: int
    """Which answer of its script."""
    status: int
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    whole: bool = True
    """It was said to its end."""


Log = Callable[[Logged], None]


class _Asked(msgspec.Struct):
    """A request as it came."""

    path: str
    key: str
    body: bytes
    stays: bool


class Provider:
    """The server. `log` is told of each call once it is over, and `asked` of each request as it came."""

    def __init__(self, script: Script, log: Log, asked: Callable[[dict[str, Any]], None] | None = None) -> None:
        self._script, self._log, self._asked = script, log, asked
        self._attempts: Counter[str] = Counter()
        self._outages: dict[str, float] = {}
        """By name when each began."""
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def listen(self, port: int = 0) -> str:
        """Begin to serve; returns the address that clients take for their base URL."""
        self._server = await asyncio.start_server(by_tasks(self._serve, self._lines), HOST, port, limit=MAX_HEAD)
        return f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}/v1"

    async def close(self) -> None:
        """End, and break off what is under way."""
        if self._server is not None:
            await closed(self._server, self._lines)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (asked := await _read(reader)) is not None:
                await self._answer(asked, writer)
                if not asked.stays:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the client went, or is none
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, asked: _Asked, writer: asyncio.StreamWriter) -> None:
        path = asked.path.split("?")[0]
        name = next((end for end in SPOKEN if path.endswith(end)), "")
        try:
            request = msgspec.json.decode(asked.body)
        except msgspec.DecodeError:
            request = None
        if not name or not isinstance(request, dict):
            await _send(writer, 404 if not name else 400, {"error": {"message": "no such thing here"}})
            return
        if name in IN_PATH:
            request |= {"model": path.rpartition("/")[2].removesuffix(name), "stream": name == STREAMED}
        if self._asked is not None:
            self._asked(request)
        dialect, model = SPOKEN[name], str(request.get("model", ""))
        number = dialect.answered(request)
        names = (model.rpartition("/")[2], asked.key)
        due = self._script.due(names, requests_of(request), number, dialect.last(request))
        step = due.step
        mark = blake2b(f"{asked.key} {model} {dialect.first(request)} {number}".encode(), digest_size=6).hexdigest()
        self._attempts[mark] += 1
        fault = self._trouble(due, self._attempts[mark])
        used = _used(step, asked.body)

        def log(status: int, used: Used, whole: bool) -> None:
            tokens = msgspec.structs.asdict(used)
            self._log(Logged(time.time(), name, model, asked.key, number, status, whole=whole, **tokens))

        await asyncio.sleep(step.delay)
        if fault is not None and fault.kind is Trouble.STATUS:
            log(fault.status, Used(0, 0), whole=True)
            more = {"retry-after": f"{fault.retry_after:g}"} if fault.retry_after else {}
            await _send(writer, fault.status, dialect.error(fault.status, fault.says), more)
            return
        options = request.get("stream_options")
        counted = isinstance(options, dict) and options.get("include_usage") is True
        said = Said(f"{mark}{self._attempts[mark]}", model, step, used, counted)
        if not request.get("stream"):
            log(200, used, whole=True)
            await _send(writer, 200, dialect.whole(said))
            return
        sent = _Sent()
        whole = False
        try:
            whole = await _stream(writer, dialect, said, fault, sent)
        finally:
            share = 1.0 if whole else min(1.0, sent.characters / max(1, len(step.text) * step.repeat))
            log(200, used if whole else msgspec.structs.replace(used, output=int(used.output * share)), whole)
        if not whole:
            raise ConnectionResetError

    def _trouble(self, due: Due, attempt: int) -> Fault | None:
        """What goes wrong with this attempt at an answer."""
        fault = due.step.fault
        if fault is None or due.eased:
            return None
        if not fault.outage:
            return fault if attempt <= fault.times else None
        now = time.monotonic()
        return fault if now - self._outages.setdefault(fault.outage, now) <= fault.lasts else None


class _Sent:
    characters = 0


async def _stream(writer: asyncio.StreamWriter, dialect: Dialect, said: Said, fault: Fault | None, sent: _Sent) -> bool:
    """Say it piece by piece; False when it was broken off."""
    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
        b"transfer-encoding: chunked\r\n\r\n"
    )
    for number, (name, data) in enumerate(dialect.stream(said)):
        if fault is not None and number >= fault.after:
            if fault.kind is Trouble.CUT:
                await writer.drain()
                return False
            if fault.kind is Trouble.SILENCE:
                await asyncio.Event().wait()
            _chunk(writer, b"data: {not json\n\n")
        text = data if isinstance(data, str) else msgspec.json.encode(data).decode()
        _chunk(writer, (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode())
        sent.characters += said.step.piece
        await writer.drain()
        if said.step.pace:
            await asyncio.sleep(said.step.pace)
        if writer.transport.is_closing():
            return False
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


async def _read(reader: asyncio.StreamReader) -> _Asked | None:
    """The next request of a connection; None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(min(int(headers.get("content-length", "0")), MAX_BODY))
    key = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
    return _Asked(first.split(" ")[1] if " " in first else "", key, body, headers.get("connection") != "close")


async def _send(
    writer: asyncio.StreamWriter, status: int, body: Json, headers: Mapping[str, str] | None = None
) -> None:
    data = msgspec.json.encode(body)
    lines = {"content-type": "application/json", "content-length": str(len(data)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"HTTP/1.1 {status} By script\r\n{head}\r\n".encode() + data)
    await writer.drain()


def _used(step: Step, body: bytes) -> Used:
    """What the answer uses: as the script says, else about four characters a token."""
    written = len(step.text) * step.repeat + len(step.thinking) + sum(len(call.json) for call in step.calls)
    given = step.input or max(1, len(body) // 4)
    return Used(given, step.output or max(1, -(-written // 4)), step.cache_read, step.cache_write)
