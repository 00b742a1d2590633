"""One connection of a station that wants out: `CONNECT`, or a plain request, to a host of its list. Standard library.

Names are looked up out here: nothing inside ever asks for one. A listed name that leads to this machine itself is
refused, as whoever owns the name could have it lead anywhere.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence

from sessions.stations.boundary.apart import hosts

LONGEST = 65_536
"""Bytes before the first empty line."""
PATIENCE_S = 30.0
"""How long that, and a connection to a host, may take; what flows afterwards may pause for as long as it likes."""
PORTION = 262_144
_HOP = ("proxy-", "connection:", "keep-alive:", "te:", "trailer:", "upgrade:")

Address = tuple[str | int, ...] | tuple[int, bytes]
Refused = Callable[[str, int], None]
"""Is told the host and the port."""


class RefusedError(Exception):
    """Not let through; the message is for whoever asked."""

    def __init__(self, status: str, why: str) -> None:
        super().__init__(why)
        self.status = status


def serve(inside: socket.socket, entries: Sequence[str], refused: Refused) -> None:
    """Serve one connection to its end."""
    with inside, contextlib.suppress(OSError):
        inside.settimeout(PATIENCE_S)
        try:
            head, rest = _head(inside)
            method, host, port, forward = _asked(head)
            outside = connect(entries, host, port, refused)
        except RefusedError as error:
            body = f"factory-tui: {error}\n".encode()
            head_line = f"HTTP/1.1 {error.status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
            inside.sendall(head_line.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            inside.shutdown(socket.SHUT_WR)
            return
        with outside:
            if method == "CONNECT":
                inside.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            outside.sendall(forward + rest)
            join(inside, outside)


def connect(entries: Sequence[str], host: str, port: int, refused: Refused) -> socket.socket:
    """A connection to a host that is listed. Raises `RefusedError`."""
    if not hosts.allowed(entries, host, port):
        refused(host, port)
        raise RefusedError("403 Forbidden", f"{host}:{port} is not among the hosts of this station's scope")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RefusedError("502 Bad Gateway", f"{host} is not known") from error
    for family, kind, number, _, address in found:
        if not hosts.is_literal(host) and (hosts.is_inward(str(address[0])) or is_own(family, address)):
            refused(host, port)
            raise RefusedError("403 Forbidden", f"{host} leads to this machine itself")
        outside = socket.socket(family, kind, number)
        try:
            outside.settimeout(PATIENCE_S)
            outside.connect(address)
        except OSError:
            outside.close()
            continue
        return outside
    raise RefusedError("502 Bad Gateway", f"{host}:{port} does not answer")


def is_own(family: int, address: Address) -> bool:
    """Whether an address is one of this machine's own: the way to it begins at itself. Nothing is sent."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)
            return bool(probe.getsockname()[0] == address[0])
    except OSError:
        return False


def _head(inside: socket.socket) -> tuple[bytes, bytes]:
    """What stands before the first empty line, and what came with it."""
    got = b""
    while b"\r\n\r\n" not in got:
        if len(got) > LONGEST:
            raise RefusedError("431 Request Header Fields Too Large", "the request begins with too much")
        portion = inside.recv(PORTION)
        if not portion:
            raise RefusedError("400 Bad Request", "the request has no end")
        got += portion
    head, _, rest = got.partition(b"\r\n\r\n")
    return head, rest


def _asked(head: bytes) -> tuple[str, str, int, bytes]:
    """Method, host, port, and what is to be said to the host first."""
    first, *fields = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise RefusedError("400 Bad Request", "that is no request to a proxy")
    method, target, version = words
    if method == "CONNECT":
        host, port = hosts.split(target, 443)
        forward = b""
    else:
        scheme, _, rest = target.partition("://")
        if scheme.lower() != "http":
            raise RefusedError("400 Bad Request", "a proxy is asked for http://host/path, or to CONNECT")
        name, slash, path = rest.partition("/")
        host, port = hosts.split(name.rpartition("@")[2], 80)
        kept = [field for field in fields if not field.lower().startswith(_HOP)]
        lines = [f"{method} {slash or '/'}{path} {version}", *kept, "Connection: close", "", ""]
        forward = "\r\n".join(lines).encode("latin-1")
    if port is None or not host:
        raise RefusedError("400 Bad Request", "that is no host")
    return method, host, port, forward


def join(one: socket.socket, other: socket.socket) -> None:
    """Pass on what either says until both have ended."""
    for end in (one, other):
        end.settimeout(None)
    back = threading.Thread(target=_pass_on, args=(other, one), daemon=True)
    back.start()
    _pass_on(one, other)
    back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    buffer = memoryview(bytearray(PORTION))
    try:
        while size := source.recv_into(buffer):
            target.sendall(buffer[:size])
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):  # the other direction ends too
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
