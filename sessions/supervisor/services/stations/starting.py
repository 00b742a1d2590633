"""One start of a station's agent: its place, its boundary there, and the agent in it."""

from __future__ import annotations

import asyncio
import os
import time

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.commands import StartStation
from sessions.floor.decide.naming import meant as called
from sessions.floor.decide.stations import childless, unstartable, would_be
from sessions.floor.ours import budget
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Budget, Scope
from sessions.stations import kinds
from sessions.stations.boundary.tree import DiskTree
from sessions.stations.contract import Ability, Kind, Remembering
from sessions.stations.places import layout
from sessions.stations.places.making import Wanted
from sessions.stations.running.fitting import Fitted, Outfit, fit, place_for, restate
from sessions.stations.running.locks import unlock
from sessions.stations.running.needs import provider_of
from sessions.stations.running.settling import checked, meant, settle
from sessions.stations.running.vetting import usable, vet
from sessions.stations.signals.tools import Tools, install
from sessions.supervisor.services.stations.arrivals import Arrivals
from sessions.supervisor.services.stations.crew import Crew, now
from sessions.supervisor.services.stations.runners import Runners
from sessions.supervisor.services.stations.signals import Signals

UNMETERED = "it does not tell what it uses: of its budget only minutes are sure to be held"


class Starting:
    """Makes places ready, draws boundaries and begins agents."""

    def __init__(self, crew: Crew, arrivals: Arrivals, signals: Signals, runners: Runners) -> None:
        self._crew, self._arrivals, self._signals, self._runners = crew, arrivals, signals, runners
        self._tools: Tools | None = None
        self._installing, self._telling = asyncio.Lock(), asyncio.Lock()

    async def vet(self, wish: StartStation) -> None:
        """Raises `FactoryError` for a start that can be known to fail, before anything of it is committed or made."""
        crew, state = self._crew, self._crew.state
        if state.simulated or unstartable(wish) is not None:
            return  # it is refused anyway, and said why
        station, branch = would_be(state, wish)
        parent = str(called(state, wish.parent)) if wish.parent else ""
        above = state.owned.get(parent)
        if above is not None and childless(state, parent, above) is not None:
            return
        start = wish.start or (above.branch if above is not None else "") or state.base
        await asyncio.to_thread(vet, crew.factory, wish, Wanted(station, branch, start, None, wish.mode))

    def wanted(self, station: str) -> Wanted:
        """The place that it is to have."""
        known = self._crew.owned(station)
        return Wanted(station, known.branch, base=known.start or self._crew.state.base, new=None, mode=known.mode)

    def made(self, station: str, place: layout.Place) -> ev.PlaceMade:
        """That its place is there."""
        record = place.record
        return ev.PlaceMade(
            directory=str(place.work),
            branch=record.branch,
            base=record.base,
            clone=record.clone,
            lacks=record.dropped,
            **now(station),
        )

    async def check_session(self, station: str, session: str) -> None:
        """Raises `FactoryError` where it can be known that its agent cannot go back to this conversation."""
        kind, known = kinds.load(self._crew.seen(station).kind), self._crew.owned(station)
        if Ability.RESUME not in kind.abilities:
            reason = f"{kind.title} cannot go on with a conversation by its name"
            raise FactoryError(reason, "what it does now goes on; tell it what it should know")
        if isinstance(kind, Remembering) and known.directory:
            home = layout.place_of(self._crew.factory.state_dir, station).home
            if not await asyncio.to_thread(kind.remembers, home, session):
                reason = "the conversation before is not in its home any more"
                raise FactoryError(reason, "what it does now goes on; tell it what it should know")

    async def start(self, station: str, fresh: bool, words: str, back: str = "") -> bool:
        """Returns whether its agent was given its task, or `words`, with its start.

        With `back` it goes on with that conversation, and does not begin where that is lost.
        """
        crew, known, seen = self._crew, self._crew.owned(station), self._crew.seen(station)
        kind = kinds.load(seen.kind)
        await asyncio.to_thread(usable, kind, known.model, dict(known.options))
        place, made = await asyncio.to_thread(place_for, crew.factory, self.wanted(station))
        await asyncio.to_thread(unlock, place)
        if made or known.directory != str(place.work):
            await crew.record(self.made(station, place))
        if known.held is None:  # later the agent may have made files of directories
            await asyncio.to_thread(meant, DiskTree(place.work), known.scope)
        outfit = await self._outfit(station, crew.owned(station), "" if fresh else back or seen.session)
        outfit = await asyncio.to_thread(checked, crew.factory, place, outfit, crew.state.base_head)
        if set_up := await asyncio.to_thread(settle, crew.factory, place, outfit, time.time()):
            await crew.record(set_up)
        fitted = await asyncio.to_thread(fit, crew.factory, place, outfit)
        await crew.record(ev.ScopeHeld(held=fitted.boundary.held, **now(station)))
        await self._arrivals.follow(station)
        begun = await self._runners.of_kind(kind).begin(
            seen.kind, replace(fitted, brief=replace(fitted.brief, prompt=words)), anew=not back
        )
        reason = "; ".join(filter(None, (begun.reason, fitted.notice, _unmetered(kind, known.budget))))
        await crew.live(station, Life.RUNNING, reason, begun.process, begun.started, begun.host)
        return begun.prompted

    async def check_scope(self, station: str, scope: Scope) -> None:
        """Raises `FactoryError` where a scope cannot be meant for the work tree of the station, if it has one."""
        state_dir = self._crew.factory.state_dir
        if layout.root_of(state_dir, station).exists():
            place = await asyncio.to_thread(layout.place_of, state_dir, station)
            await asyncio.to_thread(meant, DiskTree(place.work), scope)

    async def redrawn(self, station: str, scope: Scope, purse: Budget) -> Fitted | None:
        """Its boundary for another scope, drawn and proven, where its agent can be bound anew while it runs.

        Raises `FactoryError` when that boundary cannot be held.
        """
        crew, seen = self._crew, self._crew.seen(station)
        if Ability.REBINDS not in kinds.load(seen.kind).abilities:
            return None
        outfit = await self._outfit(station, replace(crew.owned(station), scope=scope, budget=purse), seen.session)
        place = await asyncio.to_thread(layout.place_of, crew.factory.state_dir, station)
        return await asyncio.to_thread(fit, crew.factory, place, outfit)

    async def tell_boundary(self, station: str) -> None:
        """Have the station see its boundary as it is now."""
        seen, known = self._crew.seen(station), self._crew.owned(station)
        left = budget.left(self._crew.state, station, time.time())
        async with self._telling:
            await asyncio.to_thread(restate, self._crew.factory, seen, known, left)

    def provider(self, station: str) -> str:
        known = self._crew.owned(station)
        kind = kinds.load(self._crew.seen(station).kind)
        return provider_of(kind, known.model, dict(known.options), os.environ)

    async def _outfit(self, station: str, known: Owned, session: str) -> Outfit:
        crew, moment = self._crew, time.time()
        return Outfit(
            station=crew.seen(station),
            owned=known,
            left=budget.left(crew.state, station, moment),
            own=budget.own(crew.state, station, moment, known.budget),
            kind=kinds.load(crew.seen(station).kind),
            tools=await self._installed(),
            outbox=self._signals.directory(station),
            session=session,
        )

    async def _installed(self) -> Tools:
        async with self._installing:  # several start at once
            if self._tools is None:
                self._tools = await asyncio.to_thread(install, self._crew.factory.state_dir / "tools")
            return self._tools


def _unmetered(kind: Kind, bound: Budget) -> str:
    """What an operator should know of a budget for an agent of this kind."""
    counted = bound.tokens or bound.dollars or bound.turns
    return UNMETERED if counted and Ability.USAGE not in kind.abilities else ""
