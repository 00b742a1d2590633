"""What a process says of itself, weighed against its transcript; and real processes that share a directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.reports import CADENCE_S, Report
from sessions.floor.state import EMPTY, FloorState, Station, Status
from sessions.headless.floor import floor_of
from sessions.observe.presence import lives, said_in
from sessions.views.status import status_at
from tests.support.house import SESSION, House, house_in

OTHER = "99999999-2222-4333-8444-555555555555"
THIRD = "77777777-2222-4333-8444-555555555555"


def _station(*facts: ev.Event) -> Station:
    opened = ev.StationOpened(time=1, station="api", session="s", kind="claude", directory="/w")
    return fold_all(EMPTY, [opened, *facts]).stations["api"]


def _says(state: Report, at: float, reason: str = "", session: str = "s") -> ev.AgentReported:
    return ev.AgentReported(time=at, station="api", session=session, process=7, state=state, reason=reason)


def _lost(at: float, session: str = "s") -> ev.AgentLost:
    return ev.AgentLost(time=at, station="api", session=session, reason="its process is gone")


def _called(at: float, call: str, tool: str = "Read", detail: str = "") -> ev.ToolCalled:
    return ev.ToolCalled(time=at, source="claude:s", station="api", session="s", tool=tool, call=call, detail=detail)


def _back(at: float, call: str) -> ev.ToolFinished:
    return ev.ToolFinished(time=at, source="claude:s", station="api", session="s", call=call)


ASKS = _called(10, "t1", "Write", "hello.txt")
PERMISSION = _says(Report.NEEDS_ME, 12, "permission prompt")


@pytest.mark.parametrize(
    "line",
    [
        ev.ActivitySeen(time=14, source="claude:s", station="api", session="s"),
        ev.TextWritten(time=14, source="claude:s/helper", station="api", session="s", text="on it"),
        _called(14, "t3"),
        _back(14, "t2"),
    ],
)
def test_who_writes_beside_an_open_dialog_does_not_close_it(line: ev.Event) -> None:
    for facts in ([PERMISSION, line], [line, PERMISSION]):
        found = status_at(_station(_called(11, "t2"), ASKS, *facts), 15)
        assert found.status is Status.NEEDS_ME
        assert found.reason.startswith("permission prompt: ")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (_back(14, "t1"), Status.WORKING),
        (ev.TurnFinished(time=14, station="api", session="s"), Status.IDLE),
        (ev.TurnFailed(time=14, station="api", session="s", reason="no"), Status.FAILED),
        (ev.TurnStarted(time=14, station="api", session="s"), Status.WORKING),
    ],
)
def test_a_newer_line_wins_over_an_older_state_file(line: ev.Event, status: Status) -> None:
    assert status_at(_station(ASKS, PERMISSION, line), 15).status is status
    assert status_at(_station(ASKS, line, PERMISSION), 15).status is status


def test_one_that_was_killed_in_the_middle_of_its_lines_is_lost_whenever_its_file_was_written() -> None:
    found = status_at(_station(_says(Report.WORKING, 9), ASKS, _lost(9)), 20)
    assert (found.status, found.reason) == (Status.FAILED, "its process is gone")
    assert _station(ASKS, _lost(9)).running == {}


def test_the_loss_of_an_earlier_conversation_says_nothing_of_the_present_one() -> None:
    assert status_at(_station(ASKS, _lost(31, session="old")), 32).status is Status.WORKING


def test_one_that_lives_again_is_no_longer_gone_but_a_failed_turn_is_no_less_failed() -> None:
    opened = ev.SessionOpened(time=9, station="api", session="s")
    again = _says(Report.IDLE, 20, session="t")
    assert status_at(_station(opened, ASKS, _lost(15), again), 21).status is Status.IDLE
    assert status_at(_station(opened, ASKS, _lost(15), _says(Report.IDLE, 20)), 21).status is Status.IDLE
    failed = ev.TurnFailed(time=15, station="api", session="s", reason="overloaded")
    assert status_at(_station(opened, ASKS, failed, _says(Report.IDLE, 20)), 21).status is Status.FAILED


@pytest.mark.parametrize("more", [{"kind": "daemon"}, {"kind": "daemon-worker"}, {"spare": True}])
def test_servants_hold_no_conversation(more: dict[str, object]) -> None:
    body = {"pid": 7, "sessionId": "s"}
    assert said_in(json.dumps(body | {"kind": "bg"}).encode(), Path("/c/7.json")) is not None
    assert said_in(json.dumps(body | more).encode(), Path("/c/7.json")) is None


@pytest.mark.skipif(not Path("/etc/machine-id").exists(), reason="this machine has no name")
def test_a_process_of_another_machine_or_container_is_not_judged() -> None:
    machine, space = Path("/etc/machine-id").read_text().strip(), Path("/proc/self/ns/pid").readlink()
    assert lives(os.getpid(), "", f"linux:{machine}:{space}") is True
    assert lives(os.getpid(), "", f"linux:{'0' * len(machine)}:{space}") is None
    assert lives(os.getpid(), "", f"linux:{machine}:pid:[1]") is None


def test_idle_by_its_own_word_is_never_stale() -> None:
    late = _back(14, "x")
    assert status_at(_station(_says(Report.IDLE, 12), late), 15 + 2 * CADENCE_S).status is Status.IDLE


class _Agent:
    """A process that lives until it is killed, and the state file that it would write."""

    def __init__(self, house: House, session: str) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        folder = house.root / "home/.claude/sessions"
        folder.mkdir(parents=True, exist_ok=True)
        self.file, self.session, self._directory = folder / f"{self.process.pid}.json", session, house.repo.path

    def say(self, status: str) -> None:
        stat, now = Path(f"/proc/{self.process.pid}/stat").read_text(), time.time() * 1_000
        start = stat[stat.rfind(")") + 2 :].split()[19]
        content = {"pid": self.process.pid, "sessionId": self.session, "cwd": str(self._directory), "startedAt": now}
        content |= {"procStart": start, "status": status, "statusUpdatedAt": now}
        self.file.write_text(json.dumps(content))

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


@pytest.fixture
def agents(house: House) -> Iterator[list[_Agent]]:
    """Two agents in one directory."""
    (house.root / "home/.claude/projects").mkdir(parents=True)
    both = [_Agent(house, SESSION), _Agent(house, OTHER)]
    yield both
    for agent in both:
        agent.kill()


def _statuses(state: FloorState) -> list[Status]:
    return sorted(status_at(station, time.time()).status for station in state.stations.values())


def _seat(state: FloorState, session: str) -> str:
    (found,) = [station.name for station in state.stations.values() if station.session == session]
    return found


def test_two_that_live_in_one_directory_are_two_stations_though_one_spoke_after_the_other(
    house: House, agents: list[_Agent]
) -> None:
    house.write(1, 2)
    house.elsewhere(house.transcript().with_name(f"{OTHER}.jsonl"), 11, 12)
    for agent in agents:
        agent.say("busy")
    state = floor_of(house.repo.path)
    assert _statuses(state) == [Status.WORKING] * 2
    agents[0].kill()
    assert _statuses(floor_of(house.repo.path)) == [Status.FAILED, Status.WORKING]


def test_clear_stays_in_its_station_also_when_the_transcript_comes_at_once(house: House, agents: list[_Agent]) -> None:
    agents[0].say("busy")
    before = _seat(floor_of(house.repo.path), SESSION)
    agents[0].session = THIRD
    agents[0].say("idle")
    house.elsewhere(house.transcript().with_name(f"{THIRD}.jsonl"), 21, 22)
    state = floor_of(house.repo.path)
    assert (_seat(state, THIRD), len(state.stations)) == (before, 1)


def test_one_that_has_not_spoken_keeps_its_station_over_a_restart(house: House, agents: list[_Agent]) -> None:
    agents[0].say("idle")
    floor_of(house.repo.path)
    house.write(1, 1)
    assert len(floor_of(house.repo.path).stations) == 1


def test_one_that_was_killed_while_idle_is_gone_and_one_that_took_its_file_away_is_not(
    house: House, agents: list[_Agent]
) -> None:
    for agent in agents:
        agent.say("idle")
    floor_of(house.repo.path)
    agents[1].file.unlink()
    for agent in agents:
        agent.kill()
    assert _statuses(floor_of(house.repo.path)) == [Status.FAILED, Status.IDLE]
