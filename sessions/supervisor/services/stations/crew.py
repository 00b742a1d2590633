"""What all that is done about stations shares: the floor, the journal, hosts and the keeper."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import TypedDict

from sessions import settings
from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.floor.state import FloorState, Station
from sessions.paths import mark_of
from sessions.place import Place
from sessions.stations.hosting.client import Batch, Host, HostGoneError
from sessions.stations.keeping import processes
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.starting import pid_of
from sessions.stations.keeping.values import Child
from sessions.stations.running.fitting import Factory
from sessions.stations.running.hosts import HOST, MARK, Hosts
from sessions.supervisor.aside import Aside
from sessions.supervisor.recorder import Recorder

log = logging.getLogger(__name__)

SOURCE = "factory"
BOOT = "boot"
"""The journal's mark of which start of the machine the last supervisor was in."""
Gone = Callable[[str], Awaitable[None]]
"""Is told that a host has ended."""


class Now(TypedDict):
    """What every event of a station that is recorded here says."""

    time: float
    source: str
    station: str


def now(station: str) -> Now:
    return {"time": time.time(), "source": SOURCE, "station": station}


def boot_id() -> bytes:
    """Which start of the machine this is; empty where the kernel does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
    except OSError:
        return b""


class Crew:
    """All stations of ours, as those see them who do something about them."""

    def __init__(self, place: Place, recorder: Recorder, gone: Gone) -> None:
        self.factory = Factory(place.common_dir, place.state_dir, mark_of(place.state_dir))
        self._recorder = recorder
        self.hosts = Hosts(place.state_dir, self.factory.mark, self.keeper, self._heard, gone)
        self.aside = Aside(place.state_dir / "aside")
        """What operators said that the journal does not hold as it was said."""
        self.rebooted = False
        """The machine was started again since the last supervisor began."""
        self._keeper: Keeper | None = None
        self._opening = asyncio.Lock()
        self._turns: dict[str, asyncio.Lock] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def state(self) -> FloorState:
        return self._recorder.state

    def owned(self, station: str) -> Owned:
        return self.state.owned[station]

    def seen(self, station: str) -> Station:
        return self.state.stations[station]

    def living(self) -> list[str]:
        """The stations that have a process, as far as the journal knows."""
        return [name for name, known in self.state.owned.items() if known.life in (Life.RUNNING, Life.PAUSED)]

    def turn(self, station: str) -> asyncio.Lock:
        """Whoever changes a station's life holds it."""
        return self._turns.setdefault(station, asyncio.Lock())

    def host(self, station: str) -> tuple[str, Host]:
        """The host that the station is in, and its name. Raises `FactoryError` while there is no line to it."""
        name = self.owned(station).host
        host = self.hosts.open(name)
        if host is None:
            raise HostGoneError("its host has gone", "it is being brought back: try again")
        return name, host

    @property
    def open_keeper(self) -> Keeper | None:
        """The keeper, where there is a line to it."""
        return self._keeper

    async def keeper(self) -> Keeper:
        """A line to the keeper, which is started where none runs."""
        async with self._opening:
            if self._keeper is not None and self._keeper.lost:
                await self._keeper.close()
                self._keeper = None
            if self._keeper is None:
                self._keeper = await Keeper.open(self.factory.state_dir, scoped=settings.load().systemd_scope)
            return self._keeper

    async def begin(self) -> None:
        """Find where each host's facts were committed up to, and whether the machine was started again since."""
        marks = await self._recorder.marks()
        boot = await asyncio.to_thread(boot_id)
        self.rebooted = bool(boot) and marks.get(BOOT, boot) != boot
        if boot and marks.get(BOOT) != boot:
            await self._recorder.record((), {BOOT: boot})
        self.hosts.marks = {name.removeprefix(MARK): mark for name, mark in marks.items() if name.startswith(MARK)}

    async def find_keeper(self) -> None:
        """Have a line to the keeper where one runs, whoever started it: while somebody is there it waits for nobody."""
        if await asyncio.to_thread(pid_of, self.factory.state_dir):
            await self.keeper()

    async def sweep(self) -> None:
        """End what runs for this factory and nobody has found again or keeps.

        A keeper that was killed leaves such, and a state directory, or a journal, that was taken away.
        """
        if (keeper := self._keeper) is not None:
            await asyncio.gather(*(self._send_away(keeper, child) for child in keeper.children() if child.exit is None))
        await self._kill("", (keeper.pid if keeper is not None else 0, *self.hosts.processes()))

    async def _send_away(self, keeper: Keeper, child: Child) -> None:
        """End what runs for a station that the journal does not know, or a host that it has never heard of."""
        if child.station in self.state.owned or child.station.removeprefix(HOST) in self.hosts.marks:
            return
        log.warning("%s runs, and the journal knows nothing of it: it is ended", child.id)
        try:
            await keeper.end(child.id)
            await keeper.forget(child.id)
        except FactoryError as error:
            log.warning("%s does not end: %s", child.id, error)

    async def clear(self, station: str) -> None:
        """End what the agent of a station left behind, which has ended, or gone with its host or the keeper."""
        await self._kill(station, self.hosts.processes())

    async def _kill(self, station: str, spared: Sequence[int]) -> None:
        find = partial(processes.marked, self.factory.mark, spared, station)
        for pid in await asyncio.to_thread(processes.kill, find):
            log.warning("process %d was left behind%s, and was ended", pid, f" by station {station}" * bool(station))

    async def record(self, *events: ev.Event) -> None:
        """Return once they are committed."""
        await self._recorder.record(events)

    async def live(
        self, station: str, life: Life, reason: str = "", process: int = 0, started: int = 0, host: str = ""
    ) -> None:
        """Record that it lives so; one that goes on keeps its process."""
        await self.record(self.lived(station, life, reason, process, started, host))

    def lived(
        self, station: str, life: Life, reason: str = "", process: int = 0, started: int = 0, host: str = ""
    ) -> ev.LifeChanged:
        """The event that says so."""
        known = self.owned(station)
        if not host and life in (Life.RUNNING, Life.PAUSED):
            process, started, host = known.process, known.started, known.host
        return ev.LifeChanged(life=life, reason=reason, process=process, started=started, host=host, **now(station))

    def go(self, doing: Coroutine[None, None, None]) -> None:
        """Have it done beside everything else."""
        task = asyncio.create_task(doing)
        self._under_way.add(task)
        task.add_done_callback(self._went)

    async def close(self) -> None:
        """Leave everybody; hosts, keeper and agents go on."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self.hosts.close()
        if self._keeper is not None:
            await self._keeper.close()

    async def _heard(self, name: str, batch: Batch) -> None:
        await self._recorder.record(batch.events, {MARK + name: batch.mark})

    def _went(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what was begun for a station broke: %r", error)
