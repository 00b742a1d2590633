"""The lives of stations: begun, brought back, rested and ended."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.commands import StartStation
from sessions.floor.decide.stations import meant as called
from sessions.floor.decide.stations import unstartable, would_be
from sessions.floor.ours import budget
from sessions.floor.ours.lives import REBOOTED, THAW, WAITS, Change, Life
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Budget, Scope
from sessions.floor.state import Status
from sessions.stations import kinds
from sessions.stations.boundary.tree import DiskTree
from sessions.stations.contract import Ability, Conversing, Kind, goes_on
from sessions.stations.hosting.client import HostGoneError
from sessions.stations.keeping.values import KeeperLostError
from sessions.stations.places import keeping, layout, pins
from sessions.stations.places.making import Wanted
from sessions.stations.places.removing import remove
from sessions.stations.running.fitting import Fitted, Outfit, fit, place_for, restate
from sessions.stations.running.governor import Governor, Turn
from sessions.stations.running.needs import provider_of
from sessions.stations.running.settling import checked, meant, settle
from sessions.stations.running.vetting import usable, vet
from sessions.stations.signals.tools import Tools, install
from sessions.supervisor.services.stations.arrivals import Arrivals
from sessions.supervisor.services.stations.crew import Crew, now
from sessions.supervisor.services.stations.hosted import Hosted
from sessions.supervisor.services.stations.runner import Runner
from sessions.supervisor.services.stations.signals import Signals
from sessions.supervisor.services.stations.terminals import KEEPER, Terminals

log = logging.getLogger(__name__)

TRIES = 3
"""Times in a row that a station is brought back by itself, before it is held back with what it failed of."""


FROZEN = "the floor is frozen"
"""How the reason begins of a station that rests with all others."""
IN_TURN = ", in the middle of its turn"
"""How the reason ends of a station that rests although it was at work."""
GO_ON = "You were interrupted. Go on with what you were at."
WIDER = "Your scope is wider now, as you asked: {} can be written. Go on with what you asked it for."
UNMETERED = "it does not tell what it uses: of its budget only minutes are sure to be held"
BROKEN = "its turn was broken off: {}; it is back, and waits to be asked to go on"
_BRINGING = (ev.StartWanted, ev.LifeWanted)
"""Intents by which a station is brought to life."""


class Lives:
    """Changes lives. Each change of one station waits for the one before."""

    def __init__(self, crew: Crew, arrivals: Arrivals, signals: Signals, hosted: Hosted, terminals: Terminals) -> None:
        self._crew, self._arrivals, self._signals = crew, arrivals, signals
        self._hosted, self._terminals = hosted, terminals
        self._governor = Governor(lambda: f"{THAW}: {FROZEN}" if crew.state.frozen else "")
        self._tools: Tools | None = None
        self._installing, self._telling = asyncio.Lock(), asyncio.Lock()

    def runner(self, station: str) -> Runner:
        """What runs its agent."""
        return self._terminals if self._crew.owned(station).host == KEEPER else self._hosted

    async def find_again(self) -> None:
        """Find what outlived the last supervisor, and see to what did not."""
        crew, living = self._crew, self._crew.living()
        if crew.rebooted:  # nobody's fault, and whether to pay for going on is for a person to say
            for station in living:
                await crew.live(station, Life.LOST, REBOOTED)
            return
        await crew.find_keeper()
        in_terminals = [station for station in living if crew.owned(station).host == KEEPER]
        hosted = [station for station in living if station not in in_terminals]
        found = await self._hosted.find(hosted) | await self._terminals.find(in_terminals)
        await crew.sweep()
        for station in living:
            if station in found:
                await self._arrivals.follow(station)
            else:
                crew.go(self.lost(station, "it did not outlive the supervisor"))
        wanted = {
            intent.wanted.station for intent in crew.state.intents.values() if isinstance(intent.wanted, _BRINGING)
        }
        for station, known in crew.state.owned.items():
            if known.life is Life.WAITING and station not in wanted:
                crew.go(self.start(station))  # a supervisor was killed while it brought it back

    async def vet(self, wish: StartStation) -> None:
        """Raises `FactoryError` for a start that can be known to fail, before anything of it is committed or made."""
        crew, state = self._crew, self._crew.state
        if state.simulated or unstartable(wish) is not None:
            return  # it is refused anyway, and said why
        station, branch = would_be(state, wish)
        above = state.owned.get(str(called(state, wish.parent))) if wish.parent else None
        start = wish.start or (above.branch if above is not None else "") or state.base
        await asyncio.to_thread(vet, crew.factory, wish, Wanted(station, branch, start, None, wish.mode))

    async def start(self, station: str) -> None:
        """Have its agent run, with its task."""
        if self._crew.owned(station).life is Life.RUNNING:  # a supervisor was killed just after it had started it
            async with self._crew.turn(station):
                await self._give_task(station, await self.runner(station).was_given_its_task(station))
        else:
            await self._bring(station)

    async def let_go(self) -> None:
        """Let go of what was kept of stations for as long as that was promised, and tell what it was."""
        moment = time.time()
        try:
            gone = await asyncio.to_thread(keeping.drop_expired, self._crew.factory.common_dir, moment)
        except FactoryError as error:
            log.warning("what is kept for too long stays: %s", error)
            return
        if gone:
            told = [ev.WorkLetGo(ref=item.ref, head=item.head, **now(item.station)) for item in gone]
            await self._crew.record(*told)

    async def change(self, station: str, change: Change, fresh: bool, command: str) -> None:
        """Do what an operator wants of its life."""
        async with self._crew.turn(station):
            await self._change(station, change, fresh, command)
        if change is Change.RESUME:
            await self._bring(station, fresh)

    async def freeze(self, frozen: bool) -> None:
        """Have all of them rest, or those go on that rest for that; one that cannot keeps no other from it.

        Raises `FactoryError` with the first that could not.
        """
        trouble: FactoryError | None = None
        self._governor.again()
        for station, known in list(self._crew.state.owned.items()):
            try:
                if frozen and known.life is Life.RUNNING:
                    await self.rest(station, FROZEN)
                elif not frozen and known.life is Life.PAUSED and known.reason.startswith(FROZEN):
                    await self.go_on(station, "goes on")
            except FactoryError as error:
                trouble = trouble or FactoryError(f"{station}: {error.message}", error.cure)
        if trouble is not None:
            raise trouble

    async def rest(self, station: str, reason: str) -> None:
        """Have it take no turn: one in a terminal is halted as it is, another one's turn is ended."""
        known = self._crew.owned(station)
        if known.host == KEEPER:
            await self._terminals.pause(station)
        else:
            reason += IN_TURN * bool(known.turn_since)
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

    async def go_on(self, station: str, reason: str, words: str = GO_ON) -> None:
        """Have it take turns again; one whose turn was ended for its rest is asked with `words` to go on with that."""
        known = self._crew.owned(station)
        if known.host == KEEPER:
            await self._terminals.go_on(station)
        await self._crew.live(station, Life.RUNNING, reason)
        if known.reason.endswith(IN_TURN):
            await self.runner(station).prompt(station, f"{station}-on-{known.since}", words)

    async def host_gone(self, name: str) -> None:
        """A host has ended: none of its stations lives any more."""
        for station in self._crew.living():
            if self._crew.owned(station).host == name:
                self._crew.go(self.lost(station, "its host ended without a word"))

    def agent_lost(self, event: ev.AgentLost) -> None:
        """A host tells that an agent in it has ended without a word; of one in a terminal the keeper does."""
        known = self._crew.state.owned.get(event.station)
        if known is not None and known.host not in ("", KEEPER):
            self._crew.go(self.lost(event.station, event.reason))

    async def terminal_ended(self, station: str, how: str) -> None:
        """The program of a terminal has ended; without a word of how, in good order."""
        self._signals.ended(station)
        if how:
            self._crew.go(self.lost(station, how))
        else:
            self._crew.go(self._left(station))

    async def lost(self, station: str, reason: str) -> None:
        """Its process has gone: bring it back, unless it goes again and again."""
        crew = self._crew
        async with crew.turn(station):
            if crew.owned(station).life not in (Life.RUNNING, Life.PAUSED):
                return
            broken = reason if crew.owned(station).turn_since else ""
            await crew.clear(station)
            await self._lose(station, reason)
        await self._bring(station, broken=broken)

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

    async def reopen(self, station: str, globs: Sequence[str]) -> None:
        """Start it again, with its conversation, so that what it asked for is open, and have it go on with that.

        Not while somebody is at its terminal: then it opens at its next start.
        """
        crew = self._crew
        async with crew.turn(station):
            known = crew.owned(station)
            if known.life is not Life.RUNNING or not known.next_start or self._terminals.looking.somebody(station):
                return
            await self._end(station)
            await crew.live(station, Life.WAITING, "started again, as its scope is wider")
        await self._bring(station, words=WIDER.format(", ".join(globs)))

    async def tell_boundary(self, station: str) -> None:
        """Have the station see its boundary as it is now."""
        seen, known = self._crew.seen(station), self._crew.owned(station)
        left = budget.left(self._crew.state, station, time.time())
        async with self._telling:
            await asyncio.to_thread(restate, self._crew.factory, seen, known, left)

    async def _left(self, station: str) -> None:
        async with self._crew.turn(station):
            if self._crew.owned(station).life in (Life.RUNNING, Life.PAUSED):
                await self._arrivals.look(station)
                await self._crew.live(station, Life.STOPPED, "it ended by itself")

    async def _change(self, station: str, change: Change, fresh: bool, command: str) -> None:
        crew, known = self._crew, self._crew.owned(station)
        match change:
            case Change.INTERRUPT:
                await self.runner(station).interrupt(station, command)
            case Change.PAUSE:
                await self.rest(station, "paused by the operator")
            case Change.RESUME if known.life is Life.PAUSED and not fresh:
                await self.go_on(station, "goes on")
            case Change.RESUME:
                if known.life is Life.RUNNING:
                    await self._end(station)
                await crew.live(station, Life.WAITING, "to be brought back")
            case Change.STOP | Change.KILL:
                await self._end(station)
                await crew.live(station, Life.STOPPED if change is Change.STOP else Life.KILLED)
                self._governor.again()  # one that waits does so no longer
            case Change.REMOVE:
                await self._remove(station)

    async def _bring(self, station: str, fresh: bool = False, words: str = "", broken: str = "") -> None:
        """Have its agent run when its turn comes, with its task where it never had one, else with `words`, if any.

        `broken` is what ended its last turn before that was over: unless it goes on with it, nobody would see that.
        """
        crew = self._crew

        def wanted() -> bool:
            return crew.owned(station).life is Life.WAITING

        async def waits(reason: str) -> None:
            async with crew.turn(station):
                if wanted():
                    await crew.live(station, Life.WAITING, reason or "is being started")

        try:
            provider = self._provider(station)
        except FactoryError:
            provider = ""  # its start says what is wrong with it
        turn = Turn(waits, wanted, provider, partial(self._limited, provider))
        while wanted():  # it may be stopped meanwhile, or its host may go
            async with self._governor.let(turn), crew.turn(station):
                if not wanted():
                    return
                try:
                    prompted = await self._start(station, fresh, words)
                except (HostGoneError, KeeperLostError) as error:
                    await self._lose(station, error.message)
                except Exception as error:  # whatever it is, the station is not left waiting for ever
                    await crew.live(station, Life.HELD, str(error) or type(error).__name__)
                    raise
                else:
                    part, what = budget.share(crew.state, station, time.time())
                    if part >= 1 and crew.seen(station).turns:  # it rested for that, or would have to
                        await self.spent(station, part, what)
                    else:
                        await self._give_task(station, prompted, words)
                        on = prompted or goes_on(kinds.load(crew.seen(station).kind))
                        if broken and not on and not crew.owned(station).turn_since:
                            await crew.record(ev.TurnFailed(reason=BROKEN.format(broken), **now(station)))

    async def _give_task(self, station: str, given: bool, words: str = "") -> None:
        known = self._crew.owned(station)
        if known.text and not self._crew.seen(station).turns and not given:
            task = self._crew.aside.words(station, known.text)
            await self.runner(station).prompt(station, f"{station}-task", task)
        elif words and not given:
            await self.runner(station).prompt(station, f"{station}-words-{known.since}", words)
        self._crew.aside.drop(station)

    async def _lose(self, station: str, reason: str) -> None:
        """Record that its process has gone, and whether it is to be brought back."""
        crew = self._crew
        lost = crew.lived(station, Life.LOST, reason)
        if crew.owned(station).failures + 1 >= TRIES:
            after = crew.lived(station, Life.HELD, f"{reason}, {TRIES} times in a row")
        else:
            after = crew.lived(station, Life.WAITING, f"{reason}: to be brought back")
        await crew.record(lost, after)  # at once: one that is left waiting is brought back by the next supervisor

    def _provider(self, station: str) -> str:
        known = self._crew.owned(station)
        kind = kinds.load(self._crew.seen(station).kind)
        return provider_of(kind, known.model, dict(known.options), os.environ)

    def _limited(self, provider: str) -> str:
        """How a provider lets stations wait that run already, in words; "" when it does not."""
        for station in self._crew.living():
            evidence = self._crew.seen(station).evidence
            if evidence.status is not Status.WAITING or self._crew.owned(station).life is not Life.RUNNING:
                continue
            with suppress(FactoryError):
                if provider and self._provider(station) == provider:
                    return f"{WAITS}{provider}, which lets {station} wait: {evidence.reason}"
        return ""

    async def _start(self, station: str, fresh: bool, words: str) -> bool:
        """Returns whether its agent was given its task, or `words`, with its start."""
        crew, known, seen = self._crew, self._crew.owned(station), self._crew.seen(station)
        kind = kinds.load(seen.kind)
        await asyncio.to_thread(usable, kind, known.model, dict(known.options))
        wanted = Wanted(station, known.branch, base=known.start or crew.state.base, new=None, mode=known.mode)
        place, made = await asyncio.to_thread(place_for, crew.factory, wanted)
        if made or known.directory != str(place.work):
            record = place.record
            made_here = ev.PlaceMade(
                directory=str(place.work),
                branch=record.branch,
                base=record.base,
                clone=record.clone,
                lacks=record.dropped,
                **now(station),
            )
            await crew.record(made_here)
        if known.held is None:  # later the agent may have made files of directories
            await asyncio.to_thread(meant, DiskTree(place.work), known.scope)
        outfit = await self._outfit(station, crew.owned(station), "" if fresh else seen.session)
        outfit = await asyncio.to_thread(checked, crew.factory, place, outfit, crew.state.base_head)
        if set_up := await asyncio.to_thread(settle, crew.factory, place, outfit, time.time()):
            await crew.record(set_up)
        fitted = await asyncio.to_thread(fit, crew.factory, place, outfit)
        await crew.record(ev.ScopeHeld(held=fitted.boundary.held, **now(station)))
        await self._arrivals.follow(station)
        begun = await self._runner_of(kind).begin(seen.kind, replace(fitted, brief=replace(fitted.brief, prompt=words)))
        reason = "; ".join(filter(None, (begun.reason, fitted.notice, _unmetered(kind, known.budget))))
        await crew.live(station, Life.RUNNING, reason, begun.process, begun.started, begun.host)
        return begun.prompted

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

    def _runner_of(self, kind: Kind) -> Runner:
        return self._hosted if isinstance(kind, Conversing) else self._terminals

    async def _installed(self) -> Tools:
        async with self._installing:  # several start at once
            if self._tools is None:
                self._tools = await asyncio.to_thread(install, self._crew.factory.state_dir / "tools")
            return self._tools

    async def _remove(self, station: str) -> None:
        """Take away the place of one that has ended, when its work is kept under refs."""
        crew, reason = self._crew, ""
        await self._arrivals.leave(station)
        if layout.root_of(crew.factory.state_dir, station).exists():
            try:
                place = await asyncio.to_thread(layout.place_of, crew.factory.state_dir, station)
                removed = await asyncio.to_thread(remove, place, time.time())
            except FactoryError:
                await self._arrivals.follow(station)
                raise
            if removed.events:
                await crew.record(*removed.events)
            if removed.aside is not None:
                reason = f"its directory holds what no ref can keep, and lies in {removed.aside}"
        else:  # a supervisor may have been killed when it had just taken it away
            await asyncio.to_thread(pins.let_go, crew.factory.common_dir, station)
        crew.aside.drop(station)
        await self._signals.forget(station)
        await crew.live(station, Life.REMOVED, reason)
        await self.let_go()

    async def _end(self, station: str) -> None:
        """End its agent, and let arrive what it committed."""
        await self.runner(station).end(station)
        await self._crew.clear(station)
        self._signals.ended(station)
        await self._arrivals.look(station)


def _works_in_rest(known: Owned) -> bool:
    return known.life is Life.PAUSED and known.host != KEEPER and known.turn_since > 0


def _unmetered(kind: Kind, bound: Budget) -> str:
    """What an operator should know of a budget for an agent of this kind."""
    counted = bound.tokens or bound.dollars or bound.turns
    return UNMETERED if counted and Ability.USAGE not in kind.abilities else ""
