"""A real host process over a real socket, with an agent of another package."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.scope import Budget, Scope
from sessions.stations import kinds
from sessions.stations.contract import Decision, LostSessionError
from sessions.stations.hosting import host
from sessions.stations.hosting.client import HostGoneError
from sessions.stations.hosting.outgoing import MOST_BYTES
from tests.support.stations.hosting import Ear, Process, brief, heard, installed


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(
        tmp_path, ["parrot", "parrot-first", "parrot-newer", "parrot-broken"], installed(tmp_path / "site")
    )
    process.start()
    yield process
    process.end()


def said(ear: Ear, station: str) -> list[str]:
    return [e.text for e in ear.events if isinstance(e, ev.TextWritten) and e.station == station]


def test_two_stations_converse_in_one_host(process: Process, tmp_path: Path) -> None:
    async def scene() -> None:
        ear = Ear()
        async with heard(process, ear) as host:
            assert stat.S_IMODE(process.socket.stat().st_mode) == 0o600
            assert host.ready.pid == process.pid and host.ready.started > 0
            await host.begin("parrot", brief("one", tmp_path))
            await host.begin("parrot-first", brief("two", tmp_path))
            await host.prompt("one", "p1", "say one")
            await host.prompt("two", "p2", "say two")
            await ear.until(ev.TurnFinished, count=2)
            assert (said(ear, "one"), said(ear, "two")) == (["one"], ["two"])
            assert [(each.station, each.busy) for each in await host.running()] == [("one", False), ("two", False)]
            assert await host.assign("one", Scope(), Budget())
            assert not await host.assign("two", Scope(), Budget())
            assert process.log.count("is written for contract 1 of 2") == 1
            with pytest.raises(FactoryError, match="newer factory-tui"):
                await host.begin("parrot-newer", brief("three", tmp_path))
            with pytest.raises(FactoryError, match="of the package factory-tui-parrot does not load"):
                await host.begin("parrot-broken", brief("three", tmp_path))
            with pytest.raises(FactoryError, match="this host is none for"):
                await host.begin("builtin", brief("three", tmp_path))

    asyncio.run(scene())


def test_what_is_asked_twice_is_done_once(process: Process, tmp_path: Path) -> None:
    async def scene() -> None:
        ear = Ear()
        async with heard(process, ear) as host:
            await host.begin("parrot", brief("one", tmp_path), "b")
            await host.prompt("one", "p1", "say once")
        async with heard(process, ear) as host:
            seq = await host.begin("parrot", brief("one", tmp_path), "b")
            await host.begin("parrot", brief("one", tmp_path), "another")
            await host.prompt("one", "p1", "say once")
            await host.prompt("one", "p2", "say twice")
            await ear.until(ev.TurnFinished, count=2)
            assert said(ear, "one") == ["once", "twice"]
            assert len(await ear.until(ev.SessionOpened)) == 1
            assert seq <= ear.batches[-1].seq

    asyncio.run(scene())


def test_nothing_is_lost_or_doubled_when_the_supervisor_comes_again(process: Process, tmp_path: Path) -> None:
    async def scene() -> None:
        ear, deaf = Ear(), Ear()
        async with heard(process, ear) as host:
            await host.begin("parrot", brief("one", tmp_path))
            await host.prompt("one", "p1", "flood 300")
            await ear.until(ev.TextWritten)
        # Nobody listens now, then somebody who hears but commits nothing.
        async with asyncio.timeout(60):
            host = await process.connect(ear.mark)
            deaf.listen(host, ack=False)
            await deaf.until(ev.TurnFinished)
            await host.close()
        async with heard(process, ear):
            await ear.until(ev.TurnFinished)
            assert [text.split()[0] for text in said(ear, "one")] == [str(number) for number in range(300)]
            numbers = [batch.seq for batch in ear.batches]
            assert numbers == list(range(1, len(numbers) + 1))

    asyncio.run(scene())


def test_a_killed_hosts_last_words_are_told_by_the_next(process: Process, tmp_path: Path) -> None:
    async def scene() -> None:
        ear, deaf = Ear(), Ear()
        async with heard(process, ear) as host:
            await host.begin("parrot", brief("one", tmp_path))
            await ear.until(ev.SessionOpened)
        host = await process.connect(ear.mark)
        deaf.listen(host, ack=False)
        await host.prompt("one", "p1", "say last words")
        await deaf.until(ev.TurnFinished)
        process.kill()
        with pytest.raises(HostGoneError):
            await host.prompt("one", "p2", "say nothing")
        await host.close()
        process.start()
        async with heard(process, ear) as host:
            await ear.until(ev.TurnFinished)
            assert said(ear, "one") == ["last words"]
            assert await host.running() == ()
            await host.begin("parrot", brief("one", tmp_path, "again"))
            await ear.until(ev.SessionOpened, count=2)
            numbers = [batch.seq for batch in ear.batches]
            assert numbers == list(range(1, len(numbers) + 1))

    asyncio.run(scene())


def test_an_agent_that_breaks_takes_nobody_with_it(process: Process, tmp_path: Path) -> None:
    async def scene() -> None:
        ear = Ear()
        async with heard(process, ear) as host:
            for station in ("well", "one", "two", "three"):
                await host.begin("parrot", brief(station, tmp_path))
            await host.prompt("well", "w1", "wait")
            with pytest.raises(FactoryError, match="fell off the perch"):
                await host.prompt("one", "p1", "crash")
            await host.prompt("two", "p2", "crash later")
            await host.prompt("three", "p3", "lost")
            lost = await ear.until(ev.AgentLost, count=3)
            assert {event.station for event in lost if isinstance(event, ev.AgentLost)} == {"one", "two", "three"}
            (failed,) = await ear.until(ev.TurnFailed, "two")
            assert isinstance(failed, ev.TurnFailed) and "a feather in the works" in failed.reason
            assert "\x1b" not in process.log
            for begin, match in (("gone", "is gone"), ("refuse", "does not start"), ("break", "breaks as it starts")):
                with pytest.raises(FactoryError, match=match) as caught:
                    await host.begin("parrot", brief("four", tmp_path, begin))
                assert isinstance(caught.value, LostSessionError) is (begin == "gone")
            assert [each.station for each in await host.running()] == ["well"]
            await host.begin("parrot", brief("one", tmp_path))
            await host.prompt("one", "p5", "say back again")
            await ear.until(ev.TextWritten, "one")

    asyncio.run(scene())


def test_questions_interrupts_and_ends(process: Process, tmp_path: Path) -> None:
    async def scene() -> None:
        ear = Ear()
        async with heard(process, ear) as host:
            await host.begin("parrot", brief("one", tmp_path))
            await host.prompt("one", "p1", "ask")
            await ear.until(ev.QuestionAsked)
            await host.answer("one", "p1", Decision.ALWAYS)
            await ear.until(ev.TurnFinished)
            assert said(ear, "one") == ["always"]
            with pytest.raises(FactoryError, match="no longer"):
                await host.answer("one", "p1", Decision.DENY)
            with pytest.raises(FactoryError, match="does not do that"):
                await host.prompt("one", "p2", "refuse")
            with pytest.raises(FactoryError, match="no agent runs for nobody"):
                await host.prompt("nobody", "p3", "say anything")
            await host.prompt("one", "p4", "wait")
            await host.interrupt("one")
            assert isinstance((await ear.until(ev.TurnFinished, count=2))[-1], ev.TurnFinished)
            await host.prompt("one", "p5", "wait")
            await host.close_station("one")
            await host.close_station("one")
            await ear.until(ev.SessionClosed)
            assert await host.running() == ()

    asyncio.run(scene())


def test_an_agent_waits_while_too_much_is_not_committed(tmp_path: Path) -> None:
    async def scene(process: Process) -> None:
        process.more = ["--keep=20000"]
        process.start()
        ear, deaf = Ear(), Ear()
        host = await process.connect()
        deaf.listen(host, ack=False)
        await host.begin("parrot", brief("one", tmp_path))
        await host.prompt("one", "p1", "flood 2000")
        await deaf.until(ev.TextWritten, count=20)
        await host.running()  # it is told all that is told so far
        before = len(deaf.events)
        assert before < 600
        await host.close()
        async with heard(process, ear):
            await ear.until(ev.TurnFinished)
            assert len(said(ear, "one")) == 2000

    alone = Process(tmp_path, ["parrot"], installed(tmp_path / "site"))
    try:
        asyncio.run(scene(alone))
    finally:
        alone.end()


def test_a_host_alone_ends_its_turns_and_itself(tmp_path: Path) -> None:
    async def scene(process: Process) -> None:
        process.start()
        ear = Ear()
        async with heard(process, ear) as host:
            await host.begin("parrot", brief("one", tmp_path))
            await host.prompt("one", "p1", "wait")
            await ear.until(ev.TurnStarted)
        assert await process.ended() == 0
        assert not process.socket.exists()
        process.start()
        async with heard(process, ear):
            (finished,) = await ear.until(ev.TurnFinished)
            assert isinstance(finished, ev.TurnFinished) and finished.interrupted

    alone = Process(tmp_path, ["parrot"], installed(tmp_path / "site"), patience=0.3)
    try:
        asyncio.run(scene(alone))
    finally:
        alone.end()


def test_the_newer_supervisor_is_served_and_a_second_host_is_refused(process: Process, tmp_path: Path) -> None:
    async def scene() -> None:
        first, second = await process.connect(), await process.connect()
        assert [batch async for batch in first.told()] == []
        assert await second.running() == ()
        other = Process(tmp_path, ["parrot"])
        await first.close()
        other.start()
        assert await other.ended() == 1
        assert "a host is at" in other.log
        assert await second.running() == ()
        await second.end()
        assert await process.ended() == 0

    asyncio.run(scene())


@pytest.mark.parametrize(
    "words", [b"\xff\xff\xff\xff", b"\0\0\0\2{}", b'\0\0\0\x0b{"frame":1}', b"GET / HTTP/1.1\r\n\r\n"]
)
def test_who_does_not_speak_the_protocol_is_cut_off(process: Process, words: bytes) -> None:
    async def scene() -> None:
        await (await process.connect()).close()
        reader, writer = await asyncio.open_unix_connection(process.socket)
        writer.write(words)
        async with asyncio.timeout(60):
            while await reader.read(1000):
                pass
        writer.close()
        await writer.wait_closed()
        host = await process.connect()
        assert await host.running() == ()
        await host.close()

    asyncio.run(scene())


def test_a_host_is_no_child_that_a_terminal_hangs_up_on(process: Process) -> None:
    async def scene() -> None:
        await (await process.connect()).close()
        assert os.getsid(process.pid) == process.pid

    asyncio.run(scene())


def test_a_host_without_an_agent_waits_for_nobody_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "EMPTY_S", 0.05)

    async def scene() -> None:
        async with asyncio.timeout(60):
            await host.Host(("parrot",), kinds.conversing, tmp_path / "h.sock", 600.0, MOST_BYTES).live()

    asyncio.run(scene())
    assert not (tmp_path / "h.sock").exists()
