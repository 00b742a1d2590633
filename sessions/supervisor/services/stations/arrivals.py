"""What leaves the places of stations: their commits, at once, through the one checked door."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from sessions.errors import FactoryError
from sessions.floor.events import Event
from sessions.stations.places import origin
from sessions.stations.places.absorb import Absorber
from sessions.stations.places.layout import Place, place_of
from sessions.stations.places.watch import RefWatch
from sessions.supervisor.services.stations.crew import Crew
from sessions.watching import inotify

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Looks at the same time: they have threads of their own, so that none that takes long keeps other services waiting."""
QUICK_S = 1.0
"""A look that takes no longer, as nearly all do, can be followed by the next at once."""
DEAREST, LONGEST_S = 4, 300.0
"""After any other nobody looks there for so many times as long as it took, but no longer than that: whatever a station
writes, looking at it takes a fifth of a processor."""

FLOOD_S = 1.0
"""When a station changes its refs faster than the kernel tells, nobody listens for so long; then all are looked at."""


class Arrivals:
    """Looks at a station's clone when something happened in it, and when its turn ends. Nothing is polled."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._doors: dict[str, Absorber] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._rest: dict[str, float] = {}
        """Seconds for which nobody looks at a station after the look under way."""
        self._pool = ThreadPoolExecutor(AT_ONCE, "arrivals")
        self._refs: RefWatch | None = None
        self._heads: dict[str, str] = {}
        """The branches as clones see them."""
        self._showing: asyncio.Task[None] | None = None

    async def follow(self, station: str) -> None:
        """Let its commits arrive from now on, and those that it made meanwhile."""
        if station not in self._doors:
            try:
                place = await asyncio.to_thread(place_of, self._crew.factory.state_dir, station)
            except FactoryError as error:
                log.warning("what station %s commits cannot arrive: %s", station, error)
                return
            self._doors[station] = Absorber(place, self._crew.owned(station).scope.write)
            if place.record.clone:
                self._watch(place)
        self._stir(station)

    def assign(self, station: str) -> None:
        """Its scope is another one."""
        if (door := self._doors.get(station)) is not None:
            door.assign(self._crew.owned(station).scope.write)
            self._stir(station)

    async def leave(self, station: str) -> None:
        """Let arrive what it has committed up to now, and look there no more: its place is to go."""
        await self.look(station)
        async with self._turns.setdefault(station, asyncio.Lock()):
            self._doors.pop(station, None)
            if self._refs is not None:
                self._refs.remove(station)

    def hear(self, station: str) -> None:
        """Its turn, or a tool of it, has ended."""
        self._stir(station)

    def moved(self) -> None:
        """Branches may have moved: clones are to see them with their next fetch, and what waits may arrive."""
        for station, door in self._doors.items():
            if door.waits:
                self._stir(station)
        if self._doors and self._showing is None:
            self._showing = asyncio.create_task(self._show())
            self._showing.add_done_callback(self._shown)

    async def _show(self) -> None:
        while (heads := {name: branch.head for name, branch in self._crew.state.branches.items()}) != self._heads:
            factory, base = self._crew.factory, self._crew.state.base
            await asyncio.to_thread(origin.refresh, factory.common_dir, factory.state_dir, base)
            self._heads = heads

    def _shown(self, task: asyncio.Task[None]) -> None:
        self._showing = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("stations do not see how branches have moved: %s", error)

    async def look(self, station: str) -> None:
        """Let arrive what it has committed up to now."""
        door = self._doors.get(station)
        if door is None:
            return
        async with self._turns.setdefault(station, asyncio.Lock()):
            events, took = await asyncio.get_running_loop().run_in_executor(self._pool, _timed, door.look)
            self._rest[station] = min(DEAREST * took, LONGEST_S) if took > QUICK_S else 0.0
            if events:
                await self._crew.record(*events)
                await asyncio.to_thread(door.noted)

    async def close(self) -> None:
        self._doors.clear()  # nobody looks there again, whatever happened during the last look
        tasks = [*self._looking.values(), *filter(None, [self._showing])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._refs is not None:
            self._deaf()
            self._refs.close()
            self._refs = None
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _stir(self, station: str) -> None:
        """Look soon; what happens while somebody looks is looked at after that."""
        if station not in self._doors:
            return
        if station in self._looking:
            self._again.add(station)
            return
        task = self._looking[station] = asyncio.create_task(self._look(station))
        task.add_done_callback(lambda _: self._looked(station))

    async def _look(self, station: str) -> None:
        await self.look(station)
        if rest := self._rest.pop(station, 0.0):
            await asyncio.sleep(rest)

    def _looked(self, station: str) -> None:
        task = self._looking.pop(station)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what station %s committed could not be looked at: %r", station, error)
        if station in self._again:
            self._again.discard(station)
            self._stir(station)

    def _watch(self, place: Place) -> None:
        if not inotify.available():
            return  # it is looked at when its turns and tools end
        with contextlib.suppress(OSError):
            if self._refs is None:
                self._refs = RefWatch()
                self._listen()
            self._refs.add(place)

    def _listen(self) -> None:
        if self._refs is not None:
            asyncio.get_running_loop().add_reader(self._refs.descriptor, self._notice)

    def _deaf(self) -> None:
        assert self._refs is not None
        asyncio.get_running_loop().remove_reader(self._refs.descriptor)

    def _notice(self) -> None:
        assert self._refs is not None
        for station in self._refs.take():
            self._stir(station)
        if self._refs.lost:
            self._deaf()
            asyncio.get_running_loop().call_later(FLOOD_S, self._listen)


def _timed(look: Callable[[], Sequence[Event]]) -> tuple[Sequence[Event], float]:
    """What came of a look, and how many seconds it took."""
    began = time.monotonic()
    return look(), time.monotonic() - began
