"""What a station screen reads from disk, in workers: the conversation where it lies, and the station's events."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from console.links.link import Link, Numbered, station_events
from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.state import Session
from sessions.observe.conversation.entries import Conversation, Entry
from sessions.observe.conversation.opening import EventConversation, open_conversation
from widgets.draw.plot import Series
from widgets.parts.facts import SubAgent

PAGE = 2_000
MOST_EVENTS = 50_000
"""Events of a station that are read when its screen opens; older ones are in the journal only."""
KEPT_EVENTS = 2_000
"""Events of a station that can be scrolled through."""

Step = Literal[1, -1]


class Reader:
    """A conversation that a worker refreshes and searches while the screen draws from it.

    A lock keeps the file's reader to one thread at a time; searching, which may take long, uses a second one of its
    own, so that it never makes the screen wait.
    """

    def __init__(self, conversation: Conversation, again: Callable[[], Conversation], note: str, reason: str) -> None:
        self.note = note
        """Where it is read from, for the screen."""
        self.reason = reason
        """Why it is not read from the transcript."""
        self._conversation = conversation
        self._again = again
        self._searched: Conversation | None = None
        self._lock = threading.Lock()
        self._search_lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._conversation)

    def entry(self, i: int) -> Entry:
        with self._lock:
            return self._conversation.entry(i)

    def refresh(self) -> bool:
        """Read what was written since. For a worker."""
        with self._lock:
            return self._conversation.refresh()

    def extend(self, events: Sequence[ev.Event], session: str) -> bool:
        """Give a conversation made of events its newer ones; others take no notice."""
        conversation = self._conversation
        return isinstance(conversation, EventConversation) and conversation.extend(_of_session(events, session))

    def find(self, pattern: str, start: int, step: Step) -> int | None:
        """As `Conversation.find`. For a worker."""
        with self._search_lock:
            return self._search().find(pattern, start, step)

    def find_failure(self, start: int, step: Step, stop: Callable[[], bool]) -> int | None:
        """The next entry from `start` on that failed. For a worker, which may `stop` it."""
        with self._search_lock:
            searched = self._search()
            for i in range(start, len(searched)) if step > 0 else range(min(start, len(searched) - 1), -1, -1):
                if searched.entry(i).failed:
                    return i
                if stop():
                    return None
        return None

    def _search(self) -> Conversation:
        if self._searched is None:
            self._searched = self._again()
        self._searched.refresh()
        return self._searched

    def close(self) -> None:
        with self._lock, self._search_lock:
            self._conversation.close()
            if self._searched is not None and self._searched is not self._conversation:
                self._searched.close()


def open_reader(kind: str, session_id: str, session: Session | None, events: Sequence[ev.Event]) -> Reader:
    """The session's transcript, or, where it cannot be read, what the journal says of it. For a worker."""
    reason = "no transcript is known"
    if session is not None and session.path:
        path = Path(session.path)
        reason = "the transcript is not on this machine"
        # What is no plain file (a pipe, a device) could hold its reader for ever, and a recording may name anything.
        if path.is_file():
            try:
                conversation = open_conversation(kind, path, session_id)
                return Reader(
                    conversation, lambda: open_conversation(kind, path, session_id), "from the transcript", ""
                )
            except FactoryError as error:
                reason = error.message
    excerpts = EventConversation(_of_session(events, session_id))
    return Reader(excerpts, lambda: excerpts, "from the journal's excerpts", reason)


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
        end = seq + 1
        while len(fresh) < MOST_EVENTS:
            page = station_events(link, self.station, end, PAGE)
            new = [numbered for numbered in page if numbered.seq > before.last_seq]
            fresh = new + fresh
            if len(new) < PAGE:
                break
            end = page[0].seq
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
