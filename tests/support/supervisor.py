"""What the supervisor's tests share: events, raw connections, and waiting for what shall come."""

from __future__ import annotations

import asyncio
import os
import resource
import select
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sessions.floor.commands import Command, Reply
from sessions.floor.events import AnyEvent, Event, StationOpened, TextWritten
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.journal import codec
from sessions.sockets.reading import read
from sessions.supervisor.wire import frames, protocol
from sessions.supervisor.wire.answering import Answering, unanswered
from sessions.supervisor.wire.client import Client
from sessions.supervisor.wire.feed import Feed
from sessions.supervisor.wire.obeying import Obey
from sessions.supervisor.wire.protocol import Answer, Events, Request
from sessions.supervisor.wire.server import Server

PATIENCE_S = 30.0
"""How long a test waits for what shall come. Only a failing test waits that long: a loaded machine may be slow."""


@contextmanager
def short_directory(within: str | None = None) -> Iterator[Path]:
    """A directory whose name leaves room for a unix socket's path, where temporary files lie or `within` another."""
    with tempfile.TemporaryDirectory(prefix="ft", dir=within, ignore_cleanup_errors=True) as name:
        yield Path(name)


def spoken(count: int, first: int = 1) -> list[AnyEvent]:
    """`count` events of one station."""
    return [TextWritten(time=1_000.0 + n, station="ship", text=f"step {n}") for n in range(first, first + count)]


def opened() -> AnyEvent:
    return StationOpened(time=1.0, station="ship", kind="claude")


class Peer:
    """A console that speaks the protocol by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, frame: Request) -> None:
        self.writer.write(frames.encode(frame))

    async def hear(self) -> Answer | None:
        """The next frame; None when the other side has hung up."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await read(self.reader, protocol.ANSWERS, frames.MAX_ANSWER)
        except ConnectionResetError:
            return None

    async def hear_a(self, kind: type[Answer]) -> Answer:
        """The next frame of that kind; the others are skipped."""
        while not isinstance(frame := await self.hear(), kind):
            assert frame is not None, f"the connection ended before a {kind.__name__}"
        return frame


@asynccontextmanager
async def dialled(path: Path, after: int | None = 0) -> AsyncIterator[Peer]:
    """A connection to the socket, greeted unless `after` is None."""
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        peer = Peer(reader, writer)
        if after is not None:
            peer.say(frames.hello(after))
        yield peer
    finally:
        writer.close()


async def agree(command: Command) -> Reply:
    return Reply(True, type(command.wish).__name__)


@asynccontextmanager
async def served(
    feed: Feed, obey: Obey = agree, answering: Answering = unanswered
) -> AsyncIterator[tuple[Server, Path]]:
    """A server of `feed` in this process."""
    with short_directory() as directory:
        server = Server(feed, "repo", obey, answering)
        path = directory / "s"
        await server.listen(path)
        try:
            yield server, path
        finally:
            await server.close(frames.Farewell("test over"))


def feed_of(count: int) -> Feed:
    """A feed after `count` events."""
    feed = Feed(EMPTY)
    push(feed, spoken(count))
    return feed


def push(feed: Feed, events: list[AnyEvent]) -> None:
    feed.push(codec.encoded(events).bodies, len(events), fold_all(feed.state, events))


def told(first: int, events: Sequence[Event]) -> Events:
    """The frame with these events."""
    return protocol.events_frame(first, codec.encoded(events).bodies)


class Watched:
    """A real client, and waiting for what becomes of it."""

    def __init__(
        self,
        path: Path,
        state: FloorState = EMPTY,
        revive: Callable[[], None] | None = None,
        clear: Callable[[], None] | None = None,
    ) -> None:
        self._news = threading.Condition()
        self.client = Client(path, state, revive, self._changed, clear=clear)

    def _changed(self) -> None:
        with self._news:
            self._news.notify_all()

    def until(self, true: Callable[[Client], bool], patience_s: float = PATIENCE_S) -> None:
        """Return once it is true of the client."""
        with self._news:
            assert self._news.wait_for(lambda: true(self.client), patience_s), (
                f"in vain: {self.client.contact}, at event {self.client.state.seq}"
            )

    async def soon(self, true: Callable[[Client], bool]) -> None:
        """The same, while the loop of this thread goes on."""
        await asyncio.to_thread(self.until, true)


@contextmanager
def watched(
    path: Path,
    state: FloorState = EMPTY,
    revive: Callable[[], None] | None = None,
    clear: Callable[[], None] | None = None,
) -> Iterator[Watched]:
    """A client of the supervisor at `path`."""
    watching = Watched(path, state, revive, clear)
    watching.client.start()
    try:
        yield watching
    finally:
        watching.client.stop()


async def until(feed: Feed, true: Callable[[FloorState], bool]) -> FloorState:
    """The floor as soon as it is true of it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            bell = feed.bell
            if true(feed.state):
                return feed.state
            await bell.wait()


def ended(pid: int) -> bool:
    """Whether the process ends within the patience of a test."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], PATIENCE_S)[0])
    finally:
        os.close(handle)


def settled(true: Callable[[], bool]) -> None:
    """Return once it is true of something that another thread swaps and nothing announces."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "in vain"
        threading.Event().wait(0.01)


@contextmanager
def full_disk() -> Iterator[None]:
    """This process can write to no file meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
