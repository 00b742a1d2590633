"""How a command gets its supervisor, what becomes of it, and that nothing that happens beside it does harm."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import msgspec
import pytest

from console.links.live import LiveLink
from sessions.asking.past_questions import EventUntil, Number, PastCovers
from sessions.asking.questions import AnyQuestion
from sessions.errors import FactoryError
from sessions.floor.commands import CatchUp, Progress
from sessions.headless.floor import floor_of
from sessions.headless.supervised import Supervised
from sessions.journal.reader import JournalReader
from sessions.supervisor import process
from sessions.supervisor.process import Options
from tests.support.branches.git import TestRepository
from tests.support.house import LONG, House, house_in
from tests.support.supervisor import ended, feed_of, served, settled, watched

SECOND = "77777777-2222-4333-8444-555555555555"
BRIEF = Options(brief=True, idle_minutes=5.0)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


@contextmanager
def at_once(house: House) -> Iterator[None]:
    """The setting by which a supervisor waits for nobody."""
    config = house.root / "config/factory-tui/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("idle_minutes = 0.0\n")
    yield


def test_one_that_was_started_for_a_command_ends_by_itself(house: House) -> None:
    with at_once(house), Supervised(house.repo.path) as supervised:
        supervised.obey(CatchUp())
        pid = process.running(house.repo.path)
        assert pid
    assert ended(pid)
    assert not house.place.socket.exists()


def test_it_stays_for_the_next_command(house: House) -> None:
    floor_of(house.repo.path)
    pid = process.running(house.repo.path)
    floor_of(house.repo.path)
    assert process.running(house.repo.path) == pid is not None


def test_until_a_console_comes_it_watches_nothing_and_begins_no_run(house: House) -> None:
    house.write(1, 2)
    pid, before = house.start(BRIEF), floor_of(house.repo.path)
    assert before.runs == 1
    house.write(3, 3)
    assert not _watches(pid)
    with watched(house.place.socket, before) as watching:
        watching.until(lambda client: client.state.runs == 2 and client.state.total.calls == 3)
        settled(lambda: _watches(pid))
        house.write(4, 4)
        watching.until(lambda client: client.state.total.calls == 4)


def _watches(pid: int) -> bool:
    """Whether the process has files watched by the kernel."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it has been closed since it was listed
            if (
                "inotify" in str(link.readlink())
                and "inotify wd" in Path(f"/proc/{pid}/fdinfo/{link.name}").read_text()
            ):
                return True
    return False


def test_many_commands_at_once_have_one_supervisor(house: House) -> None:
    house.write(1, 5)
    with ThreadPoolExecutor(6) as pool:
        floors = list(pool.map(lambda _: floor_of(house.repo.path), range(6)))
    assert [(floor.total.calls, floor.runs, floor.seq) for floor in floors] == [(5, 1, floors[0].seq)] * 6


def test_a_command_and_a_console_that_start_together_do_not_disturb_each_other(house: House) -> None:
    house.write(1, 5)
    with ThreadPoolExecutor(4) as pool:
        looks = [pool.submit(floor_of, house.repo.path) for _ in range(2)]
        starts = [pool.submit(process.start, house.repo.path, LONG) for _ in range(2)]
        assert [start.result() for start in starts] == [None, None]
        assert [look.result().total.calls for look in looks] == [5, 5]
    with closing(JournalReader(house.place.journal)) as journal:
        assert journal.latest().total.calls == 5


def test_a_console_that_comes_while_one_ends_gets_the_next(house: House) -> None:
    with at_once(house):
        for _ in range(3):
            assert floor_of(house.repo.path).runs == 1
    with watched(house.place.socket, revive=lambda: process.start(house.repo.path, BRIEF)) as watching:
        watching.until(lambda client: client.contact.connected)


