"""The lives of stations: begun, brought back, rested and ended."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.ours.lives import Change, Life
from sessions.stations.contract import LostSessionError
from sessions.stations.hosting.client import Host, HostGoneError
from sessions.stations.places.making import Wanted
from sessions.stations.running.fitting import Fitted, fit, place_for
from sessions.stations.running.governor import Governor
from sessions.stations.running.hosts import host_of
from sessions.supervisor.services.stations.arrivals import Arrivals
from sessions.supervisor.services.stations.crew import Crew, now

TRIES = 3
"""Times in a row that a station is brought back by itself, before it is held back with what it failed of."""


class Lives:
    """Changes lives. Each change of one station waits for the one before."""

    def __init__(self, crew: Crew, arrivals: Arrivals) -> None:
        self._crew, self._arrivals = crew, arrivals
        self._governor = Governor()

    async def find_again(self) -> None:
        """Find what outlived the last supervisor, and see to what did not."""
        crew, living = self._crew, self._crew.living()
        if living:
            await crew.keeper()  # while somebody is there for it, it waits for nobody
        seated: set[str] = set()
        for host in {crew.owned(station).host for station in living}:
            seated |= {each.station for each in await crew.hosts.find(host)}
        for station in living:
            if station in seated:
                await self._arrivals.follow(station)
            else:
                crew.go(self.lost(station, "it did not outlive the supervisor"))

    async def start(self, station: str) -> None:
        """Have its agent run, with its task."""
        async with self._crew.turn(station):
            await self._bring(station)

    async def change(self, station: str, change: Change, fresh: bool, command: str) -> None:
        """Do what an operator wants of its life."""
        async with self._crew.turn(station):
            await self._change(station, change, fresh, command)

    async def freeze(self, frozen: bool) -> None:
        """Have all of them rest, or go on."""
        for station, known in self._crew.state.owned.items():
            if frozen and known.life is Life.RUNNING:
                await self.rest(station, "the floor is frozen")
            elif not frozen and known.life is Life.PAUSED:
                await self._crew.live(station, Life.RUNNING, "goes on")

    async def rest(self, station: str, reason: str) -> None:
        """End its turn and have it take no other."""
        name, host = self._crew.host(station)
        await self._crew.hosts.committed(name, await host.interrupt(station))
        await self._crew.live(station, Life.PAUSED, reason)

    async def host_gone(self, name: str) -> None:
        """A host has ended: none of its stations lives any more."""
        for station in self._crew.living():
            if self._crew.owned(station).host == name:
                self._crew.go(self.lost(station, "its host ended without a word"))

    async def lost(self, station: str, reason: str) -> None:
        """Its process has gone: bring it back, unless it goes again and again."""
        crew = self._crew
        async with crew.turn(station):
            known = crew.owned(station)
            if known.life not in (Life.RUNNING, Life.PAUSED):
                return
            await crew.live(station, Life.LOST, reason)
            if known.failures + 1 >= TRIES:
                await crew.live(station, Life.HELD, f"{reason}, {TRIES} times in a row")
                return
            await crew.live(station, Life.WAITING, f"{reason}: to be brought back")
            await self._bring(station)

    async def _change(self, station: str, change: Change, fresh: bool, command: str) -> None:
        crew, known = self._crew, self._crew.owned(station)
        match change:
            case Change.INTERRUPT:
                name, host = crew.host(station)
                await crew.hosts.committed(name, await host.interrupt(station, command))
            case Change.PAUSE:
                await self.rest(station, "paused by the operator")
            case Change.RESUME if known.life is Life.PAUSED and not fresh:
                await crew.live(station, Life.RUNNING, "goes on")
            case Change.RESUME:
                if known.life is Life.RUNNING:
                    await self._end(station)
                await crew.live(station, Life.WAITING, "to be brought back")
                await self._bring(station, fresh)
            case Change.STOP | Change.KILL:
                await self._end(station)
                await crew.live(station, Life.STOPPED if change is Change.STOP else Life.KILLED)
            case Change.REMOVE:
                await self._remove(station)

    async def _bring(self, station: str, fresh: bool = False) -> None:
        """Have its agent run, and give it its task where it never had one."""
        crew = self._crew
        if not crew.owned(station).lives:
            return  # it was stopped while it waited
        try:
            async with self._governor.turn(lambda reason: crew.live(station, Life.WAITING, reason)):
                await self._start(station, fresh)
        except HostGoneError:
            raise
        except Exception as error:  # whatever it is, the station is not left waiting for ever
            await crew.live(station, Life.HELD, str(error) or type(error).__name__)
            raise
        known = crew.owned(station)
        if known.text and not crew.seen(station).turns:
            name, host = crew.host(station)
            await crew.hosts.committed(name, await host.prompt(station, f"{station}-task", known.text))

    async def _start(self, station: str, fresh: bool) -> None:
        crew, known, seen = self._crew, self._crew.owned(station), self._crew.seen(station)
        wanted = Wanted(
            station, known.branch, base=known.start, new=known.branch not in crew.state.branches, mode=known.mode
        )
        place, made = await asyncio.to_thread(place_for, crew.factory, wanted)
        if made or known.directory != str(place.work):
            record = place.record
            await crew.record(
                ev.PlaceMade(
                    directory=str(place.work),
                    branch=record.branch,
                    base=record.base,
                    clone=record.clone,
                    **now(station),
                )
            )
        session = "" if fresh else seen.session
        fitted = await asyncio.to_thread(fit, crew.factory, seen, known, place, None, session)
        await crew.record(ev.ScopeHeld(held=fitted.boundary.held, **now(station)))
        await self._arrivals.follow(station)
        host, name, reason = await self._begun(seen.kind, fitted)
        await crew.live(station, Life.RUNNING, reason, host.ready.pid, host.ready.started, name)

    async def _begun(self, kind: str, fitted: Fitted) -> tuple[Host, str, str]:
        """The agent, begun in its host; with why it is not the conversation that it was."""
        name = host_of(kind)
        if not name:
            raise FactoryError(f"{kind} runs in a terminal, which cannot be done yet", "take a kind that converses")
        host = await self._crew.hosts.of(name, kind)
        reason = ""
        try:
            seq = await host.begin(kind, fitted.brief)
        except LostSessionError as error:
            reason = f"its conversation is lost ({error.message}): begun afresh in the same place"
            seq = await host.begin(kind, replace(fitted.brief, session=""))
        await self._crew.hosts.committed(name, seq)
        return host, name, reason

    async def _end(self, station: str) -> None:
        """End its agent, and let arrive what it committed."""
        host = self._crew.hosts.open(self._crew.owned(station).host)
        if host is not None:
            await host.close_station(station)
        await self._arrivals.look(station)

    async def _remove(self, station: str) -> None:
        raise FactoryError("a place cannot be removed yet", "leave it: it costs only its disk")
