"""The keeper as a process: what it starts lives through the death of whoever asked for it, and is told of once."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions import systemd
from sessions.stations.keeping import processes
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.keeper.framing import HEAD, VERSION, Frames, packed
from sessions.stations.keeping.line import Line, RefusedError
from sessions.stations.keeping.starting import PROGRAM, lock_of, log_of, pid_of, socket_of
from sessions.stations.keeping.values import KeeperError, KeeperLostError, Size, StartFailedError
from tests import ROOT
from tests.sessions.stations.keeping.programs import (
    FACTORY,
    PATH,
    end_keeper,
    ends,
    eventually,
    in_terminal,
    keeping,
    marked,
    program,
    said,
)
from tests.support.supervisor import PATIENCE_S, ended, short_directory


def of(pid: int, name: str) -> Path:
    return Path(f"/proc/{pid}/{name}")


def resident(pid: int) -> int:
    """Bytes of memory."""
    return int(of(pid, "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def subprocess_of(station: str) -> subprocess.Popen[bytes]:
    """A process of our own that was started for a station."""
    return subprocess.Popen(["sleep", "1000"], env={"PATH": PATH, **marked(station).environment})


def ran(words: list[str | Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


def descriptors(pid: int) -> int:
    return len([*of(pid, "fd").iterdir()])


WAITS = "import signal; print('ready'); signal.pause()"


def test_it_is_alone_private_and_small() -> None:
    async def run() -> None:
        async with keeping() as (keeper, directory):
            again = await Keeper.open(directory, scoped=False)
            assert again.pid == keeper.pid == pid_of(directory)
            await again.close()
            assert os.getsid(keeper.pid) == keeper.pid
            for path in (socket_of(directory), lock_of(directory), log_of(directory)):
                assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert resident(keeper.pid) <= 12 << 20
            assert b"HOME" not in of(keeper.pid, "environ").read_bytes()

    asyncio.run(run())


def test_it_loads_the_standard_library_alone() -> None:
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import sessions.stations.keeping.keeper.life
ours = {{name for name in sys.modules if name.partition(".")[0] == "sessions"}}
rest = {{name.partition(".")[0] for name in sys.modules}} - sys.stdlib_module_names - {{"sessions", "__main__"}}
assert not rest, rest
print(*sorted(ours))
"""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    allowed = (
        "sessions.stations.keeping.cgroups",
        "sessions.stations.keeping.keeper",
        "sessions.stations.keeping.marks",
        "sessions.stations.keeping.processes",
    )
    rooms = ("sessions", "sessions.stations", "sessions.stations.keeping")
    assert [name for name in done.stdout.split() if name not in rooms and not name.startswith(allowed)] == []


def test_children_outlive_a_supervisor_that_is_killed() -> None:
    """Everything goes on, the next one finds it, and what ended meanwhile is told once, until it is forgotten."""
    code = """
import asyncio, os, sys
from pathlib import Path
from sessions.stations.keeping.client import Keeper
from tests.sessions.stations.keeping.programs import in_terminal, program, said
async def run():
    keeper = await Keeper.open(Path(sys.argv[1]), 60, scoped=False)
    child = await keeper.start(in_terminal("stays", "import sys; print('ready'); print('heard', sys.stdin.readline())"))
    await said(keeper, child, b"ready")
    await keeper.start(program("ends", "sh", "-c", "exit 7"))
    async for ended in keeper.exits():
        print(child.pid, flush=True)
        os.kill(os.getpid(), 9)
asyncio.run(run())
"""

    async def run() -> None:
        async with keeping() as (keeper, directory):
            words: list[str | Path] = [sys.executable, "-c", code, directory]
            done = await asyncio.to_thread(ran, words)
            await keeper.close()
            assert done.returncode == -signal.SIGKILL, done.stderr
            second = await Keeper.open(directory, scoped=False)
            assert second.pid == keeper.pid
            assert {child.id: child.pid for child in second.children()}["stays"] == int(done.stdout)
            (first,) = await ends(second)
            assert (first.id, first.exit.code, first.exit.signal) == ("ends", 7, 0)
            await second.write("stays", b"me\n")
            (last,) = await ends(second)
            assert (last.id, last.exit.code) == ("stays", 0)
            stays = next(child for child in second.children() if child.id == "stays")
            assert b"heard me" in await said(second, stays, b"heard me")
            await second.forget("ends")
            await second.close()
            third = await Keeper.open(directory, scoped=False)
            assert [each.id for each in await ends(third)] == ["stays"], "what was forgotten is not told again"
            await third.close()

    asyncio.run(run())


