"""Who runs the agent of a station, by its kind or by where it runs already."""

from __future__ import annotations

from sessions.stations.contract import Conversing, Kind
from sessions.supervisor.services.stations.crew import Crew
from sessions.supervisor.services.stations.hosted import Hosted
from sessions.supervisor.services.stations.runner import Runner
from sessions.supervisor.services.stations.terminals import KEEPER, Terminals


class Runners:
    """Hosts for agents that converse, the keeper for those in terminals."""

    def __init__(self, crew: Crew, hosted: Hosted, terminals: Terminals) -> None:
        self._crew, self._hosted, self._terminals = crew, hosted, terminals

    def of(self, station: str) -> Runner:
        """What runs its agent."""
        return self._terminals if self._crew.owned(station).host == KEEPER else self._hosted

    def of_kind(self, kind: Kind) -> Runner:
        """What is to run an agent of this kind."""
        return self._hosted if isinstance(kind, Conversing) else self._terminals

    async def find(self, stations: list[str]) -> set[str]:
        """Those of these stations whose agents outlived the last supervisor."""
        in_terminals = [station for station in stations if self._crew.owned(station).host == KEEPER]
        hosted = [station for station in stations if station not in in_terminals]
        return await self._hosted.find(hosted) | await self._terminals.find(in_terminals)

    def attended(self, station: str) -> bool:
        """Whether somebody is at its terminal."""
        return self._terminals.looking.somebody(station)
