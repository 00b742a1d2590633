"""What every stored past has in common: reaching a moment from a checkpoint, and the timeline."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise

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

    def state_at(self, past: Past, seq: int, checkpoint: Callable[[int], FloorState], pruned: int = 0) -> FloorState:
        """The floor after event `seq`. `checkpoint` gives a stored state at or before a sequence number.

        From a state before the last `pruned` event none of the later ones can be reached.
        """
        state = self._last
        if state is None or not max(pruned, seq - STEP) <= state.seq <= seq:
            state = checkpoint(seq)
        while state.seq < seq:
            events = past.events(state.seq, min(STEP, seq - state.seq))
            if not events:
                break
            from sessions.floor.fold.fold import fold_all  # what is shown from a checkpoint does not need it

            state = fold_all(state, events)
        self._last = state
        return state


def density(
    slots: int,
    first: int,
    last: int,
    latest: Callable[[int], float],
    failures: Callable[[int, int], int],
    grid: Sequence[int] = (),
) -> list[Density]:
    """The timeline of events `first`..`last` in `slots` equal spans of time.

    `latest(seq)` is the newest time up to an event and never steps back, so each slot's edge is found by bisection;
    `failures(after, last)` counts failures. Nothing is read but the edges, and of `grid` what costs least to ask.
    """
    if last < first or slots < 1:
        return [Density()] * slots
    start = latest(first)
    width = latest(last) - start or 1.0

    def slot_of(seq: int) -> int:
        return min(slots - 1, int((latest(seq) - start) / width * slots))

    def edge(slot: int, begin: int) -> int:
        low, high = _between(grid, begin, last, lambda seq: slot_of(seq) < slot)
        return low - 1 + bisect_left(range(low, high + 1), slot, key=slot_of)

    edges = [first - 1]
    for slot in range(1, slots):
        edges.append(edge(slot, edges[-1] + 1))
    edges.append(last)
    return [Density(last - after, failures(after, last)) for after, last in pairwise(edges)]


def last_until(time: float, first: int, last: int, latest: Callable[[int], float], grid: Sequence[int] = ()) -> int:
    """The last of events `first`..`last` up to which every time is at most `time`; 0 when all are later."""
    low, high = _between(grid, first, last, lambda seq: latest(seq) <= time)
    found = low - 1 + bisect_right(range(low, high + 1), time, key=latest)
    return found if found >= first else 0


def _between(grid: Sequence[int], first: int, last: int, before: Callable[[int], bool]) -> tuple[int, int]:
    """The part of `first`..`last` in which `before` becomes false, as far as the numbers of `grid` tell."""
    at = bisect_left(grid, first)
    found = bisect_left(grid, True, lo=at, key=lambda seq: seq > last or not before(seq))
    low = grid[found - 1] + 1 if found > at else first
    return low, min(last, grid[found]) if found < len(grid) else last
