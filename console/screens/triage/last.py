"""The end of what a station shows or said, while the cursor rests on its case: let go as soon as it moves on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec.structs import replace

from console.links.link import Link, LinkMode, station_events, unheard
from sessions.asking.asked import UnheardError
from sessions.asking.questions import FollowSession, FollowTerminal, SessionPart
from sessions.errors import FactoryError
from sessions.floor.events import StationEvent
from sessions.floor.ours.lives import Life
from sessions.floor.ours.picture import Picture
from sessions.floor.state import FloorState, Station
from sessions.floor.zone import Zone
from sessions.observe.conversation.entries import Entry
from sessions.observe.conversation.excerpts import EventConversation
from sessions.views.hands import IN_TERMINAL
from widgets.draw.cells import Line
from widgets.triage.end_lines import end_lines

if TYPE_CHECKING:
    from sessions.asking.question import A, Question

REST_S = 0.15
"""So long the cursor rests on a case before anything is asked: who only passes asks for nothing."""
AGAIN_S = 0.5
"""Between two times that the journal is asked for the same, as of a replay that plays."""
ENTRIES = 60
"""Of a conversation so many entries are kept, the last ones: more than a tall screen shows."""
LINES, LONGEST = 80, 4_000
"""Lines of an entry and letters of a line that are kept, the last ones."""
EVENTS = 120
"""Events of a station that are read where its conversation is not here."""


class End(msgspec.Struct, frozen=True):
    """What is known of it by now."""

    title: str = "the end of what it said"
    picture: Picture | None = None
    first: int = 0
    """The number of the first of the entries."""
    entries: tuple[Entry, ...] = ()
    known: bool = False
    """It was looked for, and this is all."""


class UnderWay(Protocol):
    """A question of whatever kind."""

    @property
    def over(self) -> bool: ...
    @property
    def trouble(self) -> FactoryError | None: ...
    def cancel(self) -> None: ...


class LastLines:
    """One station's at a time. Parts come in on a thread of the link's, which then calls `changed`."""

    def __init__(self) -> None:
        self.changed: Callable[[], None] = unheard
        self.age = 0
        """Rises with all that comes in."""
        self._end = End()
        self._station = self._session = ""
        self._number = 0
        """Of the case the cursor rests on: what comes for another one is late."""
        self._moved = self._read_at = 0.0
        self._read_for: Station | None = None
        self._asked: UnderWay | None = None
        self._drawn: tuple[tuple[int, int, int, int], Sequence[Line]] = ((-1, 0, 0, 0), ())

    @property
    def title(self) -> str:
        return self._end.title

    def rest_on(self, station: str) -> bool:
        """The cursor is on a case of this station, or of none; whether that is another one than before."""
        if station == self._station:
            return False
        self.let_go()
        self._station, self._moved = station, monotonic()
        return True

    def let_go(self) -> None:
        """Keep nothing, and have nothing more told."""
        self._number += 1
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.cancel()
        self._station, self._session, self._read_for, self._end = "", "", None, End()
        self.age += 1

    def wants(self, link: Link) -> bool:
        """Whether there is something to read that nobody tells of by itself."""
        station = link.state.stations.get(self._station)
        if station is None:
            return False
        if self._read_for is None or station.session != self._session:
            return True
        asked = self._asked
        if asked is not None and not asked.over:
            return False
        unheard = asked is not None and isinstance(asked.trouble, UnheardError)
        other = link.health.connected if unheard else station is not self._read_for
        return other and monotonic() - self._read_at >= AGAIN_S

    async def read(self, link: Link) -> None:
        """Wait until the cursor has rested, ask, and return when something is here or it is known that nothing is."""
        while (left := self._moved + REST_S - monotonic()) > 0:  # noqa: ASYNC110 - the cursor moves on meanwhile
            await asyncio.sleep(left)
        state, number = link.state, self._number
        station = state.stations.get(self._station)
        if station is None:
            return
        self._session, self._read_for, self._read_at = station.session, station, monotonic()
        live = link.mode is LinkMode.LIVE
        if live and _has_terminal(state, station.id) and await self._follow(link, number, FollowTerminal(station.id)):
            return
        if live and station.session and await self._follow(link, number, FollowSession(station.session)):
            return
        try:
            entries = await asyncio.to_thread(_excerpts, link, state, station)
        except FactoryError:
            entries = ()
        self._take(number, End("the last that the journal tells of it", entries=entries, known=True))

    async def _follow(self, link: Link, number: int, question: Question[A]) -> bool:
        """Whether a first part of the answer came; more of it is told by itself."""
        if number != self._number:
            return True  # the cursor is elsewhere
        came: Future[bool] = Future()

        def tell(whether: bool) -> None:
            with suppress(InvalidStateError):
                came.set_result(whether)

        def heard(part: A) -> None:
            self._hear(number, part)
            tell(True)

        asked = link.ask(question, heard)
        self._asked = asked
        asked.then(lambda: tell(False))
        return await asyncio.wrap_future(came) or number != self._number

    def _hear(self, number: int, part: object) -> None:
        """On a thread of the link's."""
        if isinstance(part, Picture):
            self._take(number, End("the end of its terminal", part, known=True))
        elif isinstance(part, SessionPart):
            before = self._end
            kept = before.entries[: max(0, part.first - before.first)] if part.first >= before.first else ()
            whole = (*kept, *part.entries)
            entries = tuple(map(_ended, whole[-ENTRIES:]))
            first = part.first - len(kept) + len(whole) - len(entries)
            self._take(number, End("the end of its conversation", None, first, entries, known=True))

    def _take(self, number: int, end: End) -> None:
        if number == self._number:
            self._end = end
            self.age += 1
            self.changed()

    def lines(self, zone: Zone, cells: int, rows: int) -> Sequence[Line]:
        """The last lines, as many as there is room for."""
        made_of = (self._number, self.age, cells, rows)
        if self._drawn[0] != made_of:
            end = self._end
            drawn = end_lines(end.picture, end.entries, cells, rows, zone)
            if not drawn:
                nothing = "nothing stands there" if end.picture is not None else "nothing is known of that"
                drawn = [((f"   {nothing}" if end.known else "   …", "faint"),)]
            self._drawn = (made_of, drawn)
        return self._drawn[1]


def _has_terminal(state: FloorState, station: str) -> bool:
    known = state.owned.get(station)
    return known is not None and known.host == IN_TERMINAL and known.life in (Life.RUNNING, Life.PAUSED)


def _excerpts(link: Link, state: FloorState, station: Station) -> tuple[Entry, ...]:
    """What the journal says of its conversation up to the moment that is shown."""
    numbered = station_events(link, station.id, state.seq + 1, EVENTS)
    events = [each.event for each in numbered if isinstance(each.event, StationEvent)]
    told = EventConversation(event for event in events if event.session in ("", station.session))
    return tuple(_ended(told.entry(i)) for i in range(max(0, len(told) - ENTRIES), len(told)))


def _ended(entry: Entry) -> Entry:
    """An entry with no more of its lines than a screen has, the last ones: it is drawn while keys are pressed."""
    if len(entry.lines) <= LINES and not any(len(line) > LONGEST for line in (entry.title, *entry.lines)):
        return entry
    lines = tuple(line[-LONGEST:] for line in entry.lines[-LINES:])
    return replace(entry, title=entry.title[:LONGEST], lines=lines)
