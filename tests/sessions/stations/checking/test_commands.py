"""Commands of a check run in a clean place, and nothing of them is left, whatever they do."""

from __future__ import annotations

import asyncio
import os
import pickle
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.scope import Network, Scope
from sessions.floor.tasks.task import Check
from sessions.stations.boundary.bounds import Limits
from sessions.stations.checking import room, running
from sessions.stations.checking.check import run_check
from sessions.stations.checking.room import STATION
from sessions.stations.checking.values import MOST_OUTPUT
from sessions.stations.keeping import processes
from sessions.stations.running import disk
from tests import ROOT
from tests.sessions.stations.checking.conftest import PATIENCE_S
from tests.sessions.stations.checking.desk import WAYS, Desk, way

Begun = Callable[[], Awaitable[None]]
GIT = shutil.which("git")
LONG = str(86_400_000 + os.getpid())
"""Seconds for which only what this process started sleeps."""
AWAY = f"(setsid sh -c 'trap \"\" TERM HUP; env -i sleep {LONG} & wait' >/dev/null 2>&1 &) ; (sleep {LONG} &)"
"""Goes away from its parents, its session, its group and its marks."""


def sleeping() -> list[int]:
    """Processes that sleep for long, and were started by these tests."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"sleep\0{LONG}".encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def runner_below(pid: int) -> int:
    """What runs the commands for a supervisor."""
    children = [each.pid for each in processes.everything().values() if each.parent == pid]
    (found,) = [child for child in children if (mark := processes.mark_of_process(child)) and mark.station == STATION]
    return found


@pytest.mark.parametrize("on", WAYS)
def test_commands_pass_or_fail_where_only_the_commits_are(desk: Desk, on: str) -> None:
    desk.arrives({"src/a.py": "a = 2\n", ".gitignore": "*.log\n"})
    (desk.station.work / "left.log").write_text("of the agent\n")
    commands = ("test ! -e left.log && grep 2 src/a.py", AWAY, "git status --short && pwd && echo $HOME > src/made")
    found = desk.check(Check(commands=(*commands, "echo two >&2; exit 3", "echo three")), on=on)
    assert found.failures[0].startswith("`echo two >&2; exit 3` ended with 3 after ")
    assert "a = 2\n" in found.output
    assert found.output.endswith("\n$ echo two >&2; exit 3\ntwo")
    assert str(desk.station.work) not in found.output
    assert any(words.startswith("nothing held its commands") for words in found.warnings) == (on == "advisory")
    assert sleeping() == [], "what goes away from its parents is ended, too"


def test_a_time_limit_holds_for_all_together(desk: Desk) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    commands = ("sleep 0.2", f"{AWAY}; echo begun; exec sleep {LONG}")
    for seconds in (1.5, 10.0, 60.0):  # the longer ones where the second has not even begun by then
        found = desk.check(Check(commands=commands, seconds=seconds), on="advisory")
        assert found.failures[0].endswith(f"was ended: with those before it, it took longer than {seconds:g} s")
        if found.output.endswith("begun"):
            break
    assert found.output.endswith("begun")
    assert sleeping() == []


@pytest.mark.parametrize("on", WAYS)
def test_who_is_cancelled_leaves_nothing(desk: Desk, begun: Begun, on: str) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})

    async def cancelled() -> None:
        script = f"{AWAY}; echo x > begun; exec sleep {LONG}"
        task = asyncio.create_task(run_check(desk.factory, desk.work(), Check(commands=(script,)), None, way(on)))
        await begun()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(cancelled())
    assert sleeping() == []
    desk.is_swept()


def test_who_is_cancelled_while_files_are_written_does_not_wait_for_all_of_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    begun, slow = desk.root / "begun", desk.root / "bin/git"
    os.mkfifo(begun)
    slow.parent.mkdir()
    slow.write_text(
        f'#!/bin/sh\ncase "$*" in *read-tree*) echo x > {begun}; exec sleep {LONG};; esac\nexec {GIT} "$@"\n'
    )
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")

    async def cancelled() -> None:
        task = asyncio.create_task(run_check(desk.factory, desk.work(), Check(commands=("true",))))
        await asyncio.to_thread(begun.read_bytes)
        task.cancel()
        await asyncio.wait([task], timeout=PATIENCE_S)
        assert task.cancelled()

    asyncio.run(cancelled())
    assert sleeping() == []
    desk.is_swept()


def test_much_output_is_kept_by_its_end_clean_and_without_secrets(desk: Desk) -> None:
    token = "ghp_" + "a1B2" * 9
    desk.arrives({"src/a.py": "a = 2\n"})
    found = desk.check(Check(commands=(f"seq 300000; printf '\\033[31m{token}\\007 over\\n'",)))
    assert found.passed
    assert len(found.output) <= MOST_OUTPUT
    assert found.output.endswith("\n299999\n300000\n[secret] over")


def test_a_bomb_of_forks_ends(desk: Desk) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    found = desk.check(Check(commands=("b() { b | b & b; }; b 2>/dev/null",), seconds=1.0), on="bubblewrap")
    assert not found.passed


def test_hostile_trees_do_no_harm(desk: Desk) -> None:
    fired = desk.root / "fired"
    evil = f'[core]\nhooksPath = hooks\nfsmonitor = "touch {fired}"\n[filter "x"]\nsmudge = "touch {fired}"\n'
    desk.arrives({".gitconfig": evil, "config": evil, "hooks/post-checkout": f"#!/bin/sh\ntouch {fired}\n"})
    desk.arrives({".gitattributes": "* filter=x ident export-subst\n", "hooks/post-checkout": f"#!/bin/sh\n>{fired}\n"})
    (desk.station.work / "hooks/post-checkout").chmod(0o755)
    desk.arrives({})
    make = "mkfifo pipe; ln -s /etc out; mkdir -p d/e; chmod 0 d; ln -s $HOME h; mkdir .git/x; chmod 500 .git"
    assert desk.check(Check(commands=(make,))).passed
    assert not fired.exists()


def test_nothing_outside_can_be_written_and_there_is_no_network(desk: Desk) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    aim = desk.root / "aim"
    commands = (
        f"echo x > {aim} || true",
        f"! ls {desk.station.root}",
        '! test "$HTTPS_PROXY"',
        "! grep -v lo: /proc/net/dev | grep :",
    )
    found = desk.check(Check(commands=commands), on="bubblewrap")
    assert found.passed, (found.failures, found.output)
    assert not aim.exists()


def test_the_network_is_as_for_the_station(desk: Desk) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    listed = Scope(network=Network.LISTED, hosts=("files.test",))
    check = Check(commands=('test "$HTTPS_PROXY" && ! grep -v lo: /proc/net/dev | grep :',))
    assert desk.check(check, on="bubblewrap", scope=listed).passed


def test_a_set_up_is_run_first_and_what_it_says_is_told(desk: Desk) -> None:
    setup = '[setup]\nscript = "echo set up; echo 1 > made"\ncopy = [".env"]\n'
    desk.arrives({".factory-tui.toml": setup, "Makefile": "test:\n"})
    found = desk.check(Check(commands=("grep 1 made", "make -n test || true")))
    assert found.passed, found.output
    assert "set up\n$ grep 1 made\n1" in found.output
    assert "changed: .factory-tui.toml, Makefile" in found.warnings or "changed: Makefile, .factory-tui.toml" in (
        found.warnings
    )
    assert any("is not allowed" in words for words in found.warnings)
    desk.arrives({".factory-tui.toml": '[setup]\nscript = "exit 4"\n'})
    found = desk.check(Check(commands=("true",)))
    assert found.failures[0].startswith("`exit 4` ended with 4")
    desk.arrives({".factory-tui.toml": "[setup"})
    assert any("cannot be used" in words for words in desk.check(Check(commands=("true",))).warnings)


def test_a_command_that_fills_the_disk_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    place = room.begin(desk.factory, desk.work())
    room.fill(desk.factory, place)
    boundary, _, _ = room.bound(desk.factory, place, desk.work().scope, Limits())
    most = disk.Room(disk.left(place.root).size, 300)
    assert disk.taken(place.root).files < most.files
    commands = [f"mkdir many; cd many; for i in $(seq 999); do echo > $i; done; exec sleep {LONG}"]
    (ran,) = asyncio.run(running.run(place, boundary, room.mark_of(desk.factory, place), commands, 20.0, most))
    assert ran.why == "disk"
    room.take_away(place)
    desk.is_swept()


def test_what_a_killed_supervisor_left_is_swept(desk: Desk) -> None:
    """Whoever ran it can end nothing any more, and what it started has nobody above it."""
    desk.arrives({"src/a.py": "a = 2\n"})
    place = room.begin(desk.factory, desk.work())
    room.fill(desk.factory, place)
    boundary, _, _ = room.bound(desk.factory, place, desk.work().scope, Limits(), way("advisory"))
    os.mkfifo(place.work / "begun")
    script = f"(setsid sleep {LONG} &); echo x > begun; exec sleep {LONG}"
    words = ["setsid", "--fork", *boundary.words, "/bin/sh", "-c", script]
    subprocess.run(words, cwd=place.work, env=dict(boundary.environment), check=True)
    assert (place.work / "begun").read_bytes()
    (place.tmp / "closed").mkdir()
    (place.tmp / "closed").chmod(0)
    room.sweep(desk.factory)
    assert sleeping() == []
    desk.is_swept()


def test_a_runner_that_is_killed_is_told_and_leaves_nothing(desk: Desk, begun: Begun) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})

    async def killed() -> None:
        script = f"(setsid sleep {LONG} &); echo x > begun; exec sleep {LONG}"
        task = asyncio.create_task(
            run_check(desk.factory, desk.work(), Check(commands=(script,)), None, way("advisory"))
        )
        await begun()
        os.kill(runner_below(os.getpid()), signal.SIGKILL)
        with pytest.raises(FactoryError, match=r"cut off.*have it checked again"):
            await task

    asyncio.run(killed())
    assert sleeping() == []
    desk.is_swept()


SUPERVISOR = """
import asyncio, os, pickle, sys
from sessions.stations.checking import room
from sessions.stations.checking.check import run_check
fill = room.fill
def filled(factory, place, reins):
    told = fill(factory, place, reins)
    os.mkfifo(place.work / "begun")
    print(place.work / "begun", flush=True)
    return told
room.fill = filled
asyncio.run(run_check(*pickle.loads(bytes.fromhex(sys.argv[1]))))
"""


@pytest.mark.parametrize("on", WAYS)
def test_with_a_supervisor_that_is_killed_all_ends_at_once(desk: Desk, on: str) -> None:
    """Nobody has to come and sweep for that; the place is swept by the next one."""
    desk.arrives({"src/a.py": "a = 2\n"})
    check = Check(commands=(f"{AWAY}; echo x > begun; exec sleep {LONG}",))
    asked = (desk.factory, desk.work(), check, None, way(on))
    words = [sys.executable, "-c", SUPERVISOR, pickle.dumps(asked).hex()]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        assert Path(supervisor.stdout.readline().strip()).read_bytes()
        runner = os.pidfd_open(runner_below(supervisor.pid))
        supervisor.kill()
    assert select.select([runner], [], [], PATIENCE_S)[0]
    os.close(runner)
    assert sleeping() == []
    (left,) = room.checks_dir(desk.state_dir).iterdir()
    assert (left / "work/src/a.py").exists()
    room.sweep(desk.factory)
    desk.is_swept()
