"""Stations whose agents converse with a host."""

from __future__ import annotations

import logging

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.scope import Budget, Scope
from sessions.stations.contract import Brief, Decision, LostSessionError
from sessions.stations.hosting.client import HostSilentError
from sessions.stations.running.fitting import Fitted
from sessions.stations.running.hosts import host_of
from sessions.supervisor.services.stations.crew import Crew
from sessions.supervisor.services.stations.runner import LOST, Begun, Runner

log = logging.getLogger(__name__)


class Hosted(Runner):
    """They run in host processes, which outlive the supervisor and tell each fact once."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    async def find(self, stations: list[str]) -> set[str]:
        seated: set[str] = set()
        for host in {self._crew.owned(station).host for station in stations}:
            seated |= {each.station for each in await self._crew.hosts.find(host)}
        return seated & {*stations}

    async def begin(self, kind: str, fitted: Fitted, anew: bool = True) -> Begun:
        name = host_of(kind)
        host = await self._crew.hosts.of(name, kind)
        reason = ""
        try:
            seq = await host.begin(kind, fitted.brief)
        except LostSessionError as error:
            if not anew:
                raise
            reason = f"{LOST} ({error.message}): begun afresh in the same place"
            seq = await host.begin(kind, replace(fitted.brief, session=""))
        await self._crew.hosts.committed(name, seq)
        return Begun(host.ready.pid, host.ready.started, name, reason)

    async def was_given_its_task(self, station: str) -> bool:
        return False  # it takes the same prompt once, however often it comes

    async def prompt(self, station: str, prompt: str, text: str) -> None:
        name, host = self._crew.host(station)
        await self._crew.hosts.committed(name, await host.prompt(station, prompt, text))

    async def interrupt(self, station: str, command: str = "") -> None:
        name, host = self._crew.host(station)
        await self._crew.hosts.committed(name, await host.interrupt(station, command))

    async def answer(self, asked: ev.AnswerWanted) -> None:
        name, host = self._crew.host(asked.station)
        decision = Decision(asked.decision)
        seq = await host.answer(asked.station, asked.question, decision, asked.reason, asked.command)
        await self._crew.hosts.committed(name, seq)

    async def assign(
        self, station: str, scope: Scope, budget: Budget, command: str = "", brief: Brief | None = None
    ) -> bool:
        _, host = self._crew.host(station)
        return await host.assign(station, scope, budget, command, brief)

    async def end(self, station: str) -> None:
        name = self._crew.owned(station).host
        host = self._crew.hosts.open(name)
        if host is None:
            return
        try:
            await host.close_station(station)
        except HostSilentError as error:
            log.warning("the host %s is ended with %s: %s", name, station, error)
            await self._crew.hosts.kill(name)
