"""A past in order of time. The journal keeps the order in which things were heard, and history is heard late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from sessions.floor.events import Event, FactoryOpened, SessionReturned, SessionsOver, StationEvent
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState
from sessions.journal.past.past import EventList, Past

MOST = 200_000
"""Events that are arranged in memory; a longer past is replayed as it was heard."""
LATE_S = 60.0
"""Sources are journaled side by side, so a little disorder is nothing."""


def arranged(events: Sequence[Event]) -> list[Event]:
    """Events of several sources in one order of time; those of one source keep their order among themselves."""
    latest: defaultdict[str, float] = defaultdict(float)
    keys = []
    for event in events:
        latest[event.source] = max(latest[event.source], event.time)
        keys.append(latest[event.source])
    return [events[i] for i in sorted(range(len(events)), key=keys.__getitem__)]


def chronicle(past: Past) -> Past:
    """`past` as it happened; itself when it is in order already, or too long. The new one takes over the old."""
    span = past.span
    first, count = span.first_seq - 1, span.last_seq - span.first_seq + 1
    if not 0 < count <= MOST:
        return past
    events = past.events(first, count)
    if all(later.time > event.time - LATE_S for event, later in pairwise(events)):
        return past
    begin, title = _knowing(past.state_at(first), events), past.title
    past.close()
    happened = [_kept(event) for event in arranged(events)]
    opened = next((event for event in happened if isinstance(event, FactoryOpened)), None)
    if opened is not None:
        # What the factory is called was true before anybody looked.
        happened.remove(opened)
        happened.insert(0, replace(opened, time=happened[0].time if happened else opened.time))
    return EventList(happened, title, begin)


def _knowing(begin: FloorState, events: Sequence[Event]) -> FloorState:
    """The floor before them, with the sessions that it had forgotten and that return in them."""
    known, returned = {""}, list[Event]()
    for event in events:
        if isinstance(event, SessionReturned) and event.session not in known:
            returned.append(event)
        if isinstance(event, StationEvent):
            known.add(event.session)
    return replace(fold_all(begin, returned), seq=0, time=begin.time)


def _kept(event: Event) -> Event:
    """The event where no session is ever over: in another order, something of it may come before it returns."""
    if isinstance(event, SessionsOver):
        return replace(event, sessions=())
    return replace(event, session="") if isinstance(event, SessionReturned) else event
