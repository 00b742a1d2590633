"""A supervisor whose journal another version wrote: its door opens first, it tells how far it is, it can be ended."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from itertools import islice
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions import operator
from sessions.floor.commands import CatchUp, Progress, Stop
from sessions.floor.events import Event, FactoryOpened
from sessions.floor.state import FloorState
from sessions.headless.floor import floor_of
from sessions.journal import upkeep
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal
from sessions.simulation import simulate
from sessions.supervisor.life import live
from sessions.supervisor.wire.frames import NOTHING, UNSETTLED, Farewell, ReplyFrame, Welcome, WorkFrame, command_frame
from sessions.supervisor.wire.protocol import Snapshot
from tests.support.house import LONG, House, house_in
from tests.support.supervisor import PATIENCE_S, dialled

EVENTS = 40_000
WAITING = "bringing the journal up to date"

house = pytest.fixture(lambda monkeypatch: (yield from house_in(monkeypatch)))


def _observed() -> Iterator[Event]:
    """What an observed factory would have written."""
    for event in simulate(1):
        yield replace(event, simulated=False) if isinstance(event, FactoryOpened) else event


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long journal of another version, which is to be folded from its first event."""
    path = tmp_path_factory.mktemp("long") / "journal.db"

    async def write() -> None:
        journal, events = await Journal.open(path), _observed()
        while batch := list(islice(events, min(20_000, max(0, EVENTS - journal.state.seq)))):
            await journal.append(batch)
        await journal.close()

    asyncio.run(write())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE slices SET version = version - 1")
    return path


class Gate:
    """Holds the journal's upkeep after its first portion, until it is opened or the upkeep is to end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened, self.portions = threading.Event(), 0
        go_on = upkeep._Upkeep._progress

        def held(doing: upkeep._Upkeep, what: str, done: int, total: int) -> None:
            self.portions += 1
            go_on(doing, what, done, total)
            while not self.opened.wait(0.01) and not doing._over.is_set():
                pass

        monkeypatch.setattr(upkeep._Upkeep, "_progress", held)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(monkeypatch)
    yield gate
    gate.opened.set()


@asynccontextmanager
async def supervised(house: House, written: Path) -> AsyncIterator[asyncio.Task[None]]:
    """A supervisor of that journal in this process, whose door is open."""
    shutil.copy(written, house.place.journal)
    ready = asyncio.Event()
    living = asyncio.create_task(live(house.place, LONG, ready.set))
    await asyncio.wait_for(ready.wait(), PATIENCE_S)
    try:
        yield living
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)


def _latest(path: Path) -> FloorState:
    with closing(JournalReader(path)) as reader:
        return reader.latest()


def _brought_up(path: Path) -> int:
    with closing(JournalReader(path)) as reader:
        return reader.checkpoint().seq


def test_the_door_answers_and_tells_before_the_journal_is_up_to_date(house: House, written: Path, gate: Gate) -> None:
    async def check() -> None:
        async with supervised(house, written), dialled(house.place.socket, NOTHING) as peer:
            assert isinstance(await peer.hear(), Welcome)
            told = await peer.hear_a(WorkFrame)
            while not isinstance(told, WorkFrame) or told.progress is None:
                told = await peer.hear_a(WorkFrame)
            assert (told.progress.what, told.progress.unit) == (WAITING, "%")
            assert told.past == UNSETTLED
            assert 0 < told.progress.done < 100
            assert gate.portions == 1, "nothing but the first portion is done"
            peer.say(command_frame(operator.command(CatchUp())))
            gate.opened.set()
            floor = await peer.hear_a(Snapshot)
            assert isinstance(floor, Snapshot) and floor.state.total == _latest(written).total
            peer.say(command_frame(operator.command(CatchUp())))
            reply = await peer.hear_a(ReplyFrame)
            assert isinstance(reply, ReplyFrame) and reply.reply.ok, "a command waits, and is not refused"

    asyncio.run(check())
    assert _latest(house.place.journal).runs == _latest(written).runs + 1


@pytest.mark.parametrize("how", ["signal", "command"])
def test_it_can_be_ended_in_the_middle_and_goes_on_there(house: House, written: Path, gate: Gate, how: str) -> None:
    async def check() -> None:
        async with supervised(house, written) as living, dialled(house.place.socket, NOTHING) as peer:
            while not gate.portions:
                await peer.hear()
            if how == "signal":
                os.kill(os.getpid(), signal.SIGTERM)
            else:
                peer.say(command_frame(operator.command(Stop())))
            farewell = await peer.hear_a(Farewell)
            assert isinstance(farewell, Farewell) and farewell.stopped
            await asyncio.wait_for(living, PATIENCE_S)

    asyncio.run(check())
    before = _brought_up(house.place.journal)
    assert 0 < before < EVENTS, "what was done of it stays"
    assert _latest(house.place.journal) == _latest(written), "the journal is whole"
    gate.opened.set()

    async def go_on() -> None:
        journal = await Journal.open(house.place.journal)
        assert journal.state == _latest(written)
        await journal.close()

    asyncio.run(go_on())
    assert _brought_up(house.place.journal) >= EVENTS


def test_a_command_without_a_screen_waits_and_tells(house: House, written: Path, gate: Gate) -> None:
    heard: list[Progress] = []

    def tell(progress: Progress | None) -> None:
        if progress is not None and progress.what == WAITING:
            heard.append(progress)
            gate.opened.set()

    async def check() -> None:
        async with supervised(house, written):
            state = await asyncio.to_thread(floor_of, house.repo.path, progress=tell)
            assert state.total == _latest(written).total

    asyncio.run(check())
    assert heard and gate.portions > 1


def test_a_command_that_has_a_supervisor_started_tells_too(house: House, written: Path) -> None:
    shutil.copy(written, house.place.journal)
    heard: list[Progress] = []
    state = floor_of(house.repo.path, progress=lambda progress: heard.append(progress) if progress else None)
    assert state.total == _latest(written).total
    assert [progress for progress in heard if progress.what == WAITING and 0 < progress.done < 100]
