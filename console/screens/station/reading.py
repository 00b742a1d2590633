"""What a station screen has read so far: grown in a thread, one step at a time, until the screen is left."""

from __future__ import annotations

import asyncio
import threading

import msgspec

from console.links.link import Link
from console.screens.station.session import Reader, StationLog, open_reader
from sessions.floor.state import FloorState, Station


class News(msgspec.Struct, frozen=True):
    """What a step of reading changed."""

    other: bool
    """The reader is another one: a session was opened, or its station went on to the next."""
    same_session: bool
    """Another reader of the session that was read before."""
    grew: bool
    """There is more of the conversation, or, after going back in time, less."""


class SessionReading:
    """A station's log and the reader of its session."""

    def __init__(self, station: str) -> None:
        self.log = StationLog(station)
        self.reader: Reader | None = None
        self._opened: Reader | None = None
        """The one opened last, which may not have come through to `reader` when the screen is left."""
        self._session = ""
        self._read_for: Station | None = None
        self._busy = False
        self._lock = threading.Lock()
        self._ended = False

    def claim(self, station: Station) -> bool:
        """Whether there is something to read that no step reads already; the caller is to do a step then."""
        wanted = station is not self._read_for and not self._busy
        self._busy = self._busy or wanted
        return wanted

    async def step(self, link: Link, state: FloorState, station: Station) -> News | None:
        """Read on in a thread; None when the screen was left meanwhile. Raises what reading the disk may raise."""
        try:
            log, reader, grew = await asyncio.to_thread(self._read_on, link, state, station)
        finally:
            self._busy = False
        if self._ended:
            return None
        went_back = log.reached < self.log.reached
        self.log, self._read_for = log, station
        old, self.reader = self.reader, reader
        same_session, self._session = station.session == self._session, station.session
        if reader is old:
            return News(False, True, grew or went_back)
        _let_go(old)
        return News(True, old is not None and same_session, True)

    def _read_on(self, link: Link, state: FloorState, station: Station) -> tuple[StationLog, Reader, bool]:
        log = self.log.grown(link, state.seq)
        reader = self.reader
        same = station.session == self._session and (log.reached >= self.log.reached or not reader or not reader.reason)
        if reader is None or not same:
            events = [numbered.event for numbered in log.events]
            opened = open_reader(station.kind, station.session, state.sessions.get(station.session), events)
            with self._lock:
                if self._ended:  # nobody waits for it any more
                    opened.close()
                self._opened = opened
            return log, opened, True
        extended = reader.extend([n.event for n in log.fresh], station.session)
        return log, reader, reader.refresh() or extended

    def end(self) -> None:
        """The screen is left."""
        with self._lock:
            self._ended = True
        for reader in {self.reader, self._opened}:
            _let_go(reader)


def _let_go(reader: Reader | None) -> None:
    """Close a reader in a thread of its own: a search may still hold it, and nobody waits for that."""
    if reader is not None:
        threading.Thread(target=reader.close).start()
