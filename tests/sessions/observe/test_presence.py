"""What a running Claude Code says of itself: read from its file, checked against its process, folded into a status."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.reports import CADENCE_S, Report
from sessions.floor.state import EMPTY, FloorState, Status
from sessions.observe import presence
from sessions.observe.files.discover import PROCESSES, SearchRoot, walk
from sessions.observe.observer import Observer
from sessions.observe.seats import Seats
from sessions.supervisor.processes import ProcessWatch
from sessions.views.status import status_at
from tests.support.observe import BEGIN, FlatPrice, Json, prompt, reply, tool, usage, write

S1, S2 = "11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555"


def start_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


@pytest.fixture
def agent() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until it is ended."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield child
    child.kill()
    child.communicate()


class Home:
    """A home of Claude Code, and a reader that looks at it again and again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        places = [SearchRoot(root / "projects", "claude"), SearchRoot(root / "sessions", PROCESSES)]
        (root / "sessions").mkdir(parents=True)
        self._observer = Observer(places, Seats(only=True), FlatPrice())
        self.events: list[ev.Event] = []

    def says(self, pid: int, status: str, second: float = 0, session: str = S1, **more: object) -> Path:
        path = self.root / f"sessions/{pid}.json"
        body: Json = {"pid": pid, "sessionId": session, "cwd": "/srv/repo/api", "status": status}
        body |= {"procStart": start_of(pid), "statusUpdatedAt": (BEGIN + second) * 1_000, **more}
        path.write_bytes(msgspec.json.encode(body))
        return path

    def look(self) -> FloorState:
        self.events += [event for batch in self._observer.scan() for event in batch.events]
        return fold_all(EMPTY, self.events)

    def status(self, second: float = 0) -> tuple[Status, str]:
        [station] = self.look().stations.values()
        evidence = status_at(station, BEGIN + second)
        return evidence.status, evidence.reason


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_station_exists_from_the_start_of_its_process(home: Home, agent: subprocess.Popen[bytes]) -> None:
    home.says(agent.pid, "idle")
    [station] = home.look().stations.values()
    assert (station.name, station.directory, station.process) == ("api", "/srv/repo/api", agent.pid)
    assert station.evidence.source == f"sessions/{agent.pid}.json"
    write(home.root / "projects/p" / f"{S1}.jsonl", [prompt("go", 5)])
    [station] = home.look().stations.values()
    assert (station.turns, station.session) == (1, S1)


def test_a_dialog_needs_me_and_says_what_for(home: Home, agent: subprocess.Popen[bytes]) -> None:
    home.says(agent.pid, "busy")
    writes = tool("Write", "t1", file_path="/srv/repo/api/hello.txt")
    write(home.root / "projects/p" / f"{S1}.jsonl", [prompt("go", 1), reply("m1", usage(1), 2, content=[writes])])
    assert home.status(3)[0] is Status.WORKING
    home.says(agent.pid, "waiting", 4, waitingFor="permission prompt")
    assert home.status(4 + 2 * CADENCE_S) == (Status.NEEDS_ME, "permission prompt: Write hello.txt")
    home.says(agent.pid, "busy", 50)
    assert home.status(51)[0] is Status.WORKING
    home.says(agent.pid, "idle", 60)
    assert home.status(61)[0] is Status.IDLE


def test_a_living_process_that_says_it_is_busy_is_not_stale(home: Home, agent: subprocess.Popen[bytes]) -> None:
    home.says(agent.pid, "busy")
    assert home.status(10 * CADENCE_S)[0] is Status.WORKING


def test_a_background_shell_keeps_it_waiting(home: Home, agent: subprocess.Popen[bytes]) -> None:
    home.says(agent.pid, "shell")
    assert home.status(10 * CADENCE_S) == (Status.WAITING, "runs in the background")


def test_a_killed_process_is_gone_and_not_idle(home: Home, agent: subprocess.Popen[bytes]) -> None:
    home.says(agent.pid, "busy")
    home.look()
    agent.kill()
    agent.wait()
    assert home.status(9) == (Status.FAILED, "its process is gone")
    [station] = home.look().stations.values()
    assert station.process == 0
    assert sum(isinstance(event, ev.AgentLost) for event in home.events) == 1


def test_one_that_leaves_takes_its_file_with_it(home: Home, agent: subprocess.Popen[bytes]) -> None:
    path = home.says(agent.pid, "idle")
    home.look()
    path.unlink()
    assert home.status() == (Status.IDLE, "session ended")
    assert not [event for event in home.events if isinstance(event, ev.SourceSkipped)]


def test_a_number_that_was_given_to_another_process_is_no_life(home: Home, agent: subprocess.Popen[bytes]) -> None:
    home.says(agent.pid, "busy", procStart="1")
    assert home.status()[0] is Status.FAILED


def test_a_conversation_that_is_cleared_stays_with_its_station(home: Home, agent: subprocess.Popen[bytes]) -> None:
    home.says(agent.pid, "idle")
    home.look()
    home.says(agent.pid, "idle", 5, session=S2)
    [station] = home.look().stations.values()
    assert station.session == S2


def test_two_processes_in_one_directory_are_two_stations(home: Home, agent: subprocess.Popen[bytes]) -> None:
    home.says(agent.pid, "idle")
    home.says(os.getpid(), "idle", 5, session=S2)
    assert {station.session for station in home.look().stations.values()} == {S1, S2}


