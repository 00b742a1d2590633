"""The life of one supervisor: lock, journal, door, work; until it is stopped or nobody has looked for long enough."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from msgspec.structs import replace

from sessions import settings
from sessions.errors import FactoryError
from sessions.floor.commands import Command, Progress, Reply, Stop
from sessions.floor.events import BringBackWanted, Event, LifeChanged, LifeWanted, StartWanted
from sessions.floor.ours.lives import Life
from sessions.journal.lock import Lock
from sessions.journal.writer import Journal
from sessions.place import Place
from sessions.supervisor.process import Options, reachable
from sessions.supervisor.questions import Answers
from sessions.supervisor.recorder import ServingRecorder
from sessions.supervisor.staff import supervisor_of
from sessions.supervisor.supervisor import Supervisor
from sessions.supervisor.wire.feed import Feed
from sessions.supervisor.wire.frames import UNSETTLED, Farewell, Hello, WorkFrame
from sessions.supervisor.wire.server import Server

log = logging.getLogger(__name__)

LOCK_PATIENCE_S = 15.0
"""Long enough for a predecessor that is just writing its last checkpoint."""
OUTDATED = "the supervisor was started with other settings"
BRIEF_S = 30.0
"""How long one that a command without a screen had started waits for the next: a second call then costs little."""


async def live(place: Place, options: Options, ready: Callable[[], None]) -> None:
    """Supervise the repository at `place`; `ready` is called once consoles can connect.

    Raises `FactoryError` when it cannot begin: another one runs, the journal is not for this program, no repository.
    """
    chosen, signalled = settings.load(), _signalled()
    idle_s = 60 * (chosen.idle_minutes if options.idle_minutes is None else options.idle_minutes)
    # On a thread: a signal ends it also while it waits.
    lock = await asyncio.to_thread(
        Lock.take, place.lock, LOCK_PATIENCE_S, lambda: signalled.is_set() or reachable(place.socket)
    )
    if lock.dead:
        log.warning("process %d died here without a goodbye; what it had acknowledged is in the journal", lock.dead)
    journal = await Journal.begin(place.journal, lock)
    try:
        feed = Feed(journal.state, opened=False)
        feed.say(WorkFrame(past=UNSETTLED))
        recorder = ServingRecorder(journal, feed)
        supervisor = supervisor_of(place, options, chosen, recorder, await journal.marks())
        await supervisor.open()
        answers = Answers(place, feed, supervisor.pictures)
        reception = _Reception(options, idle_s, supervisor)
        day = _Day(journal, feed, supervisor, reception.looked_at if options.brief else None)
        recorder.tell(reception.hear)
        server = Server(feed, str(place.common_dir), day.obey, answers.answer, reception.receive, supervisor.attach)
        # The door before the journal: bringing that up to date may take half a minute, which is shown.
        await server.listen(place.socket)
        ready()
        log.info("supervising %s", place.common_dir)
        farewell = Farewell("the supervisor failed")
        try:
            farewell = await _until_over(_deserted(server, reception, supervisor), day, signalled, reception.outdated)
            await supervisor.defer()
        except FactoryError as error:
            farewell = Farewell(error.message)
            raise
        finally:
            log.info("%s", farewell.reason)
            await server.close(farewell)
            await answers.close()
    finally:
        await _shut(journal)


class _Reception:
    """Who comes to a supervisor, and how long the next one is waited for.

    One that a command had started is there for commands, until a console comes to stay. It makes room for another one
    when somebody comes who would start it otherwise.
    """

    def __init__(self, options: Options, idle_s: float, supervisor: Supervisor) -> None:
        self.looked_at, self.outdated = asyncio.Event(), asyncio.Event()
        self._brief, self._fingerprint = options.brief, options.fingerprint
        self._idle_s, self._supervisor = idle_s, supervisor

    @property
    def _is_brief(self) -> bool:
        return self._brief and not self.looked_at.is_set()

    def receive(self, hello: Hello) -> str:
        """Why whoever says hello has to have another one started; "" for almost everybody."""
        other = hello.fingerprint not in ("", self._fingerprint)
        if other and self._is_brief and not self._supervisor.busy:
            self.outdated.set()
            return OUTDATED
        if hello.follows:
            self.looked_at.set()
        return ""

    def hear(self, events: Sequence[Event]) -> None:
        """Who runs stations is there for more than commands; also where that was wanted of one before it, that died."""
        for event in events:
            if isinstance(event, StartWanted | LifeWanted | BringBackWanted) or (
                isinstance(event, LifeChanged) and event.life in (Life.RUNNING, Life.WAITING)
            ):
                self.looked_at.set()

    def patience_s(self) -> float:
        """How long somebody is waited for; not at all when the last command was left by who had given it."""
        if not self._is_brief:
            return self._idle_s
        return 0.0 if self._supervisor.busy else min(BRIEF_S, self._idle_s)


async def _deserted(server: Server, reception: _Reception, supervisor: Supervisor) -> None:
    """Return when nobody has been there for long enough, and no station runs: those outlast whoever looks."""
    while True:
        await server.deserted(reception.patience_s)
        if supervisor.free.is_set():
            return
        await supervisor.free.wait()


class _Day:
    """What a supervisor does, one after the other: it brings its journal up to date, then it works."""

    def __init__(
        self, journal: Journal, feed: Feed, supervisor: Supervisor, looked_at: asyncio.Event | None = None
    ) -> None:
        """`looked_at` is set when a console comes: until then it only does what it is asked."""
        self.stopped = supervisor.stopped
        self._looked_at = looked_at
        self._journal, self._feed, self._supervisor = journal, feed, supervisor
        self._begun = asyncio.Event()

    async def run(self) -> None:
        try:
            await self._journal.bring_up(self._tell)
            self._tell(None)
            self._feed.begin(self._journal.state)
            if self._looked_at is not None:
                await self._supervisor.attend()
                self._begun.set()
                if not self._supervisor.runs_stations:
                    await self._looked_at.wait()
        except BaseException:
            await self._supervisor.close()
            raise
        self._begun.set()
        await self._supervisor.run()

    async def obey(self, command: Command) -> Reply:
        """Carry out a command once the journal is up to date; an end is never waited for."""
        if isinstance(command.wish, Stop) and not self._begun.is_set():
            self.stopped.set()
            return Reply(True)
        await self._begun.wait()
        return await self._supervisor.obey(command)

    def _tell(self, progress: Progress | None) -> None:
        self._feed.say(replace(self._feed.work, progress=progress))


def _signalled() -> asyncio.Event:
    """An event for the signals that end a process; from here on they end this one in good order."""
    event = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    return event


async def _until_over(
    deserted: Coroutine[Any, Any, None], day: _Day, signalled: asyncio.Event, outdated: asyncio.Event
) -> Farewell:
    """Work until there is a reason to end, and return it."""
    working = asyncio.create_task(day.run())
    ends = {
        asyncio.create_task(deserted): Farewell("no console was open for a while"),
        asyncio.create_task(day.stopped.wait()): Farewell("the supervisor was stopped", stopped=True),
        asyncio.create_task(signalled.wait()): Farewell("the supervisor was ended by a signal", stopped=True),
        asyncio.create_task(outdated.wait()): Farewell(OUTDATED),
    }
    try:
        done, _ = await asyncio.wait({working, *ends}, return_when=asyncio.FIRST_COMPLETED)
        if working in done:
            working.result()
        return next(farewell for end, farewell in ends.items() if end in done)
    finally:
        for task in (working, *ends):
            task.cancel()
        await asyncio.gather(working, *ends, return_exceptions=True)


async def _shut(journal: Journal) -> None:
    """A checkpoint that cannot be written costs the next start a moment, and nothing else."""
    try:
        await journal.close()
    except (FactoryError, OSError) as error:
        log.error("the last checkpoint was not written: %s", error)
