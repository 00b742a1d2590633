"""Where a past is silent, and its timeline with the silences folded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import groupby, pairwise

from sessions.floor.axis import Axis, Stretch, folded
from sessions.journal.past.past import Density, Past

FINE = 2_000
"""Spans of time in which silence is looked for; a shorter silence is not found."""


def silences(past: Past) -> list[Stretch]:
    """The stretches without an event that are long enough to be seen, from event to event."""
    span = past.span
    width = (span.last_time - span.first_time) / FINE
    found: list[Stretch] = []
    slot = 0
    for silent, group in groupby(past.density(FINE), key=lambda density: not density.events):
        length = len(list(group))
        if silent and length > 1:
            seq = past.seq_at(span.first_time + width * (slot + length / 2))
            times = [event.time for event in past.events(seq - 1, 2)]
            if len(times) > 1 and times[0] < times[1]:
                found.append((times[0], times[1]))
        slot += length
    # Clocks may have gone back: what overlaps is no silence.
    return [stretch for stretch, after in pairwise([*sorted(found), (float("inf"),) * 2]) if stretch[1] <= after[0]]


def axis_of(past: Past, slots: int, *, skips_silence: bool) -> Axis:
    """The axis of a strip of so many slots; silence is folded where a replay skips it."""
    span = past.span
    found = silences(past) if skips_silence and span.last_time > span.first_time else []
    return folded(found, span.first_time, span.last_time, slots)


def along(past: Past, axis: Axis) -> list[Density]:
    """What happened in each slot of the axis."""
    if not axis.folds:
        return list(past.density(axis.slots))
    span, slots = past.span, axis.slots
    inner = [max(span.first_seq - 1, past.seq_at(axis.time(slot / slots))) for slot in range(1, slots)]
    edges = [span.first_seq - 1, *inner, span.last_seq]
    failures = [0] * slots
    for seq in _failures(past):
        failures[min(slots, max(1, bisect_left(edges, seq))) - 1] += 1
    return [
        Density(max(0, last - after), count) for (after, last), count in zip(pairwise(edges), failures, strict=True)
    ]


def _failures(past: Past) -> Iterator[int]:
    seq = past.failure_after(past.span.first_seq - 1)
    while seq is not None:
        yield seq
        seq = past.failure_after(seq)
