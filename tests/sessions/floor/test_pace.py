"""Rates: what was used in a window, wherever the window begins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.pace import BUCKET_S, BUCKETS, NOW_S, WINDOW_S, Pace

T = 1_000_000.0

uses = st.lists(st.tuples(st.floats(T - 900, T), st.integers(0, 1_000)), max_size=30)


def _pace(*used: tuple[float, int]) -> Pace:
    pace = Pace()
    for time, tokens in used:
        pace = pace.add(time, tokens, tokens / 4)
    return pace


def test_a_steady_flow_has_its_rate_at_any_moment_of_a_bucket() -> None:
    for now in (695, 697, 699):
        pace = _pace(*((T + second, 100) for second in range(now)))
        assert pace.tokens_per_s(T + now, 600) == pytest.approx(100)
        assert pace.tokens_per_s(T + now, 60) == pytest.approx(100)
        assert pace.tokens_per_s(T + now) == pytest.approx(100)
        assert pace.dollars_per_h(T + now) == pytest.approx(25 * 3_600)


def test_a_burst_leaves_the_window_gradually_and_then_wholly() -> None:
    pace = _pace((T, 1_500))
    assert pace.tokens_per_s(T + 4) == 100
    assert pace.tokens_per_s(T + NOW_S) == 100
    assert pace.tokens_per_s(T + NOW_S + 2.5) == 50
    assert pace.tokens_per_s(T + NOW_S + BUCKET_S) == 0
    assert pace.tokens_per_s(T - BUCKET_S) == 0


@given(uses)
def test_nothing_is_counted_twice_or_out_of_nothing(used: list[tuple[float, int]]) -> None:
    pace = _pace(*used)
    assert sum(pace.tokens) <= sum(tokens for _, tokens in used)
    assert len(pace.tokens) == len(pace.dollars) <= BUCKETS
    assert 0 <= pace.tokens_per_s(T, WINDOW_S) * WINDOW_S <= sum(tokens for _, tokens in used) + 1e-6


@given(st.permutations([(T - 500.0, 1), (T - 300.0, 10), (T - 3.0, 100), (T, 1_000)]))
def test_late_facts_within_ten_minutes_count_in_any_order(used: list[tuple[float, int]]) -> None:
    assert _pace(*used) == _pace(*sorted(used))
    assert sum(_pace(*used).tokens) == 1_111


def test_what_is_older_than_the_ring_changes_nothing() -> None:
    pace = _pace((T, 5))
    assert pace.add(T - BUCKETS * BUCKET_S, 7, 1.0) == pace
    assert sum(pace.add(T - (BUCKETS - 1) * BUCKET_S, 7, 1.0).tokens) == 12


def test_a_long_silence_empties_the_ring() -> None:
    assert _pace((T, 5), (T + 10_000, 7)).tokens == (7,)
    assert _pace((T, 5), (T + 10, 7)).tokens == (5, 0, 7)


def test_an_unknown_time_has_no_pace() -> None:
    assert Pace().add(0.0, 5, 1.0) == Pace()


def test_uneven_rings_of_a_tampered_file_are_forgotten() -> None:
    assert Pace(200_000, (1, 2), (0.5,)).add(T, 3, 1.0) == Pace(200_000, (3,), (1.0,))


def test_a_sparkline_ends_with_now() -> None:
    pace = _pace((T, 1), (T + 15, 2), (T + 30, 3))
    assert pace.spark(T + 30, 4)[-3:] == [1, 2, 3]
    assert pace.spark(T + 45, 3) == [2, 3, 0]
    assert pace.spark(T + 10_000, 3) == [0, 0, 0]
    assert Pace().spark(T, 2) == [0, 0]
