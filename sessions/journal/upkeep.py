"""Bringing a journal up to date before it is written: the floor folded up to its end, old rows packed, room given back.

It may take half a minute for a journal of millions of events that another version wrote. It is therefore done on a
thread, in portions that are each committed: whoever ends it loses one portion, and the next one goes on from there.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from sessions.errors import FactoryError
from sessions.floor.events import Event
from sessions.floor.fold import slices
from sessions.floor.state import FloorState
from sessions.journal import blocks, checkpoints, codec, group, prune, schema
from sessions.journal.blocks import Row
from sessions.journal.group import GroupCommit
from sessions.journal.shelf import Shelf
from sessions.journal.trouble import trouble

log = logging.getLogger(__name__)

Tell = Callable[[str, int, int], None]
"""Is told what is done, how much of it, and of how much."""

FOLDING, PACKING, SHRINKING = "bringing the journal up to date", "packing the journal", "giving back the journal's room"
PORTION = 32
"""Blocks that are packed in one commit: a tenth of a second."""
_ROWS = "SELECT seq, latest, type, station, failed, body FROM events"
WORTH_BYTES = 256 << 10
"""Free room in the file that is worth writing all of it anew, where it is also a quarter of it."""
_STATEMENTS = 10_000
"""Steps of SQLite between two looks at whether to end."""


class OverError(Exception):
    """It was ended before it was done."""


class ResumePoint(msgspec.Struct, frozen=True):
    """A journal that is up to date, as its writer goes on with it."""

    state: FloorState
    checkpoint: int
    due: int
    """As in `GroupCommit`."""
    tail: list[Row]
    packs: bool
    """All that is older than the tail is packed."""


def bring_up(path: Path, tell: Tell, over: threading.Event) -> ResumePoint:
    """Bring the journal at `path` up to date; its one writer does nothing meanwhile.

    Raises `OverError` soon after `over` was set, and `FactoryError` when the journal is damaged or cannot be written.
    """
    try:
        with closing(sqlite3.connect(schema.uri(path, "mode=rw"), uri=True, isolation_level=None)) as connection:
            return _Upkeep(path, connection, tell, over).run()
    except sqlite3.Error as error:
        raise trouble(path, error) from error


class _Upkeep:
    def __init__(self, path: Path, connection: sqlite3.Connection, tell: Tell, over: threading.Event) -> None:
        self._path, self._connection = path, connection
        self._tell, self._over = tell, over
        self._shelf = Shelf(
            self._query, lambda what: schema.damaged(path, what), lambda: schema.damaged(path, "it lacks a block")
        )
        for pragma in schema.WRITING:
            connection.execute(pragma)

    def run(self) -> ResumePoint:
        prune.clear(self._connection)
        self._keep_base()
        self._renew_slices()
        done = self._fold()
        self._forget_old()
        packs = self._pack()
        self._shrink()
        found = self._query(f"{_ROWS} ORDER BY seq") if packs else []
        rows: list[Row] = [(*facts, codec.stored(line)) for *facts, line in found]
        return ResumePoint(done.state, done.checkpoint, done.due, rows, packs)

    def _query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def _keep_base(self) -> None:
        """Where events were pruned, the floor after them is all there is of them: another version takes it as it is."""
        pruned = self._shelf.pruned()
        if pruned and checkpoints.newest(self._query, pruned).seq < pruned:
            state = checkpoints.readable(self._query, pruned)
            if state.seq != pruned:
                raise schema.damaged(self._path, f"the floor after its pruned events, up to {pruned}, cannot be read")
            self._write(GroupCommit(state, pruned, 0, checkpoints=checkpoints.packed(state)))

    def _renew_slices(self) -> None:
        """Make those slices anew that are of another version, where others are not, from their own events."""
        begin = checkpoints.newest(self._query, schema.LAST)
        stored = [
            seq for (seq,) in self._query("SELECT DISTINCT seq FROM slices WHERE seq > ? ORDER BY seq", begin.seq)
        ]
        if not stored:
            return
        versions = {name: version for name, (version, _) in checkpoints.parts_at(self._query, stored[-1]).items()}
        bad = slices.stale(versions)
        if not bad or len(bad) == len(slices.SLICES):
            return
        log.info("made anew of the floor: %s", ", ".join(sorted(bad)))
        state, kinds = begin, slices.kinds_of(slices.inputs(bad))
        for seq in stored:
            while state.seq < seq:
                state = self._folded_some(state, min(group.CHECKPOINT_EVERY, seq - state.seq), kinds)
                self._progress(FOLDING, state.seq, stored[-1])
            parts = checkpoints.parts_at(self._query, seq, slices.BY_NAME.keys() - bad)
            time = next((part.time for _, part in parts.values()), None)
            if time is not None:
                rows = checkpoints.packed(slices.moved(state, seq, time))
                self._write(GroupCommit(state, seq, 0, checkpoints=[row for row in rows if row[1] in bad]))

    def _folded_some(self, state: FloorState, count: int, kinds: frozenset[type[Event]]) -> FloorState:
        """The state after `count` more events, of which only those of some `kinds` are folded."""
        lines = self._lines(state.seq, count)
        events = [event for line in lines if codec.may_be(line, kinds) and type(event := codec.decode(line)) in kinds]
        done = GroupCommit(state, 0, 0)
        done.step(events)
        if done.over:
            self._write(done)
        return slices.moved(done.state, state.seq + len(lines), state.time)

    def _fold(self) -> GroupCommit:
        """Fold up to the journal's end, from its newest checkpoint; write the ones that are missing on the way."""
        state, last = checkpoints.newest(self._query, schema.LAST), self._shelf.last()
        done = GroupCommit(state, state.seq, self._due(state.seq))
        first = state.seq
        while done.state.seq < last:
            count = group.CHECKPOINT_EVERY - done.state.seq % group.CHECKPOINT_EVERY
            lines = self._lines(done.state.seq, count)
            done = GroupCommit(done.state, done.checkpoint, done.due)
            done.fold(codec.decode_all(lines))
            if done.checkpoints or done.over:
                self._write(done)
            if len(lines) < count:
                break
            self._progress(FOLDING, done.state.seq - first, last - first)
        return done

    def _forget_old(self) -> None:
        """Remove what other versions stored; the floor as it is now takes its place."""
        others = " OR ".join("(name = ? AND version != ?)" for _ in slices.SLICES)
        known = [value for each in slices.SLICES for value in (each.name, each.version)]
        if not self._query("SELECT 1 FROM checkpoints LIMIT 1") and not self._query(
            f"SELECT 1 FROM slices WHERE {others} LIMIT 1", *known
        ):
            return
        with self._transaction():
            self._connection.execute("DELETE FROM checkpoints")
            self._connection.execute(f"DELETE FROM slices WHERE {others}", known)

    def _pack(self) -> bool:
        """Pack all rows but the newest, which fill no block; False when the disk has no room for it."""
        last = self._shelf.last()
        try:
            while portions := blocks.portions(
                self._query(f"{_ROWS} ORDER BY seq LIMIT ?", PORTION * blocks.BLOCK_EVENTS)
            ):
                packed = [blocks.pack(rows) for rows in portions]
                end = packed[-1].last
                self._write(GroupCommit(FloorState(), 0, 0, written=end, blocks=packed))
                self._progress(PACKING, end, last)
        except sqlite3.OperationalError as error:
            log.warning("the journal stays unpacked: %s", error)
            return False
        return True

    def _shrink(self) -> None:
        """Give back what was freed, where that is much. It takes room itself; without any, the file stays as it is."""
        size, free, mode = (
            self._query(f"PRAGMA {name}")[0][0] for name in ("page_count", "freelist_count", "auto_vacuum")
        )
        page = self._query("PRAGMA page_size")[0][0]
        if free * page < WORTH_BYTES or free * 4 < size:
            return
        self._progress(SHRINKING, 0, 0)
        self._connection.set_progress_handler(self._over.is_set, _STATEMENTS)
        try:
            if mode == 0:
                self._connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                self._connection.execute("VACUUM")
            else:
                self._connection.executescript(schema.GIVE_BACK)
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError as error:
            log.warning("the journal keeps its size: %s", error)
        finally:
            self._connection.set_progress_handler(None, 0)
        self._progress(SHRINKING, 0, 0)

    def _due(self, seq: int) -> int:
        rows = self._query(
            "SELECT seq, sum(length(body)) FROM slices WHERE seq % ? = 0 AND seq <= ? GROUP BY seq "
            "ORDER BY seq DESC LIMIT 1",
            group.CHECKPOINT_EVERY,
            seq,
        )
        return group.due_after(*rows[0]) if rows else 0

    def _lines(self, after: int, count: int) -> list[bytes]:
        found = self._shelf.lines(after, count)
        if found and found[-1][0] - after != len(found):
            # What is missing cannot be written again, and everything behind it would get a wrong number.
            lacks = codec.missing(after, (seq for seq, _ in found))
            cure = "take it from a backup, or move it away; a new one will be made"
            raise FactoryError(f"{self._path} is damaged (it lacks event {lacks})", cure)
        return [line for _, line in found]

    def _progress(self, what: str, done: int, total: int) -> None:
        if self._over.is_set():
            raise OverError
        self._tell(what, done, total)

    def _write(self, done: GroupCommit) -> None:
        with self._transaction():
            for sql, values in done.statements():
                self._connection.executemany(sql, values)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
