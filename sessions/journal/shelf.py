"""The events of a journal where they lie: the older ones packed in blocks, and behind these the newest as rows.

The writer packs rows while others read, so what is asked of both is asked in one statement, or one short transaction.
What unpacks blocks is imported when it is needed, which a floor that is painted at once does not wait for.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from sessions.errors import FactoryError
from sessions.journal import codec

if TYPE_CHECKING:
    from sessions.journal.blocks import Heads

Query: TypeAlias = Callable[..., "list[tuple[Any, ...]]"]
"""Runs a statement with its values; each is a transaction of its own."""

Span: TypeAlias = "tuple[int, int, float]"
"""A block: its first event, its last one, the newest time up to that."""

LONGEST = 1 << 16
"""More events than there are in any block; one that says so is damaged, and would fill the memory."""
KEPT_HEADS, KEPT_LINES = 64, 4
"""Unpacked blocks that are kept: 13 kB each of the first, 200 kB of the second."""
_BLOCKS = "SELECT first, last, latest FROM blocks"
_NEXT_FAILURES = "SELECT last FROM blocks WHERE failures > 0 AND last >= ? AND last <= ? ORDER BY last LIMIT 1"
_FORMER_FAILURES = "SELECT last FROM blocks WHERE failures > 0 AND first <= ? AND last <= ? ORDER BY last DESC LIMIT 1"
_OF_STATION = """
    SELECT last FROM station_blocks WHERE station = (SELECT id FROM stations WHERE name = ?) AND last <= ?
    ORDER BY last DESC LIMIT ?
