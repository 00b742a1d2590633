"""The service of stations: hands every intent, and what happened, to whoever sees to that."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, StartStation
from sessions.floor.ours import budget
from sessions.floor.ours.lives import Life
from sessions.floor.ours.picture import Picture
from sessions.floor.scope import Budget, HeldBy, Scope
from sessions.floor.tasks.task import Task
from sessions.paths import places_dir
from sessions.place import Place
from sessions.stations import kinds
from sessions.stations.boundary import groups
from sessions.stations.contract import Ability, Signal
from sessions.stations.keeping.looking.attached import Attached
from sessions.stations.keeping.values import Size
from sessions.stations.places import keeping, layout
from sessions.stations.running.fitting import Factory
from sessions.stations.signals.plain import Opens
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.service import Asked, Service
from sessions.supervisor.services.stations.arrivals import Arrivals
from sessions.supervisor.services.stations.crew import Crew, now
from sessions.supervisor.services.stations.disk import Disk
from sessions.supervisor.services.stations.families import Families
from sessions.supervisor.services.stations.hosted import Hosted
from sessions.supervisor.services.stations.lives import Lives
from sessions.supervisor.services.stations.purses import Purses
from sessions.supervisor.services.stations.resting import Resting
from sessions.supervisor.services.stations.runners import Runners
from sessions.supervisor.services.stations.signals import Signals
from sessions.supervisor.services.stations.starting import Starting
from sessions.supervisor.services.stations.terminals import Terminals, Watch


def _drawn(scope: Scope) -> tuple[object, ...]:
    """What of a scope the kernel holds."""
    return scope.write, scope.read, scope.network, scope.hosts


class Stations(Service):
    """Starts, speaks to, ends and brings back stations. Hosts and the keeper outlive it: it finds them again."""

    name = "stations"
    attends = True
    handles = (
        ev.StartWanted,
        ev.PromptWanted,
        ev.LifeWanted,
        ev.AnswerWanted,
        ev.ScopeWanted,
        ev.FreezeWanted,
        ev.RestoreWanted,
        ev.RestoredDropWanted,
        ev.StandAgainWanted,
    )
    hears = (
        ev.TurnStarted,
        ev.TurnFinished,
        ev.TurnFailed,
        ev.ToolFinished,
        ev.TokensUsed,
        ev.AgentLost,
        ev.AgentReported,
        ev.QuestionAnswered,
        ev.LifeChanged,
        ev.BranchChanged,
        ev.BranchRemoved,
    )

    def __init__(self, place: Place, recorder: Recorder, watch: Watch) -> None:
        """`watch` has transcripts read in places where stations write theirs."""
        self._common_dir: Path = place.common_dir
        self._crew = Crew(place, recorder, self._host_gone)
        self._arrivals = Arrivals(self._crew)
        self._signals = Signals(self._crew, recorder, self._signalled)
        self._hosted = Hosted(self._crew)
        self._terminals = Terminals(self._crew, self._signals.directory, self._ended, watch)
        self._runners = Runners(self._crew, self._hosted, self._terminals)
        self._starting = Starting(self._crew, self._arrivals, self._signals, self._runners)
        self._resting = Resting(self._crew, self._hosted, self._terminals)
        self._lives = Lives(self._crew, self._arrivals, self._signals, self._runners, self._starting, self._resting)
        self._purses = Purses(self._crew, self._runners, self._starting, self._resting)
        self._families = Families(self._crew, self._runners)
        self._disk = Disk(self._crew, self._runners, self._resting)
        self._bounding: dict[str, asyncio.Lock] = {}
        self._wider: dict[str, tuple[str, ...]] = {}
        """What stations asked for and may write, once they are started again at the end of their turn."""
        self._ready = asyncio.Event()
        """It is known what runs."""

    async def begin(self) -> None:
        with contextlib.suppress(FactoryError):  # whoever makes a place there is told
            await asyncio.to_thread(layout.ready, self._crew.factory.state_dir)
        await asyncio.to_thread(groups.sweep, places_dir(self._crew.factory.state_dir))
        await self._crew.begin()
        self._crew.aside.sweep(self._crew.state)
        await self._signals.begin()
        try:
            await self._lives.find_again()
        finally:
            self._ready.set()  # what fails of that is told: whoever wants something of a station does not wait for ever
        self._purses.begin()
        self._families.catch_up()
        self._crew.go(self._lives.let_go())

    async def follow(self) -> None:
        await self._signals.follow()  # hosts are listened to as they are opened

    def hear(self, events: Sequence[ev.Event]) -> None:
        if not self._ready.is_set():
            return
        used: set[str] = set()
        for event in events:
            match event:
                case ev.TurnFinished() | ev.TurnFailed() | ev.LifeChanged():
                    used.add(event.station)
                    if isinstance(event, ev.LifeChanged):
                        if event.life not in (Life.RUNNING, Life.PAUSED, Life.WAITING):
                            groups.leave(layout.root_of(self._crew.factory.state_dir, event.station) / "work")
                        self._purses.shared(event.station)
                        self._resting.keep_resting(event.station)
                    else:
                        self._reopen(event.station)
                    self._families.hear(event)
                    self._arrivals.hear(event.station)
                case ev.ToolFinished():
                    self._arrivals.hear(event.station)
                case ev.TurnStarted():
                    used.add(event.station)
                    self._resting.keep_resting(event.station)
                case ev.TokensUsed():
                    used.add(event.station)
                case ev.AgentLost():
                    self._lives.agent_lost(event)
                case ev.BranchChanged() | ev.BranchRemoved():
                    self._arrivals.moved()
        self._disk.hear()
        for station in used & self._crew.state.owned.keys():
            self._purses.hear(station)

    async def vet(self, wish: AnyWish) -> None:
        """Raises `FactoryError` for a start that can be known to fail."""
        if isinstance(wish, StartStation):
            await self._starting.vet(wish)

    async def handle(self, asked: Asked) -> None:
        if not isinstance(asked, ev.RestoreWanted | ev.RestoredDropWanted):  # which need no station
            await self._ready.wait()
        match asked:
            case ev.StartWanted(station=station):
                await self._lives.start(station)
            case ev.FreezeWanted(frozen=frozen):
                await self._lives.freeze(frozen)
            case ev.RestoreWanted(ref=ref, branch=branch):
                await asyncio.to_thread(keeping.restore, self._common_dir, ref, branch)
            case ev.RestoredDropWanted(ref=ref, branch=branch):
                await asyncio.to_thread(keeping.drop_restored, self._common_dir, ref, branch)
            case ev.StandAgainWanted():
                await self._lives.stand_again(asked)
            case ev.PromptWanted() | ev.AnswerWanted() | ev.ScopeWanted() | ev.LifeWanted():
                await self._speak(asked)
            case _:
                raise FactoryError(f"a {type(asked).__name__} is nothing for stations", "take a newer factory-tui")

    @asynccontextmanager
    async def attach(self, station: str, size: Size, looks: bool) -> AsyncGenerator[Attached, None]:
        """Have an operator be at a station's terminal, once it is known what runs."""
        await self._ready.wait()
        async with self._terminals.looking.attach(station, size, looks) as attached:
            yield attached

    async def pictures(self, station: str) -> AsyncGenerator[Picture, None]:
        """What a station's terminal shows, likewise."""
        await self._ready.wait()
        async with aclosing(self._terminals.looking.pictures(station)) as pictures:
            async for picture in pictures:
                yield picture

    async def close(self) -> None:
        self._purses.close()
        self._disk.close()
        await self._signals.close()
        await self._terminals.close()
        await self._arrivals.close()
        await self._crew.close()

    def aside(self, events: Sequence[ev.Event]) -> None:
        """These are about to be committed: what they lose over that is kept for the agents."""
        self._crew.aside.keep(events)

    # What is done here for tasks

    @property
    def factory(self) -> Factory:
        """Where the factory is."""
        return self._crew.factory

    def text_of(self, task: Task) -> str:
        """What is to be done for a task, as it was said: with what the journal does not hold of it."""
        return self._crew.aside.text_of(task)

    async def found(self) -> None:
        """Return when it is known what runs."""
        await self._ready.wait()

    def attended(self, station: str) -> bool:
        """Whether somebody is at its terminal."""
        return self._runners.attended(station)

    async def arrived(self, station: str) -> None:
        """Return when all that it has committed has arrived."""
        await self._arrivals.look(station)

    async def tell(self, station: str, prompt: str, text: str) -> None:
        """Give it a request, which has an id. Raises `FactoryError` when it does not take it."""
        await self._runners.of(station).prompt(station, prompt, text)

    async def quiet(self, station: str) -> None:
        """End its turn, if any."""
        known = self._crew.owned(station)
        if known.life is Life.RUNNING and known.turn_since:
            await self._runners.of(station).interrupt(station)

    async def resume(self, station: str, words: str = "") -> None:
        """Bring it back to its conversation, wherever it is in its life."""
        await self._lives.resume(station, words)

    async def end_for_good(self, station: str, reason: str, also: Callable[[], Sequence[ev.Event]]) -> None:
        """Kill it, keep what it has not committed, and record that together with what `also` says then."""
        await self._lives.end_for_good(station, reason, also)

    async def _speak(self, asked: ev.PromptWanted | ev.AnswerWanted | ev.ScopeWanted | ev.LifeWanted) -> None:
        said, station, command = self._crew.aside, asked.station, asked.command
        try:
            match asked:
                case ev.PromptWanted(text=told):
                    await self._runners.of(station).prompt(station, command, said.words(station, told, command))
                case ev.AnswerWanted(reason=told):
                    await self._answer(replace(asked, reason=said.words(station, told, command)))
                case ev.ScopeWanted():
                    await self._assign(asked)
                case ev.LifeWanted(words=told):
                    await self._lives.change(asked, said.words(station, told, command))
        except Exception:  # one that is broken off is taken up by the next supervisor
            said.drop(station, command)
            raise
        said.drop(station, command)

    async def _answer(self, asked: ev.AnswerWanted) -> None:
        station, question = asked.station, asked.question
        wider, opens = self._signals.asks_scope(station, question), Opens.NOW
        if wider and asked.decision in ("allow", "always"):  # before it is told: it looks at once
            known = self._crew.owned(station)
            await self._bounded(station, known.scope.opened(wider), known.budget, asked.who, asked.command)
            opens = self._opening(station, wider)
        if not await self._signals.answer(asked, opens):
            await self._runners.of(station).answer(asked)
        if question in self._crew.owned(station).questions:  # its agent does not tell it
            answered = ev.QuestionAnswered(
                question=question, decision=asked.decision, who=asked.who, reason=asked.reason, **now(station)
            )
            await self._crew.record(answered)

    async def _assign(self, asked: ev.ScopeWanted) -> None:
        await self._bounded(asked.station, asked.scope, asked.budget, asked.who, asked.command)
        await self._purses.raised(asked.station)

    async def _bounded(self, station: str, scope: Scope, purse: Budget, who: str, command: str) -> None:
        """Its boundary is this, one after the other where several are wanted at once: they are drawn in one place."""
        async with self._bounding.setdefault(station, asyncio.Lock()):
            await self._bind(station, scope, purse, who, command)

    async def _bind(self, station: str, scope: Scope, purse: Budget, who: str, command: str) -> None:
        """What the kernel holds of it changes now, or when it is started again."""
        known, fitted, later = self._crew.owned(station), None, False
        if scope != known.scope:
            await self._starting.check_scope(station, scope)
        if known.life in (Life.RUNNING, Life.PAUSED):
            own = budget.own(self._crew.state, station, time.time(), purse)
            kernel = known.held is not None and known.held.by is not HeldBy.ADVISORY
            drawn = kernel and (known.next_start or _drawn(scope) != _drawn(known.scope))
            fitted = await self._starting.redrawn(station, scope, purse) if drawn else None
            brief = fitted.brief if fitted is not None else None
            at_once = await self._runners.of(station).assign(station, scope, own, command, brief)
            later = not at_once or (drawn and fitted is None)
        assigned = ev.ScopeAssigned(
            scope=scope, mode=known.mode, budget=purse, who=who, next_start=later, **now(station)
        )
        held = [] if fitted is None or later else [ev.ScopeHeld(held=fitted.boundary.held, **now(station))]
        await self._crew.record(assigned, *held)
        self._arrivals.assign(station)
        await self._starting.tell_boundary(station)

    def _opening(self, station: str, globs: tuple[str, ...]) -> Opens:
        """When what it asked for is open; if that takes another start, it is started again when its turn is over."""
        known = self._crew.owned(station)
        if not known.next_start:
            return Opens.NOW
        if Ability.RESUME not in kinds.load(self._crew.seen(station).kind).abilities:
            return Opens.AT_NEXT_START
        self._wider[station] = (*self._wider.get(station, ()), *globs)
        if not known.turn_since:
            self._reopen(station)
        return Opens.AFTER_TURN

    def _reopen(self, station: str) -> None:
        if globs := self._wider.pop(station, ()):
            self._crew.go(self._lives.reopen(station, globs))

    def _signalled(self, signal: Signal) -> None:
        self._terminals.heard(signal)

    async def _ended(self, station: str, how: str) -> None:
        await self._lives.terminal_ended(station, how)

    async def _host_gone(self, name: str) -> None:
        await self._lives.host_gone(name)
