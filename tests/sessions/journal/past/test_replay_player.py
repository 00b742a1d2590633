"""The player: any controls at any times keep it inside its past, and playing loses no event."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.events import ActivitySeen, TurnStarted
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.journal.past.past import EventList, Span
from sessions.journal.past.replay import SILENCE_S, SPEEDS, Player, begins_turn, clamp, next_where, previous_where
from tests.support.replay import sample_events

TIMES = [0.0, 1.0, 1.0, 2.0, 102.0, 103.0]
SPAN = Span(1, len(TIMES), TIMES[0], TIMES[-1])


def player(**fields: float) -> Player:
    return Player(SPAN, 1, 0.0, quiet_from=0.0).skipping(False).faster(0).sought(1, 0.0, fields.get("clock", 0.0))


def ahead(at: Player) -> list[float]:
    return TIMES[at.seq :]


def test_time_passes_at_the_asked_speed() -> None:
    running = player().play(0.0)
    assert running.played(0.5, ahead(running)).moment == pytest.approx(0.5)
    assert running.faster(1).played(0.25, ahead(running)).moment == pytest.approx(0.5)


def test_events_happen_when_their_time_comes_and_those_at_one_time_together() -> None:
    running = player().play(0.0)
    assert running.played(0.99, ahead(running)).seq == 1
    assert running.played(1.0, ahead(running)).seq == 3


def test_a_paused_player_stands_still() -> None:
    resting = player().play(0.0).played(1.5, TIMES[1:]).pause()
    later = resting.played(1_000.0, ahead(resting))
    assert (later.seq, later.moment) == (3, 1.5)


def test_speed_changes_do_not_move_the_moment() -> None:
    running = player().play(0.0).played(1.5, TIMES[1:])
    faster = running.faster(2)
    assert faster.speed == 5
    assert faster.played(1.5, ahead(faster)).moment == running.moment
    assert faster.played(1.6, ahead(faster)).moment == pytest.approx(2.0)


def test_speeds_end_at_both_ends() -> None:
    assert player().faster(-5).speed == SPEEDS[0]
    assert player().faster(50).speed == SPEEDS[-1]


def test_silence_is_shortened_to_a_wait_of_the_viewer() -> None:
    running = player().skipping(True).play(0.0)
    before = running.played(2.0 + SILENCE_S - 0.1, TIMES[1:])
    assert before.seq == 4
    assert before.moment == pytest.approx(2.0 + SILENCE_S - 0.1)
    after = before.played(2.0 + SILENCE_S, ahead(before))
    assert (after.seq, after.moment) == (5, 102.0)
    slow = running.skipping(False).played(2.0 + SILENCE_S, TIMES[1:])
    assert slow.seq == 4
    assert slow.moment == pytest.approx(2.0 + SILENCE_S)


def test_a_wait_that_a_slower_speed_made_too_long_is_over_and_costs_nothing() -> None:
    quiet = player().skipping(True).faster(SPEEDS.index(10)).play(0.0).played(2.0, [1_000.0, 1_005.0])
    assert (quiet.seq, quiet.moment) == (1, 20.0)
    slow = quiet.faster(-len(SPEEDS)).played(3.0, [1_000.0, 1_005.0])
    assert (slow.seq, slow.moment) == (2, 1_001.0)


def test_a_fact_that_was_learned_late_happens_at_once_and_gives_no_time_back() -> None:
    running = player().play(0.0).played(5.0, [4.0, 1.0, 6.0])
    assert (running.seq, running.moment) == (3, 5.0)


def test_a_seek_into_silence_waits_there_too() -> None:
    running = player().skipping(True).sought(4, 50.0, 0.0).play(0.0)
    assert running.played(1.0, ahead(running)).moment == pytest.approx(51.0)
    assert running.played(SILENCE_S, ahead(running)).moment == pytest.approx(102.0)


def test_it_pauses_at_the_end() -> None:
    ended = player().play(0.0).played(1e9, TIMES[1:])
    assert (ended.seq, ended.moment, ended.playing, ended.clock) == (6, 103.0, False, 1e9)
    assert not ended.play(1e9).playing
    assert not player().play(0.0).sought(6, 103.0, 0.0).playing


def test_it_asks_for_more_events_when_it_runs_out_of_them() -> None:
    running = player().play(0.0)
    part = running.played(50.0, TIMES[1:3])
    assert part.clock == pytest.approx(1.0)
    assert part.playing
    whole = part.played(50.0, ahead(part))
    assert whole == running.played(50.0, TIMES[1:])


@given(st.lists(st.floats(0, 30), min_size=1, max_size=20), st.sampled_from(SPEEDS), st.booleans())
def test_many_small_ticks_end_where_one_does(waits: list[float], speed: int, skips: bool) -> None:
    step = one = player().skipping(skips).faster(SPEEDS.index(speed)).play(0.0)
    clock = 0.0
    for wait in waits:
        clock += wait
        step = step.played(clock, ahead(step))
    one = one.played(clock, ahead(one))
    assert step.moment == pytest.approx(one.moment, abs=1e-6)
    if all(abs(one.moment - time) > 1e-6 for time in TIMES):
        assert step.seq == one.seq


CONTROLS = st.lists(
    st.one_of(
        st.tuples(st.just("play"), st.just(0.0)),
        st.tuples(st.just("pause"), st.just(0.0)),
        st.tuples(st.just("faster"), st.integers(-10, 10).map(float)),
        st.tuples(st.just("skip"), st.integers(0, 1).map(float)),
        st.tuples(st.just("seek"), st.integers(-100, 1_000).map(float)),
        st.tuples(st.just("wait"), st.floats(0, 1e6)),
    ),
    max_size=40,
)


@given(CONTROLS)
def test_any_controls_keep_it_inside_its_past(controls: list[tuple[str, float]]) -> None:
    events = sample_events(3)
    past = EventList(events)
    times = [event.time for event in events]
    at, clock = Player(past.span, 1, times[0]), 0.0
    for what, value in controls:
        match what:
            case "play":
                at = at.play(clock)
            case "pause":
                at = at.pause()
            case "faster":
                at = at.faster(int(value))
            case "skip":
                at = at.skipping(bool(value))
            case "seek":
                seq = clamp(past.span, int(value))
                at = at.sought(seq, past.state_at(seq).time, clock)
            case _:
                clock += value
                at = at.played(clock, times[at.seq :])
        assert 1 <= at.seq <= len(events)
        assert times[at.seq - 1] <= at.moment <= times[-1]
        assert at.speed in SPEEDS
        assert not (at.playing and at.at_end)
        assert at.seq == len(events) or at.seq <= past.seq_at(at.moment)


@given(st.integers(1, 60), st.sampled_from(SPEEDS), st.integers(1, 50))
def test_playing_to_the_end_equals_the_fold_of_all(ticks_per_s: int, speed: int, chunk: int) -> None:
    events = sample_events(2)
    past = EventList(events)
    state, clock = fold_all(EMPTY, events[:1]), 0.0
    at = Player(past.span, 1, events[0].time, speed=speed).play(0.0)
    while at.playing:
        clock += 1 / ticks_per_s
        while at.playing and at.clock < clock:
            ahead_events = past.events(at.seq, chunk)
            after = at.played(clock, [event.time for event in ahead_events])
            state = fold_all(state, ahead_events[: after.seq - at.seq])
            at = after
    assert state == fold_all(EMPTY, events)


def test_an_empty_past_can_be_shown() -> None:
    span = EventList([]).span
    empty = Player(span, clamp(span, 5), 0.0)
    assert (empty.seq, empty.play(0.0).playing) == (0, False)


def test_turns_are_found_both_ways_over_many_events() -> None:
    events = [
        TurnStarted(time=float(i), station="a") if i in (3, 5_000) else ActivitySeen(time=float(i), station="a")
        for i in range(1, 7_001)
    ]
    past = EventList(events)
    assert [next_where(past, seq, begins_turn) for seq in (0, 3, 4_999, 5_000)] == [3, 5_000, 5_000, None]
    assert [previous_where(past, seq, begins_turn) for seq in (7_000, 5_001, 5_000, 3)] == [5_000, 5_000, 3, None]
