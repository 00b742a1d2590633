"""Stations are told of the tasks that they have in hand."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial

from sessions.errors import FactoryError
from sessions.floor.decide.decision import Accepted, Decision, Refusal
from sessions.floor.ours.idle import coming
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState, name_of
from sessions.floor.tasks import moves, words
from sessions.floor.tasks.task import Task, TaskState
from sessions.stations import kinds
from sessions.stations.checking.leftovers import left
from sessions.stations.contract import goes_on
from sessions.stations.hosting.client import HostGoneError, HostSilentError
from sessions.stations.keeping.values import KeeperLostError
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.services.stations.service import Stations
from sessions.supervisor.services.tasks.returning import hush

log = logging.getLogger(__name__)


class Giving:
    """What a station was told it is not told again, unless its agent is another one by then: that takes it once."""

    def __init__(self, recorder: Recorder, stations: Stations, again: Callable[[], None]) -> None:
        """`again` has it looked again what is to be told."""
        self._recorder, self._stations, self._again = recorder, stations, again
        self._told: dict[str, str] = {}
        """By station what it was told last by this supervisor."""
        self._unfit: set[str] = set()
        """Stations that could not be told of a task; they get none until something happens there."""
        self._under_way: dict[str, asyncio.Task[bool]] = {}

    def is_unfit(self, station: str) -> bool:
        return station in self._unfit or self._stations.attended(station)

    def unfit(self, station: str) -> None:
        self._unfit.add(station)

    def stirred(self, station: str, anew: bool) -> None:
        """Something happened there; `anew`: its agent may be another one."""
        self._unfit.discard(station)
        if anew:
            self._told.pop(station, None)

    def give(self) -> None:
        """Tell every station that is to be told and can be."""
        state = self._recorder.state
        expected = coming(state)
        for station, name in state.hands.items():
            task = state.tasks[name]
            if station in self._under_way or station in self._unfit or station in expected:
                continue
            if (prompt := _to_tell(state, task)) and self._told.get(station) != prompt:
                self._told[station] = prompt
                doing = self._under_way[station] = asyncio.create_task(self._give(task, prompt))
                doing.add_done_callback(partial(self._given, station))

    async def close(self) -> None:
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _give(self, task: Task, prompt: str) -> bool:
        """Whether it is still so that it is to be told that."""
        station = task.station
        untidy = await asyncio.to_thread(self._is_untidy, task) if not task.bounces else False
        state = self._recorder.state
        if state.frozen or station in coming(state) or state.tasks.get(task.id) != task:
            self._told.pop(station, None)
            return False
        text = words.told(state, task, self._stations.text_of(task), untidy)
        try:
            await self._stations.tell(station, prompt, text)
        except (HostGoneError, HostSilentError, KeeperLostError) as error:
            # It may have been told; whether it was at work for it is known when its loss is.
            log.warning("whether %s was told of %s is not known: %s", station, task.id, error)
            self._told.pop(station, None)  # with the same id it is told once
        except FactoryError as error:
            log.warning("%s is not told of %s: %s", station, task.id, error)
            known = self._recorder.state.owned[station]
            if known.life is Life.RUNNING and not known.turn_since:
                await self._give_up(task, error)
        return True

    async def _give_up(self, task: Task, error: FactoryError) -> None:
        """It cannot be told though it runs: somebody else may take the task."""
        self._unfit.add(task.station)
        await hush(self._stations, task.station)  # it may have taken it all the same

        def back(state: FloorState) -> Decision:
            known = moves.present(state, task.id, task.lease)
            if isinstance(known, Refusal) or known.begun:
                return Accepted()
            reason = f"{name_of(state, task.station)} could not be told: {error.message}"
            return Accepted((moves.returned(state, known, time.time(), reason),))

        await self._recorder.decide(back)

    def _is_untidy(self, task: Task) -> bool:
        """Whether its place holds what is not committed, at the beginning of a taking."""
        try:
            return bool(left(self._stations.factory.state_dir, task.station, task.base)[0])
        except FactoryError:
            return False

    def _given(self, station: str, doing: asyncio.Task[bool]) -> None:
        del self._under_way[station]
        if doing.cancelled():
            return
        if (error := doing.exception()) is not None:
            log.error("%s could not be told of its task: %r", station, error)
        elif not doing.result():
            self._again()


def _to_tell(state: FloorState, task: Task) -> str:
    """The id of what its station is to be told now; "" when nothing is, or it cannot be."""
    known, seen = state.owned.get(task.station), state.stations.get(task.station)
    if known is None or seen is None or known.life is not Life.RUNNING or task.state is not TaskState.TAKEN:
        return ""
    if task.begun or known.turn_since or known.questions:
        return ""
    return words.prompt_id(task, again=bool(task.broken) and not goes_on(kinds.load(seen.kind)))