def test_a_supervisor_that_is_killed_under_a_command_is_replaced(house: House) -> None:
    house.write(1, 5)
    house.start(BRIEF)
    with Supervised(house.repo.path) as supervised:
        supervised.obey(CatchUp())
        first = process.running(house.repo.path)
        assert first
        os.kill(first, signal.SIGKILL)
        assert ended(first)
        supervised.obey(CatchUp())
        assert supervised.one(PastCovers()).last_seq > 0
        assert process.running(house.repo.path) not in (None, first)


COMMAND = """
import pathlib, sys
from sessions.headless.supervised import Supervised
from sessions.floor.commands import CatchUp
with Supervised(pathlib.Path(sys.argv[1])) as supervised:
    supervised.obey(CatchUp())
    print("done", flush=True)
    sys.stdin.read()
"""


def test_a_command_that_is_killed_leaves_nothing_wedged(house: House) -> None:
    with at_once(house):
        words = [sys.executable, "-c", COMMAND, str(house.repo.path)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as command:
            assert command.stdout is not None
            assert command.stdout.readline() == b"done\n"
            pid = process.running(house.repo.path)
            assert pid
            command.kill()
    assert ended(pid)
    house.write(1, 2)
    assert floor_of(house.repo.path).total.calls == 2


def test_where_no_socket_can_be_made_one_message_says_so(house: House) -> None:
    house.place.socket.mkdir()
    with pytest.raises(FactoryError, match="supervisor"):
        floor_of(house.repo.path)
    house.place.socket.rmdir()


def test_a_command_with_other_settings_has_another_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write(1, 5)
    assert floor_of(house.repo.path).total.calls == 5
    first = process.running(house.repo.path)
    other = house.elsewhere(house.root / "other/projects/x" / f"{SECOND}.jsonl", 11, 12)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(other.parents[2]))
    assert floor_of(house.repo.path).total.calls == 7
    second = process.running(house.repo.path)
    assert second not in (None, first)
    assert floor_of(house.repo.path).total.calls == 7
    assert process.running(house.repo.path) == second


def test_a_console_keeps_the_supervisor_that_it_looks_at(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = house.start(BRIEF)
    with watched(house.place.socket) as watching:
        watching.until(lambda client: client.state.runs > 0)
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        floor_of(house.repo.path)
        assert process.running(house.repo.path) == pid


def test_a_console_that_wants_another_base_gets_its_own(house: House) -> None:
    house.repo.git("branch", "release")
    assert floor_of(house.repo.path).base == "main"
    link = LiveLink(house.repo.path, lambda: Options(base="release", idle_minutes=5.0))
    link.start()
    try:
        settled(lambda: link.state.base == "release")
    finally:
        link.stop()


def test_stopping_it_begins_no_run(house: House) -> None:
    floor_of(house.repo.path)
    process.stop(house.repo.path)
    with closing(JournalReader(house.place.journal)) as journal:
        assert journal.latest().runs == 1


def test_it_says_what_it_waits_for(house: House) -> None:
    told: list[Progress | None] = []
    floor_of(house.repo.path, progress=told.append)
    assert told[0] == Progress("starting the supervisor", 0, 0)
    floor_of(house.repo.path, progress=told.append)
    assert told.count(told[0]) == 1


def test_threads_that_ask_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each gets the answer to its own question."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    repo = TestRepository(tmp_path / "repo").path

    async def answer(question: AnyQuestion) -> AsyncGenerator[msgspec.Raw, None]:
        assert isinstance(question, EventUntil)
        yield msgspec.Raw(msgspec.json.encode(Number(int(question.time))))

    def ask(path: Path) -> None:
        with Supervised(repo) as supervised, ThreadPoolExecutor(8) as pool:
            supervised.place.socket.symlink_to(path)
            answers = pool.map(lambda number: supervised.one(EventUntil(float(number))).number, range(400))
            assert [*answers] == [*range(400)]

    async def check() -> None:
        async with served(feed_of(1), answering=answer) as (_, path):
            await asyncio.to_thread(ask, path)

    asyncio.run(check())
