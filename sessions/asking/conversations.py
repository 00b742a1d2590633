"""Sessions that somebody looks into: opened where their transcripts lie, a few kept open, told page by page."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sessions.asking.asked import Halt
from sessions.asking.questions import MOST_ENTRIES, FindInSession, Found, SessionEntries, SessionPart
from sessions.errors import FactoryError
from sessions.floor.state import FloorState, Session
from sessions.observe.conversation.entries import Conversation, Entry

MOST_OPEN = 8
"""Sessions that are kept open, beside those in use; opening one again takes a second for 300 MB."""
TAIL = 128
"""Entries at the end of a session that are told unasked: a tall screen and a page before it."""
PART_CHARS = 200_000
"""Text in one part, unless a single entry has more."""
REMEMBERED = 64
"""Changes of a session that are remembered for those who follow it."""

_EDITIONS = itertools.count(1)
"""Of all sessions: one that was closed and opened again is not taken for what it was."""


def _opened(kind: str, path: Path, session: str) -> Conversation:
    from sessions.observe.conversation.opening import open_conversation  # who begins needs none of its readers

    return open_conversation(kind, path, session)


class _Open:
    """One session's conversation, read by one thread at a time; a second reader of it searches."""

    def __init__(self, kind: str, path: Path, session: str) -> None:
        self._place = kind, path, session
        self.lock = threading.Lock()
        self.search_lock = threading.Lock()
        self.conversation = _opened(kind, path, session)
        self._searched: Conversation | None = None
        self.edition = next(_EDITIONS)
        self._changes: deque[tuple[int, int, int]] = deque(maxlen=REMEMBERED)
        """Editions, the one before each, and how many entries were kept."""
        self.users = 0

    def refresh(self) -> None:
        """Read what was written since."""
        if self.conversation.refresh():
            before, self.edition = self.edition, next(_EDITIONS)
            self._changes.append((self.edition, before, self.conversation.kept))

    def kept_since(self, edition: int) -> int:
        """How many entries at its beginning are as they were in that edition."""
        kept = len(self.conversation)
        for now, before, left in reversed(self._changes):
            if edition >= now:
                return kept
            kept = min(kept, left)
            if edition == before:
                return kept
        return 0

    def part(self, first: int, count: int, kept: int) -> SessionPart:
        """Entries from `first` on, as many as fit into a part."""
        entries: list[Entry] = []
        room = PART_CHARS
        for i in range(first, min(first + count, len(self.conversation))):
            entry = self.conversation.entry(i)
            room -= _size(entry)
            if room < 0 and entries:
                break
            entries.append(entry)
        return SessionPart(self.edition, len(self.conversation), first, tuple(entries), kept)

    def tail(self, kept: int) -> SessionPart:
        """The last entries that are not among the `kept` ones, as many as fit into a part."""
        first, room = len(self.conversation), PART_CHARS
        least = max(kept, first - TAIL)
        entries: list[Entry] = []
        while first > least:
            entry = self.conversation.entry(first - 1)
            room -= _size(entry)
            if room < 0 and entries:
                break
            entries.append(entry)
            first -= 1
        return SessionPart(self.edition, len(self.conversation), first, tuple(reversed(entries)), kept)

    def searched(self) -> Conversation:
        """The reader for searching, as new as the file."""
        if self._searched is None:
            self._searched = _opened(*self._place)
        self._searched.refresh()
        return self._searched

    def close(self) -> None:
        with self.lock, self.search_lock:
            self.conversation.close()
            if self._searched is not None:
                self._searched.close()


class Conversations:
    """The sessions of a floor. Any thread may ask; `close` it afterwards. Raises FactoryError where it cannot read."""

    def __init__(self, state: Callable[[], FloorState], past: Callable[[str], Session | None] = lambda _: None) -> None:
        """`past` gives a session that the floor has forgotten."""
        self._state, self._past = state, past
        self._lock = threading.Lock()
        self._opened: OrderedDict[str, _Open] = OrderedDict()
        self._closed = False

    def news(self, session: str, edition: int) -> SessionPart | None:
        """What is different from that edition (0: there was none); None when nothing is."""
        with self._using(session) as opened, opened.lock:
            opened.refresh()
            return None if opened.edition == edition else opened.tail(opened.kept_since(edition))

    def entries(self, asked: SessionEntries, halt: Halt) -> Iterator[SessionPart]:
        """The entries that were asked for, as far as there are so many."""
        first, last = max(0, asked.first), max(0, asked.first) + min(asked.count, MOST_ENTRIES)
        with self._using(asked.session) as opened:
            edition = opened.edition
            while True:
                halt.check()
                with opened.lock:
                    part = opened.part(first, last - first, 0)
                yield part
                first += len(part.entries)
                if not part.entries or first >= last or first >= part.length or part.edition != edition:
                    return

    def find(self, asked: FindInSession, halt: Halt) -> Found:
        """The nearest entry that shows the pattern; without a pattern, that failed."""
        with self._using(asked.session) as opened, opened.search_lock:
            searched = opened.searched()
            if asked.pattern:
                return Found(searched.find(asked.pattern, asked.start, asked.step, lambda: halt.pulled))
            within = range(max(0, asked.start), len(searched))
            if asked.step < 0:
                within = range(min(asked.start, len(searched) - 1), -1, -1)
            for i in within:
                halt.check()
                if searched.entry(i).failed:
                    return Found(i)
        return Found(None)

    def close(self) -> None:
        """Let go of all that is open."""
        with self._lock:
            self._closed = True
            opened, self._opened = list(self._opened.values()), OrderedDict()
        for each in opened:
            each.close()

    @contextmanager
    def _using(self, session: str) -> Iterator[_Open]:
        opened = self._at_hand(session) or self._add(session)
        try:
            yield opened
        finally:
            with self._lock:
                opened.users -= 1
                unused = self._surplus()
            for each in unused:
                each.close()

    def _at_hand(self, session: str) -> _Open | None:
        with self._lock:
            opened = self._opened.get(session)
            if opened is not None:
                self._opened.move_to_end(session)
                opened.users += 1
            return opened

    def _add(self, session: str) -> _Open:
        kind, path = self._place(session)
        fresh = _Open(kind, path, session)
        with self._lock:
            opened = self._opened.setdefault(session, fresh)
            opened.users += 1
            late = self._closed
        if opened is not fresh:
            fresh.close()
        if late:
            opened.close()
            raise FactoryError("nothing is read any more")
        return opened

    def session(self, name: str) -> Session | None:
        """The session, also one that is over."""
        return self._state().sessions.get(name) or self._past(name)

    def _surplus(self) -> list[_Open]:
        """The oldest that nobody uses, beyond those that are kept open."""
        idle = [session for session, opened in self._opened.items() if not opened.users]
        return [self._opened.pop(session) for session in idle[: max(0, len(self._opened) - MOST_OPEN)]]

    def _place(self, name: str) -> tuple[str, Path]:
        """The kind of its agent and its transcript."""
        state = self._state()
        session = self.session(name)
        if session is None or not session.path:
            raise FactoryError("no transcript is known")
        station, path = state.stations.get(session.station), Path(session.path)
        # What is no plain file (a pipe, a device) could hold its reader for ever, and a recording may name anything.
        if not path.is_file():
            raise FactoryError("the transcript is not on this machine")
        return station.kind if station is not None else "", path


def _size(entry: Entry) -> int:
    return len(entry.title) + sum(map(len, entry.lines))
