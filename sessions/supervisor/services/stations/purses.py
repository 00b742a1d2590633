"""Budgets held for every kind of agent: told when they come to an end, and what is over rests until there is more."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.ours import budget
from sessions.floor.ours.lives import Life
from sessions.floor.scope import Budget
from sessions.supervisor.services.stations.crew import Crew, now
from sessions.supervisor.services.stations.resting import FROZEN, IN_TURN, Resting
from sessions.supervisor.services.stations.runners import Runners
from sessions.supervisor.services.stations.starting import Starting

STEP = 0.01
"""Of its budget: a station that has used so much more sees what is left."""
GO_ON = "Your budget was raised. Go on with what you were at."


class Purses:
    """Looks at a station's budget whenever it has used something, and when its time would be up."""

    def __init__(self, crew: Crew, runners: Runners, starting: Starting, resting: Resting) -> None:
        self._crew, self._runners, self._starting, self._resting = crew, runners, starting, resting
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._stated: dict[str, float] = {}
        """The part of its budget that each station was last shown to have used."""

    def begin(self) -> None:
        """Look at all that live: an earlier supervisor took its timers with it."""
        for station in self._crew.living():
            self.hear(station)

    def hear(self, station: str) -> None:
        """It has used something, or its turn began or ended."""
        known = self._crew.state.owned.get(station)
        if known is None:
            return
        self._time(station)
        part, what = budget.share(self._crew.state, station, time.time())
        if known.lives and abs(part - self._stated.get(station, 0.0)) >= STEP:
            self._stated[station] = part
            self._crew.go(self._starting.tell_boundary(station))
        # An agent that holds its budget itself has told that it rests, and goes on by itself when it has more.
        told = known.share >= 1 or (known.share and part < 1)
        if known.life is Life.RUNNING and part >= budget.TOLD and part > known.share and not told:
            self._crew.go(self._reached(station, part, what))

    def shared(self, station: str) -> None:
        """Its life is another: so is what the one that it works for has to itself."""
        parent = self._crew.seen(station).parent
        if (known := self._crew.state.owned.get(parent)) is not None and known.budget != Budget():
            self._crew.go(self._share(parent))

    async def raised(self, station: str) -> None:
        """It has another budget: one that rested for the old one goes on."""
        known = self._crew.owned(station)
        part, _ = budget.share(self._crew.state, station, time.time())
        if known.life is Life.PAUSED and known.reason.startswith(budget.OVER) and part < 1:
            if self._crew.state.frozen:  # it goes on with all others
                reason = FROZEN + IN_TURN * known.reason.endswith(IN_TURN)
                await self._crew.live(station, Life.PAUSED, reason)
            else:
                await self._resting.go_on(station, "its budget was raised", GO_ON)

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    async def _share(self, station: str) -> None:
        async with self._crew.turn(station):
            known = self._crew.owned(station)
            if known.life in (Life.RUNNING, Life.PAUSED):
                own = budget.own(self._crew.state, station, time.time(), known.budget)
                with suppress(FactoryError):  # what cannot be told holds here all the same
                    await self._runners.of(station).assign(station, known.scope, own)
                await self._starting.tell_boundary(station)
        await self.raised(station)
        part, what = budget.share(self._crew.state, station, time.time())
        if part < 1 <= self._crew.owned(station).share:  # it may reach its end once more
            await self._crew.record(ev.BudgetReached(share=part, what=what, **now(station)))
        self.hear(station)

    async def _reached(self, station: str, part: float, what: str) -> None:
        async with self._crew.turn(station):
            known = self._crew.owned(station)
            if known.life is not Life.RUNNING or known.share >= min(part, 1):
                return
            if part >= 1:
                await self._resting.spent(station, part, what)
            else:
                await self._crew.record(ev.BudgetReached(share=part, what=what, **now(station)))

    def _time(self, station: str) -> None:
        """Be there when the time of the turn under way is up."""
        if (timer := self._timers.pop(station, None)) is not None:
            timer.cancel()
        known = self._crew.owned(station)
        if known.budget.seconds and known.turn_since and known.life is Life.RUNNING:
            share = budget.TOLD if known.share < budget.TOLD else 1.0
            left = known.budget.seconds * share - known.worked - (time.time() - known.turn_since)
            loop = asyncio.get_running_loop()
            self._timers[station] = loop.call_later(max(0.01, left + 0.01), self.hear, station)
