"""The one way into the journal: commit first, then tell the consoles; and outlast a full disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor.commands import Progress
from sessions.floor.events import Event
from sessions.floor.state import FloorState
from sessions.journal import codec
from sessions.journal.writer import INLINE, JournalGoneError, UnwritableError
from sessions.supervisor.wire.feed import RING, Feed
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

    async def append(
        self, events: Sequence[Event], marks: Mapping[str, bytes] = ..., calls: Mapping[bytes, bytes] = ...
    ) -> int: ...


Told = Callable[[Progress | None], None]
"""Is told how far long work is; None when it is done."""


class Recorder:
    """Writes what was observed, for a command that looks once: when the disk takes nothing, that is an error."""

    def __init__(self, journal: Writer, told: Told | None = None) -> None:
        self._journal, self._told = journal, told
        self.unwritable: UnwritableError | None = None
        """Why the journal has taken nothing."""

    @property
    def state(self) -> FloorState:
        """The floor after the last committed event."""
        return self._journal.state

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
        try:
            await self._journal.append(events, marks or {}, calls or {})
        except UnwritableError as error:
            self.unwritable = error
            raise

    def progress(self, progress: Progress | None) -> None:
        """Show long work under way; None when it is done."""
        if self._told is not None:
            self._told(progress)

    def trouble(self, source: str, text: str) -> None:
        """What keeps a source from being observed, with the cure; empty when nothing does any more.

        A command that looks once sees all that is there, and needs not to know.
        """


class ServingRecorder(Recorder):
    """Writes one batch after another, keeps `feed` in step with what is committed, and outlasts a full disk."""

    def __init__(self, journal: Writer, feed: Feed) -> None:
        super().__init__(journal, lambda progress: feed.say(replace(feed.work, progress=progress)))
        self._feed = feed
        self._turn = asyncio.Lock()
        self._troubles: dict[str, str] = {}

    def trouble(self, source: str, text: str) -> None:
        """Let every console know what keeps a source from being observed; "" when nothing does any more."""
        if text == self._troubles.get(source, ""):
            return
        log.warning("%s: %s", source, text or "well again")
        self._troubles[source] = text
        # What keeps the journal from being written is worse than what is seen late.
        told = [self._troubles[each] for each in sorted(self._troubles, key=lambda each: each != JOURNAL)]
        halted = bool(self._troubles.get(JOURNAL))
        self._feed.say(replace(self._feed.work, trouble="; ".join(filter(None, told)), halted=halted))

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
            wait = FIRST_RETRY_S
            # The consoles get what the journal will read back, in the journal's own words.
            events = await _encoded(events)
            while not await self._recorded(events, marks, calls):
                await asyncio.sleep(wait)
                wait = min(wait * 2, LAST_RETRY_S)
            self._feed.push(events.bodies[-RING:], len(events), self.state)

    async def _recorded(
        self, events: Sequence[Event], marks: Mapping[str, bytes] | None, calls: Mapping[bytes, bytes] | None
    ) -> bool:
        trouble = ""
        try:
            await super().record(events, marks, calls)
        except JournalGoneError:
            raise
        except (FactoryError, OSError) as error:
            trouble = clean(str(error))
        self.trouble(JOURNAL, trouble)
        return not trouble


async def _encoded(events: Sequence[Event]) -> codec.Encoded:
    """On a thread when there are many, so that the loop stays free."""
    if len(events) <= INLINE:
        return codec.encoded(events)
    return await asyncio.to_thread(codec.encoded, events)