def test_the_same_id_starts_nothing_twice() -> None:
    async def run() -> None:
        async with keeping() as (keeper, _):
            start = in_terminal("once", WAITS)
            both = await asyncio.gather(keeper.start(start), keeper.start(start))
            assert both[0].pid == both[1].pid
            await keeper.signal("once", signal.SIGKILL)
            assert (await ends(keeper))[0].exit.signal == signal.SIGKILL
            again = await keeper.start(start)
            assert again.pid == both[0].pid and again.exit is not None, "it is the one that ended"
            await keeper.forget("once")
            assert (await keeper.start(start)).pid != both[0].pid

    asyncio.run(run())


@pytest.mark.parametrize(
    ("argv", "directory", "log", "why"),
    [
        (("no-such-program",), "/", None, "cannot be run"),
        (("sh",), "/no/such/place", None, "cannot be entered"),
        (("sh",), "/", Path("/no/such/log"), "cannot be written"),
    ],
)
def test_what_cannot_be_started_says_why(argv: tuple[str, ...], directory: str, log: Path | None, why: str) -> None:
    async def run() -> None:
        async with keeping() as (keeper, _):
            start = program("fails", *argv, log=log)
            with pytest.raises(StartFailedError, match=why):
                await keeper.start(replace(start, directory=Path(directory)))
            assert keeper.children() == ()
            await keeper.start(program("fails", "true"))

    asyncio.run(run())


def test_a_program_without_a_terminal_writes_to_its_log() -> None:
    async def run() -> None:
        async with keeping() as (keeper, directory):
            log = directory / "host.log"
            await keeper.start(program("host", "sh", "-c", "echo out; echo err >&2; cat; exit 2", log=log))
            (end,) = await ends(keeper)
            assert end.exit.code == 2
            assert log.read_text() == "out\nerr\n"
            assert stat.S_IMODE(log.stat().st_mode) == 0o600

    asyncio.run(run())


def test_garbage_costs_its_own_line_alone() -> None:
    async def run() -> None:
        async with keeping() as (keeper, directory):
            for bad in (b"\xff" * 64, HEAD.pack(3, 0) + b"{{{", HEAD.pack(4, 0) + b"[12]", HEAD.pack(1 << 31, 5)):
                with socket.socket(socket.AF_UNIX) as line:
                    line.settimeout(PATIENCE_S)
                    line.connect(str(socket_of(directory)))
                    line.sendall(bad)
                    while line.recv(1 << 16):
                        pass
            peer = await Line.open(socket_of(directory))
            for words in ({"id": 3}, {"id": "x", "argv": "sh"}, {"id": "x", "argv": ["sh"], "environment": {"a": 1}}):
                with pytest.raises(RefusedError):
                    await peer.ask("start", b"", **words)
            with pytest.raises(RefusedError, match="unknown request"):
                await peer.ask("fly")
            with pytest.raises(RefusedError, match="no such child"):
                await peer.ask("signal", id="nobody", number=9)
            with pytest.raises(RefusedError):
                await peer.ask("start", b"", id="nul", argv=["a\0b"], environment={"PATH": PATH}, cwd="/")
            assert (await peer.ask("hello", version=VERSION + 7))[0]["children"] == []
            await peer.close()
            assert (await keeper.start(program("fine", "true"))).pid

    asyncio.run(run())


def test_a_client_that_asks_and_does_not_listen_holds_nobody_up() -> None:
    async def run() -> None:
        async with keeping() as (keeper, directory):
            child = await keeper.start(in_terminal("big", "import sys; sys.stdout.write('x' * 300000); print('done')"))
            await said(keeper, child, b"done")
            with socket.socket(socket.AF_UNIX) as deaf:
                deaf.connect(str(socket_of(directory)))
                deaf.settimeout(0.2)
                ask = packed({"ask": 1, "do": "read", "id": "big"})
                with pytest.raises(TimeoutError):  # it is not even heard any more
                    for _ in range(100_000):
                        deaf.sendall(ask)
                assert (await keeper.start(program("fine", "true"))).pid

    asyncio.run(run())


