"""The service of tasks: free stations take what is next, are told of it, and what they say is done is checked.

Everything is read off the floor and nothing is remembered: a supervisor that begins takes up what another one left, by
the same look that it takes after each event. What is told has an id by which it counts once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from sessions.branches.git import refs
from sessions.branches.git.run import Git
from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.commands import AnyWish
from sessions.floor.decide.decision import Accepted, Decision
from sessions.floor.ours.idle import coming
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState
from sessions.floor.tasks import moves
from sessions.floor.tasks.queue import Queue
from sessions.floor.tasks.task import Task, TaskState
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.service import Asked, Service
from sessions.supervisor.services.stations.service import Stations
from sessions.supervisor.services.tasks.checks import Checks
from sessions.supervisor.services.tasks.giving import Giving
from sessions.supervisor.services.tasks.returning import Returning, hush
from sessions.supervisor.services.tasks.vetting import vet_checks

log = logging.getLogger(__name__)
_OF_STATIONS = (ev.TurnStarted, ev.TurnFinished, ev.TurnFailed, ev.LifeChanged, ev.StationEnlisted, ev.QuestionAnswered)
"""What may make it possible to tell a station of a task where it could not be before."""


class Tasks(Service):
    """Moves tasks on. Two supervisors never do: the journal has one writer."""

    name = "tasks"
    attends = True
    handles = (ev.RequeueWanted, ev.BringBackWanted, ev.DropWanted)
    hears = (
        *_OF_STATIONS,
        ev.SignalRaised,
        ev.ScopeAssigned,
        ev.FreezeWanted,
        ev.CommandDone,
        ev.CommandFailed,
        ev.TokensUsed,
        ev.TaskAdded,
        ev.TaskChanged,
        ev.TaskOrdered,
        ev.TaskHeld,
        ev.TaskReleased,
        ev.TaskAssigned,
        ev.TaskDropped,
        ev.TaskTaken,
        ev.TaskClaimed,
        ev.TaskFinished,
        ev.TaskBounced,
        ev.TaskFailed,
        ev.TaskReturned,
        ev.TaskReopened,
    )

    def __init__(self, recorder: Recorder, stations: Stations) -> None:
        self._recorder, self._stations = recorder, stations
        self._bell = asyncio.Event()
        self._giving = Giving(recorder, stations, self._bell.set)
        self._checks = Checks(recorder, stations, self._head)
        self._returning = Returning(recorder, stations)

    @property
    def _state(self) -> FloorState:
        return self._recorder.state

    async def follow(self) -> None:
        await self._stations.found()
        await self._checks.sweep()
        self._bell.set()
        while True:
            await self._bell.wait()
            self._bell.clear()
            await self._look()

    def hear(self, events: Sequence[ev.Event]) -> None:
        hands, rings = self._state.hands, False
        for event in events:
            if isinstance(event, ev.TokensUsed):
                rings |= event.station in hands and bool(moves.overspent(self._state, event.station, time.time()))
                continue
            rings = True
            if isinstance(event, _OF_STATIONS):
                self._giving.stirred(event.station, isinstance(event, ev.LifeChanged))
        if rings:
            self._bell.set()

    async def handle(self, asked: Asked) -> None:
        await self._stations.found()
        match asked:
            case ev.RequeueWanted():
                await self._returning.requeue(asked)
            case ev.BringBackWanted():
                await self._returning.bring_back(asked)
            case ev.DropWanted():
                await self._returning.drop(asked)
            case _:
                raise FactoryError(f"a {type(asked).__name__} is nothing for tasks", "take a newer factory-tui")

    async def vet(self, wish: AnyWish) -> None:
        """Raises `FactoryError` for what can be known to fail by what no floor says."""
        vet_checks(wish)
        await self._stations.vet(wish)

    async def close(self) -> None:
        await self._giving.close()
        await self._checks.close()

    async def _look(self) -> None:
        """Do what is to be done on the floor as it is."""
        expected = coming(self._state)
        for station, name in list(self._state.hands.items()):
            task = self._state.tasks[name]
            if station not in expected:
                await self._move(station, task)
        self._checks.follow()
        if not self._state.frozen:
            self._giving.give()
            await self._take()

    async def _move(self, station: str, task: Task) -> None:
        """What has become of a task in the hands of a station."""
        known = self._state.owned.get(station)
        if known is None or task.state is not TaskState.TAKEN:
            return
        if not known.lives and known.life is not Life.LOST:  # one that is lost is brought back
            await self._decide(lambda state: moves.ended(state, station, time.time()))
        elif what := moves.overspent(self._state, station, time.time()):
            reason = f"the budget of the task is used up: {what}"
            await self._decide(lambda state: moves.failed(state, task.id, task.lease, reason, time.time()))
            await hush(self._stations, station)
        elif moves.is_done(self._state, task):
            await self._decide(lambda state: moves.claimed(state, task.id, task.lease, time.time()))

    async def _take(self) -> None:
        """Have free stations take what is next for them. Where each begins is known before: it cannot be looked up
        while that is decided."""
        takers = [name for name, known in self._state.owned.items() if known.life is Life.RUNNING]
        wanted = [*Queue(self._state).pairs(unfit={name for name in takers if self._giving.is_unfit(name)})]
        if not wanted:
            return
        found = await asyncio.gather(*map(self._head, wanted), return_exceptions=True)
        bases = {name: head for name, head in zip(wanted, found, strict=True) if isinstance(head, str) and head}
        for name, head in zip(wanted, found, strict=True):
            if name not in bases:
                log.warning("%s takes nothing: its branch cannot be read: %r", name, head)
                self._giving.unfit(name)
        await self._decide(lambda state: moves.take(state, bases, time.time()))

    async def _head(self, station: str) -> str:
        """The commit of its branch, after all that it has committed has arrived; "" where it has none."""
        await self._stations.arrived(station)
        branch = self._state.owned[station].branch
        return await asyncio.to_thread(refs.resolve, Git(self._stations.factory.common_dir), branch)

    async def _decide(self, decide: Callable[[FloorState], Decision]) -> bool:
        """Whether something was committed; what cannot be any more is left."""
        decision = await self._recorder.decide(decide)
        return isinstance(decision, Accepted) and bool(decision.events)