def test_idle_is_no_news_of_a_question_or_of_a_failure(home: Home, agent: subprocess.Popen[bytes]) -> None:
    asks: list[Json] = [{"type": "text", "text": "Shall I push it?"}]
    lines = [prompt("go"), reply("m1", usage(1), 2, content=asks, stop="end_turn")]
    write(home.root / "projects/p" / f"{S1}.jsonl", lines)
    home.says(agent.pid, "idle", 3)
    assert home.status(4) == (Status.NEEDS_ME, "Shall I push it?")


def test_sub_agents_go_on_while_the_agent_asks() -> None:
    asks = ev.AgentReported(time=1.0, station="a", state=Report.NEEDS_ME, reason="permission prompt", process=7)
    inner = ev.ToolCalled(time=2.0, station="a", source="claude:1/helper", tool="Read")
    own = ev.TextWritten(time=3.0, station="a", source="claude:1", text="on")
    assert fold_all(EMPTY, [asks, inner]).stations["a"].evidence.status is Status.NEEDS_ME
    assert fold_all(EMPTY, [asks, inner, own]).stations["a"].evidence.status is Status.WORKING


def test_a_question_that_is_read_after_the_news_of_idleness_still_holds() -> None:
    idle = ev.AgentReported(time=3.0, station="a", state=Report.IDLE, process=7)
    question = ev.PersonNeeded(time=2.0, station="a", reason="Shall I?", guess=True)
    assert fold_all(EMPTY, [idle, question]).stations["a"].evidence.status is Status.NEEDS_ME
    later = ev.AgentReported(time=30.0, station="a", state=Report.IDLE, process=7)
    assert fold_all(EMPTY, [later, question]).stations["a"].evidence.status is Status.IDLE


def test_a_permission_that_is_read_when_all_is_over_is_needed_no_more() -> None:
    called = ev.ToolCalled(time=1.0, station="a", source="claude:1", tool="Bash", call="c")
    idle = ev.AgentReported(time=3.0, station="a", state=Report.IDLE, process=7)
    asks = ev.PersonNeeded(time=1.0, station="a", source="claude:1", reason="permission", guess=True, amid=True)
    back = ev.ToolFinished(time=2.0, station="a", source="claude:1", call="c")
    over = ev.TurnFinished(time=2.5, station="a", source="claude:1")
    for many in (3, 4, 5):
        told = [called, idle, asks, back, over][:many]
        assert fold_all(EMPTY, told).stations["a"].evidence.status is Status.IDLE


def test_a_newer_line_of_the_conversation_is_believed_more(home: Home, agent: subprocess.Popen[bytes]) -> None:
    home.says(agent.pid, "busy", 1)
    lines = [prompt("go"), reply("m1", usage(1), 9, stop="end_turn")]
    write(home.root / "projects/p" / f"{S1}.jsonl", lines)
    assert home.status(9)[0] is Status.IDLE


FOREIGN = (b"", b"{", b"[]", b'{"pid":1}', b'{"pid":"x","sessionId":"a"}', b'{"pid":99,"sessionId":"a"}', b"\xff")


@pytest.mark.parametrize("body", [*FOREIGN, b"[" * 9_999])
def test_what_is_no_such_file_says_nothing(home: Home, body: bytes) -> None:
    (home.root / "sessions/5.json").write_bytes(body)
    assert home.look() == EMPTY


def test_keys_links_and_folders_are_not_opened(home: Home, agent: subprocess.Popen[bytes], tmp_path: Path) -> None:
    path = home.says(agent.pid, "idle")
    elsewhere = path.rename(tmp_path / "elsewhere")
    path.symlink_to(elsewhere)
    (home.root / "sessions/7.abc.key").write_text("secret")
    (home.root / "sessions/8.json").mkdir()
    assert [found.path.name for found in walk(SearchRoot(home.root / "sessions", PROCESSES))] == [path.name]
    assert home.look().stations == {}


FIELDS = st.sampled_from(["pid", "sessionId", "status", "cwd", "procStart", "statusUpdatedAt"])
VALUES = st.one_of(st.none(), st.integers(), st.text(max_size=5), st.floats(allow_nan=False, allow_infinity=False))


@given(st.dictionaries(FIELDS, VALUES))
def test_any_content_is_read_or_passed_over(content: Json) -> None:
    said = presence.said_in(msgspec.json.encode(content), Path("/x/5.json"))
    assert said is None or said.pid == 5


def test_the_end_of_a_process_is_told_by_the_kernel(agent: subprocess.Popen[bytes]) -> None:
    async def run() -> None:
        told: asyncio.Queue[int] = asyncio.Queue()
        watch = ProcessWatch(told.put_nowait)
        watch.hold([agent.pid])
        watch.hold([agent.pid])
        agent.kill()
        assert await asyncio.wait_for(told.get(), 20) == agent.pid
        agent.wait()
        watch.hold([agent.pid])
        watch.hold([])
        watch.hold([agent.pid])
        assert await asyncio.wait_for(told.get(), 20) == agent.pid
        watch.close()
        assert told.empty()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "updated", "started", "began"),
    [
        (3_000.0, 2_000.0, 1_000.0, 3.0),
        (None, 2_000.0, 1_000.0, 2.0),
        (None, None, 1_000.0, 1.0),
        (None, None, None, 77.0),
        (None, -5.0, None, 77.0),
        (9e15, None, None, 77.0),
    ],
)
def test_a_state_began_when_it_is_told_so_if_that_can_be(
    status: float | None, updated: float | None, started: float | None, began: float
) -> None:
    said = presence.ProcessFile(1, "s", status_updated_at=status, updated_at=updated, started_at=started)
    assert presence.moment(said, written=77.0) == began
