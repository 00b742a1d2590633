"""The one way into the journal: commit first, then tell the consoles; and outlast a full disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol, TypeGuard

from msgspec.structs import replace

from sessions.backoff import Backoff
from sessions.errors import FactoryError, UnwritableError
from sessions.floor.commands import Progress
from sessions.floor.decide.decision import Accepted, Decision
from sessions.floor.events import Event
from sessions.floor.state import FloorState
from sessions.journal import codec
from sessions.journal.writer import INLINE, JournalGoneError, OvertakenError, Written
from sessions.supervisor.clocks import Clocks
from sessions.supervisor.wire.feed import RING, Feed
from sessions.supervisor.wire.frames import UNSETTLED
from sessions.text import clean

log = logging.getLogger(__name__)

FIRST_RETRY_S, LAST_RETRY_S = 0.5, 15.0
JOURNAL = "journal"
"""The source of trouble with what is written; the others are what is observed."""


class Writer(Protocol):
    """The part of the journal's writer that is needed here (see `sessions.journal.writer.Journal`)."""

    @property
    def state(self) -> FloorState: ...

    async def marks(self) -> dict[str, bytes]: ...

    async def settle(self) -> None: ...

    async def write(
        self,
        events: Sequence[Event],
        marks: Mapping[str, bytes] = ...,
        calls: Mapping[bytes, bytes] = ...,
        after: int | None = ...,
    ) -> Written: ...


Told = Callable[[Progress | None], None]
"""Is told how far long work is; None when it is done."""
Hear = Callable[[Sequence[Event]], None]
"""Is told what was committed, in order, at once; it must not block."""


class Recorder:
    """Writes what was observed; when the disk takes nothing, that is an error of whoever records."""

    def __init__(self, journal: Writer, told: Told | None = None, clocks: Clocks | None = None) -> None:
        self._journal, self._told, self._clocks = journal, told, clocks or Clocks()
        self._hearers: list[Hear] = []
        self._works: dict[str, Progress] = {}
        """Long work under way, by who does it."""
        self.past_told = asyncio.Event()
        """What had happened before anybody looked is recorded."""

    @property
    def state(self) -> FloorState:
        """The floor after the last committed event."""
        return self._journal.state

    @property
    def halted(self) -> bool:
        """The journal takes nothing at present."""
        return False

    def again(self) -> None:
        """Somebody waits: try now what the disk did not take."""

    async def halts(self) -> FactoryError:
        """Return what is wrong, as soon as the disk has taken nothing once more. Here whoever records is told."""
        waiting: asyncio.Future[FactoryError] = asyncio.get_running_loop().create_future()
        return await waiting

    async def marks(self) -> dict[str, bytes]:
        """How far each source has been read, as far as it is committed."""
        return await self._journal.marks()

    async def record(
        self,
        events: Sequence[Event],
        marks: Mapping[str, bytes] | None = None,
        calls: Mapping[bytes, bytes] | None = None,
    ) -> None:
        """Return once all of it is committed, in one transaction."""
        await self._commit(self._clocks.look(events, self.state), marks or {}, calls or {}, None)

    async def settle(self) -> None:
        """Store the floor as it is now, and pack what is written. Raises `FactoryError` when the disk takes nothing."""
        await self._journal.settle()

    async def decide(self, decide: Callable[[FloorState], Decision]) -> Decision:
        """Commit what `decide` makes of the floor, as the very next events after those that it knew; and return it."""
        while True:
            state = self.state
            decision = decide(state)
            if not _writes(decision):
                return decision
            if slept := self._clocks.overslept():  # what is decided may rest on a silence that was none
                await self._commit(slept, {}, {}, None)
                continue
            try:
                await self._commit(self._clocks.look(decision.events, state), {}, {}, state.seq)
                return decision
            except OvertakenError:
                continue

    async def _commit(
        self,
        events: Sequence[Event],
        marks: Mapping[str, bytes],
        calls: Mapping[bytes, bytes],
        after: int | None,
    ) -> codec.Encoded:
        written = await self._journal.write(events, marks, calls, after)
        self._clocks.committed(written.events)
        for hear in self._hearers:
            hear(written.events)
        return written.events

    def tell(self, hear: Hear) -> None:
        """Have `hear` told of everything that is committed from now on."""
        self._hearers.append(hear)

    def progress(self, who: str, progress: Progress | None) -> None:
        """Show the long work of a service; None when it is done. Of several, the one that began first is shown."""
        self._works.pop(who, None) if progress is None else self._works.update({who: progress})
        if self._told is not None:
            self._told(next(iter(self._works.values()), None))

    def caught_up(self) -> None:
        """What had happened before anybody looked is recorded. Consoles draw it at one go, not as it comes in."""
        self.past_told.set()

    def trouble(self, source: str, text: str) -> None:
        """What keeps a source from being observed, with the cure; empty when nothing does any more.

        Here nobody is told.
        """