def test_descriptors_that_run_out_are_said_and_come_back() -> None:
    async def run() -> None:
        async with keeping() as (keeper, directory):
            held = descriptors(keeper.pid)
            _, hard = resource.prlimit(keeper.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(keeper.pid, resource.RLIMIT_NOFILE, (held + 2, hard))
            with pytest.raises(StartFailedError, match="no more terminals"):
                await keeper.start(in_terminal("none", WAITS))
            lines = [socket.socket(socket.AF_UNIX) for _ in range(6)]
            for line in lines:
                line.settimeout(PATIENCE_S)
                line.connect(str(socket_of(directory)))
            assert lines[-1].recv(1) == b"", "who cannot be let in is let go"
            for line in lines:
                line.close()
            resource.prlimit(keeper.pid, resource.RLIMIT_NOFILE, (hard, hard))
            assert (await keeper.start(in_terminal("some", WAITS))).pid

    asyncio.run(run())


def test_many_starts_leave_nothing_behind() -> None:
    async def run() -> None:
        async with keeping() as (keeper, _):
            before = descriptors(keeper.pid)
            for batch in range(5):
                names = [f"n{batch}.{number}" for number in range(40)]
                terminals = [
                    program(name, "true", size=Size() if number % 2 else None) for number, name in enumerate(names)
                ]
                await asyncio.gather(*map(keeper.start, terminals))
                found = await ends(keeper, len(names))
                assert sorted(each.id for each in found) == sorted(names)
                assert {each.exit.code for each in found} == {0}
                await asyncio.gather(*map(keeper.forget, names))
            assert keeper.children() == ()
            assert descriptors(keeper.pid) == before
            assert not [each for each in processes.everything().values() if each.parent == keeper.pid]

    asyncio.run(run())


def test_without_a_supervisor_it_ends_itself_and_all_that_it_keeps() -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready'); signal.pause()"

    async def run() -> None:
        async with keeping(0.3) as (keeper, directory):
            child = await keeper.start(in_terminal("polite", WAITS))
            other = await keeper.start(program("host", "sleep", "1000"))
            looker = await keeper.line()
            await looker.ask("follow", id="polite")
            await keeper.close()  # whoever only looks keeps nothing alive
            for pid in (child.pid, other.pid, keeper.pid):
                assert await asyncio.to_thread(ended, pid)
            await looker.close()
            assert "nobody has supervised" in log_of(directory).read_text()
            assert not socket_of(directory).exists()

            second = await Keeper.open(directory, PATIENCE_S * 60, scoped=False)
            await second.start(program("host", "true"))
            await ends(second)
            await second.close()  # what a host came to tells nobody anything
            assert await asyncio.to_thread(ended, second.pid)

            second = await Keeper.open(directory, 0.3, scoped=False)
            child = await second.start(in_terminal("stubborn", stubborn))
            await said(second, child, b"ready")
            assert (await second.end("stubborn", 0.1)).signal == signal.SIGKILL
            assert (await second.end("stubborn")).signal == signal.SIGKILL
            assert (await ends(second))[0].exit.signal == signal.SIGKILL
            await second.close()
            assert await asyncio.to_thread(ended, second.pid)

    asyncio.run(run())


@pytest.mark.parametrize("lost", ["directory", "moved", "lock", "socket"])
def test_one_that_cannot_be_found_any_more_ends_with_all_that_it_keeps(lost: str, tmp_path: Path) -> None:
    """Nobody could end it otherwise, and the next one would begin beside it."""

    async def run() -> None:
        async with keeping() as (keeper, directory):
            child = await keeper.start(in_terminal("agent", WAITS))
            await said(keeper, child, b"ready")
            match lost:
                case "directory":
                    shutil.rmtree(directory)
                    directory.mkdir()
                case "moved":
                    shutil.move(directory, tmp_path)
                    directory.mkdir()
                case "lock":
                    lock_of(directory).unlink()
                case _:
                    socket_of(directory).unlink()
            for pid in (child.pid, keeper.pid):
                assert await asyncio.to_thread(ended, pid)
            second = await Keeper.open(directory, scoped=False)
            assert second.pid != keeper.pid and second.children() == ()
            await second.close()

    asyncio.run(run())


def test_it_leaves_the_socket_of_the_next_one_alone() -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready'); signal.pause()"

    async def run() -> None:
        async with keeping() as (keeper, directory):
            child = await keeper.start(in_terminal("stubborn", stubborn))
            await said(keeper, child, b"ready")
            lock_of(directory).unlink()
            socket_of(directory).unlink()
            second = await Keeper.open(directory, scoped=False)
            os.kill(child.pid, signal.SIGKILL)
            assert await asyncio.to_thread(ended, keeper.pid)
            third = await Keeper.open(directory, scoped=False)
            assert third.pid == second.pid != keeper.pid
            await third.close()
            await second.close()

    asyncio.run(run())


def test_a_keeper_that_is_killed_takes_its_terminals_along_and_the_next_one_sweeps() -> None:
    async def run() -> None:
        async with keeping() as (keeper, directory):
            code = "import subprocess as s; s.Popen(['sleep', '1000'], start_new_session=True); print('ready'); input()"
            agent = await keeper.start(in_terminal("agent", code))
            await said(keeper, agent, b"ready")
            tree = await keeper.tree("agent")
            assert len(tree) == 2
            (left,) = [each for each in tree if each.pid != agent.pid]
            os.kill(keeper.pid, signal.SIGKILL)
            with pytest.raises(KeeperLostError):
                await ends(keeper)
            with pytest.raises(KeeperLostError):
                await keeper.start(program("late", "true"))
            assert await asyncio.to_thread(ended, agent.pid), "its terminal hung up"
            assert processes.process(left.pid), "in a session of its own nobody told it"
            await keeper.close()
            assert pid_of(directory) == 0
            second = await Keeper.open(directory, scoped=False)
            assert second.children() == ()
            stays = await second.start(program("stays", "sleep", "1000"))
            find = partial(processes.marked, FACTORY, [second.pid])
            assert processes.kill(partial(processes.marked, FACTORY, [second.pid, left.pid])) == set()
            assert processes.kill(partial(find, station="stays")) == set(), "it is kept"
            with subprocess_of("agent") as ours:
                assert processes.kill(partial(find, station="agent")) == {left.pid}
                ours.terminate()
                assert ours.wait() == -signal.SIGTERM, "what descends from us is nobody's orphan"
            await eventually(lambda: processes.process(left.pid) is None)
            assert find() == []
            assert processes.process(stays.pid)
            await second.close()

    asyncio.run(run())


def test_what_an_agent_leaves_behind_ends_with_it() -> None:
    """A daemon that left its session, and its parents, is found by the marks that it inherited."""
    code = "import subprocess; subprocess.Popen('setsid sleep 1000 & exit', shell=True).wait(); print('ready'); input()"

    async def run() -> None:
        async with keeping() as (keeper, _):
            agent = await keeper.start(in_terminal("agent", code))
            await said(keeper, agent, b"ready")
            left = [each for each in await keeper.tree("agent") if each.pid != agent.pid]
            assert [each.parent for each in left] == [keeper.pid]
            await keeper.write("agent", b"\n")
            assert (await ends(keeper))[0].exit.code == 0
            assert await asyncio.to_thread(ended, left[0].pid)

    asyncio.run(run())


def test_the_start_takes_tens_of_milliseconds() -> None:
    """That is what the modules take that it imports, on a machine that does nothing else."""
    words = [sys.executable, "-I", "-S", "-X", "importtime", str(PROGRAM), "--socket", "/no/socket"]
    words += ["--lock", "/no/lock", "--log", "/dev/null", "--seconds", "1"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    imported = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()[1:] if "|" in line]
    assert done.stdout.startswith("failed")
    assert len(imported) < 100, imported
    assert not {"asyncio", "msgspec", "pathlib", "subprocess", "typing"} & {*imported}


def test_a_full_disk_costs_the_log_and_nothing_else() -> None:
    async def run() -> None:
        with short_directory() as directory:
            words = [sys.executable, "-I", "-S", str(PROGRAM), "--socket", str(socket_of(directory))]
            words += ["--lock", str(lock_of(directory)), "--log", "/dev/full", "--seconds", "60"]
            done = await asyncio.to_thread(ran, [*words])
            assert done.stdout == "ready\n"
            keeper = await Keeper.open(directory, scoped=False)
            with pytest.raises(StartFailedError, match="cannot be written"):
                await keeper.start(program("host", "true", log=Path("/no/such/log")))
            await keeper.start(program("host", "true", log=Path("/dev/full")))
            assert (await ends(keeper))[0].exit.code == 0
            await keeper.stop("the test is over")
            assert await asyncio.to_thread(ended, keeper.pid)
            await keeper.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("script", "scoped"),
    [('while [ "$1" != -- ]; do shift; done; shift; IN_SCOPE=1 exec "$@"', True), ("exit 1", False), ("exit 0", False)],
)
def test_it_starts_in_a_scope_of_systemd_where_there_is_one_that_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, scoped: bool
) -> None:
    tool = tmp_path / "systemd-run"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{PATH}")
    monkeypatch.setattr(systemd, "runs", lambda: True)

    async def run() -> None:
        with short_directory() as directory:
            keeper = await Keeper.open(directory)
            try:
                assert (b"IN_SCOPE=1" in of(keeper.pid, "environ").read_bytes()) == scoped
            finally:
                await keeper.close()
                await end_keeper(directory)

    asyncio.run(run())


