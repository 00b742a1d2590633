"""The timeline's axis: silence is folded where it would take the strip, and places and times belong to each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.axis import Axis, Stretch, folded
from sessions.floor.events import Event, TurnFailed, TurnFinished
from sessions.journal.past.part import Part
from sessions.journal.past.past import EventList
from sessions.journal.past.quiet import along, axis_of, silences
from tests.support.replay import START
from tests.widgets.floor.test_timeline import AT, SLOTS
from widgets.draw.cells import plain
from widgets.floor.timeline import FOLD, SHORT, timeline

HOUR = 3_600.0
SLOT_COUNT = 198


def at(*times: float) -> EventList:
    """A past with an event at each of these seconds after the start; every fifth is a failure."""
    events: list[Event] = [
        TurnFailed(time=START + time, station="a", session="s", reason="exit 1")
        if number % 5 == 4
        else TurnFinished(time=START + time, station="a", session="s")
        for number, time in enumerate(times)
    ]
    return EventList(events)


LATE = at(0.0, 1.0, *(25 * HOUR + second for second in range(0, 3_600, 10)))
"""Two events, silence for a day, and an hour of work."""


def test_without_folds_time_passes_evenly() -> None:
    axis = axis_of(LATE, SLOT_COUNT, skips_silence=False)
    assert axis == Axis(START, START + 25 * HOUR + 3_590, (), SLOT_COUNT)
    assert along(LATE, axis) == list(LATE.density(SLOT_COUNT))
    assert sum(slot.events > 0 for slot in along(LATE, axis)) < 10, "nearly all of it is silence"


def test_a_long_silence_takes_one_slot_and_work_the_strip() -> None:
    axis = axis_of(LATE, SLOT_COUNT, skips_silence=True)
    assert axis.folds == ((START + 1.0, START + 25 * HOUR),)
    slots = along(LATE, axis)
    assert len(slots) == SLOT_COUNT
    assert sum(slot.events for slot in slots) == 362
    assert sum(slot.failures for slot in slots) == 72
    assert sum(slot.events > 0 for slot in slots) > 190
    (fold,) = (piece for piece in axis.pieces() if piece.folded)
    assert fold.right - fold.left == pytest.approx(1 / SLOT_COUNT)


def test_silences_are_found_from_event_to_event() -> None:
    past = at(0.0, 10.0, 5_000.0, 5_001.0, 9_000.0)
    assert silences(past) == [(START + 10, START + 5_000), (START + 5_001, START + 9_000)]
    assert silences(at(0.0)) == silences(at(5.0, 5.0)) == []
    assert silences(Part(past, 2, 4, "part")) == [(START + 10, START + 5_000)]


def test_steady_work_has_nothing_to_fold() -> None:
    steady = at(*range(0, 7_200, 20))
    assert axis_of(steady, SLOT_COUNT, skips_silence=True).folds == ()
    assert folded([(START, START + 2.0)], START, START + 10.0, 10).folds == (), "too short to be skipped"


gaps = st.lists(st.floats(0.5, 1e6), max_size=30)


@given(gaps, st.integers(1, 300), st.lists(st.floats(0, 1), max_size=20))
def test_places_and_times_belong_to_each_other(lengths: list[float], slots: int, places: list[float]) -> None:
    stretches, time = list[Stretch](), 0.0
    for length in lengths:
        stretches.append((time + 10, time + 10 + length))
        time += 10 + length
    axis = folded(stretches, 0.0, time + 10, slots)
    assert len(axis.folds) <= slots // 4
    pieces = list(axis.pieces())
    assert pieces[0].left == 0 and pieces[-1].right == pytest.approx(1)
    for place in places:
        assert axis.place(axis.time(place)) == pytest.approx(place, abs=1e-6)
    ordered = sorted(places)
    assert [axis.time(place) for place in ordered] == sorted(axis.time(place) for place in places)
    assert axis.place(-5) == 0 and axis.place(time + 99) == pytest.approx(1)


def test_a_fold_is_marked_and_the_clock_stands_after_it() -> None:
    end = AT.last_time
    axis = Axis(AT.first_time, end + 30 * HOUR, ((AT.first_time + 900, AT.first_time + 900 + 30 * HOUR),), 78)
    lines = [plain(line) for line in timeline(replace(AT, last_time=end + 30 * HOUR, axis=axis), SLOTS, 80, SHORT)]
    (x,) = (x for x, sign in enumerate(lines[1]) if sign == FOLD)
    assert x == 1 + int((list(axis.pieces())[1].left + 0.5 / 78) * 78)
    assert "18:15" in lines[3][x : x + 8], "when the silence had ended"
    assert "12:05" in lines[3][:x]
