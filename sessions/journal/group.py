"""What one commit writes: rows for events, and the checkpoints of the floor that fall due on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from sessions.floor.events import FAILURES, Event, StationEvent
from sessions.floor.fold.fold import FOLD_VERSION, fold_all
from sessions.floor.state import FloorState
from sessions.journal import codec

CHECKPOINT_EVERY = 8192
"""Events between checkpoints, which lie at its multiples. Reaching a moment costs one checkpoint (about 10 ms) and the
fold of at most as many events (7 µs each with decoding): half of the 150 ms that a seek may take."""
CHECKPOINT_SHARE = 60
"""Bytes of checkpoints for each event, a quarter of what the event itself takes: a large floor is stored more seldom.
Its checkpoints would else outgrow the events, and making them the reading, both with the square of the sessions."""


class Group(msgspec.Struct):
    """Everything that one commit writes, and the state after it."""

    state: FloorState
    checkpoint: int
    """Sequence number of the newest checkpoint after it."""
    due: int
    """Sequence number from which on the next one is worth its space."""
    rows: list[tuple[int, float, str, int | None, int, bytes]] = []
    stations: dict[str, int] = {}
    """The new ones, with their row ids."""
    checkpoints: list[tuple[int, int, bytes]] = []
    marks: dict[str, bytes] = {}
    calls: dict[bytes, bytes] = {}
    ends: list[int] = []
    """The last sequence number of each append."""

    def add(self, events: Sequence[Event], bodies: Sequence[bytes], stations: Mapping[str, int], free: int) -> None:
        """Take in events that come next, with their encoded `bodies`.

        `stations` are those that have a row already; new ones get row ids from `free` on.
        """
        seq, latest = self.state.seq, self.state.time
        for event, body in zip(events, bodies, strict=True):
            seq += 1
            latest = max(latest, event.time)
            station = self._number(event.station, stations, free) if isinstance(event, StationEvent) else None
            failed = isinstance(event, FAILURES)
            self.rows.append((seq, latest, codec.TAGS[type(event)], station, int(failed), body))
        self.fold(events)

    def fold(self, events: Sequence[Event]) -> None:
        """Fold events into the state, with the checkpoints that fall due on the way."""
        done = 0
        while done < len(events):
            step = CHECKPOINT_EVERY - self.state.seq % CHECKPOINT_EVERY
            self.state = fold_all(self.state, events[done : done + step])
            done += step
            seq = self.state.seq
            if seq % CHECKPOINT_EVERY == 0 and seq >= self.due:
                packed = codec.encode_state(self.state)
                self.checkpoint, self.due = seq, due_after(seq, len(packed))
                self.checkpoints.append((seq, FOLD_VERSION, packed))

    def _number(self, name: str, stations: Mapping[str, int], free: int) -> int:
        number = stations.get(name) or self.stations.get(name)
        if number is None:
            number = self.stations[name] = free + len(self.stations)
        return number


def due_after(seq: int, size: int) -> int:
    """The sequence number from which on another checkpoint is worth its space, after one of `size` bytes at `seq`."""
    return seq + size // CHECKPOINT_SHARE


def reaches_checkpoint(seq: int, size: int) -> bool:
    """Whether `size` events after `seq` may make a checkpoint, which takes a fifth of a second for a large floor."""
    return seq % CHECKPOINT_EVERY + size >= CHECKPOINT_EVERY
