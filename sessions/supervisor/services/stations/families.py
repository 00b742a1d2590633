"""What spawned stations come to goes back to whom they work for, as one event and one request."""

from __future__ import annotations

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.ours.family import unheard_ends
from sessions.floor.ours.lives import Life
from sessions.floor.state import name_of
from sessions.supervisor.services.stations.crew import Crew, now
from sessions.supervisor.services.stations.runner import LOST
from sessions.supervisor.services.stations.runners import Runners

RESULT = 4_000
"""Characters of the longest result."""


class Families:
    """Hears how the turns and lives of children end, and when one has forgotten what it was at."""

    def __init__(self, crew: Crew, runners: Runners) -> None:
        self._crew, self._runners = crew, runners

    def catch_up(self) -> None:
        """Tell of what ended while no supervisor heard it, or as the last one died."""
        for ended in unheard_ends(self._crew.state):
            self._crew.go(self._tell(*ended))

    def hear(self, event: ev.TurnFinished | ev.TurnFailed | ev.LifeChanged) -> None:
        """A turn, or a life, has ended."""
        station = event.station
        seen = self._crew.state.stations.get(station)
        if seen is None or station not in self._crew.state.owned:
            return
        if isinstance(event, ev.LifeChanged):
            if event.life is Life.RUNNING:
                self._crew.go(self._deliver(station))
            ended = event.life in (Life.KILLED, Life.HELD) and not event.again
            if seen.parent and (ended or event.reason.startswith(LOST)):
                self._crew.go(self._tell(seen.parent, station, False, event.reason or event.life.value))
            return
        if seen.parent and not (isinstance(event, ev.TurnFinished) and event.interrupted):
            ok = isinstance(event, ev.TurnFinished)
            said = seen.activity if ok else event.reason if isinstance(event, ev.TurnFailed) else ""
            self._crew.go(self._tell(seen.parent, station, ok, said))

    async def _tell(self, parent: str, child: str, ok: bool, result: str) -> None:
        """Record the result; whoever cannot be told now is told when it can."""
        if parent not in self._crew.state.owned:
            return
        delivered = await self._say(parent, child, ok, result)
        await self._crew.record(
            ev.ChildEnded(child=child, ok=ok, result=result[:RESULT], delivered=delivered, **now(parent))
        )

    async def _deliver(self, parent: str) -> None:
        """Tell a station that runs again what came of its children meanwhile."""
        for child, result in list(self._crew.owned(parent).results.items()):
            if not result.delivered and await self._say(parent, child, result.ok, result.text):
                await self._crew.record(
                    ev.ChildEnded(child=child, ok=result.ok, result=result.text, delivered=True, **now(parent))
                )

    async def _say(self, parent: str, child: str, ok: bool, result: str) -> bool:
        if self._crew.owned(parent).life is not Life.RUNNING:
            return False
        known, name = self._crew.owned(child), name_of(self._crew.state, child)
        came = "has finished" if ok else "has failed"
        text = f"Station {name}, which works for you on branch {known.branch}, {came}: {result}"
        try:
            turns = self._crew.seen(child).turns
            await self._runners.of(parent).prompt(parent, f"{child}-{turns}-{ok}", text)
        except FactoryError:
            return False
        return True
