"""`POST /hooks/NAME?station=ID` on loopback: signals of whatever speaks HTTP, with the factory's token.

They go through the same files as all signals, so what was answered with 202 is told whoever dies then. An
`Idempotency-Key` makes of a request that is sent again, also to the next supervisor, the same signal.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import re
import secrets
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from sessions.errors import FactoryError
from sessions.sockets.served import by_tasks, closed
from sessions.stations.signals import hook
from sessions.stations.signals.folder import STATION

LARGEST_HEAD = 16 << 10
CONNECTIONS = 32
"""At once; one more is turned away."""
PATIENCE_S = 10.0
"""How long one request may take."""
_LINGERS = 64
_HERE = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?")


class Address(msgspec.Struct, frozen=True):
    """Where it is, and what opens it; kept in a file that is ours alone, for whoever shall post."""

    url: str
    token: str
    port: int


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus, reason: str, **headers: str) -> None:
        super().__init__(reason)
        self.status, self.headers = status, headers


class _Request(msgspec.Struct, frozen=True):
    method: str
    target: str
    headers: dict[str, str]


class Posting:
    """The server. Made by `open`, in the loop that it runs in."""

    def __init__(self, root: Path, address: Address, server: asyncio.Server, served: set[asyncio.Task[None]]) -> None:
        self._root, self.address, self._server = root, address, server
        self._served = served

    @classmethod
    async def open(cls, root: Path, file: Path) -> Posting:
        """Listen for the stations with outboxes below `root`; `file` is where the address stands, also the last one.

        Raises `FactoryError` where this machine has no loopback to listen on.
        """
        known = _known(file)
        token = known.token if known else secrets.token_urlsafe(32)
        opened: list[Posting] = []
        busy, served = asyncio.Semaphore(CONNECTIONS), set[asyncio.Task[None]]()
        enter = by_tasks(lambda reader, writer: opened[0]._serve(reader, writer, busy), served)
        server = None
        for port in dict.fromkeys((known.port if known else 0, 0)):
            try:
                server = await asyncio.start_server(enter, "127.0.0.1", port, limit=LARGEST_HEAD)
                break
            except OSError as error:
                trouble = error
        if server is None:
            raise FactoryError(f"no signals over HTTP: {trouble.strerror}", "`factory-tui hook` works all the same")
        port = server.sockets[0].getsockname()[1]
        address = Address(f"http://127.0.0.1:{port}/hooks", token, port)
        try:
            _keep(file, address)
        except BaseException:
            server.close()
            raise
        opened.append(cls(root, address, server, served))
        return opened[0]

    async def close(self) -> None:
        """Take no more; what was answered stays told."""
        await closed(self._server, self._served)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, busy: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                if busy.locked():
                    await _answer(writer, HTTPStatus.SERVICE_UNAVAILABLE, "too many requests at once")
                else:
                    async with busy:
                        await self._answered(reader, writer)
                await _linger(reader, writer)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            pass  # whoever it was has gone, or says nothing
        finally:
            writer.close()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._take(await _head(reader), reader, writer)
            await _answer(writer, HTTPStatus.ACCEPTED, "")
        except _RefusedError as refused:
            await _answer(writer, refused.status, str(refused), refused.headers)

    async def _take(self, request: _Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name, outbox = self._addressed(request)
        body = await _body(request, reader, writer)
        try:
            payload = json.loads(body) if body.strip() else {}
        except (ValueError, RecursionError) as error:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "the body is not JSON") from error
        if not isinstance(payload, dict):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "the body is no JSON object")
        key = request.headers.get("idempotency-key", "")
        try:
            await asyncio.to_thread(hook.send, str(outbox), name, payload, key)
        except hook.OutboxError as error:
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the outbox takes nothing now") from error

    def _addressed(self, request: _Request) -> tuple[str, Path]:
        """What it is, and of which station. Whoever has no token learns nothing."""
        if not _HERE.fullmatch(request.headers.get("host", "")):
            raise _RefusedError(HTTPStatus.FORBIDDEN, "this is asked for by another name")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), self.address.token.encode()):
            raise _RefusedError(HTTPStatus.UNAUTHORIZED, "no token, or a wrong one", **{"WWW-Authenticate": "Bearer"})
        try:
            target = urlsplit(request.target)
        except ValueError as error:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "that is no path") from error
        room, _, name = unquote(target.path).removeprefix("/").partition("/")
        if room != "hooks" or not hook.NAMED.fullmatch(name):
            raise _RefusedError(HTTPStatus.NOT_FOUND, "there is only /hooks/NAME")
        if request.method != "POST":
            raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "signals are posted", Allow="POST")
        station = parse_qs(target.query).get("station", [""])[-1]
        outbox = self._root / station
        if not STATION.fullmatch(station) or not outbox.is_dir():
            raise _RefusedError(HTTPStatus.NOT_FOUND, "name a station that this factory runs: ?station=ID")
        return name, outbox


async def _head(reader: asyncio.StreamReader) -> _Request:
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise _RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head is too long") from error
    first, *lines = raw.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise _RefusedError(HTTPStatus.BAD_REQUEST, "that is not HTTP/1.1")
    headers: dict[str, str] = {}
    for line in filter(None, lines):
        name, colon, value = line.partition(":")
        if not colon or name != name.strip() or name.lower() in headers:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "a header is broken, or there twice")
        headers[name.lower()] = value.strip()
    return _Request(words[0], words[1], headers)


async def _body(request: _Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    length = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or not length.isascii() or not length.isdecimal():
        raise _RefusedError(HTTPStatus.LENGTH_REQUIRED, "say how long the body is: Content-Length")
    if len(length) > 12 or int(length) > hook.LARGEST:
        raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a signal has at most {hook.LARGEST:,} bytes")
    if request.headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return await reader.readexactly(int(length))


async def _answer(
    writer: asyncio.StreamWriter, status: HTTPStatus, reason: str, headers: dict[str, str] | None = None
) -> None:
    body = json.dumps({"ok": True} if not reason else {"ok": False, "reason": reason}).encode() + b"\n"
    given = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{k}: {v}" for k, v in (given | (headers or {})).items())]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    await writer.drain()


async def _linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read what is still on its way: the answer would be lost with a connection that is closed before that."""
    writer.write_eof()
    for _ in range(_LINGERS):
        if not await reader.read(1 << 16):
            break


def _known(file: Path) -> Address | None:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as opened:
            status = os.fstat(handle)
            if status.st_uid != os.geteuid() or status.st_mode & 0o077:
                return None  # others may have read it, or written it
            return msgspec.json.decode(opened.read(1 << 16), type=Address)
    except (OSError, msgspec.DecodeError):
        return None


def _keep(file: Path, address: Address) -> None:
    hidden = file.with_name(f".{file.name}")
    hidden.unlink(missing_ok=True)
    handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(msgspec.json.encode(address))
    hidden.replace(file)
