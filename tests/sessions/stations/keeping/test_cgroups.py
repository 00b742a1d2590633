"""Where the keeper has a control group of its own, what dropped marks and parents still belongs to its child."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions import systemd
from sessions.stations.keeping import cgroups, processes
from sessions.stations.keeping.client import Keeper
from tests.sessions.stations.keeping.programs import end_keeper, ends, eventually, in_terminal, said
from tests.support.supervisor import short_directory

ESCAPES = (
    "import subprocess; subprocess.Popen('env -i /usr/bin/setsid sleep 1000 & exit', shell=True).wait();"
    " print('ready'); input()"
)
"""Leaves a process behind with no parent, no session and no mark."""


def mounted() -> Path | None:
    """Where version 2 is mounted and groups can be made."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        if "cgroup2" in fields and fields[3] == "/" and os.access(fields[4], os.W_OK):
            return Path(fields[4])
    return None


def marks_in(group: str) -> list[str | None]:
    """Those of the processes in a group, what has none first."""
    marks = map(processes.mark_of_process, cgroups.members(group))
    return sorted((str(mark) if mark else None for mark in marks), key=lambda mark: mark or "")


@pytest.fixture
def scope() -> Iterator[Path]:
    """A group as systemd makes one for a scope."""
    root = mounted()
    if root is None:
        pytest.skip("no control groups of version 2 can be made here")
    directory = root / f"{cgroups.UNIT}-test-{os.getpid()}.scope"
    try:
        directory.mkdir()
    except OSError as error:
        pytest.skip(f"no control group can be made here ({error.strerror})")
    yield directory
    directory.rmdir()


def test_nothing_leaves_the_group_of_its_child(scope: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enters = ["sh", "-c", f'echo $$ > {scope}/cgroup.procs && exec "$@"', "sh"]
    monkeypatch.setattr(systemd, "scope", lambda what, unit="": enters)

    async def run() -> None:
        with short_directory() as directory:
            keeper = await Keeper.open(directory)
            try:
                agent = await keeper.start(in_terminal("agent", ESCAPES))
                await said(keeper, agent, b"ready")
                assert agent.group == str(scope / "child-1")
                await eventually(lambda: marks_in(agent.group) == [None, agent.mark])
                left = [each for each in await keeper.tree("agent") if each.pid != agent.pid]
                assert [each.parent for each in left] == [keeper.pid]
                assert await keeper.pause("agent") and all(each.halted for each in await keeper.tree("agent"))
                await keeper.end("agent")
                await ends(keeper)
                await eventually(lambda: processes.process(left[0].pid) is None)
                await keeper.forget("agent")
                await eventually(lambda: not (scope / "child-1").exists())
            finally:
                await keeper.close()
                await end_keeper(directory)

    asyncio.run(run())


def test_in_a_group_of_somebody_else_none_is_made() -> None:
    assert cgroups.own() == ""
    assert cgroups.make("/no/such/group", "child") == ""
    assert cgroups.members("/no/such/group") == set()
    cgroups.remove("/no/such/group")
