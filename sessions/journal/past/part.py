"""A stretch of a past as a past of its own, such as one run of the journal; what came before it still counts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from sessions.errors import UsageError
from sessions.floor.events import Event
from sessions.floor.state import FloorState
from sessions.journal.past.past import Density, Past, Span


class Part:
    """Events `first`..`last` of a past, under their own sequence numbers. Closing it closes the past."""

    def __init__(self, past: Past, first: int, last: int, title: str) -> None:
        self.title = title
        self._past = past
        begin = past.events(first - 1, 1)
        self._span = Span(first, last, begin[0].time if begin else 0.0, past.state_at(last).time)

    @property
    def span(self) -> Span:
        return self._span

    def state_at(self, seq: int) -> FloorState:
        return self._past.state_at(min(seq, self._span.last_seq))

    def events(self, after: int, limit: int) -> Sequence[Event]:
        return self._past.events(after, max(0, min(limit, self._span.last_seq - after)))

    def events_of(self, station: str, before: int, limit: int) -> Sequence[tuple[int, Event]]:
        found = self._past.events_of(station, min(before, self._span.last_seq + 1), limit)
        return [(seq, event) for seq, event in found if seq >= self._span.first_seq]

    def seq_at(self, time: float) -> int:
        seq = min(self._past.seq_at(time), self._span.last_seq)
        return seq if seq >= self._span.first_seq else 0

    def failure_after(self, seq: int) -> int | None:
        found = self._past.failure_after(max(seq, self._span.first_seq - 1))
        return found if found is not None and found <= self._span.last_seq else None

    def failure_before(self, seq: int) -> int | None:
        found = self._past.failure_before(min(seq, self._span.last_seq + 1))
        return found if found is not None and found >= self._span.first_seq else None

    def density(self, slots: int) -> Sequence[Density]:
        span = self._span
        width = (span.last_time - span.first_time) / max(1, slots)
        inner = [max(span.first_seq - 1, self.seq_at(span.first_time + width * slot)) for slot in range(1, slots)]
        edges = [span.first_seq - 1, *inner, span.last_seq]
        failures = [0] * slots
        seq = self.failure_after(edges[0])
        while seq is not None and slots:
            failures[min(slots, bisect_left(edges, seq)) - 1] += 1
            seq = self.failure_after(seq)
        return [Density(b - a, f) for a, b, f in zip(edges, edges[1:], failures, strict=False)]

    def close(self) -> None:
        self._past.close()


def as_of_now(past: Past) -> Part:
    """All of a past that there is now; what a live journal gains from here on is none of it."""
    span = past.span
    return Part(past, span.first_seq, span.last_seq, past.title)


def run(past: Past, number: int | None) -> Part:
    """Run `number` of a past, counted from 1; the last one for None.

    A run begins when a supervisor opens the factory. Raises `UsageError` when there is no such run.
    """
    span = past.span
    runs = past.state_at(span.last_seq).runs
    number = runs if number is None else number
    if not 1 <= number <= runs:
        raise UsageError(f"{past.title} has no run {number}", f"name one from 1 to {runs}" if runs else "it is empty")
    first, after = _beginning(past, number), _beginning(past, number + 1)
    if first >= after:
        raise UsageError(f"{past.title} has nothing of run {number} any more", "name a later one")
    return Part(past, first, after - 1, f"{past.title} run {number}")


def _beginning(past: Past, number: int) -> int:
    """The event that begins run `number`; the one after the last when that run has not begun."""
    low, high = past.span.first_seq, past.span.last_seq + 1
    while low < high:
        middle = (low + high) // 2
        if past.state_at(middle).runs >= number:
            high = middle
        else:
            low = middle + 1
    return low
