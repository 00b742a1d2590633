"""The agents of one host: started, spoken to, ended; each thing done once, whoever asks for it how often."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.stations.contract import Agent, Conversing, LostSessionError, Rebinding
from sessions.stations.hosting.line import Answer, Asked, Assign, Begin, Close, Done, Interrupt, Prompt, Seated
from sessions.stations.hosting.outgoing import Outgoing
from sessions.stations.hosting.tasks import OWNER
from sessions.text import clean

log = logging.getLogger(__name__)

REMEMBERED = 4_096
"""Requests whose answers are kept, for whoever asks again."""
CLOSING_S = 10.0
"""An agent that has not ended by then is let go of."""

Load = Callable[[str], Conversing]


class Seat:
    """One station's agent, and what it told; it is the agent's `Tell`."""

    def __init__(self, begin: Begin, outgoing: Outgoing, left: Callable[[Seat], object]) -> None:
        self.begin = begin
        self.agent: Agent | None = None
        self.session, self.busy, self.open = "", False, True
        self._outgoing, self._left = outgoing, left
        self.turn = asyncio.Lock()
        """Held while it is started or given something, so that this happens in the order in which it was asked."""

    @property
    def station(self) -> str:
        return self.begin.brief.station

    def __call__(self, events: Sequence[ev.Event]) -> None:
        if not self.open:
            return
        lost = False
        for event in events:
            match event:
                case ev.SessionOpened():
                    self.session = event.session
                case ev.TurnStarted():
                    self.busy = True
                case ev.TurnFinished() | ev.TurnFailed() | ev.SessionClosed():
                    self.busy = False
                case ev.AgentLost():
                    lost = True
        self._outgoing.tell(events)
        if lost:
            self._left(self)

    async def room(self) -> None:
        await self._outgoing.room()


class Hall:
    """Obeys requests. What an agent cannot do is the answer of that one request; what it breaks is its own end."""

    def __init__(self, load: Load, outgoing: Outgoing) -> None:
        """`load` gives a kind by its name, or raises `FactoryError`."""
        self._load, self._outgoing = load, outgoing
        self._seats: dict[str, Seat] = {}
        self._asked: OrderedDict[str, asyncio.Task[Done]] = OrderedDict()
        self._closing: dict[str, asyncio.Task[None]] = {}

    def seated(self) -> tuple[Seated, ...]:
        """What runs."""
        return tuple(
            Seated(seat.station, seat.begin.kind, seat.session, seat.busy)
            for seat in self._seats.values()
            if seat.agent is not None
        )

    async def obey(self, asked: Asked) -> Done:
        """Do what is asked, or say how it went when it was asked before."""
        task = self._asked.get(asked.id)
        if task is None:
            task = self._asked[asked.id] = asyncio.create_task(self._obey(asked))
            while len(self._asked) > REMEMBERED and next(iter(self._asked.values())).done():
                self._asked.popitem(last=False)
        return await asyncio.shield(task)

    def broke(self, station: str, error: BaseException) -> None:
        """Something that ran for the station failed, and nobody looked after it."""
        log.error("the agent of %s broke", station, exc_info=error)
        if seat := self._seats.get(station):
            self._lose(seat, error)

    async def interrupt(self) -> None:
        """End all turns."""
        agents = [seat.agent for seat in self._seats.values() if seat.agent is not None and seat.busy]
        await asyncio.gather(*(agent.interrupt() for agent in agents), return_exceptions=True)

    async def close(self) -> None:
        """End all agents."""
        for seat in list(self._seats.values()):
            self._let_go(seat)
        while self._closing:
            await asyncio.wait(self._closing.values())

    async def _obey(self, asked: Asked) -> Done:
        now = True
        try:
            match asked:
                case Begin():
                    await self._begin(asked)
                case Close():
                    await self._close(asked.station)
                case Interrupt():
                    await self._for(asked.station, self._agent(asked.station).interrupt())
                case Prompt():
                    async with self._seat(asked.station).turn:
                        await self._for(asked.station, self._agent(asked.station).prompt(asked.id, asked.text))
                case Answer(_, station, question, decision, reason):
                    await self._for(station, self._agent(station).answer(question, decision, reason))
                case Assign():
                    now = await self._assign(asked)
        except FactoryError as error:
            return Done(asked.id, False, error.message, error.cure, isinstance(error, LostSessionError))
        return Done(asked.id, now=now)

    async def _begin(self, begin: Begin) -> None:
        station = begin.brief.station
        while (ending := self._closing.get(station)) is not None:
            await asyncio.wait({ending})
        if (seat := self._seats.get(station)) is None:
            seat = self._seats[station] = Seat(begin, self._outgoing, self._let_go)
        async with seat.turn:
            if seat.agent is not None:
                return
            if self._seats.get(station) is not seat:
                raise FactoryError("it was ended while it was started", "start it again")
            OWNER.set(station)
            try:
                seat.agent = await self._load(begin.kind).start(begin.brief, seat)
            except FactoryError:
                self._let_go(seat)
                raise
            except Exception as error:
                log.exception("the agent of %s does not start", station)
                self._let_go(seat)
                raise FactoryError(_failure(error), "see the host's log") from error
            if self._seats.get(station) is not seat:  # it was ended meanwhile, or told that it is lost
                await self._end(seat)
                raise FactoryError("it ended while it was started", "see its last words")

    async def _assign(self, asked: Assign) -> bool:
        async with self._seat(asked.station).turn:
            agent = self._agent(asked.station)
            held: list[bool] = []

            async def assign() -> None:
                at_once = await agent.assign(asked.scope, asked.budget)
                if asked.brief is not None and isinstance(agent, Rebinding):
                    at_once = await agent.rebind(asked.brief)
                held.append(at_once)

            await self._for(asked.station, assign())
            return held[0]

    async def _close(self, station: str) -> None:
        if seat := self._seats.get(station):
            await asyncio.shield(self._let_go(seat))

    async def _for(self, station: str, doing: Coroutine[object, object, None]) -> None:
        """Let an agent do something; what it raises beside words for the operator is its end."""
        OWNER.set(station)
        seat = self._seats[station]
        try:
            await doing
        except FactoryError:
            raise
        except Exception as error:
            log.exception("the agent of %s broke", station)
            self._lose(seat, error)
            raise FactoryError(_failure(error), "start it again; the host's log says more") from error

    def _seat(self, station: str) -> Seat:
        if (seat := self._seats.get(station)) is None:
            raise FactoryError(f"no agent runs for {clean(station, 60)}", "start it")
        return seat

    def _agent(self, station: str) -> Agent:
        if (agent := self._seat(station).agent) is None:
            raise FactoryError(f"the agent of {clean(station, 60)} is still being started", "wait for it")
        return agent

    def _lose(self, seat: Seat, error: BaseException) -> None:
        kinds = (ev.TurnFailed, ev.AgentLost) if seat.busy else (ev.AgentLost,)
        for kind in kinds:
            seat(
                [
                    kind(
                        time=time.time(),
                        source=f"host:{seat.begin.kind}",
                        station=seat.station,
                        session=seat.session,
                        reason=_failure(error),
                    )
                ]
            )

    def _let_go(self, seat: Seat) -> asyncio.Task[None]:
        """Take it from its seat and end it; what it still tells until it has ended is told."""
        if self._seats.get(seat.station) is seat:
            del self._seats[seat.station]
        before = self._closing.get(seat.station)
        task = self._closing[seat.station] = asyncio.create_task(self._end(seat, before))
        return task

    async def _end(self, seat: Seat, before: asyncio.Task[None] | None = None) -> None:
        agent, seat.agent = seat.agent, None
        if before is not None:
            await asyncio.wait({before})
        try:
            if agent is not None:
                async with asyncio.timeout(CLOSING_S):
                    await agent.close()
        except Exception:
            log.exception("the agent of %s does not end as it should", seat.station)
        finally:
            seat.open = False
            if self._closing.get(seat.station) is asyncio.current_task():
                del self._closing[seat.station]


def _failure(error: BaseException) -> str:
    return f"the agent failed ({type(error).__name__}: {clean(str(error))})"
