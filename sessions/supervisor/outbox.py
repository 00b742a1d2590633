"""Carries out what is wanted: every intent that is committed, once, also after the supervisor was killed over it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import partial

from sessions.errors import FactoryError
from sessions.floor.commands import Reply
from sessions.floor.decide.decision import done
from sessions.floor.events import AnyIntent, CommandDeferred, CommandEvent, CommandFailed, CommandResumed, Event
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.service import Asked, Service
from sessions.text import clean

log = logging.getLogger(__name__)

SOURCE = "supervisor"
TRIES = 3
"""How many supervisors take up again what another one died over, before it is given up: they may have died of it."""
DEFERRING_S = 2.0
"""How long the end is put off for a disk that takes nothing."""
REASON = 2_000
"""Characters of the longest reason that is recorded."""


class Outbox:
    """Hands intents to the services that carry them out, and records what they came to."""

    def __init__(self, recorder: Recorder, services: Sequence[Service]) -> None:
        self._recorder = recorder
        self._by_kind = {kind: service for service in services for kind in service.handles}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        """By command."""
        self._broken_off: list[str] = []

    def take(self, events: Sequence[Event]) -> None:
        """Begin to carry out the intents among events that were just committed."""
        for event in events:
            if isinstance(event, CommandEvent) and (intent := self._recorder.state.intents.get(event.command)):
                self._begin(intent.wanted)

    async def resume(self) -> None:
        """Take up what an earlier supervisor left open, the oldest first."""
        for command, intent in list(self._recorder.state.intents.items()):
            if command in self._under_way:
                continue
            if intent.resumed >= TRIES and not intent.deferred:
                reason = f"given up: {TRIES + 1} supervisors died over it"
                await self._recorder.record([_failed(command, reason, "see their log")])
                continue
            await self._recorder.record([CommandResumed(time=time.time(), source=SOURCE, command=command)])
            self._begin(intent.wanted)

    async def settled(self, command: str) -> Reply:
        """What the command came to, when it has."""
        if (task := self._under_way.get(command)) is not None:
            await asyncio.shield(task)
        ended = self._recorder.state.ended.get(command)
        if ended is None:
            return Reply(True)
        return Reply(ended.ok, ended.reason, ended.cure, ended.about, words=ended.words)

    async def run(self, asked: Asked) -> Reply:
        """Have something done by the service that does it, and say what it came to."""
        service = self._by_kind.get(type(asked))
        if service is None:
            return Reply(False, f"nothing here can do that ({type(asked).__name__})", "take a newer factory-tui")
        try:
            await service.handle(asked)
        except FactoryError as error:
            return Reply(False, error.message, error.cure)
        except Exception as error:  # what breaks must not take the supervisor with it
            log.exception("%s broke over %r", service.name, asked)
            return Reply(False, f"the supervisor failed to do it ({type(error).__name__})", "see its log")
        return Reply(True)

    async def close(self) -> None:
        """Break off what is under way. Its intents stay open, for the next supervisor."""
        tasks = dict(self._under_way)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        self._broken_off += tasks

    async def defer(self) -> None:
        """After `close`: record that what was broken off is not what this supervisor ends of."""
        now, intents = time.time(), self._recorder.state.intents
        left = [CommandDeferred(time=now, source=SOURCE, command=it) for it in self._broken_off if it in intents]
        if not left:
            return
        try:
            async with asyncio.timeout(DEFERRING_S):
                await self._recorder.record(left)
        except (TimeoutError, FactoryError) as error:
            log.warning("that %d commands were left to the next supervisor is not recorded: %r", len(left), error)

    def _begin(self, wanted: AnyIntent) -> None:
        task = self._under_way[wanted.command] = asyncio.create_task(self._carry_out(wanted))
        task.add_done_callback(partial(self._came_to_its_end, wanted.command))

    def _came_to_its_end(self, command: str, task: asyncio.Task[None]) -> None:
        del self._under_way[command]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what command %s came to could not be recorded: %s", command, error)

    async def _carry_out(self, wanted: AnyIntent) -> None:
        reply = await self.run(wanted)
        now, command = time.time(), wanted.command
        ended = done(command, now) if reply.ok else _failed(command, reply.reason, reply.cure)
        await self._recorder.record([ended])


def _failed(command: str, reason: str, cure: str) -> CommandFailed:
    return CommandFailed(
        time=time.time(), source=SOURCE, command=command, reason=clean(reason, REASON), cure=clean(cure, REASON)
    )