class ServingRecorder(Recorder):
    """Writes one batch after another, keeps `feed` in step with what is committed, and outlasts a full disk."""

    def __init__(self, journal: Writer, feed: Feed, clocks: Clocks | None = None) -> None:
        super().__init__(journal, lambda progress: feed.say(replace(feed.work, progress=progress)), clocks)
        self._feed = feed
        self._turn = asyncio.Lock()
        self._again = asyncio.Event()
        self._halting: set[asyncio.Future[FactoryError]] = set()
        """Who waits for the next time that the disk takes nothing."""
        self._tries = 0
        """How often the disk has taken nothing, one time after the other."""
        self._troubles: dict[str, str] = {}

    @property
    def halted(self) -> bool:
        return bool(self._troubles.get(JOURNAL))

    def again(self) -> None:
        self._again.set()

    async def halts(self) -> FactoryError:
        waiting: asyncio.Future[FactoryError] = asyncio.get_running_loop().create_future()
        self._halting.add(waiting)
        try:
            return await waiting
        finally:
            self._halting.discard(waiting)

    def caught_up(self) -> None:
        super().caught_up()
        if self._feed.work.past == UNSETTLED:
            self._feed.say(replace(self._feed.work, past=self.state.seq))

    def trouble(self, source: str, text: str) -> None:
        """Let every console know what keeps a source from being observed; "" when nothing does any more."""
        if text == self._troubles.get(source, ""):
            return
        log.warning("%s: %s", source, text or "well again")
        self._troubles[source] = text
        # What keeps the journal from being written is worse than what is seen late.
        told = [self._troubles[each] for each in sorted(self._troubles, key=lambda each: each != JOURNAL)]
        halted = bool(self._troubles.get(JOURNAL))
        work = replace(self._feed.work, trouble="; ".join(filter(None, told)), halted=halted)
        self._feed.say(work if halted else replace(work, tries=0))

    async def record(
        self,
        events: Sequence[Event],
        marks: Mapping[str, bytes] | None = None,
        calls: Mapping[bytes, bytes] | None = None,
    ) -> None:
        """Return once all of it is committed, however long the disk takes nothing; only `JournalGoneError` is raised.

        Whoever observes waits here meanwhile, so nothing piles up, and since marks are committed with their events,
        a supervisor that ends before that reads the same again.
        """
        async with self._turn:
            await super().record(events, marks, calls)

    async def decide(self, decide: Callable[[FloorState], Decision]) -> Decision:
        """As `Recorder.decide`, in the line with everybody else: it would be overtaken for ever by a busy floor.

        Raises `FactoryError` where the disk takes nothing. It is not tried again then: whoever was told that nothing
        was written would see it done later.
        """
        decision = decide(self.state)
        if not _writes(decision):
            return decision  # it waits for nobody
        turn, halts = asyncio.create_task(self._turn.acquire()), asyncio.create_task(self.halts())
        self.again()  # what others record is in front of it
        try:
            await asyncio.wait({turn, halts}, return_when=asyncio.FIRST_COMPLETED)
            if not turn.done():
                raise halts.result()
            return await super().decide(decide)
        finally:
            halts.cancel()
            if turn.done():
                self._turn.release()
            turn.cancel()

    async def _commit(
        self,
        events: Sequence[Event],
        marks: Mapping[str, bytes],
        calls: Mapping[bytes, bytes],
        after: int | None,
    ) -> codec.Encoded:
        backoff = Backoff(FIRST_RETRY_S, LAST_RETRY_S)
        # The consoles get what the journal will read back, in the journal's own words.
        events = await _encoded(events)
        while True:
            try:
                written = await super()._commit(events, marks, calls, after)
                break
            except (JournalGoneError, OvertakenError):
                raise
            except (FactoryError, OSError) as error:
                trouble = self._halted(error)
                if after is not None:
                    raise trouble from error
            self._again.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(backoff.next()):
                    await self._again.wait()
        self._tries = 0
        self.trouble(JOURNAL, "")
        self._feed.push(written.bodies[-RING:], len(written), self.state)
        return written

    def _halted(self, error: FactoryError | OSError) -> FactoryError:
        """The disk has taken nothing: tell everybody, and those who wait for that."""
        if isinstance(error, OSError):
            error = UnwritableError(f"the journal cannot be written ({error.strerror or error})", "see the disk")
        self._tries += 1
        self.trouble(JOURNAL, clean(str(error)))
        self._feed.say(replace(self._feed.work, tries=self._tries))
        for waiting in self._halting:
            if not waiting.done():
                waiting.set_result(error)
        return error


def _writes(decision: Decision) -> TypeGuard[Accepted]:
    return isinstance(decision, Accepted) and bool(decision.events)


async def _encoded(events: Sequence[Event]) -> codec.Encoded:
    """On a thread when there are many, so that the loop stays free."""
    if len(events) <= INLINE:
        return codec.encoded(events)
    return await asyncio.to_thread(codec.encoded, events)
