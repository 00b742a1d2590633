"""The console's link to a supervisor: there at once, fresh soon."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from console.links import last_floor as last_floor_file
from console.links.link import LinkMode, station_events
from console.links.live import LiveLink
from sessions.floor.commands import CatchUp, Stop
from sessions.floor.events import StationEvent
from sessions.floor.state import EMPTY
from sessions.headless.floor import floor_of
from sessions.supervisor import process
from sessions.views.floor.last import LastFloor, last_floor
from sessions.views.floor.view import FloorView
from tests.support.console import NOW, factory_state
from tests.support.house import LONG, House, house_in
from tests.support.supervisor import settled


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


def kept(house: House) -> LastFloor:
    """What a console before this one kept of the house's floor."""
    view, state = FloorView(), factory_state(3, 4)
    floor = last_floor(view.look(state, NOW), view.panes, NOW)
    last_floor_file.write(house.place.last_floor, floor)
    return floor


def test_it_begins_with_what_the_floor_showed_and_looks_into_no_journal(house: House) -> None:
    house.write(1, 3)
    floor_of(house.repo.path)
    process.stop(house.repo.path)
    floor, journal = kept(house), house.place.journal
    journal.rename(journal.with_name("elsewhere"))
    link = LiveLink(house.repo.path, lambda: LONG)
    assert (link.last, link.now()) == (floor, NOW)
    assert link.state is EMPTY
    assert not link.health.connected
    assert link.mode is LinkMode.LIVE
    assert process.running(house.repo.path) is None
    link.stop()
    assert not journal.exists()


def test_the_last_floor_goes_when_the_past_has_come_in(house: House) -> None:
    house.write(1, 3)
    kept(house)
    link = LiveLink(house.repo.path, lambda: LONG)
    link.start()
    try:
        settled(lambda: link.last is None)
        assert link.state.total.calls == 3, "what had happened meanwhile is on the floor that takes its place"
        assert link.health.connected and not link.health.behind
        assert link.now() > NOW + 1
    finally:
        link.stop()


def test_without_a_last_floor_there_is_none_to_show(house: House) -> None:
    link = LiveLink(house.repo.path, lambda: LONG)
    assert link.last is None and link.now() > NOW
    floor = kept(house)
    assert link.last is None, "it is read once"
    link.keep(replace(floor, time=NOW + 5))
    assert LiveLink(house.repo.path).last == replace(floor, time=NOW + 5)


def test_it_starts_a_supervisor_and_follows_it(house: House) -> None:
    house.write(1, 3)
    link = LiveLink(house.repo.path, lambda: LONG)
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
    link = LiveLink(house.repo.path, lambda: LONG)
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
    link = LiveLink(house.repo.path, lambda: LONG)
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
    link = LiveLink(house.repo.path, lambda: LONG)
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
    link = LiveLink(house.repo.path, lambda: LONG)
    house.place.journal.write_bytes(b"no journal" * 100)
    link.start()
    try:
        settled(lambda: "journal" in link.health.trouble)
    finally:
        link.stop()


def test_nothing_heavy_is_imported_for_the_first_paint() -> None:
    code = "import sys, console.links.live; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "sessions.views.floor.last" in loaded
    heavy = {"git", "aiosqlite", "watchfiles", "litellm", "rich", "hypothesis", "sqlite3"}
    assert not heavy & {name.partition(".")[0] for name in loaded}
    assert not [name for name in loaded if name.startswith(("sessions.supervisor", "sessions.asking"))]
