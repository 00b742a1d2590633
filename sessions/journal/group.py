"""What one commit writes: rows for events, blocks of those that fill one, and the checkpoints that fall due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from sessions.floor.events import Event, SessionsOver, StationEvent, is_failure
from sessions.floor.fold.fold import fold_all
from sessions.floor.fold.slices import SLICES
from sessions.floor.state import FloorState, Session
from sessions.journal import blocks, checkpoints, codec
from sessions.journal.blocks import Block, Row
from sessions.journal.checkpoints import Stored
from sessions.journal.past import past_sessions

CHECKPOINT_EVERY = 8192
"""Events between checkpoints, which lie at its multiples. Reaching a moment costs one checkpoint (about 10 ms) and the
fold of at most as many events (7 µs each with decoding): half of the 150 ms that a seek may take."""
CHECKPOINT_SHARE = 16
"""Bytes of checkpoints for each event, half of what the event itself takes: a large floor is stored more seldom.
Its checkpoints would else outgrow the events, and making them the reading, both with the square of the sessions."""


class GroupCommit(msgspec.Struct):
    """Everything that one commit writes, and the state after it."""

    state: FloorState
    checkpoint: int
    """Sequence number of the newest checkpoint after it."""
    due: int
    """Sequence number from which on the next one is worth its space."""
    tail: list[Row] = []
    """The events that are in no block: first those that were before it."""
    tail_size: int = 0
    """Bytes of their lines."""
    written: int = 0
    """The last event that was there before it."""
    packs: bool = True
    """Whether events that fill a block become one; the tail is else only what is added."""
    blocks: list[Block] = []
    stations: dict[str, int] = {}
    """The new ones, with their row ids."""
    checkpoints: list[Stored] = []
    marks: dict[str, bytes] = {}
    calls: dict[bytes, bytes] = {}
    over: dict[str, Session] = {}
    """Sessions that the floor has forgotten, as it knew them."""
    ends: list[int] = []
    """The last sequence number of each append."""

    @property
    def rows(self) -> list[Row]:
        """The rows to add: an event that is in a block at once never becomes one."""
        return [row for row in self.tail if row[0] > self.written]

    @property
    def packed_rows(self) -> int:
        """The last event that was a row before and is in a block now; 0 when there is none."""
        return min(self.written, self.blocks[-1].last) if self.blocks else 0

    def statements(self) -> Iterator[tuple[str, Iterable[Sequence[object]]]]:
        """What to run, all in one transaction: statements with the values of each run."""
        wanted: tuple[tuple[str, Collection[Sequence[object]]], ...] = (
            ("INSERT INTO stations (id, name) VALUES (?, ?)", [(n, name) for name, n in self.stations.items()]),
            ("INSERT INTO events (seq, latest, type, station, failed, body) VALUES (?, ?, ?, ?, ?, ?)", self.rows),
            (
                "INSERT INTO blocks (last, first, latest, failures) VALUES (?, ?, ?, ?)",
                [(block.last, block.first, block.latest, block.failures) for block in self.blocks],
            ),
            (
                "INSERT INTO packed (last, heads, lines) VALUES (?, ?, ?)",
                [(block.last, block.heads, block.lines) for block in self.blocks],
            ),
            (
                "INSERT INTO station_blocks (station, last) VALUES (?, ?)",
                [(station, block.last) for block in self.blocks for station in block.stations],
            ),
            ("DELETE FROM events WHERE seq <= ?", [(self.packed_rows,)] if self.packed_rows else ()),
            (
                "INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)",
                [(name, blocks.packed_mark(value)) for name, value in self.marks.items()],
            ),
            ("INSERT OR REPLACE INTO calls (key, value) VALUES (?, ?)", self.calls.items()),
            (past_sessions.INSERT, [past_sessions.row(name, session) for name, session in self.over.items()]),
            (checkpoints.INSERT, self.checkpoints),
            # One off the grid was written by `close`; the next one replaces it. What follows pruned events stays.
            (
                "DELETE FROM slices WHERE seq < ? AND seq % ? != 0 AND seq != ifnull((SELECT max(seq) FROM pruned), 0)",
                [(self.checkpoint, CHECKPOINT_EVERY)] if self.checkpoints else (),
            ),
        )
        return ((sql, values) for sql, values in wanted if values)

    def add(self, events: Sequence[Event], bodies: Sequence[bytes], stations: Mapping[str, int], free: int) -> None:
        """Take in events that come next, with their encoded `bodies`.

        `stations` are those that have a row already; new ones get row ids from `free` on.
        """
        seq, latest, tags = self.state.seq, self.state.time, codec.TAGS
        tail, size, new = self.tail, self.tail_size, self.stations
        for event, body in zip(events, bodies, strict=True):
            seq += 1
            if event.time > latest:  # noqa: PLR1730 - to call something takes longer
                latest = event.time
            number = None
            if isinstance(event, StationEvent):
                name = event.station
                number = stations.get(name) or new.get(name)
                if number is None:
                    number = new[name] = free + len(new)
            tail.append((seq, latest, tags[type(event)], number, 1 if is_failure(event) else 0, body))
            size += len(body)
            if self.packs and blocks.is_full(len(tail), size):
                self.seal()
                tail, size = self.tail, 0
        self.tail_size = size
        self.fold(events)

    def seal(self) -> None:
        """Pack the tail, however long it is."""
        self.blocks.append(blocks.pack(self.tail))
        self.tail, self.tail_size = [], 0

    def fold(self, events: Sequence[Event]) -> None:
        """Fold events into the state, with the checkpoints that fall due on the way."""
        done = 0
        while done < len(events):
            step = CHECKPOINT_EVERY - self.state.seq % CHECKPOINT_EVERY
            self.step(events[done : done + step])
            done += step
            seq = self.state.seq
            if seq % CHECKPOINT_EVERY == 0 and seq >= self.due:
                self.store()
                self.due = due_after(seq, checkpoints.size(self.checkpoints[-len(SLICES) :]))

    def step(self, events: Sequence[Event]) -> None:
        """Fold events, and keep what they make the floor forget."""
        done = 0
        for at, event in enumerate(events):
            if type(event) is SessionsOver:
                self.state, done = fold_all(self.state, events[done:at]), at
                known = self.state.sessions
                self.over.update((name, known[name]) for name in event.sessions if name in known)
        self.state = fold_all(self.state, events[done:])

    def store(self) -> None:
        """Store the state as it is now."""
        self.checkpoints += checkpoints.packed(self.state)
        self.checkpoint = self.state.seq


def due_after(seq: int, size: int) -> int:
    """The sequence number from which on another checkpoint is worth its space, after one of `size` bytes at `seq`."""
    return seq + size // CHECKPOINT_SHARE


def takes_long(seq: int, size: int, tail: int, tail_size: int) -> bool:
    """Whether `size` events after `seq` may make a checkpoint, which takes a fifth of a second for a large floor, or
    a block, of which there is now a `tail` of so many events and bytes; that takes 3 ms."""
    makes_block = blocks.is_full(tail + size, 2 * tail_size)
    return makes_block or seq % CHECKPOINT_EVERY + size >= CHECKPOINT_EVERY
