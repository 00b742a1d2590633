"""Has stations rest that fill the disk. It looks once a second while one is at work, and never else."""

from __future__ import annotations

import asyncio
import time

from sessions.floor.ours.lives import FULL, Life
from sessions.floor.ours.owned import Owned
from sessions.floor.reports import Report
from sessions.floor.state import Station
from sessions.stations.places.layout import root_of
from sessions.stations.running import disk
from sessions.stations.running.disk import Room
from sessions.supervisor.services.stations.crew import Crew
from sessions.supervisor.services.stations.resting import Resting
from sessions.supervisor.services.stations.runners import Runners
from sessions.supervisor.services.stations.terminals import KEEPER
from sessions.text import clean

LOOK_S = 1.0
RESTS = 20
"""Counting takes no more than one part in so many of the time."""


class Disk:
    """Watches the disk that places lie on."""

    def __init__(self, crew: Crew, runners: Runners, resting: Resting) -> None:
        self._crew, self._runners, self._resting = crew, runners, resting
        self._timer: asyncio.TimerHandle | None = None
        self._left: Room | None = None
        """As it was when files were counted last, with what was given back since."""
        self._not_before = 0.0
        self._counts = False

    def hear(self) -> None:
        """Somebody may have begun, or ended, to work."""
        if self._timer is None and not self._counts and self._at_work():
            if self._left is None:
                self._left = self._now()
            self._timer = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _at_work(self) -> list[str]:
        return [
            name
            for name, known in self._crew.state.owned.items()
            if known.life is Life.RUNNING and works(known, self._crew.seen(name))
        ]

    def _look(self) -> None:
        self._timer = None
        working, left = self._at_work(), self._now()
        if left is None:
            return
        before = self._left or left
        self._left = Room(*map(max, before, left))
        if working and disk.fell(before, left, disk.STEP) and time.monotonic() >= self._not_before:
            self._left, self._counts = left, True
            self._crew.go(self._count(working, left))
        else:
            self.hear()

    def _now(self) -> Room | None:
        try:
            return disk.left(self._crew.factory.state_dir)
        except OSError:
            return None

    async def _count(self, working: list[str], left: Room) -> None:
        begun = time.monotonic()
        try:
            for station in working:
                root = root_of(self._crew.factory.state_dir, station)
                try:
                    took = await asyncio.to_thread(disk.taken, root, disk.MOST)
                except OSError as error:
                    where = clean(str(error.filename), 100)
                    await self._rest(station, f"{FULL}, or may: what lies in {where} cannot be counted; take it away")
                    continue
                if disk.too_much(took, left, disk.MOST):
                    await self._rest(station, f"{FULL}: {took} are its own; make room in {root}, then resume it")
        finally:
            self._counts = False
            now = time.monotonic()
            self._not_before = now + (now - begun) * RESTS
            self.hear()

    async def _rest(self, station: str, reason: str) -> None:
        async with self._crew.turn(station):
            known = self._crew.owned(station)
            if known.life is not Life.RUNNING:
                return
            if known.host == KEEPER:
                await self._resting.rest(station, reason)
            else:  # an end of its turn would not halt what it has started
                await self._runners.of(station).end(station)
                await self._crew.live(station, Life.HELD, reason)


def works(known: Owned, seen: Station) -> bool:
    """Whether it may write now: not while all that it is at waits for a person."""
    if known.questions:
        return len(seen.running) > len(known.questions)
    return bool(known.turn_since) or seen.report is Report.WORKING
