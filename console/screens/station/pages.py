"""A session as a station screen draws it: told page by page by whoever has its transcript, and kept as it grows."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from console.links.link import Link, LinkMode
from sessions.asking.asked import Asked
from sessions.asking.questions import FindInSession, FollowSession, Found, SessionEntries, SessionPart, Step
from sessions.floor.events import Event
from sessions.observe.conversation.entries import Entry, EntryKind

PAGE, NEAR_PAGE = 128, 16
"""Entries that are asked for at once; of who sits in this process, fewer: nothing is won by asking for more."""
AHEAD = 64
"""Entries beyond what is drawn that are asked for before somebody looks at them."""
KEPT = 2_048
KEPT_CHARS = 16_000_000
"""What is kept of a session at most; what was looked at last stays longest."""
PATIENCE_S, NEAR_PATIENCE_S = 0.025, 10.0
"""How long a key waits for a page: a moment for one that comes over a line; what lies in this process surely comes."""
ARRIVAL_S = 10.0
"""How long it is waited for an entry that was searched for and found."""
COMING = Entry(kind=EntryKind.NOTE, title="…")
"""In place of an entry that is on its way."""


class Pages:
    """A `Source` of entries. Any thread may use it; `changed` is called on a thread of the link's when some came in."""

    note = "from the transcript"
    """Where it is read from, for the screen."""
    reason = ""
    """Why it is not read from the transcript."""

    def __init__(self, link: Link, session: str, changed: Callable[[], None]) -> None:
        self._link, self._session, self._changed = link, session, changed
        near = link.mode is not LinkMode.LIVE
        self._page, self._ahead = (NEAR_PAGE, 0) if near else (PAGE, AHEAD)
        self._patience = self._full_patience = NEAR_PATIENCE_S if near else PATIENCE_S
        self._news = threading.Condition()
        self._entries: OrderedDict[int, Entry] = OrderedDict()
        self._chars = self._length = self._edition = 0
        self._coming: dict[int, Asked[SessionPart]] = {}
        """By number, the pages that were asked for."""
        self.age = 0
        """Rises whenever entries came in, or moved."""
        self._following = link.ask(FollowSession(session), self._followed)
        self._following.then(self._notify)

    def wait(self) -> None:
        """Return once it can be drawn. Raises FactoryError where the session cannot be read. For a worker."""
        with self._news:
            self._news.wait_for(lambda: self._edition or self._following.over)
            if not self._edition and self._following.trouble is not None:
                raise self._following.trouble

    @property
    def lost(self) -> bool:
        """Nobody tells it any more what is new: the line to who did was lost, or the file cannot be read any more."""
        return self._following.trouble is not None

    def __len__(self) -> int:
        return self._length

    def entry(self, i: int) -> Entry:
        """Entry `i`, or `COMING` while it is on its way. Raises IndexError outside of 0..len-1."""
        with self._news:
            if not 0 <= i < self._length:
                raise IndexError(i)
            if i not in self._entries:
                self._want(i)
                arrived = self._news.wait_for(lambda: i in self._entries or not self._awaits(i), self._patience)
                # Who was too slow once is not waited for again before something has come.
                self._patience = self._full_patience if arrived else 0.0
            if i not in self._entries:
                return COMING
            self._want_ahead(i)
            self._entries.move_to_end(i)
            return self._entries[i]

    def bring(self, i: int) -> None:
        """Return once entry `i` and what lies around it are here, as far as they come in time. For a worker."""
        with self._news:
            for each in {max(0, i - AHEAD), i, min(self._length - 1, i + AHEAD)}:
                if 0 <= each < self._length and each not in self._entries:
                    self._want(each)
            self._news.wait_for(lambda: not self._coming, ARRIVAL_S)

    def read_on(self, events: Sequence[Event], session: str) -> None:
        """It is told of what is new by itself, unless there is nobody who would; then it asks. For a worker."""
        if self._following.over:
            self._link.ask(FollowSession(session, self._edition), self._followed).all()

    def look(self, pattern: str, start: int, step: Step) -> Asked[Found]:
        """Search for the first entry from `start` on that shows `pattern`; one that failed without a pattern."""
        return self._link.ask(FindInSession(self._session, pattern, start, step))

    def close(self) -> None:
        """Lose interest in all of it."""
        with self._news:
            asked = [self._following, *self._coming.values()]
        for each in asked:
            each.cancel()

    # What comes in

    def _want_ahead(self, i: int) -> None:
        for each in (i - self._ahead, i + self._ahead):
            if 0 <= each < self._length and each not in self._entries:
                self._want(each)

    def _awaits(self, i: int) -> bool:
        return i // self._page in self._coming

    def _want(self, i: int) -> None:
        if self._awaits(i):
            return
        number = i // self._page
        asked = self._link.ask(SessionEntries(self._session, number * self._page, self._page), self._told)
        self._coming[number] = asked
        asked.then(lambda: self._over(number))

    def _over(self, number: int) -> None:
        with self._news:
            self._coming.pop(number, None)
            self._news.notify_all()

    def _followed(self, part: SessionPart) -> None:
        """The session is another one than before, from entry `kept` on."""
        with self._news:
            if part.kept < self._length:
                for i in [i for i in self._entries if i >= part.kept]:
                    self._drop(i)
            self._length, self._edition = part.length, part.edition
            self._take(part)
        self._changed()

    def _told(self, part: SessionPart) -> None:
        with self._news:
            if part.edition != self._edition:
                return  # the entries have moved; who still needs them asks again
            self._take(part)
        self._changed()

    def _take(self, part: SessionPart) -> None:
        for i, entry in enumerate(part.entries, part.first):
            self._drop(i)
            self._entries[i] = entry
            self._chars += _size(entry)
        while len(self._entries) > KEPT or (self._chars > KEPT_CHARS and len(self._entries) > PAGE):
            self._drop(next(iter(self._entries)))
        self._patience = self._full_patience
        self.age += 1
        self._news.notify_all()

    def _drop(self, i: int) -> None:
        entry = self._entries.pop(i, None)
        if entry is not None:
            self._chars -= _size(entry)

    def _notify(self) -> None:
        with self._news:
            self._news.notify_all()
        self._changed()


def _size(entry: Entry) -> int:
    return len(entry.title) + sum(map(len, entry.lines))
