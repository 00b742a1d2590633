"""What stations say is done is checked: the commits that have arrived, in a clean place."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial

from sessions.backoff import Backoff
from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.decide.decision import Decision
from sessions.floor.state import FloorState
from sessions.floor.tasks import moves
from sessions.floor.tasks.task import Task, TaskState
from sessions.journal.writer import JournalGoneError
from sessions.stations.checking import room
from sessions.stations.checking.check import run_check
from sessions.stations.checking.values import AT_ONCE, Work
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.services.stations.service import Stations

log = logging.getLogger(__name__)

FIRST_RETRY_S, LAST_RETRY_S = 0.5, 15.0
Head = Callable[[str], Awaitable[str]]
"""Tells the commit of a station's branch, after all that it has committed has arrived."""
_Key = tuple[str, int, int]
"""The task, its lease, and how often it bounced."""


class Checks:
    """Runs so many at once as a machine bears. One that nobody waits for any more is broken off."""

    def __init__(self, recorder: Recorder, stations: Stations, head: Head) -> None:
        self._recorder, self._stations, self._head = recorder, stations, head
        self._seats = asyncio.Semaphore(AT_ONCE)
        self._running: dict[_Key, asyncio.Task[None]] = {}
        self._closed = False

    async def sweep(self) -> None:
        """Take away what checks of an earlier supervisor left; they are run again. Where some run they are ours."""
        if self._running:
            return
        await asyncio.to_thread(room.sweep, self._stations.factory)

    def follow(self) -> None:
        """Begin the checks that are wanted, and break off those that are not any more."""
        if self._closed:
            return
        state = self._recorder.state
        tasks = (state.tasks[name] for name in state.hands.values())
        wanted = {(task.id, task.lease, task.bounces): task for task in tasks if task.state is TaskState.CHECKING}
        for key, doing in self._running.items():
            if key not in wanted and not doing.cancelling():  # once: its end takes a while
                doing.cancel()
        for key, task in wanted.items():
            if key not in self._running:
                doing = self._running[key] = asyncio.create_task(self._check(task))
                doing.add_done_callback(partial(self._ended, key))

    async def close(self) -> None:
        self._closed = True
        for doing in self._running.values():
            doing.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _check(self, task: Task) -> None:
        try:
            result = await self._result(task)
        except Exception as error:  # nothing can be said of the work, and another try would come to the same
            if not isinstance(error, FactoryError):
                log.exception("the check of %s broke", task.id)
            what = error.message if isinstance(error, FactoryError) else type(error).__name__
            reason = f"it could not be checked: {what}"
            await self._record(lambda state: moves.failed(state, task.id, task.lease, reason, time.time()))
        else:
            await self._record(lambda state: moves.checked(state, result))

    async def _record(self, decide: Callable[[FloorState], Decision]) -> None:
        """Record what came of a check, however long the disk takes nothing: it was dear."""
        backoff = Backoff(FIRST_RETRY_S, LAST_RETRY_S)
        while True:
            try:
                await self._recorder.decide(decide)
                return
            except JournalGoneError:
                raise
            except FactoryError as error:
                log.warning("what came of a check is recorded later: %s", error)
            await backoff.rest()

    async def _result(self, task: Task) -> ev.CheckFinished:
        async with self._seats:
            state = self._recorder.state
            known = state.owned[task.station]
            head = await self._head(task.station)
            work = Work(
                task.station,
                known.branch,
                head,
                task.base,
                trunk=state.base_head,
                write=task.spec.write,
                scope=known.scope,
            )
            found = await run_check(self._stations.factory, work, task.spec.check)
        return ev.CheckFinished(
            **moves.about(task, time.time()),
            passed=found.passed,
            head=found.head,
            failures=found.failures,
            output=found.output,
            files=len(found.files),
            lines=found.lines,
            seconds=found.seconds,
            warnings=found.warnings,
        )

    def _ended(self, key: _Key, doing: asyncio.Task[None]) -> None:
        del self._running[key]
        if doing.cancelled():
            self.follow()  # it may be wanted again by now
        elif (error := doing.exception()) is not None:
            log.error("what came of the check of %s cannot be recorded: %r", key[0], error)