"""


class Shelf:
    """Reads events, and what is known of them without reading them, by their sequence numbers."""

    def __init__(self, query: Query, damaged: Callable[[str], Exception], pruned: Callable[[], Exception]) -> None:
        self._query, self._damaged, self._gone = query, damaged, pruned
        self._packs = False
        """The journal has blocks: an older one has none until it is written again."""
        self._firsts, self._lasts, self._latests = array("q"), array("q"), array("d")
        """Of the blocks that are known, in their order; there may be more by now."""
        self._heads: OrderedDict[int, Heads | None] = OrderedDict()
        self._lines: OrderedDict[int, list[bytes]] = OrderedDict()

    def pruned(self) -> int:
        """The last event that was taken out; 0 when all are there."""
        return self._number("SELECT max(seq) FROM pruned") or 0 if self.has_blocks() else 0

    def last(self) -> int:
        """The last event; 0 when there is none."""
        last, sealed = self._beside("SELECT max(seq) FROM events")
        return sealed if last is None else last

    def lines(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """The lines of the events after `after`, at most `limit`, with their numbers; lost ones are left out."""
        with self._at_once():
            return self._some(after, limit)

    def _some(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        rows = self._query("SELECT seq, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
        first = rows[0][0] if rows else after + limit + 1
        if first <= after + 1 or not self.has_blocks():
            return [(seq, codec.stored(body)) for seq, body in rows]
        found: list[tuple[int, bytes]] = []
        for block in self._between(after, min(first - 1, after + limit)):
            lines, (start, end, _) = self._lines_of(block), block
            low, high = max(after + 1, start), min(first - 1, after + limit, end)
            found += zip(range(low, high + 1), lines[low - start : high - start + 1], strict=True)
        return found + [(seq, codec.stored(body)) for seq, body in rows[: max(0, limit - len(found))]]

    def lines_of(self, station: str, before: int, limit: int) -> list[tuple[int, bytes]]:
        """The lines of the newest `limit` events of a station below `before`, the newest first."""
        with self._at_once():
            return self._some_of(station, before, limit)

    def _some_of(self, station: str, before: int, limit: int) -> list[tuple[int, bytes]]:
        rows = self._query(
            "SELECT seq, body FROM events WHERE station = (SELECT id FROM stations WHERE name = ?) AND seq < ? "
            "ORDER BY seq DESC LIMIT ?",
            station,
            before,
            limit,
        )
        found = [(seq, codec.stored(body)) for seq, body in rows]
        if len(found) >= limit or not self.has_blocks():
            return found
        number = self._number("SELECT id FROM stations WHERE name = ?", station)
        below, block = found[-1][0] if found else before, self._block(before - 1)
        end = block[1] if block is not None else before - 1
        while number is not None and len(found) < limit and (blocks := self._query(_OF_STATION, station, end, 8)):
            for (last,) in blocks:
                self._add_of(found, number, last, below, limit)
                end = last - 1
        return found

    def latest(self, seq: int) -> float:
        """The newest time up to event `seq`; it never steps back from one to the next."""
        block = self._block(seq) if self._lasts and seq <= self._lasts[-1] else None
        if block is None:
            rows = self._query("SELECT latest FROM events WHERE seq = ?", seq)
            if rows:
                latest = rows[0][0]
                if not isinstance(latest, int | float) or not 0.0 <= latest <= codec.MAX_TIME:
                    raise self._damaged(f"event {seq} has no time")
                return float(latest)
            if (block := self._block(seq)) is None:
                raise self._damaged(f"it lacks event {seq}")
        first, last, latest = block
        if seq == last:
            return latest
        heads = self._heads_of(block)
        return heads.times[seq - first] if heads is not None else latest

    def grid(self) -> Sequence[int]:
        """Events whose `latest` is known without unpacking anything: the last ones of the blocks."""
        self._learn()
        return self._lasts

    def failure_after(self, seq: int) -> int | None:
        """The next event after `seq` that is a failure."""
        row, sealed = self._beside("SELECT min(seq) FROM events WHERE failed = 1 AND seq > ?", seq)
        end = seq + 1
        while rows := self._query(_NEXT_FAILURES, end, sealed) if end <= sealed else ():
            end = rows[0][0] + 1
            block = self._placed(rows[0][0])
            heads = self._heads_of(block)
            if heads is not None and (place := heads.failed.find(1, max(0, seq + 1 - block[0]))) >= 0:
                return block[0] + place
        return row

    def failure_before(self, seq: int) -> int | None:
        """The last event before `seq` that is a failure."""
        row, sealed = self._beside("SELECT max(seq) FROM events WHERE failed = 1 AND seq < ?", seq)
        if row is not None:
            return row
        end = sealed
        while rows := self._query(_FORMER_FAILURES, seq - 1, end) if end else ():
            end = rows[0][0] - 1
            block = self._placed(rows[0][0])
            heads = self._heads_of(block)
            if heads is not None and (place := heads.failed.rfind(1, 0, max(0, seq - block[0]))) >= 0:
                return block[0] + place
        return None

    def count_failures(self, after: int, last: int) -> int:
        """How many of the events after `after`, up to `last`, are failures."""
        count, sealed = self._beside(
            "SELECT count(*) FROM events WHERE failed = 1 AND seq > ? AND seq <= ?", after, last
        )
        whole = 0
        if sealed > after:
            sql = "SELECT sum(failures) FROM blocks WHERE first > ? AND last > ? AND last <= ?"
            whole = self._number(sql, after, after, min(last, sealed)) or 0
            for block in {self._block(after + 1), self._block(min(last, sealed))}:
                if block is None:
                    continue
                first, end, _ = block
                if (first <= after or end > last) and (heads := self._heads_of(block)) is not None:
                    whole += heads.failed.count(1, max(0, after + 1 - first), max(0, last + 1 - first))
        return (count or 0) + whole

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """All statements in it see the same moment."""
        self._query("BEGIN")
        try:
            yield
        finally:
            with suppress(FactoryError, sqlite3.Error):  # after some errors SQLite has ended it by itself
                self._query("ROLLBACK")

    def has_blocks(self) -> bool:
        """Whether the journal is of a version that packs."""
        if not self._packs:
            self._packs = bool(self._query("SELECT 1 FROM sqlite_master WHERE name = 'blocks'"))
        return self._packs

    def _beside(self, sql: str, *values: object) -> tuple[int | None, int]:
        """What rows say, and the last event that was in a block at the same moment."""
        if not self.has_blocks():
            return self._number(sql, *values), 0
        row, sealed = self._query(f"SELECT ({sql}), (SELECT max(last) FROM blocks)", *values)[0]
        return row if isinstance(row, int) else None, sealed if isinstance(sealed, int) else 0

    def _number(self, sql: str, *values: object) -> int | None:
        rows = self._query(sql, *values)
        return rows[0][0] if rows and isinstance(rows[0][0], int) else None

    def _learn(self) -> None:
        """Get to know the blocks that were packed since."""
        if not self.has_blocks():
            return
        sql = f"{_BLOCKS} WHERE last > ? ORDER BY last"
        for row in self._query(sql, self._lasts[-1] if self._lasts else 0):
            first, last, latest = self._sound(row)
            if self._lasts and (first <= self._lasts[-1] or latest < self._latests[-1]):
                raise self._damaged(f"the block up to event {last} contradicts the one before it")
            self._firsts.append(first)
            self._lasts.append(last)
            self._latests.append(latest)

    def _block(self, seq: int) -> Span | None:
        """The block that holds event `seq`, if there is one."""
        at = bisect_left(self._lasts, seq)
        if at < len(self._lasts) and self._firsts[at] <= seq:
            return self._firsts[at], self._lasts[at], self._latests[at]
        rows = self._query(f"{_BLOCKS} WHERE last >= ? ORDER BY last LIMIT 1", seq) if self.has_blocks() else ()
        found = self._sound(rows[0]) if rows else None
        return found if found is not None and found[0] <= seq else None

    def _sound(self, row: tuple[Any, ...]) -> Span:
        first, last, latest = row
        numbers = isinstance(first, int) and isinstance(latest, float) and 0.0 <= latest <= codec.MAX_TIME
        if not numbers or not 0 < first <= last < first + LONGEST:
            raise self._damaged(f"the block up to event {last} is not one")
        return first, last, latest

    def _placed(self, last: int) -> Span:
        block = self._block(last)
        if block is None or block[1] != last:
            raise self._damaged(f"it lacks event {last}")
        return block

    def _between(self, after: int, last: int) -> list[Span]:
        """Every block that holds some of the events after `after` up to `last`."""
        rows = self._query(f"{_BLOCKS} WHERE last > ? AND first <= ? ORDER BY last LIMIT ?", after, last, last - after)
        return [self._sound(row) for row in rows]

    def _heads_of(self, block: Span) -> Heads | None:
        first, last, _ = block
        if last not in self._heads:
            from sessions.journal import blocks

            rows = self._query("SELECT heads FROM packed WHERE last = ?", last)
            self._check(last, rows)
            self._heads[last] = blocks.heads_of(rows[0][0] if rows else b"", last - first + 1)
            if len(self._heads) > KEPT_HEADS:
                self._heads.popitem(last=False)
        return self._heads[last]

    def _lines_of(self, block: Span) -> list[bytes]:
        first, last, _ = block
        if last not in self._lines:
            from sessions.journal import blocks

            rows = self._query("SELECT lines FROM packed WHERE last = ?", last)
            self._check(last, rows)
            self._lines[last] = blocks.lines_of(rows[0][0] if rows else b"", last - first + 1)
            if len(self._lines) > KEPT_LINES:
                self._lines.popitem(last=False)
        return self._lines[last]

    def _check(self, last: int, rows: Sequence[object]) -> None:
        """A block that is known and not there any more may have been pruned since."""
        if not rows and last <= self.pruned():
            raise self._gone()

    def _add_of(self, found: list[tuple[int, bytes]], number: int, last: int, below: int, limit: int) -> None:
        """Add the events of station `number` in the block up to `last`, the newest first."""
        block = self._placed(last)
        heads, first = self._heads_of(block), block[0]
        if heads is None:
            return
        places = [place for place, station in enumerate(heads.stations) if station == number and first + place < below]
        if places:
            lines = self._lines_of(block)
            found += [(first + place, lines[place]) for place in places[: -1 - (limit - len(found)) : -1]]
