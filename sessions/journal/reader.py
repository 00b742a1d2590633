"""The readers' side of a journal: any number of them, live or long after, none in the writer's way."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sessions.errors import FactoryError
from sessions.floor.events import Event
from sessions.floor.state import FloorState, Session
from sessions.journal import checkpoints, codec, schema
from sessions.journal.past import past_sessions, seek
from sessions.journal.past.past import Density, Span
from sessions.journal.shelf import Shelf
from sessions.text import clean


class JournalReader:
    """A journal as a past, also while it is being written: every call sees what is committed by then.

    Usable from any thread. Each statement is a transaction of its own, so that a reader never keeps the writer from
    cutting its log back. Raises `NewerFormatError` or `FactoryError` where `schema.check` does.
    """

    def __init__(self, path: Path) -> None:
        schema.check(path)
        self.path = path
        self.title = clean(str(path))
        self._cursor = seek.Cursor()
        self._lock = threading.RLock()
        self._remembers = False
        """It has a table for sessions that are over."""
        self._shelf = Shelf(self._rows, self._damaged, self._pruned)
        try:
            self._connection = schema.connect_read_only(path)
        except schema.UNUSABLE as error:
            raise schema.unreadable(path, error) from error

    @property
    def span(self) -> Span:
        """What is committed by now, and was not pruned."""
        with self._lock:
            first, last = self.pruned + 1, self._shelf.last()
            return Span(first, last, *map(self._shelf.latest, (first, last))) if last >= first else Span(1, 0, 0.0, 0.0)

    @property
    def pruned(self) -> int:
        """The last event that was taken out for good; the floor after it is kept. 0 when all are there."""
        return self._shelf.pruned()

    def latest(self) -> FloorState:
        """The floor after the last committed event."""
        with self._lock:
            return self.state_at(self._shelf.last())

    def checkpoint(self) -> FloorState:
        """The newest stored floor, without the events since: what can be shown at once."""
        return checkpoints.newest(self._rows, schema.LAST)

    def readable(self) -> FloorState:
        """The newest stored floor that can be read, whatever version made it: better than nothing to look at."""
        return checkpoints.readable(self._rows)

    def state_at(self, seq: int) -> FloorState:
        """The floor after event `seq`; the empty floor for 0, the newest beyond the end.

        Raises `FactoryError` for one in the part that was pruned.
        """
        return self._cursor.state_at(self, max(0, seq), self._checkpoint_before, self.pruned)

    def events(self, after: int, limit: int) -> Sequence[Event]:
        """The events after sequence number `after`, at most `limit` of them."""
        return codec.decode_all(self.lines(after, limit))

    def lines(self, after: int, limit: int) -> list[bytes]:
        """The same as they are stored."""
        after = min(max(0, after), schema.LAST)
        limit = min(max(0, limit), schema.LAST - after)
        with self._lock:
            found = self._shelf.lines(after, limit)
        if (found[-1][0] - after if found else 0) != len(found) or (limit and not found and after < self.pruned):
            lacks = codec.missing(after, (seq for seq, _ in found))
            raise self._pruned() if lacks <= self.pruned else self._damaged(f"it lacks event {lacks}")
        return [line for _, line in found]

    def events_of(self, station: str, before: int, limit: int) -> list[tuple[int, Event]]:
        """The newest `limit` events of a station below sequence number `before`, oldest first, with their numbers."""
        return [(seq, codec.decode(line)) for seq, line in self.lines_of(station, before, limit)]

    def lines_of(self, station: str, before: int, limit: int) -> list[tuple[int, bytes]]:
        """The same as they are stored."""
        with self._lock:
            return self._shelf.lines_of(station, min(before, schema.LAST), max(0, limit))[::-1]

    def seq_at(self, time: float) -> int:
        """The last event up to which every time is at most `time`; 0 when all are later."""
        with self._lock:
            return seek.last_until(time, self.pruned + 1, self._shelf.last(), self._shelf.latest, self._shelf.grid())

    def failure_after(self, seq: int) -> int | None:
        """The next event after `seq` that is a failure."""
        with self._lock:
            return self._shelf.failure_after(seq)

    def failure_before(self, seq: int) -> int | None:
        """The last event before `seq` that is a failure."""
        with self._lock:
            return self._shelf.failure_before(seq)

    def density(self, slots: int) -> Sequence[Density]:
        """The timeline in `slots` equal spans of time."""
        with self._lock:
            shelf, first = self._shelf, self.pruned + 1
            return seek.density(slots, first, shelf.last(), shelf.latest, shelf.count_failures, shelf.grid())

    def grid(self) -> Sequence[int]:
        """The last event of each block that is there: where events can be taken out."""
        with self._lock:
            first = self.pruned
            return [last for last in self._shelf.grid() if last > first]

    def kept(self) -> list[tuple[str, int, int]]:
        """Recordings that were noted to hold all of some events: path, first and last event."""
        rows = self._rows("SELECT path, first, last FROM kept") if self._shelf.has_blocks() else []
        return [(str(path), int(first), int(last)) for path, first, last in rows]

    def call(self, key: bytes) -> bytes | None:
        """What is known of a model call."""
        rows = self._rows("SELECT value FROM calls WHERE key = ?", key)
        return codec.stored(rows[0][0]) or None if rows else None

    def has_calls(self) -> bool:
        """Whether any model call was ever noted; without one, nothing needs to be looked up."""
        return bool(self._rows("SELECT 1 FROM calls LIMIT 1"))

    def past_session(self, name: str) -> Session | None:
        """A session that was over, as the floor knew it then; if it goes on, the floor knows better."""
        name = codec.storable_text(name)
        found = dict(past_sessions.read(self._past_sessions(past_sessions.select([name]), name)))
        return found.get(name)

    def past_sessions(self) -> Iterator[tuple[str, Session]]:
        """All of these, by name."""
        return past_sessions.read(self._past_sessions(past_sessions.ALL))

    def past_owned(self) -> bool:
        """Whether of any of these its owner told what it used."""
        return bool(self._past_sessions(past_sessions.OWNED))

    def close(self) -> None:
        """Let go of the file. Closing twice is closing once."""
        with self._lock:
            self._connection.close()

    def _past_sessions(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Of their table, which an older journal has only when it is written again."""
        self._remembers = self._remembers or bool(
            self._rows("SELECT 1 FROM sqlite_master WHERE name = 'past_sessions'")
        )
        return self._rows(sql, *values) if self._remembers else []

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except schema.UNUSABLE as error:
                if schema.is_damage(error):
                    raise self._damaged(str(error)) from error
                raise FactoryError(f"{self.path} could not be read ({error})", "see `factory-tui doctor`") from error

    def _damaged(self, what: str) -> FactoryError:
        return FactoryError(f"{self.path} is damaged ({what})", "take it from a backup")

    def _pruned(self) -> FactoryError:
        return FactoryError(
            f"{self.path}: events up to {self.pruned:,} were pruned, and with them what was before that",
            "replay the recording that they are kept in",
        )

    def _checkpoint_before(self, seq: int) -> FloorState:
        """The newest stored floor up to event `seq`; where the events before are gone, also one of another version."""
        state, pruned = checkpoints.newest(self._rows, seq), self.pruned
        if state.seq >= pruned:
            return state
        if seq < pruned:
            raise self._pruned()
        return checkpoints.readable(self._rows, pruned)
