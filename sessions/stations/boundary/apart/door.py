"""The door of one station, outside its boundary: it lives exactly as long as the program it was started with.

`main` becomes that program; what stays behind is the door. The station's first step inside makes sockets that listen on
its own loopback and hands them out here, so that what happens inside arrives here and nothing else joins the two sides.
Standard library alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypedDict

from sessions.stations.boundary.apart import proxy

KNOCK = 8
"""The descriptor by which the sockets come out."""
MOST = 256
"""Connections at once."""
CONNECT = "FACTORY_TUI_CONNECT"
"""Environment variable that tells `confine` a port."""
REFUSED = "CONNECTION_REFUSED"
"""The signal's name."""
_AGAIN_S = 60.0
_MOST_TOLD = 200
"""Refused hosts that are told of one program; more say nothing new."""


class Config(TypedDict):
    """What a door is told."""

    model: str
    """`host:port`, or the path of a socket."""
    hosts: list[str]
    outbox: str
    loopback: bool
    """There is none inside: listen on the machine's own."""


class Reporter:
    """Tells of what was refused, each host once a minute."""

    def __init__(self, send: Callable[[str, int], None], now: Callable[[], float] = time.monotonic) -> None:
        self._send, self._now = send, now
        self._told: dict[tuple[str, int], float] = {}
        self._lock = threading.Lock()

    def __call__(self, host: str, port: int) -> None:
        with self._lock:
            last, now = self._told.get((host, port)), self._now()
            if (last is not None and now - last < _AGAIN_S) or (last is None and len(self._told) >= _MOST_TOLD):
                return
            self._told[host, port] = now
        self._send(host, port)


def main(words: Sequence[str] = ()) -> None:
    """`CONFIG -- program...`: leave the door open behind, and become the program."""
    config, _, *program = words or sys.argv[1:]
    known: Config = json.loads(config)
    ours, theirs = socket.socketpair()
    if known["loopback"]:
        ours = _listener()
        port = ours.getsockname()[1]
        os.environ.update(proxied(port), **{CONNECT: str(port)})
    program_id = os.getpid()
    if os.fork() == 0:
        status = 1
        try:
            theirs.close()
            _stay(ours, program_id, known)
            status = 0
        finally:
            os._exit(status)
    ours.close()
    if not known["loopback"]:
        os.dup2(theirs.fileno(), KNOCK, inheritable=True)
    os.execvp(program[0], program)


def proxied(port: int) -> dict[str, str]:
    """The variables by which programs find a proxy."""
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    here = "127.0.0.1,localhost,::1"
    found = dict.fromkeys(names, f"http://127.0.0.1:{port}")
    return {**found, "no_proxy": here, "NO_PROXY": here, "NODE_USE_ENV_PROXY": "1"}


def _listener() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def _stay(ours: socket.socket, program: int, config: Config) -> None:
    """Serve until the program has ended. Nothing of its own is kept open: who reads its output waits for its end."""
    os.setsid()
    os.chdir("/")  # no directory of the station's is kept by it
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    handle = os.pidfd_open(program)
    if os.getppid() != program:
        return
    nothing = os.open(os.devnull, os.O_RDWR)
    for entry in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names only
        if (number := int(entry)) > 2 and number not in (nothing, handle, ours.fileno()):
            with contextlib.suppress(OSError):
                os.close(number)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    threading.Thread(target=_open, args=(ours, config), daemon=True).start()
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.poll()


def _open(ours: socket.socket, config: Config) -> None:
    """Take the sockets that listen inside, and serve what comes by each."""
    report = Reporter(lambda host, port: _tell(config["outbox"], host, port))
    room = threading.Semaphore(MOST)
    if config["loopback"]:
        _listen(ours, _to_hosts(config["hosts"], report), room)
        return
    with ours, contextlib.suppress(OSError):
        names, handles, _, _ = socket.recv_fds(ours, 64, 2)
        for name, number in zip(names.decode().split(), handles, strict=True):
            listener = socket.socket(fileno=number)
            serve = _to_model(config["model"]) if name == "model" else _to_hosts(config["hosts"], report)
            threading.Thread(target=_listen, args=(listener, serve, room), daemon=True).start()


Serve = Callable[[socket.socket], None]


def _to_hosts(entries: Sequence[str], report: Reporter) -> Serve:
    return lambda inside: proxy.serve(inside, entries, report)


def _to_model(address: str) -> Serve:
    def serve(inside: socket.socket) -> None:
        with inside, contextlib.suppress(OSError), dial(address) as outside:
            proxy.join(inside, outside)

    return serve


def dial(address: str) -> socket.socket:
    """A connection to `host:port`, or to the socket at a path."""
    if "/" in address:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(address)
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=proxy.PATIENCE_S)


def _listen(listener: socket.socket, serve: Serve, room: threading.Semaphore) -> None:
    def served(connection: socket.socket) -> None:
        try:
            serve(connection)
        finally:
            room.release()

    while True:
        room.acquire()
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=served, args=(connection,), daemon=True).start()


def _tell(outbox: str, host: str, port: int) -> None:
    """Leave a signal. A door that cannot tell still refuses."""
    if not outbox:
        return
    from sessions.stations.signals import hook

    shown = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in host[:253])
    with contextlib.suppress(OSError, hook.OutboxError):
        hook.send(outbox, REFUSED, {"host": shown, "port": port, "act": "connect"})
