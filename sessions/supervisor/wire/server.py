"""The supervisor's door: a unix socket for the operator alone, and the consoles that came through it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

from sessions.sockets.door import bound, may_enter, peer_uid
from sessions.sockets.served import shut
from sessions.supervisor.wire.answering import Answering, unanswered
from sessions.supervisor.wire.attaching import Attaching, no_terminals
from sessions.supervisor.wire.capabilities import SPEAKS, VERSION
from sessions.supervisor.wire.connection import Connection, Receive, received
from sessions.supervisor.wire.feed import Feed
from sessions.supervisor.wire.frames import Farewell, Hello, Refused, Welcome
from sessions.supervisor.wire.obeying import Obey

log = logging.getLogger(__name__)

MAX_CONSOLES = 64
FIRST_S = 5.0
"""For whoever had this supervisor started: it is ready a moment before anybody can connect."""
CLOSING_S = 1.0
"""How long an ending supervisor waits for consoles to take their last frames."""


class Server:
    """Lets consoles in and knows whether any is there."""

    def __init__(
        self,
        feed: Feed,
        repo: str,
        obey: Obey,
        answering: Answering = unanswered,
        receive: Receive = received,
        attaching: Attaching = no_terminals,
    ) -> None:
        """Where `receive` sends somebody away, the door shuts: whoever comes next finds another supervisor, or none."""
        self._receive, self._attaching = receive, attaching
        self._feed, self._repo, self._obey, self._answering = feed, repo, obey, answering
        self._open: dict[Connection, asyncio.Task[None]] = {}
        self._company, self._empty = asyncio.Event(), asyncio.Event()
        self._empty.set()
        self._server: asyncio.Server | None = None
        self._is_shut = False
        self._door: tuple[Path, os.stat_result] | None = None
        """Where consoles come in, and the file that was made there."""

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The consoles that are there."""
        return tuple(self._open)

    async def listen(self, path: Path) -> None:
        """Open the door at `path`. What a dead supervisor left there is removed: the caller holds the lock."""
        listener, file = bound(path)
        self._door = path, file
        self._server = await asyncio.start_unix_server(self._enter, sock=listener)

    def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_shut:  # it was being taken in meanwhile
            writer.close()
            return
        uid = peer_uid(writer.get_extra_info("socket"))
        if not may_enter(uid, os.geteuid()):
            log.warning("user %s was not let in", uid)
            writer.close()
            return
        welcome: Welcome | Refused = Welcome(VERSION, os.getpid(), self._repo, self._feed.state.seq, SPEAKS)
        if len(self._open) >= MAX_CONSOLES:
            welcome = Refused(f"{MAX_CONSOLES} consoles are open already", "close one")
        does = (self._obey, self._answering, self._received, self._attaching)
        connection = Connection(reader, writer, self._feed, welcome, *does)
        task = asyncio.create_task(connection.serve())
        self._open[connection] = task
        self._company.set()
        self._empty.clear()
        task.add_done_callback(lambda task: self._left(connection, task))
        task.add_done_callback(lambda _: writer.close())  # by itself, one does not that is cancelled before it began

    def _received(self, hello: Hello) -> str:
        why = self._receive(hello)
        if why:
            self.shut()
        return why

    def _left(self, connection: Connection, task: asyncio.Task[None]) -> None:
        del self._open[connection]
        if not task.cancelled() and (error := task.exception()):
            log.error("a console could not be served", exc_info=error)
        if not self._open:
            self._company.clear()
            self._empty.set()

    async def deserted(self, patience_s: Callable[[], float]) -> None:
        """Return when nobody has been there for so long, asked for anew each time that the last one goes.

        The first one is given time to come.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(patience_s(), FIRST_S)):
                await self._company.wait()
        while True:
            await self._empty.wait()
            try:
                async with asyncio.timeout(patience_s()):
                    await self._company.wait()
            except TimeoutError:
                return

    def shut(self) -> None:
        """Let nobody in any more, and remove the socket."""
        if self._server is not None and not self._is_shut:
            self._is_shut = True
            shut(self._server)
        if self._door is not None:
            path, made = self._door
            # Where the whole directory was removed meanwhile, another supervisor may have made one of its own.
            with contextlib.suppress(OSError):
                if os.path.samestat(path.lstat(), made):
                    path.unlink()

    async def close(self, farewell: Farewell) -> None:
        """Send everybody away, and let nobody in any more."""
        self.shut()
        connections, tasks = list(self._open), list(self._open.values())
        await asyncio.gather(*(connection.settle(CLOSING_S) for connection in connections))
        for connection in connections:
            connection.part(farewell)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
