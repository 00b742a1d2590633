"""One search over all conversations, where they lie: those that were written last come first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from sessions.asking.asked import Halt
from sessions.asking.questions import MOST_EVENTS, FindEverywhere, Hit, Hits
from sessions.errors import FactoryError
from sessions.floor.events import Event, StationEvent
from sessions.floor.state import FloorState, Session
from sessions.journal import codec
from sessions.observe.conversation.entries import Conversation, Entry
from sessions.observe.conversation.excerpts import EventConversation
from sessions.observe.conversation.opening import open_conversation
from sessions.observe.conversation.scan import may_hold, words_of

EACH = 50
"""Hits in one conversation: what is in all of them must not hide the others."""
AROUND = 200
"""Letters of the line in which something was found."""
BEFORE = 60
"""Letters of it before what was found."""
TOLD_EVERY_S = 0.1
"""Between two times at which it is told how far the search has got."""
_LAST = (1 << 63) - 1
"""No event has a larger number."""
_DATABASES = (".sqlite", ".db")
"""Whose pages tear texts apart: their bytes cannot be scanned."""

LinesOf = Callable[[str, int, int], Sequence[tuple[int, bytes]]]


class _Place(msgspec.Struct, frozen=True, order=True):
    """A conversation and when it was written last."""

    written: float
    name: str
    station: str
    path: Path | None = None
    """None: it is not here."""


def find_everywhere(
    state: FloorState, over: Mapping[str, Session], lines_of: LinesOf, asked: FindEverywhere, halt: Halt
) -> Iterator[Hits]:
    """What shows the pattern, conversation by conversation; `over` are sessions that the floor has forgotten."""
    lowered, words = asked.pattern.lower(), words_of(asked.pattern)
    places = sorted(_places(state, over, asked), reverse=True) if lowered.strip() else []
    left, told, searched = asked.most, time.monotonic(), 0
    for place in places:
        halt.check()
        if left <= 0:
            break
        conversation = _opened(state, place, words, lines_of, halt)
        searched += 1
        most = min(EACH, left)
        found = _found(conversation, lowered, asked.since, most, halt) if conversation is not None else ()
        if found:
            hits = found[:most]
            left -= len(hits)
            yield Hits(
                searched,
                len(places),
                place.name,
                place.station,
                hits,
                more=len(found) > len(hits),
                excerpts=isinstance(conversation, EventConversation),
            )
        elif time.monotonic() - told > TOLD_EVERY_S:
            yield Hits(searched, len(places))
            told = time.monotonic()
    yield Hits(searched, len(places))


def _places(state: FloorState, over: Mapping[str, Session], asked: FindEverywhere) -> Iterator[_Place]:
    for name, session in {**over, **state.sessions}.items():
        station = state.stations.get(session.station)
        if asked.stations and session.station not in asked.stations:
            continue
        written, path = _written(session)
        if path is None and station is not None:
            written = max(session.opened, station.evidence.seen if station.session == name else 0.0)
        if written >= asked.since:
            yield _Place(written, name, session.station, path)


def _written(session: Session) -> tuple[float, Path | None]:
    """When its transcript was written last; no path where that is not here, or no plain file."""
    path = Path(session.path) if session.path else None
    try:
        return (path.stat().st_mtime, path) if path is not None and path.is_file() else (0.0, None)
    except OSError:
        return 0.0, None


def _opened(
    state: FloorState, place: _Place, words: Sequence[bytes], lines_of: LinesOf, halt: Halt
) -> Conversation | None:
    """The conversation, where the pattern may be in it."""
    station = state.stations.get(place.station)
    try:
        if place.path is not None:
            if place.path.suffix not in _DATABASES and not may_hold(place.path, words, lambda: halt.pulled):
                return None
            return open_conversation(station.kind if station is not None else "", place.path, place.name)
    except (FactoryError, OSError):
        pass  # its events are searched instead
    return _excerpts(place, words, lines_of)


def _excerpts(place: _Place, words: Sequence[bytes], lines_of: LinesOf) -> Conversation | None:
    """What the journal's newest events say of it."""
    lines = [line for _, line in lines_of(place.station, _LAST, MOST_EVENTS)]
    if not all(any(word in line.lower() for line in lines) for word in words):
        return None
    return EventConversation(event for event in codec.decode_all(lines) if _is_of(event, place.name))


def _is_of(event: Event, session: str) -> bool:
    return isinstance(event, StationEvent) and event.session in ("", session)


def _found(conversation: Conversation, lowered: str, since: float, most: int, halt: Halt) -> tuple[Hit, ...]:
    """The newest entries that show it, one more than asked for where there are more."""
    found: list[Hit] = []
    try:
        at = conversation.find(lowered, len(conversation) - 1, -1, lambda: halt.pulled)
        while at is not None and len(found) <= most:
            entry = conversation.entry(at)
            if entry.time and entry.time < since:
                break  # what stands before it is older
            found.append(Hit(at, entry.kind, entry.time, excerpt(entry, lowered), entry.tool))
            at = conversation.find(lowered, at - 1, -1, lambda: halt.pulled) if at else None
    finally:
        conversation.close()
    halt.check()
    return tuple(found)


def excerpt(entry: Entry, lowered: str) -> str:
    """The line of an entry that shows the pattern, or the part of it around that."""
    line = next((line for line in (entry.title, *entry.lines) if lowered in line.lower()), entry.title)
    at = max(0, line.lower().find(lowered) - BEFORE)
    return ("…" if at else "") + line[at : at + AROUND].strip() + ("…" if len(line) > at + AROUND else "")
