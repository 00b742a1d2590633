"""A host process's door and life: one supervisor at a time is served, and without any it ends after a while."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import sys
from pathlib import Path

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.sockets import door
from sessions.sockets.framing import ProtocolError
from sessions.sockets.reading import read
from sessions.sockets.served import by_tasks, shut
from sessions.stations.contract import CONTRACT
from sessions.stations.hosting import tasks
from sessions.stations.hosting.hall import Hall, Load
from sessions.stations.hosting.line import DOWN, MAX_FRAME, VERSION, Ack, Asked, Down, End, Frame, List, Ready, Running
from sessions.stations.hosting.line import encode as encoded
from sessions.stations.hosting.outgoing import MOST_BYTES, Outgoing
from sessions.stations.hosting.spool import Spool

log = logging.getLogger(__name__)

PATIENCE_S = 900.0
"""Without a supervisor for so long a host ends its turns, so that no tokens are spent, then its agents and itself."""
EMPTY_S = 30.0
"""The same for one that has no agent: whoever needs a host starts another, and what it told lies on the disk."""


class Host:
    """Serves the supervisor that came last: an older one is dead, or does not know yet that it is."""

    def __init__(self, kinds: tuple[str, ...], load: Load, socket: Path, patience: float, most: int) -> None:
        self._kinds, self._socket, self._patience = kinds, socket, patience
        self._spool = Spool(socket.with_name(socket.name + ".told"))
        self._outgoing = Outgoing(self._spool, most)
        self._hall = Hall(load, self._outgoing)
        self._writer: asyncio.StreamWriter | None = None
        self._over = asyncio.Event()
        self._alone: asyncio.TimerHandle | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._entered: set[asyncio.Task[None]] = set()

    async def live(self) -> None:
        """Serve until told to end, or left alone for too long."""
        loop = asyncio.get_running_loop()
        tasks.install(self._hall.broke)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._over.set)
        listener, made = door.bound(self._socket)
        server = await asyncio.start_unix_server(by_tasks(self._enter, self._entered), sock=listener)
        self._wait_alone()
        log.info("a host for %s at %s", ", ".join(self._kinds), self._socket)
        try:
            await self._over.wait()
        finally:
            shut(server)
            await self._hall.interrupt()
            await self._hall.close()
            self._outgoing.flush()
            with contextlib.suppress(OSError):
                if os.path.samestat(self._socket.lstat(), made):
                    self._socket.unlink()
            if self._writer is not None:
                with contextlib.suppress(OSError):
                    await self._writer.drain()
                self._writer.close()
            self._spool.close()
            log.info("the host for %s ends", ", ".join(self._kinds))

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not door.may_enter(door.peer_uid(writer.get_extra_info("socket")), os.geteuid()):
            log.warning("somebody else was not let in")
            writer.close()
            return
        if self._writer is not None:
            self._leave(self._writer)
        self._writer = writer
        if self._alone is not None:
            self._alone.cancel()
            self._alone = None
        pid = os.getpid()
        self._say(writer, Ready(VERSION, CONTRACT, self._outgoing.host, pid, started_at(pid), self._kinds))
        try:
            while (frame := await read(reader, DOWN, MAX_FRAME)) is not None:
                self._take(frame, writer)
        except (ProtocolError, ConnectionError) as error:
            log.warning("the supervisor was cut off: %s", error)
        finally:
            self._leave(writer)

    def _leave(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        if self._writer is writer:
            self._writer = None
            self._outgoing.detach()
            self._wait_alone()

    def _wait_alone(self) -> None:
        busy = self._hall.seated() or self._under_way
        patience = self._patience if busy else min(EMPTY_S, self._patience)
        self._alone = asyncio.get_running_loop().call_later(patience, self._left_alone, patience)

    def _left_alone(self, patience: float) -> None:
        log.warning("no supervisor for %g s", patience)
        self._over.set()

    def _take(self, frame: Down, writer: asyncio.StreamWriter) -> None:
        match frame:
            case Ack(seq):
                self._acked(seq, writer)
            case List(id):
                self._outgoing.flush()
                self._say(writer, Running(id, self._hall.seated()))
            case End():
                self._over.set()
            case _:
                task = asyncio.create_task(self._answer(frame, writer))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    def _acked(self, seq: int, writer: asyncio.StreamWriter) -> None:
        if self._writer is not writer:
            return
        if self._outgoing.attached:
            self._outgoing.acked(seq)
        else:
            self._outgoing.attach(writer.write, seq)

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        done = await self._hall.obey(asked)
        self._outgoing.flush()
        self._say(writer, replace(done, seq=self._outgoing.seq))

    def _say(self, writer: asyncio.StreamWriter, frame: Frame) -> None:
        if not writer.is_closing():
            writer.write(encoded(frame))


def _watch_children() -> None:
    """Have the kernel tell of children that end; before Python 3.12 a thread would wait for each of them."""
    if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):
        asyncio.get_event_loop_policy().set_child_watcher(asyncio.PidfdChildWatcher())


def started_at(pid: int) -> int:
    """When the process began, as the kernel counts it (field 22 of /proc/PID/stat); 0 where it does not tell."""
    try:
        line = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return 0
    return int(line.rpartition(b")")[2].split()[19])


def run(kinds: tuple[str, ...], load: Load, socket: Path, patience: float = PATIENCE_S, most: int = MOST_BYTES) -> None:
    """Be a host until it ends. Raises `FactoryError` where one is at this socket already."""
    lock = os.open(socket.with_name(socket.name + ".lock"), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FactoryError(f"a host is at {socket} already", "connect to it") from None
        _watch_children()
        asyncio.run(Host(kinds, load, socket, patience, most).live())
    finally:
        os.close(lock)
