"""What a supervisor does all day: its services side by side, and the commands of operators."""

from __future__ import annotations

import asyncio
import logging
import time
from asyncio import FIRST_COMPLETED
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence

from sessions.backoff import Backoff
from sessions.errors import FactoryError
from sessions.floor.commands import AnyWish, Command, Reply, Stop
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Accepted, Decision, Errands, Known, Refusal
from sessions.floor.events import (
    Event,
    FactoryOpened,
    LifeChanged,
    LifeWanted,
    SourceSkipped,
    StartWanted,
    StopWanted,
)
from sessions.floor.ours.lives import MEMORY, THAW, WAITS, Change, Life
from sessions.floor.state import FloorState
from sessions.supervisor.outbox import Outbox
from sessions.supervisor.questions import Pictures, no_pictures
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.service import Service
from sessions.supervisor.wire.attaching import Attaching, no_terminals
from sessions.text import clean

log = logging.getLogger(__name__)

FIRST_RETRY_S, LAST_RETRY_S = 1.0, 60.0
PATIENCE_S = 30.0
"""How long a start that only has to wait for its turn is waited for."""


class Supervisor:
    """Supervises one repository. `open` first, then `run`; `obey` at any time after that."""

    def __init__(
        self,
        recorder: Recorder,
        services: Sequence[Service],
        opening: Callable[[], FactoryOpened],
        attach: Attaching = no_terminals,
        pictures: Pictures = no_pictures,
        aside: Callable[[Sequence[Event]], None] | None = None,
        vet: Callable[[AnyWish], Awaitable[None]] | None = None,
    ) -> None:
        """`opening` says, once the services are open, what is supervised.

        `attach` has operators be at terminals, and `pictures` shows them. `aside` is given what is about to be
        committed for a command, with the secrets in it, which the journal does not take. `vet` raises `FactoryError`
        for a wish that can be known to fail, by what no floor says: nothing of it is committed then.
        """
        self.attach, self.pictures = attach, pictures
        self.stopped = asyncio.Event()
        """Set when the operator has asked to end."""
        self.free = asyncio.Event()
        """Set while it runs no station: it may end when nobody looks."""
        self._recorder, self._services, self._opening = recorder, services, opening
        self._aside, self._vet = aside, vet
        self._outbox = Outbox(recorder, services)
        self._obeying: set[asyncio.Task[Reply]] = set()
        self._told: dict[str, str] = {}
        self._begun: list[Service] = []
        self._lived = asyncio.Event()
        """The life of some station is another one."""
        recorder.tell(self._hear)

    @property
    def busy(self) -> bool:
        """Commands are under way."""
        return bool(self._obeying)

    async def open(self) -> None:
        """Get ready. Raises `FactoryError` when that cannot be."""
        for service in self._services:
            await service.open()

    async def begin_run(self) -> None:
        """Record that a supervisor observes from now on."""
        await self._recorder.record([self._opening()])

    @property
    def runs_stations(self) -> bool:
        """A station of its own lives, or is to be brought to life."""
        return any(known.lives for known in self._recorder.state.owned.values())

    async def attend(self) -> None:
        """Be there for commands alone: watch nothing, and begin a run only where there was none."""
        self._mark_free()
        if not self._recorder.state.runs:
            await self.begin_run()
        await self._begin(service for service in self._services if service.attends)
        await self._outbox.resume()

    async def run(self) -> None:
        """Begin a run, take up what was left open, and work until cancelled."""
        self._mark_free()
        keeping = set[asyncio.Task[None]]()
        try:
            await self.begin_run()
            await self._begin(self._services)
            await self._outbox.resume()
            keeping.update(asyncio.create_task(self._keep(service)) for service in self._services)
            done, _ = await asyncio.wait(keeping, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)  # all of them: one may have much to put away
            await self.close()

    async def close(self) -> None:
        """Break off what commands began, and let go of everything."""
        for task in self._obeying:
            task.cancel()
        await asyncio.gather(*self._obeying, return_exceptions=True)
        await self._outbox.close()
        for service in reversed(self._services):  # first who builds on others
            await service.close()

    async def defer(self) -> None:
        """After the end, where it came in good order: what was broken off is said to be left to the next supervisor."""
        await self._outbox.defer()

    async def obey(self, command: Command) -> Reply:
        """Have a command carried out and say what it came to, or why it is not done.

        Whoever waits may leave: what was decided must be told to everybody else, and goes on.
        """
        self._recorder.again()
        task = asyncio.create_task(self._obey(command))
        self._obeying.add(task)
        task.add_done_callback(self._obeying.discard)
        return await asyncio.shield(task)

    async def _obey(self, command: Command) -> Reply:
        if isinstance(command.wish, Stop) and self._recorder.halted:
            self.stopped.set()  # the journal takes nothing, not even that
            return Reply(True)
        try:
            state = self._recorder.state
            if self._vet is not None and command.id not in state.intents and command.id not in state.ended:
                await self._vet(command.wish)
            match await self._recorder.decide(lambda state: self._decided(state, command)):
                case Refusal(reason, cure):
                    return Reply(False, reason, cure)
                case Known(ended) if ended is not None:
                    return Reply(ended.ok, ended.reason, ended.cure, ended.about)
                case Errands(errand):
                    return await self._outbox.run(errand)
                case Known() | Accepted() as decision:
                    told = decision.told if isinstance(decision, Accepted) else ""
                    return Reply(True, told) if told else await self._unless_halted(self._come_to(command.id))
        except FactoryError as error:
            return Reply(False, error.message, error.cure)

    async def _unless_halted(self, coming: Coroutine[object, object, Reply]) -> Reply:
        """What a command that is committed comes to; where the disk takes nothing meanwhile, that is the answer."""
        ending, halts = asyncio.create_task(coming), asyncio.create_task(self._recorder.halts())
        try:
            await asyncio.wait((ending, halts), return_when=FIRST_COMPLETED)
            if ending.done():
                return ending.result()
            error = halts.result()
            return Reply(False, f"it is done, but what comes of it cannot be recorded: {error.message}", error.cure)
        finally:
            ending.cancel()
            halts.cancel()

    async def _come_to(self, command: str) -> Reply:
        """What it came to. A start that waits for what may take long is answered with that, and goes on by itself."""
        intent = self._recorder.state.intents.get(command)
        wanted = intent.wanted if intent is not None else None
        match wanted:
            case StartWanted(station=station) | LifeWanted(station=station, change=Change.RESUME):
                return await self._started(command, station)
        return await self._outbox.settled(command)

    async def _started(self, command: str, station: str) -> Reply:
        ending, until = asyncio.create_task(self._outbox.settled(command)), time.monotonic() + PATIENCE_S
        try:
            while not ending.done():
                left = until - time.monotonic()
                known = self._recorder.state.owned.get(station)
                reason = known.reason if known is not None and known.life is Life.WAITING else ""
                if reason.startswith((THAW, MEMORY)) or (left <= 0 and reason.startswith(WAITS)):
                    return Reply(True, about=station, waits=reason)
                lived = asyncio.create_task(self._lived.wait())
                try:
                    await asyncio.wait((ending, lived), timeout=max(0.0, left) or None, return_when=FIRST_COMPLETED)
                finally:
                    lived.cancel()
            return ending.result()
        finally:
            ending.cancel()

    def _decided(self, state: FloorState, command: Command) -> Decision:
        decision = decide(state, command, time.time())
        if isinstance(decision, Accepted) and self._aside is not None:
            self._aside(decision.events)
        return decision

    async def _begin(self, services: Iterable[Service]) -> None:
        """Have each of them begin, once."""
        for service in services:
            if service not in self._begun:
                self._begun.append(service)
                await self._once(service.name, service.begin)

    def _mark_free(self) -> None:
        if self.runs_stations:
            self.free.clear()
        else:
            self.free.set()

    def _hear(self, events: Sequence[Event]) -> None:
        """Tell the services, and the outbox, what was committed."""
        kinds = {type(event) for event in events}
        for service in self._services:
            if not kinds.isdisjoint(service.hears):
                service.hear(events)
        self._outbox.take(events)
        if StopWanted in kinds:
            self.stopped.set()
        if LifeChanged in kinds:
            self._mark_free()
            self._lived.set()
            self._lived = asyncio.Event()

    async def _keep(self, service: Service) -> None:
        """Follow for ever. A service that breaks is recorded and taken up again; the others never notice."""
        backoff = Backoff(FIRST_RETRY_S, LAST_RETRY_S)
        while True:
            began = time.monotonic()
            await self._once(service.name, service.follow)
            backoff.lasted(time.monotonic() - began)
            await backoff.rest()

    async def _once(self, name: str, doing: Callable[[], Awaitable[None]]) -> None:
        try:
            await doing()
        except Exception as error:  # whatever it is, the other services go on, and it is told, once
            known = isinstance(error, FactoryError)
            detail = clean(str(error) if known else f"{type(error).__name__}: {error}")
            if self._told.get(name) == detail:
                return
            self._told[name] = detail
            log.error("observing %s broke: %s", name, detail, exc_info=None if known else error)
            skipped = SourceSkipped(time=time.time(), source=name, reason=f"observing {name} broke", detail=detail)
            await self._recorder.record([skipped])
