"""A repository with one station whose work can be checked, in every way that a machine may hold the commands."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from sessions.floor.scope import Scope
from sessions.floor.tasks.task import Check
from sessions.paths import mark_of
from sessions.stations.boundary import machine
from sessions.stations.boundary.bounds import Limits
from sessions.stations.boundary.machine import Machine
from sessions.stations.checking import room
from sessions.stations.checking.check import run_check
from sessions.stations.checking.values import Checked, Work
from sessions.stations.keeping import processes
from sessions.stations.places.absorb import Absorber
from sessions.stations.running.fitting import Factory
from tests.sessions.stations.places.world import World

SMALL = Limits(processes=60)
WAYS = ("bubblewrap", "landlock", "advisory")


@cache
def way(name: str) -> Machine:
    """A machine that holds commands in this way; the test is skipped where this one cannot."""
    found = machine.here()
    if name == "bubblewrap" and not found.bubblewrap:
        pytest.skip(f"no bubblewrap here: {found.why}")
    if name == "landlock" and not found.landlock:
        pytest.skip("this kernel has no Landlock")
    if name == "bubblewrap":
        return found
    return Machine(landlock=found.landlock if name == "landlock" else 0, trouble="the test says so")


class Desk(World):
    """The station is s1, on the branch agent/s1."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.factory = Factory(common_dir=self.common_dir, state_dir=self.state_dir, mark=mark_of(self.state_dir))
        self.station = self.place("s1")
        self.base = self.station.record.base
        self.door = Absorber(self.station, ("**",))

    def arrives(self, files: Mapping[str, str | bytes | None], message: str = "work") -> str:
        """The station commits these, and the commit arrives."""
        head = self.repo.commit(files, message, cwd=self.station.work)
        self.door.look()
        self.door.noted()
        return head

    @property
    def arrived(self) -> str:
        return self.head("refs/heads/agent/s1")

    def work(self, *, write: tuple[str, ...] = (), trunk: str = "", scope: Scope | None = None) -> Work:
        return Work("s1", "agent/s1", self.arrived, self.base, trunk, write, scope or Scope())

    def check(
        self, check: Check, *, on: str = "", write: tuple[str, ...] = (), trunk: str = "", scope: Scope | None = None
    ) -> Checked:
        """What a check comes to; nothing of it is left then."""
        found = asyncio.run(
            run_check(
                self.factory,
                self.work(write=write, trunk=trunk, scope=scope),
                check,
                SMALL,
                way(on) if on else None,
            )
        )
        self.is_swept()
        return found

    def is_swept(self) -> None:
        folder = room.checks_dir(self.state_dir)
        assert not folder.exists() or list(folder.iterdir()) == []
        assert processes.marked(self.factory.mark, station=room.STATION) == []
        shutil.rmtree(folder, ignore_errors=True)
