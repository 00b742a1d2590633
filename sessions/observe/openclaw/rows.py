"""A session inside OpenClaw's SQLite file as a conversation."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from sessions.errors import FactoryError
from sessions.observe.conversation.entries import Entry, EntryKind, never, shows, walk
from sessions.observe.conversation.index import Index
from sessions.observe.openclaw.conversation import DIALECT
from sessions.observe.openclaw.database import connect, text_of

CACHED_ROWS = 256


class DatabaseConversation:
    """The rows of one session. Every look opens the file anew: OpenClaw may replace it at any time."""

    def __init__(self, path: Path, session: str) -> None:
        self._path, self._session = path, session
        self.kept = 0
        self._forget()
        try:
            self._read()
        except sqlite3.Error as error:
            raise FactoryError(f"cannot read {path}: {error}", "its events are shown instead") from error

    def _forget(self) -> None:
        self._index, self._last = Index(), -1
        self._cache: OrderedDict[int, list[Entry]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._index)

    def refresh(self) -> bool:
        before, index = len(self), self._index
        index.touched = before
        try:
            again = self._read()
        except sqlite3.Error:
            return False
        changed = again or len(self) != before
        if changed:
            self.kept = index.touched if index is self._index else 0
        return changed

    def _read(self) -> bool:
        """Index what is new; True when the rows were written anew and all of them are."""
        with connect(self._path) as db:
            query = "SELECT max(seq) FROM transcript_events WHERE session_id = ? AND typeof(seq) = 'integer'"
            (latest,) = db.execute(query, (self._session,)).fetchone()
            again = self._last >= 0 and (latest is None or latest < self._last)
            if again:
                self._forget()
            rows = db.execute(
                "SELECT seq, event_json, event_zstd FROM transcript_events "
                "WHERE session_id = ? AND seq > ? AND typeof(seq) = 'integer' ORDER BY seq",
                (self._session, self._last),
            )
            for seq, json, packed in rows:
                self._last = seq
                self._index.add(seq, 0, DIALECT.marks(text_of(json, packed) or b""))
        return again

    def entry(self, i: int) -> Entry:
        if not 0 <= i < len(self._index):
            raise IndexError(i)
        seq, block = self._index.places[i], self._index.blocks[i]
        if seq not in self._cache:
            self._decode(seq)
        self._cache.move_to_end(seq)
        entries = self._cache[seq]
        if block < len(entries):
            return entries[block]
        return Entry(kind=EntryKind.NOTE, title="this part of the transcript is gone")

    def _decode(self, seq: int) -> None:
        query = "SELECT event_json, event_zstd FROM transcript_events WHERE session_id = ? AND seq = ?"
        try:
            with connect(self._path) as db:
                json, packed = db.execute(query, (self._session, seq)).fetchone() or (b"", b"")
        except sqlite3.Error:
            json, packed = b"", b""
        self._cache[seq] = DIALECT.entries(text_of(json, packed) or b"")
        if len(self._cache) > CACHED_ROWS:
            self._cache.popitem(last=False)

    def find(
        self, pattern: str, start: int, step: Literal[1, -1] = 1, given_up: Callable[[], bool] = never
    ) -> int | None:
        lowered = pattern.lower()
        if not lowered:
            return None
        for i in walk(len(self), start, step):
            if given_up():
                return None
            if shows(self.entry(i), lowered):
                return i
        return None

    def close(self) -> None:
        """Nothing is held open."""
