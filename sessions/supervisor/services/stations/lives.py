"""The lives of stations: begun, brought back and ended."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.ours import budget
from sessions.floor.ours.lives import REBOOTED, THAW, WAITS, WENT_TOO, Change, Life
from sessions.floor.state import Status
from sessions.stations import kinds
from sessions.stations.contract import goes_on
from sessions.stations.hosting.client import HostGoneError
from sessions.stations.keeping.values import KeeperLostError
from sessions.stations.places import keeping, layout, pins
from sessions.stations.places.removing import keep_work, remove
from sessions.stations.running.governor import Governor, Turn
from sessions.stations.running.remaking import Past, remade
from sessions.supervisor.services.stations.arrivals import Arrivals
from sessions.supervisor.services.stations.crew import Crew, now
from sessions.supervisor.services.stations.resting import FROZEN, GO_ON, IN_TURN, Resting
from sessions.supervisor.services.stations.runners import Runners
from sessions.supervisor.services.stations.signals import Signals
from sessions.supervisor.services.stations.starting import Starting
from sessions.supervisor.services.stations.terminals import KEEPER

log = logging.getLogger(__name__)

TRIES = 3
"""Times in a row that a station is brought back by itself, before it is held back with what it failed of."""
WIDER = "Your scope is wider now, as you asked: {} can be written. Go on with what you asked it for."
BROKEN = "its turn was broken off: {}; it is back, and waits to be asked to go on"
_BRINGING = (ev.StartWanted, ev.LifeWanted)
"""Intents by which a station is brought to life."""


class Lives:
    """Changes lives. Each change of one station waits for the one before."""

    def __init__(
        self, crew: Crew, arrivals: Arrivals, signals: Signals, runners: Runners, starting: Starting, resting: Resting
    ) -> None:
        self._crew, self._arrivals, self._signals = crew, arrivals, signals
        self._runners, self._starting, self._resting = runners, starting, resting
        self._governor = Governor(lambda: f"{THAW}: {FROZEN}" if crew.state.frozen else "")

    async def find_again(self) -> None:
        """Find what outlived the last supervisor, and see to what did not."""
        crew, living = self._crew, self._crew.living()
        if crew.rebooted:  # nobody's fault, and whether to pay for going on is for a person to say
            for station in living:
                await crew.live(station, Life.LOST, REBOOTED)
            return
        await crew.find_keeper()
        found = await self._runners.find(living)
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

    async def start(self, station: str) -> None:
        """Have its agent run, with its task."""
        if self._crew.owned(station).life is Life.RUNNING:  # a supervisor was killed just after it had started it
            async with self._crew.turn(station):
                await self._give_task(station, await self._runners.of(station).was_given_its_task(station))
        else:
            await self._bring(station)

    async def change(self, asked: ev.LifeWanted, words: str) -> None:
        """Do what an operator wants of its life; `words` are told to one that is brought back."""
        async with self._crew.turn(asked.station):
            await self._change(asked, words)
        if asked.change is Change.RESUME:
            await self._bring(asked.station, asked.fresh, words, back=asked.session)

    async def stand_again(self, asked: ev.StandAgainWanted) -> None:
        """Have a station that was removed stand as it did, with its place made again. Nothing begins there."""
        crew, station = self._crew, asked.station
        async with crew.turn(station):
            known = crew.owned(station)
            if known.life is not Life.REMOVED:  # a supervisor died when it had done it
                return
            made: list[ev.Event] = []
            if known.directory:
                wanted = self._starting.wanted(station)
                past = Past(known.base, known.head, asked.tip, known.left)
                place = await asyncio.to_thread(remade, crew.factory.common_dir, crew.factory.state_dir, wanted, past)
                made.append(self._starting.made(station, place))
            stands = replace(crew.lived(station, asked.life, asked.reason), again=True)
            await crew.record(*made, stands)
        if made:
            await self._arrivals.follow(station)

    async def resume(self, station: str, words: str = "") -> None:
        """Bring it back to its conversation; one that runs goes on as it is."""
        crew = self._crew
        async with crew.turn(station):
            life = crew.owned(station).life
            if life is Life.PAUSED and not crew.state.frozen:
                await self._resting.go_on(station, "goes on")
            elif life not in (Life.RUNNING, Life.WAITING, Life.PAUSED):
                await crew.live(station, Life.WAITING, "to be brought back")
        await self._bring(station, words=words)

    async def end_for_good(self, station: str, reason: str, also: Callable[[], Sequence[ev.Event]]) -> None:
        """Kill it, keep under a ref what it has not committed, and record that together with what `also` says then."""
        crew = self._crew
        async with crew.turn(station):
            if crew.owned(station).life in (Life.KILLED, Life.REMOVED):  # a supervisor died when it had done it
                await crew.record(*also())
                return
            await self._end(station)
            kept: Sequence[ev.Event] = ()
            if layout.root_of(crew.factory.state_dir, station).exists():
                try:
                    place = await asyncio.to_thread(layout.place_of, crew.factory.state_dir, station)
                    kept, _ = await asyncio.to_thread(keep_work, place, time.time())
                except FactoryError as error:  # it has ended all the same
                    reason = f"{reason}; what it has not committed is in its place alone: {error.message}"
            await crew.record(*kept, crew.lived(station, Life.KILLED, reason), *also())
            self._governor.again()

    async def freeze(self, frozen: bool) -> None:
        """Have all of them rest, or those go on that rest for that, and those wait that are to be started."""
        self._governor.again()
        await self._resting.freeze(frozen)

    async def reopen(self, station: str, globs: Sequence[str]) -> None:
        """Start it again, with its conversation, so that what it asked for is open, and have it go on with that.

        Not while somebody is at its terminal: then it opens at its next start.
        """
        crew = self._crew
        async with crew.turn(station):
            known = crew.owned(station)
            if known.life is not Life.RUNNING or not known.next_start or self._runners.attended(station):
                return
            await self._end(station)
            await crew.live(station, Life.WAITING, "started again, as its scope is wider")
        await self._bring(station, words=WIDER.format(", ".join(globs)))

    async def lost(self, station: str, reason: str) -> None:
        """Its process has gone: bring it back, to where it was, unless it goes again and again."""
        crew = self._crew
        async with crew.turn(station):
            known = crew.owned(station)
            if known.life not in (Life.RUNNING, Life.PAUSED):
                return
            await crew.clear(station)
            await self._lose(station, reason)
        await self._bring(station, broken=reason if known.turn_since else "")
        # What rests with the floor waits for its thaw, and what rests for its budget was seen to.
        if known.life is Life.PAUSED and not known.reason.startswith((FROZEN, budget.OVER)):
            await self._resting.rest_again(station, known.reason)

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

    async def _left(self, station: str) -> None:
        async with self._crew.turn(station):
            if self._crew.owned(station).life in (Life.RUNNING, Life.PAUSED):
                await self._arrivals.look(station)
                await self._crew.live(station, Life.STOPPED, "it ended by itself")

    async def _change(self, asked: ev.LifeWanted, words: str) -> None:
        station, change, crew = asked.station, asked.change, self._crew
        known = crew.owned(station)
        match change:
            case Change.INTERRUPT:
                await self._runners.of(station).interrupt(station, asked.command)
            case Change.PAUSE:
                await self._resting.rest(station, "paused by the operator")
            case Change.RESUME if known.life is Life.PAUSED and not (asked.fresh or asked.model or asked.session):
                await self._resting.go_on(station, "goes on", words or GO_ON)
                if words and not known.reason.endswith(IN_TURN):
                    await self._runners.of(station).prompt(station, f"{asked.command}-words", words)
            case Change.RESUME:
                if asked.session:  # before anything ends for it
                    await self._starting.check_session(station, asked.session)
                if known.life in (Life.RUNNING, Life.PAUSED):
                    await self._end(station)
                await crew.live(station, Life.WAITING, "to be brought back")
            case Change.STOP | Change.KILL:
                await self._end(station)
                await crew.live(station, Life.STOPPED if change is Change.STOP else Life.KILLED)
                self._governor.again()  # one that waits does so no longer
            case Change.REMOVE:
                await self._remove(asked)

    async def _bring(
        self, station: str, fresh: bool = False, words: str = "", broken: str = "", back: str = ""
    ) -> None:
        """Have its agent run when its turn comes, with its task where it never had one, else with `words`, if any.

        `back` is the earlier conversation that it goes on with, and no other.
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
            provider = self._starting.provider(station)
        except FactoryError:
            provider = ""  # its start says what is wrong with it
        turn = Turn(waits, wanted, provider, partial(self._limited, provider))
        while wanted():  # it may be stopped meanwhile, or its host may go
            async with self._governor.let(turn), crew.turn(station):
                if not wanted():
                    return
                if crew.state.frozen:
                    continue  # since its turn came
                try:
                    prompted = await self._starting.start(station, fresh, words, back)
                except (HostGoneError, KeeperLostError) as error:
                    await self._lose(station, error.message)
                except Exception as error:  # whatever it is, the station is not left waiting for ever
                    await crew.live(station, Life.HELD, str(error) or type(error).__name__)
                    raise
                else:
                    part, what = budget.share(crew.state, station, time.time())
                    if part >= 1 and crew.seen(station).turns:  # it rested for that, or would have to
                        await self._resting.spent(station, part, what)
                    else:
                        await self._give_task(station, prompted, words)
                        on = prompted or goes_on(kinds.load(crew.seen(station).kind))
                        if broken and not on and not crew.owned(station).turn_since:
                            await crew.record(ev.TurnFailed(reason=BROKEN.format(broken), **now(station)))

    async def _give_task(self, station: str, given: bool, words: str = "") -> None:
        known = self._crew.owned(station)
        if known.text and not self._crew.seen(station).turns and not given:
            task = self._crew.aside.words(station, known.text)
            await self._runners.of(station).prompt(station, f"{station}-task", task)
        elif words and not given:
            await self._runners.of(station).prompt(station, f"{station}-words-{known.since}", words)
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

    def _limited(self, provider: str) -> str:
        """How a provider lets stations wait that run already, in words; "" when it does not."""
        for station in self._crew.living():
            evidence = self._crew.seen(station).evidence
            if evidence.status is not Status.WAITING or self._crew.owned(station).life is not Life.RUNNING:
                continue
            with suppress(FactoryError):
                if provider and self._starting.provider(station) == provider:
                    return f"{WAITS}{provider}, which lets {station} wait: {evidence.reason}"
        return ""

    async def _remove(self, asked: ev.LifeWanted) -> None:
        """Take away the place of one that has ended, when its work is kept under refs."""
        station = asked.station
        crew, reason, left = self._crew, "", ""
        await self._arrivals.leave(station)
        if layout.root_of(crew.factory.state_dir, station).exists():
            try:
                place = await asyncio.to_thread(layout.place_of, crew.factory.state_dir, station)
                removed = await asyncio.to_thread(remove, place, time.time(), self._begun_at())
            except FactoryError:
                await self._arrivals.follow(station)
                raise
            if removed.events:
                await crew.record(*removed.events)
            left = removed.left
            if removed.aside is not None:
                reason = f"its directory holds what no ref can keep, and lies in {removed.aside}"
            elif removed.branch_gone:
                reason = f"{place.record.branch}{WENT_TOO}"
        else:  # a supervisor may have been killed when it had just taken it away
            await asyncio.to_thread(pins.let_go, crew.factory.common_dir, station)
            left = await asyncio.to_thread(keeping.left_since, crew.factory.common_dir, station, asked.time)
        crew.aside.drop(station)
        await self._signals.forget(station)
        await crew.record(replace(crew.lived(station, Life.REMOVED, reason), kept=left))
        await self.let_go()

    def _begun_at(self) -> set[str]:
        """The branches at which the others begin."""
        state = self._crew.state
        waits = (known for known in state.owned.values() if known.life is not Life.REMOVED and not known.directory)
        return {state.base, *(known.start for known in waits)}

    async def _end(self, station: str) -> None:
        """End its agent, and let arrive what it committed."""
        await self._runners.of(station).end(station)
        await self._crew.clear(station)
        self._signals.ended(station)
        await self._arrivals.look(station)
