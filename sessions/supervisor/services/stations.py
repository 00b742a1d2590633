"""The stations that this factory runs: every intent about them carried out, and what became of them recorded."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import TypedDict

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.ours.lives import Change, Life
from sessions.floor.ours.owned import Owned
from sessions.place import Place
from sessions.stations.contract import Decision, LostSessionError
from sessions.stations.hosting.client import Batch, Host, HostGoneError
from sessions.stations.keeping.client import Keeper
from sessions.stations.running.fitting import Factory, Fitted, fit, place_for
from sessions.stations.running.governor import Governor
from sessions.stations.running.hosts import MARK, Hosts, host_of
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.service import Asked, Service

log = logging.getLogger(__name__)

SOURCE = "factory"
TRIES = 3
"""Times in a row that a station is brought back by itself, before it is held back with what it failed of."""


class Stations(Service):
    """Starts, speaks to, ends and brings back stations. Hosts and the keeper outlive it: it finds them again."""

    name = "stations"
    handles = (
        ev.StartWanted,
        ev.PromptWanted,
        ev.LifeWanted,
        ev.AnswerWanted,
        ev.ScopeWanted,
        ev.FreezeWanted,
        ev.RestoreWanted,
    )

    def __init__(self, place: Place, recorder: Recorder) -> None:
        self._factory = Factory(place.common_dir, place.state_dir, place.state_dir.name)
        self._recorder = recorder
        self._governor = Governor()
        self._keeper: Keeper | None = None
        self._opening = asyncio.Lock()
        self._hosts = Hosts(place.state_dir, self._factory.mark, self._opened_keeper, self._heard, self._host_gone)
        self._turns: dict[str, asyncio.Lock] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._ready = asyncio.Event()

    # Life of the service

    async def begin(self) -> None:
        """Find again what outlived the last supervisor, and see to what did not."""
        marks = await self._recorder.marks()
        self._hosts.marks = {name.removeprefix(MARK): mark for name, mark in marks.items() if name.startswith(MARK)}
        living = [
            name for name, known in self._recorder.state.owned.items() if known.life in (Life.RUNNING, Life.PAUSED)
        ]
        seated: set[str] = set()
        for host in {self._recorder.state.owned[name].host for name in living}:
            seated |= {each.station for each in await self._hosts.find(host)}
        self._ready.set()
        for station in living:
            if station not in seated:
                self._go(self._lost(station, "it did not outlive the supervisor"))

    async def follow(self) -> None:
        await asyncio.Event().wait()  # hosts are listened to as they are opened

    async def handle(self, asked: Asked) -> None:
        await self._ready.wait()
        match asked:
            case ev.StartWanted(station=station, command=command):
                async with self._turn(station):
                    await self._bring(station, command)
            case ev.PromptWanted(station=station, text=text, command=command):
                await self._prompt(station, command, text)
            case ev.LifeWanted():
                async with self._turn(asked.station):
                    await self._change(asked)
            case ev.AnswerWanted():
                await self._answer(asked)
            case ev.ScopeWanted():
                await self._assign(asked)
            case ev.FreezeWanted(frozen=frozen):
                await self._freeze(frozen)
            case _:
                raise FactoryError("that cannot be done yet", "")

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._hosts.close()
        if self._keeper is not None:
            await self._keeper.close()

    # Bringing to life

    async def _bring(self, station: str, command: str, fresh: bool = False) -> None:
        """Have its agent run, and give it its task where it never had one."""
        known = self._known(station)
        if not known.lives:
            return  # it was stopped while it waited
        try:
            async with self._governor.turn(lambda reason: self._live(station, Life.WAITING, reason)):
                await self._start(station, fresh)
        except HostGoneError:
            raise
        except Exception as error:  # whatever it is, the station is not left waiting for ever
            await self._live(station, Life.HELD, str(error) or type(error).__name__)
            raise
        if known.text and not self._recorder.state.stations[station].turns:
            await self._prompt(station, f"{station}-task", known.text)

    async def _start(self, station: str, fresh: bool) -> None:
        known, seen = self._known(station), self._recorder.state.stations[station]
        exists = known.branch in self._recorder.state.branches
        place, made = await asyncio.to_thread(place_for, self._factory, seen, known, exists)
        if made or known.directory != str(place.work):
            await self._record(
                ev.PlaceMade(
                    station=station,
                    directory=str(place.work),
                    branch=place.record.branch,
                    base=place.record.base,
                    clone=place.record.clone,
                    **_now(),
                )
            )
        session = "" if fresh else seen.session
        fitted = await asyncio.to_thread(fit, self._factory, seen, known, place, None, session)
        await self._record(ev.ScopeHeld(station=station, held=fitted.boundary.held, **_now()))
        host, name, reason = await self._begun(seen.kind, fitted)
        await self._live(station, Life.RUNNING, reason, host.ready.pid, host.ready.started, name)

    async def _begun(self, kind: str, fitted: Fitted) -> tuple[Host, str, str]:
        """The agent, begun in its host; with why it is not the conversation that it was."""
        name = host_of(kind)
        host = await self._hosts.of(name, kind)
        reason = ""
        try:
            seq = await host.begin(kind, fitted.brief)
        except LostSessionError as error:
            reason = f"its conversation is lost ({error.message}): begun afresh in the same place"
            seq = await host.begin(kind, replace(fitted.brief, session=""))
        await self._hosts.committed(name, seq)
        return host, name, reason

    # Speaking

    async def _prompt(self, station: str, prompt: str, text: str) -> None:
        name, host = self._host(station)
        await self._hosts.committed(name, await host.prompt(station, prompt, text))

    async def _answer(self, asked: ev.AnswerWanted) -> None:
        _, host = self._host(asked.station)
        await host.answer(asked.station, asked.question, Decision(asked.decision), asked.reason, asked.command)
        answered = ev.QuestionAnswered(
            station=asked.station,
            question=asked.question,
            decision=asked.decision,
            who=asked.who,
            reason=asked.reason,
            **_now(),
        )
        if asked.question in self._known(asked.station).questions:
            await self._record(answered)

    async def _assign(self, asked: ev.ScopeWanted) -> None:
        known = self._known(asked.station)
        now = False
        if known.life is Life.RUNNING:
            _, host = self._host(asked.station)
            now = await host.assign(asked.station, asked.scope, asked.budget, asked.command)
        assigned = ev.ScopeAssigned(
            station=asked.station,
            scope=asked.scope,
            mode=known.mode,
            budget=asked.budget,
            who=asked.who,
            next_start=known.life in (Life.RUNNING, Life.PAUSED) and not now,
            **_now(),
        )
        await self._record(assigned)

    # Lives

    async def _change(self, asked: ev.LifeWanted) -> None:
        station, known = asked.station, self._known(asked.station)
        match asked.change:
            case Change.INTERRUPT:
                name, host = self._host(station)
                await self._hosts.committed(name, await host.interrupt(station, asked.command))
            case Change.PAUSE:
                await self._rest(station)
            case Change.RESUME if known.life is Life.PAUSED and not asked.fresh:
                await self._live(station, Life.RUNNING, "goes on")
            case Change.RESUME:
                if known.life is Life.RUNNING:
                    await self._end(station)
                await self._live(station, Life.WAITING, "to be brought back")
                await self._bring(station, asked.command, asked.fresh)
            case Change.STOP:
                await self._end(station)
                await self._live(station, Life.STOPPED)
            case Change.KILL:
                await self._end(station)
                await self._live(station, Life.KILLED)
            case Change.REMOVE:
                raise FactoryError("that cannot be done yet", "")

    async def _rest(self, station: str) -> None:
        name, host = self._host(station)
        await self._hosts.committed(name, await host.interrupt(station))
        await self._live(station, Life.PAUSED)

    async def _freeze(self, frozen: bool) -> None:
        for station, known in self._recorder.state.owned.items():
            if frozen and known.life is Life.RUNNING:
                await self._rest(station)
            elif not frozen and known.life is Life.PAUSED:
                await self._live(station, Life.RUNNING, "goes on")

    async def _end(self, station: str) -> None:
        host = self._hosts.open(self._known(station).host)
        if host is not None:
            await host.close_station(station)

    async def _lost(self, station: str, reason: str) -> None:
        """Its process has gone: bring it back, unless it goes again and again."""
        async with self._turn(station):
            known = self._known(station)
            if known.life not in (Life.RUNNING, Life.PAUSED):
                return
            await self._live(station, Life.LOST, reason)
            if known.failures + 1 >= TRIES:
                await self._live(station, Life.HELD, f"{reason}, {TRIES} times in a row")
                return
            await self._live(station, Life.WAITING, f"{reason}: to be brought back")
            await self._bring(station, "")

    # Hosts

    async def _heard(self, name: str, batch: Batch) -> None:
        await self._recorder.record(batch.events, {MARK + name: batch.mark})

    async def _host_gone(self, name: str) -> None:
        for station, known in self._recorder.state.owned.items():
            if known.host == name and known.life in (Life.RUNNING, Life.PAUSED):
                self._go(self._lost(station, "its host ended without a word"))

    def _host(self, station: str) -> tuple[str, Host]:
        name = self._known(station).host
        host = self._hosts.open(name)
        if host is None:
            raise FactoryError("its host has gone", "it is being brought back: try again")
        return name, host

    async def _opened_keeper(self) -> Keeper:
        async with self._opening:
            if self._keeper is None or self._keeper.lost:
                self._keeper = await Keeper.open(self._factory.state_dir)
            return self._keeper

    # Small things

    def _known(self, station: str) -> Owned:
        return self._recorder.state.owned[station]

    def _turn(self, station: str) -> asyncio.Lock:
        return self._turns.setdefault(station, asyncio.Lock())

    async def _live(
        self, station: str, life: Life, reason: str = "", process: int = 0, started: int = 0, host: str = ""
    ) -> None:
        known = self._known(station)
        if not host and life in (Life.RUNNING, Life.PAUSED):
            process, started, host = known.process, known.started, known.host
        changed = ev.LifeChanged(
            station=station, life=life, reason=reason, process=process, started=started, host=host, **_now()
        )
        await self._record(changed)

    async def _record(self, *events: ev.Event) -> None:
        await self._recorder.record(events)

    def _go(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(doing)
        self._under_way.add(task)
        task.add_done_callback(self._went)

    def _went(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a station was not brought back: %s", error)


class _Now(TypedDict):
    time: float
    source: str


def _now() -> _Now:
    """What every event of this service says."""
    return {"time": time.time(), "source": SOURCE}
