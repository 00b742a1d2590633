"""The readers' side of a journal: any number of them, live or long after, none in the writer's way."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sessions.errors import FactoryError
from sessions.floor.events import Event
from sessions.floor.fold.fold import FOLD_VERSION
from sessions.floor.state import EMPTY, FloorState
from sessions.journal import codec, schema
from sessions.journal.past import seek
from sessions.journal.past.past import Density, Span
from sessions.text import clean

_SQL_CHECKPOINT = "SELECT seq, state FROM checkpoints WHERE seq <= ? AND fold = ? ORDER BY seq DESC LIMIT 1"
_SQL_STATION = """
    SELECT seq, body FROM events
    WHERE station = (SELECT id FROM stations WHERE name = ?) AND seq < ? ORDER BY seq DESC LIMIT ?
"""


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
        self._lock = threading.Lock()
        try:
            self._connection = schema.connect_read_only(path)
        except schema.UNUSABLE as error:
            raise schema.unreadable(path, error) from error

    @property
    def span(self) -> Span:
        """What is committed by now."""
        last = self._last_seq()
        return Span(1, last, self._latest(1), self._latest(last)) if last else Span(1, 0, 0.0, 0.0)

    def latest(self) -> FloorState:
        """The floor after the last committed event."""
        return self.state_at(self._last_seq())

    def checkpoint(self) -> FloorState:
        """The newest stored floor, without the events since: what can be shown at once."""
        return self._checkpoint_before(self._last_seq())

    def state_at(self, seq: int) -> FloorState:
        """The floor after event `seq`; the empty floor for 0, the newest beyond the end."""
        return self._cursor.state_at(self, max(0, seq), self._checkpoint_before)

    def events(self, after: int, limit: int) -> Sequence[Event]:
        """The events after sequence number `after`, at most `limit` of them."""
        rows = self._rows("SELECT seq, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", after, max(0, limit))
        if rows and rows[-1][0] - after != len(rows):
            raise self._damaged(f"it lacks event {codec.missing(after, (seq for seq, _ in rows))}")
        return codec.decode_all(codec.stored(body) for _, body in rows)

    def events_of(self, station: str, before: int, limit: int) -> list[tuple[int, Event]]:
        """The newest `limit` events of a station below sequence number `before`, oldest first, with their numbers."""
        rows = self._rows(_SQL_STATION, station, before, max(0, limit))
        return [(seq, codec.decode(codec.stored(body))) for seq, body in reversed(rows)]

    def seq_at(self, time: float) -> int:
        """The last event up to which every time is at most `time`; 0 when all are later."""
        return seek.last_until(time, self._last_seq(), self._latest)

    def failure_after(self, seq: int) -> int | None:
        """The next event after `seq` that is a failure."""
        return self._number("SELECT min(seq) FROM events WHERE failed = 1 AND seq > ?", seq)

    def failure_before(self, seq: int) -> int | None:
        """The last event before `seq` that is a failure."""
        return self._number("SELECT max(seq) FROM events WHERE failed = 1 AND seq < ?", seq)

    def density(self, slots: int) -> Sequence[Density]:
        """The timeline in `slots` equal spans of time."""
        return seek.density(slots, self._last_seq(), self._latest, self._count_failures)

    def call(self, key: bytes) -> bytes | None:
        """What is known of a model call."""
        rows = self._rows("SELECT value FROM calls WHERE key = ?", key)
        return codec.stored(rows[0][0]) or None if rows else None

    def has_calls(self) -> bool:
        """Whether any model call was ever noted; without one, nothing needs to be looked up."""
        return bool(self._rows("SELECT 1 FROM calls LIMIT 1"))

    def close(self) -> None:
        """Let go of the file. Closing twice is closing once."""
        with self._lock:
            self._connection.close()

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except schema.UNUSABLE as error:
                if schema.is_damage(error):
                    raise self._damaged(str(error)) from error
                raise FactoryError(f"{self.path} could not be read ({error})", "see `factory-tui doctor`") from error

    def _number(self, sql: str, *values: object) -> int | None:
        number = self._rows(sql, *values)[0][0]
        return number if isinstance(number, int) else None

    def _last_seq(self) -> int:
        return self._number("SELECT max(seq) FROM events") or 0

    def _latest(self, seq: int) -> float:
        rows = self._rows("SELECT latest FROM events WHERE seq = ?", seq)
        if not rows:
            raise self._damaged(f"it lacks event {seq}")
        latest = rows[0][0]
        if not isinstance(latest, int | float) or not 0.0 <= latest <= codec.MAX_TIME:
            raise self._damaged(f"event {seq} has no time")
        return float(latest)

    def _damaged(self, what: str) -> FactoryError:
        return FactoryError(f"{self.path} is damaged ({what})", "take it from a backup")

    def _count_failures(self, after: int, last: int) -> int:
        return self._number("SELECT count(*) FROM events WHERE failed = 1 AND seq > ? AND seq <= ?", after, last) or 0

    def _checkpoint_before(self, seq: int) -> FloorState:
        """The newest stored floor up to event `seq` that can be read; the events make up for one that cannot."""
        while rows := self._rows(_SQL_CHECKPOINT, seq, FOLD_VERSION):
            at, packed = rows[0]
            with suppress(FactoryError):
                state = codec.decode_state(codec.stored(packed))
                if state.seq == at:
                    return state
            seq = at - 1
        return EMPTY
