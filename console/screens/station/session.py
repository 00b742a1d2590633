"""What a station screen asks of its link, in workers: the session, and the station's events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from console.links.link import Link, Numbered, station_events
from sessions.asking.asked import Asked
from sessions.asking.questions import Found, Step
from sessions.floor import events as ev
from sessions.observe.conversation.entries import Entry, walk
from sessions.observe.conversation.excerpts import EventConversation
from widgets.draw.plot import Series
from widgets.parts.facts import SubAgent

FRESH, PAGE = 100, 2_000
"""Events that are asked for at once: first a few, since few are new, then many."""
MOST_EVENTS = 50_000
"""Events of a station that are read when its screen opens; older ones are in the journal only."""
KEPT_EVENTS = 2_000
"""Events of a station that can be scrolled through."""


class Reader(Protocol):
    """A session while it is looked at: the screen draws from it, and workers search in it."""

    note: str
    """Where it is read from, for the screen."""
    reason: str
    """Why it is not read from the transcript."""
    age: int
    """Rises with every change of what it holds."""

    @property
    def lost(self) -> bool:
        """Nobody tells it any more what is new."""
        ...

    def __len__(self) -> int: ...

    def entry(self, i: int) -> Entry: ...

    def read_on(self, events: Sequence[ev.Event], session: str) -> None:
        """Something happened at its station: see what is new. For a worker."""
        ...

    def look(self, pattern: str, start: int, step: Step) -> Asked[Found]:
        """Search for the first entry from `start` on that shows `pattern`; one that failed without a pattern."""
        ...

    def bring(self, i: int) -> None:
        """Return once entry `i` and what lies around it can be drawn. For a worker."""
        ...

    def close(self) -> None: ...


class Excerpts:
    """What the journal says of a session, where its transcript cannot be read."""

    note = "from the journal's excerpts"
    lost = False

    def __init__(self, events: Sequence[ev.Event], session: str, reason: str) -> None:
        self.reason = reason
        self.age = 1
        self._told = EventConversation(_of_session(events, session))

    def __len__(self) -> int:
        return len(self._told)

    def entry(self, i: int) -> Entry:
        return self._told.entry(i)

    def read_on(self, events: Sequence[ev.Event], session: str) -> None:
        self.age += self._told.extend(_of_session(events, session))

    def look(self, pattern: str, start: int, step: Step) -> Asked[Found]:
        asked: Asked[Found] = Asked()
        within = walk(len(self), start, step)
        failed = next((i for i in within if self.entry(i).failed), None) if not pattern else None
        asked.part(Found(self._told.find(pattern, start, step) if pattern else failed))
        asked.end()
        return asked

    def bring(self, i: int) -> None:
        """All of it is here."""

    def close(self) -> None:
        """Nothing is held."""


def _of_session(events: Sequence[ev.Event], session: str) -> list[ev.Event]:
    return [event for event in events if isinstance(event, ev.StationEvent) and event.session in ("", session)]


class StationLog:
    """A station's newest events and what they add up to; made in workers and swapped whole."""

    def __init__(self, station: str) -> None:
        self.station = station
        self.last_seq = 0
        self.reached = 0
        """The floor's sequence number up to which it was read."""
        self.events: list[Numbered] = []
        self.fresh: list[Numbered] = []
        """Those that the log before this one did not have."""
        self.tokens = Series()
        self.dollars = Series()
        self.agents: dict[str, SubAgent] = {}

    def grown(self, link: Link, seq: int) -> StationLog:
        """The log as of event `seq`. It asks the link: for a worker. Going back in time reads anew."""
        before = StationLog(self.station) if seq < self.reached else self
        fresh: list[Numbered] = []
        end, limit = seq + 1, FRESH if before.last_seq else PAGE
        while len(fresh) < MOST_EVENTS:
            page = station_events(link, self.station, end, limit)
            new = [numbered for numbered in page if numbered.seq > before.last_seq]
            fresh = new + fresh
            if len(new) < limit:
                break
            end, limit = page[0].seq, PAGE
        log = StationLog(self.station)
        log.reached, log.fresh = seq, fresh
        log.last_seq = fresh[-1].seq if fresh else before.last_seq
        log.events = (before.events + fresh)[-KEPT_EVENTS:]
        log.tokens, log.dollars = before.tokens.copy(), before.dollars.copy()
        log.agents = dict(before.agents)
        for numbered in fresh:
            if isinstance(numbered.event, ev.TokensUsed):
                log._count(numbered.event)
        return log

    def _count(self, event: ev.TokensUsed) -> None:
        self.tokens.add(event.time, event.tokens.total)
        self.dollars.add(event.time, event.cost or 0.0)
        if event.subagent:
            agent = self.agents.get(event.subagent, SubAgent())
            dollars = None if event.cost is None or agent.dollars is None else agent.dollars + event.cost
            self.agents[event.subagent] = SubAgent(
                agent.calls + event.calls, agent.tokens + event.tokens.total, dollars
            )
