"""What every stored past has in common: reaching a moment from a checkpoint, and the timeline."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import pairwise

from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState
from sessions.journal.past.past import Density, Past

STEP = 8192
"""Events that are folded at a time, so that a long way needs little memory."""


class Cursor:
    """Remembers the last state that was asked for: stepping on from it costs only the events between.

    Safe from several threads: the one field is swapped whole.
    """

    def __init__(self) -> None:
        self._last: FloorState | None = None

    def state_at(self, past: Past, seq: int, checkpoint: Callable[[int], FloorState]) -> FloorState:
        """The floor after event `seq`. `checkpoint` gives a stored state at or before a sequence number."""
        state = self._last
        if state is None or not seq - STEP <= state.seq <= seq:
            state = checkpoint(seq)
        while state.seq < seq:
            events = past.events(state.seq, min(STEP, seq - state.seq))
            if not events:
                break
            state = fold_all(state, events)
        self._last = state
        return state


def density(
    slots: int, count: int, latest: Callable[[int], float], failures: Callable[[int, int], int]
) -> list[Density]:
    """The timeline of events 1..`count` in `slots` equal spans of time.

    `latest(seq)` is the newest time up to an event and never steps back, so each slot's edge is found by bisection;
    `failures(after, last)` counts failures. Nothing is read but the edges.
    """
    if not count or slots < 1:
        return [Density()] * slots
    start = latest(1)
    width = latest(count) - start or 1.0

    def slot_of(seq: int) -> int:
        return min(slots - 1, int((latest(seq) - start) / width * slots))

    edges = [0]
    for slot in range(1, slots):
        edges.append(bisect_left(range(1, count + 1), slot, lo=edges[-1], key=slot_of))
    edges.append(count)
    return [Density(last - after, failures(after, last)) for after, last in pairwise(edges)]


def last_until(time: float, count: int, latest: Callable[[int], float]) -> int:
    """The last of events 1..`count` up to which every time is at most `time`; 0 when all are later."""
    return bisect_right(range(1, count + 1), time, key=latest)
