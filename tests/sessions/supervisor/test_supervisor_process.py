"""The supervisor as a process: one per repository, started when needed, outliving terminals and its own death."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sessions import operator
from sessions.asking.questions import StationNames
from sessions.errors import FactoryError
from sessions.floor.commands import CatchUp, ImportPaths, SetBase, Stop, WatchPlaces
from sessions.floor.state import EMPTY, FloorState
from sessions.headless.supervised import Supervised
from sessions.journal.reader import JournalReader
from sessions.stations.keeping.processes import everything
from sessions.supervisor import process
from sessions.supervisor.__main__ import _parser
from sessions.supervisor.process import Options
from tests.support.house import KEEPER, LONG, House, house_in
from tests.support.stations.killing import words_of
from tests.support.supervisor import PATIENCE_S, ended, settled, watched


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


def latest(house: House) -> FloorState:
    reader = JournalReader(house.place.journal)
    try:
        return reader.latest()
    finally:
        reader.close()


def test_it_starts_once_detached_and_private(house: House) -> None:
    assert process.running(house.repo.path) is None
    pid = house.start()
    assert house.start() == pid
    assert os.getsid(pid) not in (os.getsid(0), 0)
    place = house.place
    assert stat.S_IMODE(place.state_dir.stat().st_mode) == 0o700
    for path in (place.socket, place.lock, place.log):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert not list(house.repo.path.glob("**/*.db"))


@pytest.mark.parametrize(
    "options",
    [LONG, Options(), Options(base="release", sessions=("/a b", "-c"), idle_minutes=0.0), Options(brief=True)],
    ids=str,
)
def test_what_it_is_started_with_is_what_it_is_told(options: Options) -> None:
    asked = _parser().parse_args(options.arguments())
    assert (
        Options(base=asked.base, sessions=tuple(asked.sessions), idle_minutes=asked.idle_minutes, brief=asked.brief)
        == options
    )


def test_it_starts_for_the_repository_around_the_caller(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(house.repo.path)
    process.start(Path())
    pid = process.running(house.repo.path)
    assert pid is not None
    assert process.stop(Path()) == pid


@pytest.mark.parametrize(
    ("script", "scoped"),
    [
        ('while [ "$1" != -- ]; do shift; done; shift; IN_SCOPE=1 exec "$@"', True),
        ("exit 1", False),
        ("exec sleep 1000", False),
    ],
)
def test_it_starts_in_a_scope_of_systemd_where_there_is_one_that_works(
    house: House, monkeypatch: pytest.MonkeyPatch, script: str, scoped: bool
) -> None:
    tool, runtime = house.root / "bin" / "systemd-run", house.root / "run"
    (runtime / "systemd").mkdir(parents=True)
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tool.parent), prepend=os.pathsep)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setattr(process, "SCOPE_S", 1_000.0 if "sleep" not in script else 0.1)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(runtime / "systemd" / "private"))
        pid = house.start()
    assert (b"IN_SCOPE=1" in Path(f"/proc/{pid}/environ").read_bytes()) is scoped


def test_a_second_one_cannot_start_and_names_the_first(house: House) -> None:
    pid = house.start()
    second = subprocess.run(
        [sys.executable, "-m", "sessions.supervisor", "--repo", str(house.repo.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"already running (process {pid})" in second.stderr
    assert process.running(house.repo.path) == pid


def test_of_many_that_are_started_at_once_one_serves_and_the_others_leave_it_to_that(house: House) -> None:
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: process.start(house.repo.path, LONG), range(5)))
    pid = process.running(house.repo.path)
    assert pid
    word = os.fsencode(f"--repo={house.repo.path}")
    settled(lambda: [pid] == [each for each in everything() if word in words_of(each).split(b"\0")])
    with Supervised(house.repo.path) as supervised:
        assert supervised.ask(StationNames())
    assert process.running(house.repo.path) == pid


def test_it_survives_the_hangup_of_a_terminal(house: House) -> None:
    pid = house.start()
    os.kill(pid, signal.SIGHUP)
    with watched(house.place.socket) as watching:
        watching.until(lambda client: client.contact.connected)
        assert watching.client.send(operator.command(CatchUp())).result(PATIENCE_S).ok
        assert watching.client.contact.pid == pid


TERMINAL = """
import fcntl, pathlib, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from sessions.supervisor import process
from sessions.supervisor.__main__ import _parser
process.start(pathlib.Path(sys.argv[1]), process.Options(idle_minutes=5.0))
print("started", flush=True)
signal.pause()
"""
"""What runs in a terminal: it starts a supervisor and stays until the terminal is closed."""


def test_it_survives_the_end_of_the_terminal_it_was_started_from(house: House) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-c", TERMINAL, str(house.repo.path)]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True) as console:
        os.close(slave)
        assert b"started" in os.read(master, 1_000)
        pid = process.running(house.repo.path)
        os.close(master)
        assert console.wait(PATIENCE_S) == -signal.SIGHUP
    with watched(house.place.socket) as watching:
        watching.until(lambda client: client.contact.connected)
        assert watching.client.contact.pid == pid
        assert watching.client.send(operator.command(CatchUp())).result(PATIENCE_S).ok


def test_one_that_does_not_hear_is_ended_by_a_signal(house: House) -> None:
    command = [sys.executable, "-c", KEEPER, str(house.place.lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"held\n"
        assert process.stop(house.repo.path) == keeper.pid
        assert keeper.wait(PATIENCE_S) == -signal.SIGTERM


def test_one_that_somebody_halted_is_ended_too(house: House) -> None:
    command = [sys.executable, "-c", KEEPER, str(house.place.lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"held\n"
        os.kill(keeper.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, keeper.pid, os.WSTOPPED)
        assert process.stop(house.repo.path) == keeper.pid
        assert keeper.wait(PATIENCE_S) == -signal.SIGTERM


def test_stop_ends_it_with_a_checkpoint(house: House) -> None:
    pid = house.start()
    with watched(house.place.socket) as watching:
        watching.until(lambda client: "main" in client.state.branches)
        assert process.stop(house.repo.path) == pid
        watching.until(lambda client: "was stopped" in client.contact.trouble)
    assert ended(pid)
    assert process.running(house.repo.path) is None
    assert process.stop(house.repo.path) is None
    assert not house.place.socket.exists()
    reader = JournalReader(house.place.journal)
    assert reader.checkpoint() == reader.latest() != EMPTY
    reader.close()


def test_a_client_can_stop_it(house: House) -> None:
    pid = house.start()
    with watched(house.place.socket) as watching:
        watching.until(lambda client: client.contact.connected)
        assert watching.client.send(operator.command(Stop())).result(PATIENCE_S).ok
    assert ended(pid)


def test_it_ends_by_itself_when_the_last_console_has_gone(house: House) -> None:
    pid = house.start(Options(idle_minutes=0.002))
    with watched(house.place.socket) as one:
        one.until(lambda client: client.contact.connected)
        with watched(house.place.socket) as two:
            two.until(lambda client: client.contact.connected)
        assert one.client.send(operator.command(CatchUp())).result(PATIENCE_S).ok
        assert process.running(house.repo.path) == pid
    assert ended(pid)
    assert not house.place.socket.exists()


def test_a_signal_ends_it_cleanly(house: House) -> None:
    pid = house.start()
    os.kill(pid, signal.SIGTERM)
    assert ended(pid)
    assert not house.place.socket.exists()
    assert "ended by a signal" in house.place.log.read_text()


def test_what_a_dead_one_left_is_noticed_and_cleaned(house: House) -> None:
    pid = house.start()
    os.kill(pid, signal.SIGKILL)
    assert ended(pid)
    assert house.place.socket.exists()
    assert process.running(house.repo.path) is None
    assert house.start() != pid
    assert f"process {pid} died here" in house.place.log.read_text()


def test_one_whose_journal_was_removed_makes_way_for_another(house: House) -> None:
    house.write(1, 3)
    pid = house.start()

    def revive() -> None:
        process.start(house.repo.path, LONG)

    with watched(house.place.socket, revive=revive) as watching:
        watching.until(lambda client: client.state.total.calls == 3)
        shutil.rmtree(house.place.state_dir)
        house.write(4, 4)
        watching.until(lambda client: client.contact.pid not in (0, pid) and client.state.total.calls == 4)
        assert ended(pid)
        assert process.running(house.repo.path) == watching.client.contact.pid
    assert latest(house).total.calls == 4


def test_why_it_cannot_start_is_told(house: House) -> None:
    house.place.journal.write_bytes(b"this is no journal" * 100)
    with pytest.raises(FactoryError, match=r"journal"):
        process.start(house.repo.path, LONG)
    assert house.place.journal.read_bytes() == b"this is no journal" * 100
    assert process.running(house.repo.path) is None


def test_an_unknown_base_is_told(house: House) -> None:
    with pytest.raises(FactoryError, match="nowhere"):
        process.start(house.repo.path, Options(base="nowhere"))


def test_outside_a_repository_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(FactoryError, match="no git repository"):
        process.start(tmp_path)


def test_commits_and_transcripts_reach_every_console(house: House) -> None:
    house.write(1, 3)
    house.start()
    with watched(house.place.socket) as one, watched(house.place.socket) as two:
        for watching in (one, two):
            watching.until(lambda client: client.state.total.tokens.input == 300)
        assert one.client.send(operator.command(CatchUp())).result(PATIENCE_S).ok
        house.write(4, 4)
        house.repo.git("branch", "topic")
        for watching in (one, two):
            watching.until(lambda client: client.state.total.tokens.input == 400)
            watching.until(lambda client: "topic" in client.state.branches)
    assert latest(house).total.calls == 4


def test_after_a_kill_nothing_is_lost_and_nothing_comes_twice(house: House) -> None:
    house.write(1, 50)
    pid = house.start()

    def revive() -> None:
        process.start(house.repo.path, LONG)

    with watched(house.place.socket, revive=revive) as watching:
        watching.until(lambda client: client.state.total.calls == 50)
        seen = watching.client.state
        os.kill(pid, signal.SIGKILL)
        assert ended(pid)
        house.write(51, 60)
        watching.until(lambda client: client.contact.pid not in (0, pid))
        watching.until(lambda client: client.state.total.calls == 60)
        assert watching.client.state.seq > seen.seq
        assert watching.client.send(operator.command(CatchUp())).result(PATIENCE_S).ok
    assert latest(house).total.calls == 60
    assert latest(house).total.tokens.input == 6_000


def test_a_catch_up_answers_when_the_disk_has_been_read(house: House) -> None:
    house.start()
    with watched(house.place.socket) as watching:
        watching.until(lambda client: client.contact.connected)
        for number in (1, 2, 3):
            house.write(number, number)
            assert watching.client.send(operator.command(CatchUp())).result(PATIENCE_S).ok
            assert latest(house).total.calls == number


def test_the_base_is_chosen_and_stays_chosen(house: House) -> None:
    house.repo.git("branch", "release")
    house.start()
    with watched(house.place.socket) as watching:
        watching.until(lambda client: client.state.base == "main")
        refused = watching.client.send(operator.command(SetBase("nowhere"))).result(PATIENCE_S)
        assert not refused.ok and refused.cure
        assert watching.client.send(operator.command(SetBase("release"))).result(PATIENCE_S).ok
        watching.until(lambda client: client.state.base == "release")
    process.stop(house.repo.path)
    house.start()
    assert latest(house).base == "release"


def test_transcripts_from_elsewhere_can_be_imported_once(house: House) -> None:
    house.start()
    other = house.root / "old" / "99999999-2222-4333-8444-555555555555.jsonl"
    house.elsewhere(other, 1, 2)
    with watched(house.place.socket) as watching:
        watching.until(lambda client: client.contact.connected)
        for _ in range(2):
            assert watching.client.send(operator.command(ImportPaths((str(other),)))).result(PATIENCE_S).ok
            assert latest(house).total.calls == 2


def test_places_that_a_console_names_are_read_and_followed(house: House) -> None:
    house.start()
    place = house.root / "other"
    other = house.elsewhere(place / "99999999-2222-4333-8444-555555555555.jsonl", 1, 2)
    with watched(house.place.socket) as watching:
        watching.until(lambda client: client.contact.connected)
        for _ in range(2):
            assert watching.client.send(operator.command(WatchPlaces((str(place),)))).result(PATIENCE_S).ok
            assert latest(house).total.calls == 2
        house.elsewhere(other, 3, 3)
        watching.until(lambda client: client.state.total.calls == 3)
        house.write(4, 5)
        watching.until(lambda client: client.state.total.calls == 5)
