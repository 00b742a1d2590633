"""What replay needs of a past, wherever it lies: the journal, a recording, or a list of events."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Protocol

import msgspec

from sessions.floor.events import Event, StationEvent, is_failure
from sessions.floor.state import EMPTY, FloorState


class Span(msgspec.Struct, frozen=True):
    """What a past covers: events first_seq..last_seq (1-based, without gaps) and the time between them."""

    first_seq: int
    last_seq: int
    first_time: float
    last_time: float


class Density(msgspec.Struct, frozen=True):
    """One slot of a timeline: how many events and how many failures fall into it."""

    events: int = 0
    failures: int = 0


class Past(Protocol):
    """A sequence of events that can be entered anywhere.

    Times may step back a little between events (several sources are journaled side by side); a moment is therefore
    found by sequence number, and `seq_at` gives the last event up to which every time is at most the asked one.
    """

    @property
    def title(self) -> str:
        """Where it lies, for the screen."""
        ...

    @property
    def span(self) -> Span: ...

    def state_at(self, seq: int) -> FloorState:
        """The floor after event `seq`; the empty floor for 0."""
        ...

    def events(self, after: int, limit: int) -> Sequence[Event]:
        """The events after sequence number `after`, at most `limit` of them."""
        ...

    def events_of(self, station: str, before: int, limit: int) -> Sequence[tuple[int, Event]]:
        """The newest `limit` events of a station below sequence number `before`, oldest first, with their numbers."""
        ...

    def seq_at(self, time: float) -> int:
        """The sequence number of the last event at or before `time`; 0 when all are later."""
        ...

    def failure_after(self, seq: int) -> int | None:
        """The next event after `seq` that is a failure."""
        ...

    def failure_before(self, seq: int) -> int | None:
        """The last event before `seq` that is a failure."""
        ...

    def density(self, slots: int) -> Sequence[Density]:
        """The timeline in `slots` equal spans of time."""
        ...

    def close(self) -> None: ...


class EventList:
    """A past held in memory: transcripts, or a journal put in order. `begin` is the floor before its first event."""

    CHECKPOINT_EVERY = 2_000

    def __init__(self, events: Sequence[Event], title: str = "", begin: FloorState = EMPTY) -> None:
        self.title = title
        self._events = events
        self._checkpoints: list[FloorState] = [begin]
        latest = 0.0
        self._times = [latest := max(latest, event.time) for event in events]
        self._failures = [i for i, event in enumerate(events, 1) if is_failure(event)]

    @property
    def span(self) -> Span:
        times = self._times or [0.0]
        return Span(1, len(self._events), times[0], times[-1])

    def state_at(self, seq: int) -> FloorState:
        from sessions.floor.fold.fold import fold_all  # other pasts have stored floors, which are shown without it

        seq = max(0, min(seq, len(self._events)))
        step = self.CHECKPOINT_EVERY
        while len(self._checkpoints) <= seq // step:
            done = (len(self._checkpoints) - 1) * step
            self._checkpoints.append(fold_all(self._checkpoints[-1], self._events[done : done + step]))
        base = self._checkpoints[seq // step]
        return fold_all(base, self._events[base.seq : seq])

    def events(self, after: int, limit: int) -> Sequence[Event]:
        return self._events[max(0, after) : max(0, after) + limit]

    def events_of(self, station: str, before: int, limit: int) -> Sequence[tuple[int, Event]]:
        found: list[tuple[int, Event]] = []
        for seq in range(min(before - 1, len(self._events)), 0, -1):
            event = self._events[seq - 1]
            if len(found) >= limit:
                break
            if isinstance(event, StationEvent) and event.station == station:
                found.append((seq, event))
        return found[::-1]

    def seq_at(self, time: float) -> int:
        return bisect_right(self._times, time)

    def failure_after(self, seq: int) -> int | None:
        at = bisect_right(self._failures, seq)
        return self._failures[at] if at < len(self._failures) else None

    def failure_before(self, seq: int) -> int | None:
        at = bisect_left(self._failures, seq)
        return self._failures[at - 1] if at else None

    def density(self, slots: int) -> Sequence[Density]:
        counts, failures = [0] * slots, [0] * slots
        if self._times and slots:
            start, width = self._times[0], self._times[-1] - self._times[0] or 1.0
            for time in self._times:
                counts[min(slots - 1, int((time - start) / width * slots))] += 1
            for seq in self._failures:
                failures[min(slots - 1, int((self._times[seq - 1] - start) / width * slots))] += 1
        return [Density(c, f) for c, f in zip(counts, failures, strict=True)]

    def close(self) -> None:
        """Nothing to let go of."""