def test_whoever_comes_while_it_ends_is_given_the_next_one() -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready'); signal.pause()"

    async def run() -> None:
        async with keeping() as (keeper, directory):
            child = await keeper.start(in_terminal("stubborn", stubborn))
            await said(keeper, child, b"ready")
            line = await Line.open(socket_of(directory))
            await line.ask("stop")
            coming = asyncio.create_task(Keeper.open(directory, scoped=False))
            with pytest.raises(KeeperError):  # refused, or on a slow machine gone already
                await line.ask("hello", supervises=True)
            await line.close()
            os.kill(child.pid, signal.SIGKILL)
            second = await coming
            assert second.pid != keeper.pid and second.children() == ()
            await second.close()

    asyncio.run(run())


def test_what_is_asked_in_one_breath_is_done_as_the_answers_are_taken() -> None:
    async def run() -> None:
        async with keeping() as (keeper, directory):
            child = await keeper.start(in_terminal("big", "import sys; sys.stdout.write('x' * 900000); print('done')"))
            await said(keeper, child, b"done")
            before = resident(keeper.pid)
            with socket.socket(socket.AF_UNIX) as deaf:
                deaf.connect(str(socket_of(directory)))
                deaf.sendall(packed({"ask": 1, "do": "read", "id": "big"}) * 80)
                assert (await keeper.start(program("fine", "true"))).pid
                assert resident(keeper.pid) - before < 32 << 20
                reader, writer = await asyncio.open_unix_connection(sock=deaf.dup())
                frames, count = Frames(), 0
                async with asyncio.timeout(PATIENCE_S):
                    while count < 80:
                        count += sum("ask" in words for words, _ in frames.feed(await reader.read(1 << 18)))
                writer.close()
                await writer.wait_closed()

    asyncio.run(run())


def test_whoever_hangs_up_and_does_not_wait_has_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with keeping() as (_, directory):
            writers: list[asyncio.StreamWriter] = []
            opened = asyncio.open_unix_connection

            async def noted(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
                reader, writer = await opened(path)
                writers.append(writer)
                return reader, writer

            monkeypatch.setattr(asyncio, "open_unix_connection", noted)
            line = await Line.open(socket_of(directory))
            closing = asyncio.create_task(line.close())
            await asyncio.sleep(0)
            closing.cancel()  # as when an operator leaves, and the supervisor ends just then
            await asyncio.gather(closing, return_exceptions=True)
            assert [writer.is_closing() for writer in writers] == [True]

    asyncio.run(run())
