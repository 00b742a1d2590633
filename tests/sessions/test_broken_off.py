"""Whoever is broken off while it opens or closes something, once or twice, leaves nothing open."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from sessions.floor.events import FactoryOpened
from sessions.journal.lock import Lock, beside
from sessions.journal.writer import Journal
from sessions.sockets.served import by_tasks, closed
from sessions.stations.acp.wire.process import Process
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.keeper.framing import packed
from sessions.stations.keeping.line import Line
from sessions.stations.keeping.starting import socket_of
from sessions.supervisor.recorder import ServingRecorder
from sessions.supervisor.service import Service
from sessions.supervisor.supervisor import Supervisor
from sessions.supervisor.wire.feed import Feed
from tests.support.supervisor import PATIENCE_S, short_directory


async def for_ever(*_: object, **__: object) -> None:
    await asyncio.Event().wait()


async def broken_off(doing: Coroutine[Any, Any, object], begun: asyncio.Event | None = None) -> None:
    """Begin with it, and cancel it in its first wait, or once it has `begun`."""
    task = asyncio.create_task(doing)
    async with asyncio.timeout(PATIENCE_S):
        await (asyncio.sleep(0) if begun is None else begun.wait())
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


def test_a_keeper_that_says_nothing_more_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    greeted, asked = list[asyncio.StreamWriter](), asyncio.Event()

    def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeted.append(writer)
        writer.write(packed({"keeper": 1, "pid": 1, "started": 1}))

    async def unanswered(line: Line, *_: object, **__: object) -> None:
        lines.append(line)
        asked.set()
        await for_ever()

    lines = list[Line]()
    monkeypatch.setattr(Line, "ask", unanswered)

    async def run() -> None:
        with short_directory() as directory:
            server = await asyncio.start_unix_server(greet, socket_of(directory))
            await broken_off(Keeper.open(directory, scoped=False), asked)
            assert [line._writer.is_closing() for line in lines] == [True]
            server.close()
            for writer in greeted:
                writer.close()

    asyncio.run(run())


def test_a_connection_is_closed_with_its_task_also_before_that_has_begun() -> None:
    async def run() -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)
            tasks = set[asyncio.Task[None]]()
            by_tasks(for_ever, tasks)(reader, writer)
            (task,) = tasks
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert writer.is_closing() and not tasks

    asyncio.run(run())


def test_whoever_is_just_coming_in_when_a_door_is_shut_is_not_left_open() -> None:
    async def run() -> None:
        with short_directory() as directory, socket.socket(socket.AF_UNIX) as comes:
            faults, tasks = list[object](), set[asyncio.Task[None]]()
            asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context["message"]))
            server = await asyncio.start_unix_server(by_tasks(for_ever, tasks), directory / "s")
            comes.connect(str(directory / "s"))
            for _ in range(2):  # asyncio has accepted it, and made no line of it yet
                await asyncio.sleep(0)
            await closed(server, tasks)
            await asyncio.sleep(0)
            assert faults == [] and not server.is_serving() and not tasks
            comes.settimeout(PATIENCE_S)
            assert comes.recv(1) == b""

    asyncio.run(run())


def test_an_agent_ends_although_nobody_waits_for_it(tmp_path: Path) -> None:
    async def run() -> None:
        agent = await Process.begin(["sleep", "600"], {"PATH": os.environ["PATH"]}, "/", tmp_path / "log")
        os.kill(agent.pid, signal.SIGSTOP)  # it would end by itself otherwise, or when it is asked to
        await broken_off(agent.end())
        assert await agent.ended(PATIENCE_S)

    asyncio.run(run())


def test_the_next_writer_comes_in_although_the_last_was_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        journal, closing = await Journal.open(tmp_path / "journal.db"), asyncio.Event()
        close = journal._connection.close

        async def slowly() -> None:
            closing.set()
            await for_ever()

        monkeypatch.setattr(journal._connection, "close", slowly)
        await broken_off(journal.close(), closing)
        Lock.take(beside(journal.path)).release()
        await close()

    asyncio.run(run())


def test_a_supervisor_waits_for_the_end_of_all_that_it_does(tmp_path: Path) -> None:
    class Quick(Service):
        name = "quick"

        async def follow(self) -> None:
            await for_ever()

    class Slow(Service):
        name = "slow"

        async def follow(self) -> None:
            begun.set()
            try:
                await for_ever()
            finally:
                for _ in range(9):  # as whoever has much to put away
                    await asyncio.sleep(0)
                ended.append(self.name)

    begun, ended = asyncio.Event(), list[str]()

    async def run() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        opening = FactoryOpened(time=1.0, repo="/srv/shop", name="shop", base="main")
        services = [Quick(), Slow(), Quick()]
        work = Supervisor(ServingRecorder(journal, Feed(journal.state)), services, lambda: opening)
        await broken_off(work.run(), begun)
        assert ended == ["slow"]
        await journal.close()

    asyncio.run(run())
