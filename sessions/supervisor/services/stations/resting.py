"""Stations that rest as they are, for the operator, for a budget or with the whole floor, and go on afterwards."""

from __future__ import annotations

import asyncio

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.ours import budget
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.supervisor.services.stations.crew import Crew, now
from sessions.supervisor.services.stations.hosted import Hosted
from sessions.supervisor.services.stations.terminals import KEEPER, Terminals

FROZEN = "the floor is frozen"
"""How the reason begins of a station that rests with all others."""
IN_TURN = ", in the middle of its turn"
"""How the reason ends of a station that rests although it was at work."""
GO_ON = "You were interrupted. Go on with what you were at."


class Resting:
    """Keeps stations from taking turns, and lets them take them again."""

    def __init__(self, crew: Crew, hosted: Hosted, terminals: Terminals) -> None:
        self._crew, self._hosted, self._terminals = crew, hosted, terminals

    async def freeze(self, frozen: bool) -> None:
        """Have all of them rest, or those go on that rest for that; one that cannot keeps no other from it.

        Raises `FactoryError` with the first that could not.
        """
        troubles = await asyncio.gather(*(self._freeze(station, frozen) for station in self._crew.state.owned))
        for trouble in filter(None, troubles):
            raise trouble

    async def _freeze(self, station: str, frozen: bool) -> FactoryError | None:
        async with self._crew.turn(station):
            known = self._crew.owned(station)
            try:
                if frozen and known.life is Life.RUNNING:
                    await self.rest(station, FROZEN)
                elif not frozen and known.life is Life.PAUSED and known.reason.startswith(FROZEN):
                    await self.go_on(station, "goes on")
            except FactoryError as error:
                return FactoryError(f"{station}: {error.message}", error.cure)
        return None

    async def rest(self, station: str, reason: str) -> None:
        """Have it take no turn: one in a terminal is halted as it is, another one's turn is ended.

        Whoever calls this, `spent` or `go_on` is the one who changes the station (`Crew.turn`).
        """
        known = self._crew.owned(station)
        if known.host == KEEPER:
            await self._terminals.pause(station)
        else:
            if known.turn_since and not reason.endswith(IN_TURN):
                reason += IN_TURN
            await self._hosted.interrupt(station)
        await self._crew.live(station, Life.PAUSED, reason)

    async def spent(self, station: str, part: float, what: str) -> None:
        """Have it rest, as so much of its budget is used up: until there is more."""
        what = budget.in_words(self._crew.state, station, what)
        try:
            await self.rest(station, f"{budget.OVER}: {what}")
        except FactoryError as error:
            await self._crew.live(station, Life.HELD, f"{budget.OVER}: {what} ({error.message})")
        await self._crew.record(ev.BudgetReached(share=part, what=what, **now(station)))

    async def go_on(self, station: str, reason: str, words: str = GO_ON) -> None:
        """Have it take turns again; one whose turn was ended for its rest is asked with `words` to go on with that."""
        known = self._crew.owned(station)
        if known.host == KEEPER:
            await self._terminals.go_on(station)
        await self._crew.live(station, Life.RUNNING, reason)
        if known.reason.endswith(IN_TURN):
            await self._hosted.prompt(station, f"{station}-on-{known.since}", words)

    async def rest_again(self, station: str, reason: str) -> None:
        """It rested for this reason when its process was lost, and is back."""
        async with self._crew.turn(station):
            if self._crew.owned(station).life is Life.RUNNING:
                await self.rest(station, reason)

    def keep_resting(self, station: str) -> None:
        """A request that waited for the turn that was ended for a rest has begun another one: that is ended, too."""
        known = self._crew.state.owned.get(station)
        if known is not None and _works_in_rest(known):
            self._crew.go(self._rest_on(station))

    async def _rest_on(self, station: str) -> None:
        async with self._crew.turn(station):
            known = self._crew.owned(station)
            if _works_in_rest(known):
                await self._hosted.interrupt(station)
                await self._crew.live(station, Life.PAUSED, known.reason.removesuffix(IN_TURN) + IN_TURN)


def _works_in_rest(known: Owned) -> bool:
    return known.life is Life.PAUSED and known.host != KEEPER and known.turn_since > 0
