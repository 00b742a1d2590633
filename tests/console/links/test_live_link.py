"""The console's link to a supervisor: there at once, fresh soon."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from console.links.link import LinkMode, station_events
from console.links.live import LiveLink
from sessions.floor.commands import CatchUp, Stop
from sessions.floor.events import StationEvent
from sessions.floor.state import EMPTY
from sessions.headless.floor import floor_of
from sessions.supervisor import process
from tests.support.house import LONG, House, house_in
from tests.support.supervisor import settled


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


def test_it_shows_the_last_checkpoint_before_anything_runs(house: House) -> None:
    house.write(1, 3)
    state = floor_of(house.repo.path)
    process.stop(house.repo.path)
    link = LiveLink(house.repo.path, LONG)
    assert (link.state.total, link.state.branches, link.state.stations) == (state.total, state.branches, state.stations)
    assert not link.health.connected
    assert link.mode is LinkMode.LIVE
    assert process.running(house.repo.path) is None
    link.stop()


def test_it_shows_what_another_version_stored_until_the_supervisor_has_made_it_anew(house: House) -> None:
    house.write(1, 3)
    floor_of(house.repo.path)
    process.stop(house.repo.path)
    with closing(sqlite3.connect(house.place.journal)) as journal, journal:
        journal.execute("UPDATE slices SET version = version - 1")
        before = journal.execute("SELECT max(seq) FROM slices").fetchone()[0]
    link = LiveLink(house.repo.path, LONG)
    assert (link.state.seq, link.state.total.calls) == (before, 3)
    link.start()
    try:
        settled(lambda: link.health.connected and link.state.runs == 2)
        assert link.state.total.calls == 3
    finally:
        link.stop()


def test_it_starts_a_supervisor_and_follows_it(house: House) -> None:
    house.write(1, 3)
    link = LiveLink(house.repo.path, LONG)
    assert link.state == EMPTY
    link.start()
    try:
        settled(lambda: link.health.connected and link.state.total.calls == 3)
        house.write(4, 4)
        settled(lambda: link.state.total.calls == 4)
        assert asyncio.run(link.send(CatchUp())).ok
        station = next(iter(link.state.stations))
        last = station_events(link, station, link.state.seq + 1, 2)
        assert len(last) == 2
        assert last[0].seq < last[1].seq <= link.state.seq
        assert {each.event.station for each in last if isinstance(each.event, StationEvent)} == {station}
        earlier = station_events(link, station, last[0].seq, 1)
        assert earlier[0].seq < last[0].seq
    finally:
        link.stop()
    assert process.running(house.repo.path), "a console that leaves ends nothing"


def test_a_stopped_supervisor_stays_stopped_and_the_floor_stays_there(house: House) -> None:
    house.write(1, 3)
    link = LiveLink(house.repo.path, LONG)
    link.start()
    try:
        settled(lambda: link.state.total.calls == 3)
        assert asyncio.run(link.send(Stop())).ok
        settled(lambda: not link.health.connected)
        assert "stopped" in link.health.trouble
        assert link.state.total.calls == 3
        assert not asyncio.run(link.send(CatchUp())).ok
    finally:
        link.stop()


def test_a_stopped_supervisor_is_started_again_when_asked(house: House) -> None:
    house.write(1, 3)
    link = LiveLink(house.repo.path, LONG)
    link.start()
    try:
        settled(lambda: link.state.total.calls == 3)
        first, before = process.running(house.repo.path), link.state
        assert process.stop(house.repo.path) == first
        settled(lambda: link.health.trouble == "the supervisor was stopped")
        house.write(4, 4)
        link.again()
        settled(lambda: link.health.connected and link.state.total.calls == 4)
        assert process.running(house.repo.path) not in (None, first)
        assert link.state.seq > before.seq
    finally:
        link.stop()


def test_a_supervisor_that_was_killed_comes_back_by_itself(house: House) -> None:
    house.write(1, 3)
    link = LiveLink(house.repo.path, LONG)
    link.start()
    try:
        settled(lambda: link.state.total.calls == 3)
        first = process.running(house.repo.path)
        assert first
        os.kill(first, signal.SIGKILL)
        house.write(4, 4)
        settled(lambda: link.health.connected and link.state.total.calls == 4)
        assert process.running(house.repo.path) not in (None, first)
    finally:
        link.stop()


def test_why_there_is_no_supervisor_is_said(house: House) -> None:
    link = LiveLink(house.repo.path, LONG)
    house.place.journal.write_bytes(b"no journal" * 100)
    link.start()
    try:
        settled(lambda: "journal" in link.health.trouble)
    finally:
        link.stop()


def test_nothing_heavy_is_imported_for_the_first_paint() -> None:
    code = "import sys, console.links.live; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "sessions" in loaded
    assert not {"git", "aiosqlite", "watchfiles", "litellm", "rich", "hypothesis"} & set(loaded)
