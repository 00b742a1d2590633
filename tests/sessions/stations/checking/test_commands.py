"""Commands of a check run in a clean place, and nothing of them is left, whatever they do."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.tasks.task import Check
from sessions.stations.boundary.bounds import Limits
from sessions.stations.checking import room, running
from sessions.stations.checking.check import run_check
from sessions.stations.checking.room import STATION
from sessions.stations.checking.values import MOST_OUTPUT
from sessions.stations.keeping import processes
from sessions.stations.running import disk
from tests.sessions.stations.checking.desk import WAYS, Desk, way

Begun = Callable[[], Awaitable[None]]
AWAY = "(setsid sh -c 'trap \"\" TERM HUP; env -i sleep 86431 & wait' >/dev/null 2>&1 &) ; (sleep 86431 &) ; sleep 0.1"
"""Goes away from its parents, its session, its group and its marks."""


def sleeping(seconds: str = "86431") -> list[int]:
    """Processes that sleep for so long."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"sleep\0{seconds}".encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("on", WAYS)
def test_commands_pass_or_fail_where_only_the_commits_are(desk: Desk, on: str) -> None:
    desk.arrives({"src/a.py": "a = 2\n", ".gitignore": "*.log\n"})
    (desk.station.work / "left.log").write_text("of the agent\n")
    commands = ("test ! -e left.log && grep 2 src/a.py", "git status --short && pwd && echo $HOME > src/made")
    found = desk.check(Check(commands=commands), on=on)
    assert found.passed, (found.failures, found.output)
    assert "a = 2\n" in found.output
    assert str(desk.station.work) not in found.output
    assert any(words.startswith("nothing held its commands") for words in found.warnings) == (on == "advisory")
    found = desk.check(Check(commands=("echo one", "echo two >&2; exit 3", "echo three")), on=on)
    assert found.failures[0].startswith("`echo two >&2; exit 3` ended with 3 after ")
    assert found.output == "$ echo one\none\n$ echo two >&2; exit 3\ntwo"


@pytest.mark.parametrize("on", WAYS)
def test_what_goes_away_from_its_parents_is_ended(desk: Desk, on: str) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    before = sleeping()
    assert desk.check(Check(commands=(AWAY, "true")), on=on).passed
    assert sleeping() == before


@pytest.mark.parametrize("on", WAYS)
def test_a_time_limit_holds_for_all_together(desk: Desk, on: str) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    found = desk.check(Check(commands=("sleep 0.3", AWAY + "; echo begun; exec sleep 86431"), seconds=1.0), on=on)
    assert "the check took longer than 1 s" in found.failures[0]
    assert found.output.endswith("begun")
    assert sleeping() == []


@pytest.mark.parametrize("on", WAYS)
def test_who_is_cancelled_leaves_nothing(desk: Desk, begun: Begun, on: str) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})

    async def cancelled() -> None:
        script = AWAY + "; echo x > begun; exec sleep 86431"
        task = asyncio.create_task(run_check(desk.factory, desk.work(), Check(commands=(script,)), None, way(on)))
        await begun()
        task.cancel()
        await asyncio.wait([task])
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
    found = desk.check(Check(commands=("b() { b | b & b; }; b 2>/dev/null",), seconds=2.0), on="bubblewrap")
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
    commands = (f"echo x > {aim} || true", f"! ls {desk.station.root}", "! grep -v lo: /proc/net/dev | grep -q :")
    found = desk.check(Check(commands=commands), on="bubblewrap")
    assert found.passed, (found.failures, found.output)
    assert not aim.exists()


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
    most = disk.Room(disk.left(place.root).size, 20)
    commands = ["mkdir many; cd many; for i in $(seq 99); do echo > $i; done; exec sleep 86431"]
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
    script = "(setsid sleep 86431 &); echo x > begun; exec sleep 86431"
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
        script = "(setsid sleep 86431 &); echo x > begun; exec sleep 86431"
        task = asyncio.create_task(
            run_check(desk.factory, desk.work(), Check(commands=(script,)), None, way("advisory"))
        )
        await begun()
        children = [each.pid for each in processes.everything().values() if each.parent == os.getpid()]
        (runner,) = [pid for pid in children if (mark := processes.mark_of_process(pid)) and mark.station == STATION]
        os.kill(runner, signal.SIGKILL)
        with pytest.raises(FactoryError, match=r"cut off.*have it checked again"):
            await task

    asyncio.run(killed())
    assert sleeping() == []
    desk.is_swept()
