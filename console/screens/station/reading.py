"""What a station screen has read so far: grown in a thread, one step at a time, until the screen is left."""

from __future__ import annotations

import asyncio
import threading

import msgspec

from console.links.link import Link, unheard
from console.screens.station.pages import Pages
from console.screens.station.session import Excerpts, Reader, StationLog
from sessions.asking.asked import UnheardError
from sessions.errors import FactoryError
from sessions.floor.state import FloorState, Station


class ReadStep(msgspec.Struct, frozen=True):
    """What a step of reading changed."""

    other: bool
    """The reader is another one: a session was opened, or its station went on to the next."""
    same_session: bool
    """Another reader of the session that was read before."""
    went_back: bool
    """It is read as of an earlier moment than before."""


class SessionReading:
    """A station's log and the reader of its session."""

    def __init__(self, station: str, session: str = "") -> None:
        """Of a station's present conversation, or of another one of its that is named."""
        self.log = StationLog(station)
        self.named = session
        self.reader: Reader | None = None
        self.changed = unheard
        """Is called on any thread when there is more of the session."""
        self._drawn = 0
        """The age at which the reader was drawn last."""
        self._opened: Reader | None = None
        """The one opened last, which may not have come through to `reader` when the screen is left."""
        self._session = ""
        self._read_for: Station | None = None
        self._busy = False
        self._lock = threading.Lock()
        self._ended = False

    @property
    def age(self) -> int:
        """Rises with every change of what the reader holds."""
        return self.reader.age if self.reader is not None else 0

    def claim(self, link: Link, station: Station) -> bool:
        """Whether there is something to read that no step reads already; the caller is to do a step then."""
        again = self.reader is not None and self.reader.lost and link.health.connected
        wanted = (station is not self._read_for or again) and not self._busy
        self._busy = self._busy or wanted
        return wanted

    def session_of(self, station: Station) -> str:
        """The conversation of it that is read."""
        return self.named or station.session

    def came(self) -> bool:
        """Whether the reader holds something else than when this was asked last."""
        before, self._drawn = self._drawn, self.age
        return self._drawn != before

    async def step(self, link: Link, state: FloorState, station: Station) -> ReadStep | None:
        """Read on in a thread; None when the screen was left meanwhile. Raises FactoryError where that cannot be."""
        try:
            log, reader, whole = await asyncio.to_thread(self._read_on, link, state, station)
        finally:
            self._busy = False
        if self._ended:
            return None
        went_back = log.reached < self.log.reached
        self.log, self._read_for = log, station if whole else None
        old, self.reader = self.reader, reader
        session = self.session_of(station)
        same_session, self._session = session == self._session, session
        if reader is old:
            return ReadStep(False, True, went_back)
        if old is not None:
            old.close()
        self._drawn = reader.age
        return ReadStep(True, old is not None and same_session, went_back)

    def _read_on(self, link: Link, state: FloorState, station: Station) -> tuple[StationLog, Reader, bool]:
        """The log and the reader, and whether both are as of now: a session that is opened comes before its log."""
        reader = self.reader
        if reader is not None and self._holds(reader, state, station):
            log = self.log.grown(link, state.seq)
            reader.read_on([numbered.event for numbered in log.fresh], self.session_of(station))
            return log, reader, True
        reason = ""
        session = self.session_of(station)
        pages = Pages(link, session, self.changed)
        with self._lock:
            if self._ended:  # nobody waits for it any more
                pages.close()
            self._opened = pages
        try:
            pages.wait()
        except UnheardError:
            raise
        except FactoryError as error:
            reason = error.message
        if not reason:
            return self.log, pages, False
        log = self.log.grown(link, state.seq)
        return log, Excerpts([numbered.event for numbered in log.events], session, reason), True

    def _holds(self, reader: Reader, state: FloorState, station: Station) -> bool:
        """Whether it is still the right one: excerpts are as of a moment, a transcript is whole at any time."""
        went_back = state.seq < self.log.reached
        return not reader.lost and self.session_of(station) == self._session and not (went_back and reader.reason)

    def end(self) -> None:
        """The screen is left."""
        with self._lock:
            self._ended = True
            opened = self._opened
        for reader in (self.reader, opened):
            if reader is not None:
                reader.close()
