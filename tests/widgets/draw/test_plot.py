"""Plots: goldens as plain text, and no amount is lost between buckets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.draw.cells import line_width, plain
from widgets.draw.numbers import rate
from widgets.draw.plot import SCALE, Series, bars, plot


def test_bars_stand_on_the_ground_and_the_highest_fills_its_column() -> None:
    assert bars([0, 1, 4, 8, 16], 2, 16) == ["    █", " ▁▄██"]


def test_anything_above_zero_is_visible() -> None:
    assert bars([0, 0.0001, 1_000], 1, 1_000) == [" ▁█"]


def test_a_plot_has_a_scale_and_times() -> None:
    lines = plot([0, 300, 600, 900, 1_200, 0, 0, 0, 0, 0, 0, 0], 4, rate, "12:00", "12:10")
    assert [plain(line) for line in lines] == [
        "  1.20k/s    ▂█       ",
        "            ▄██       ",
        "        0  ▆███       ",
        "          12:00  12:10",
    ]
    assert {line_width(line) for line in lines} == {SCALE + 12}


def test_a_plot_of_nothing_is_empty_but_stands() -> None:
    lines = plot([0.0] * 10, 3, rate, "", "")
    assert [plain(line).rstrip() for line in lines] == ["", "        0", ""]


def test_rates_are_amounts_over_time() -> None:
    series = Series()
    series.add(1_000, 50)
    series.add(1_004, 50)
    series.add(1_012, 20)
    assert series.rates(1_000, 1_015, 3) == [20.0, 0.0, 4.0]
    assert series.span == (1_000, 1_015)


@given(
    st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 1e6)), min_size=1, max_size=50),
    st.integers(1, 200),
)
def test_no_amount_is_lost_between_slots(amounts: list[tuple[float, float]], slots: int) -> None:
    series = Series()
    for time, amount in amounts:
        series.add(time, amount)
    start, end = series.span
    total = sum(series.rates(start, end, slots)) * (end - start) / slots
    assert total == pytest.approx(sum(amount for _, amount in amounts), rel=1e-6, abs=1e-6)


def test_a_copy_goes_its_own_way() -> None:
    series = Series()
    series.add(0, 1)
    other = series.copy()
    other.add(100, 1)
    assert (len(series), len(other)) == (1, 2)
