"""One search over all conversations, where they lie: those that were written last come first."""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

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
from sessions.text import clean

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
MOST_SUBAGENTS = 2_000
"""Transcripts of sub-agents of one session that are searched at most."""
_AGENT = re.compile(r"agent-[\w.-]+\.jsonl")
_DATABASES = (".sqlite", ".db")
"""Whose pages tear texts apart: their bytes cannot be scanned."""

if TYPE_CHECKING:
    from sessions.asking.patterns import Matcher

LinesOf = Callable[[str, int, int], Sequence[tuple[int, bytes]]]


class _Place(msgspec.Struct, frozen=True, order=True):
    """A conversation and when it was written last."""

    written: float
    name: str
    station: str
    path: Path | None = None
    """None: it is not here."""
    subagent: str = ""
    """Whose own transcript it is, where it is none of the session itself."""


def find_everywhere(
    state: FloorState, over: Mapping[str, Session], lines_of: LinesOf, asked: FindEverywhere, halt: Halt
) -> Iterator[Hits]:
    """What shows the pattern, conversation by conversation; `over` are sessions that the floor has forgotten."""
    matcher = _matcher(asked)
    lowered, words = asked.pattern.lower(), words_of(asked.pattern) if matcher is None else ()
    places = sorted(_places(state, over, asked), reverse=True) if lowered.strip() else []
    left, told, searched = asked.most, time.monotonic(), 0
    for place in places:
        halt.check()
        if left <= 0:
            break
        conversation = _opened(state, place, words, lines_of, halt)
        searched += 1
        most = min(EACH, left)
        found = _found(conversation, matcher or lowered, asked.since, most, halt) if conversation is not None else ()
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
                subagent=place.subagent,
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
        if path is not None:
            yield from _of_subagents(path, name, session.station, asked.since)


def _of_subagents(path: Path, name: str, station: str, since: float) -> Iterator[_Place]:
    """The transcripts that the sub-agents of a session have of their own, as Claude Code lays them beside it."""
    try:
        with os.scandir(path.with_suffix("") / "subagents") as entries:
            found = [entry for entry in itertools.islice(entries, MOST_SUBAGENTS) if _AGENT.fullmatch(entry.name)]
            for entry in found:
                if entry.is_file() and (written := entry.stat().st_mtime) >= since:
                    agent = clean(entry.name.removeprefix("agent-").removesuffix(".jsonl"), 80)
                    yield _Place(written, name, station, Path(entry.path), agent)
    except OSError:
        return


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
        if place.subagent:
            return None
        # its events are searched instead
    return _excerpts(place, words, lines_of)


def _excerpts(place: _Place, words: Sequence[bytes], lines_of: LinesOf) -> Conversation | None:
    """What the journal's newest events say of it."""
    lines = [line for _, line in lines_of(place.station, _LAST, MOST_EVENTS)]
    if not all(any(word in line.lower() for line in lines) for word in words):
        return None
    return EventConversation(event for event in codec.decode_all(lines) if _is_of(event, place.name))


def _is_of(event: Event, session: str) -> bool:
    return isinstance(event, StationEvent) and event.session in ("", session)


def _matcher(asked: FindEverywhere) -> Matcher | None:
    if not asked.regex:
        return None
    from sessions.asking.patterns import compiled

    return compiled(asked.pattern)


def _found(conversation: Conversation, sought: Matcher | str, since: float, most: int, halt: Halt) -> tuple[Hit, ...]:
    """The newest entries that show it, one more than asked for where there are more."""
    hits = _matched(conversation, sought, halt) if not isinstance(sought, str) else _shown(conversation, sought, halt)
    found: list[Hit] = []
    try:
        for hit in hits:
            if hit.time and hit.time < since:
                break  # what stands before it is older
            found.append(hit)
            if len(found) > most:
                break
    finally:
        conversation.close()
    halt.check()
    return tuple(found)


def _shown(conversation: Conversation, lowered: str, halt: Halt) -> Iterator[Hit]:
    """Entries that show a text, the newest first."""
    at = conversation.find(lowered, len(conversation) - 1, -1, lambda: halt.pulled)
    while at is not None:
        entry = conversation.entry(at)
        yield Hit(at, entry.kind, entry.time, excerpt(entry, lowered), entry.tool)
        at = conversation.find(lowered, at - 1, -1, lambda: halt.pulled) if at else None


def _matched(conversation: Conversation, matcher: Matcher, halt: Halt) -> Iterator[Hit]:
    """Entries with a line that a regular expression is in, likewise."""
    for at in range(len(conversation) - 1, -1, -1):
        halt.check()
        entry = conversation.entry(at)
        for line in (entry.title, entry.tool, *entry.lines):
            if (match := matcher.search(line)) is not None:
                found = line[match.start() : match.end()][:AROUND]
                yield Hit(at, entry.kind, entry.time, _around(line, match.start()), entry.tool, found)
                break


def excerpt(entry: Entry, lowered: str) -> str:
    """The line of an entry that shows the pattern, or the part of it around that."""
    line = next((line for line in (entry.title, *entry.lines) if lowered in line.lower()), entry.title)
    return _around(line, line.lower().find(lowered))


def _around(line: str, found: int) -> str:
    at = max(0, found - BEFORE)
    return ("…" if at else "") + line[at : at + AROUND].strip() + ("…" if len(line) > at + AROUND else "")
