"""Figures as the screen writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.draw.numbers import age, age_clock, ago, count, exact_age, money, percent, rate

MINUTE = 1_763_730_000.0


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (7, "7"), (999, "999"), (999.6, "1.00k"), (1_234, "1.23k"), (9_996, "10.0k"), (58_100, "58.1k"),
     (9_994, "9.99k"), (99_949, "99.9k"), (99_950, "100k"),
     (999_400, "999k"), (999_600, "1.00M"), (3_412_000, "3.41M"), (2.91e9, "2.91G"), (1e12, "1.00T")],
)  # fmt: skip
def test_counts_have_three_digits_and_a_unit(number: float, text: str) -> None:
    assert count(number) == text


@given(st.floats(0, 9.9e14))
def test_a_count_never_outgrows_its_column(number: float) -> None:
    assert len(count(number)) <= 5


@pytest.mark.parametrize(
    ("dollars", "text"),
    [(None, "—"), (0, "$0"), (0.001, "<1¢"), (0.04, "$0.04"), (4.123, "$4.12"), (41.2, "$41.2"), (412.4, "$412"),
     (1_412, "$1,412"), (14_120, "$14.1k")],
)  # fmt: skip
def test_money(dollars: float | None, text: str) -> None:
    assert money(dollars) == text


def test_an_unknown_price_is_never_nothing() -> None:
    assert money(None) != money(0)


@pytest.mark.parametrize(("per_second", "text"), [(0, "0/s"), (0.2, "<1/s"), (900, "900/s"), (58_100, "58.1k/s")])
def test_rates(per_second: float, text: str) -> None:
    assert rate(per_second) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.001, "<1%"), (0.83, "83%"), (0.998, "99%"), (1, "100%"), (99, "999%")]
)
def test_percent_says_all_only_for_all(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (7, "7s"), (14, "10s"), (59, "55s"), (60, "1m"), (185, "3m"), (7_800, "2h10"), (50_000, "13h"),
     (300_000, "3d"), (86_400 * 1_200, "3y")],
)  # fmt: skip
def test_ages(seconds: float, text: str) -> None:
    assert age(MINUTE - seconds, MINUTE) == text


def test_an_unknown_age_is_empty_and_a_future_one_is_none() -> None:
    assert age(0, MINUTE) == ""
    assert age(MINUTE + 50, MINUTE) == "0s"


@given(st.floats(0, 1e6), st.floats(0, 600))
def test_an_age_changes_only_when_its_clock_does(seconds: float, later: float) -> None:
    since, then = MINUTE - seconds, MINUTE + later
    if age_clock(since, MINUTE) == age_clock(since, then):
        assert age(since, MINUTE) == age(since, then)


@given(st.lists(st.floats(61, 1e5), min_size=1, max_size=20), st.floats(0, 59.9))
def test_old_ages_stand_still_between_full_minutes(ages: list[float], later: float) -> None:
    assert [age(MINUTE - a, MINUTE) for a in ages] == [age(MINUTE - a, MINUTE + later) for a in ages]
    assert [age_clock(MINUTE - a, MINUTE) for a in ages] == [age_clock(MINUTE - a, MINUTE + later) for a in ages]


def test_what_is_not_known_was_not_ago() -> None:
    assert ago(MINUTE - 180, MINUTE) == "3m ago"
    assert ago(0.0, MINUTE) == ""


@given(st.floats(0, 1e5), st.floats(0, 60))
def test_one_age_alone_is_exact(seconds: float, at: float) -> None:
    now = MINUTE + at
    since = now - seconds
    whole = int(now - since)
    if whole < 3_600:
        assert exact_age(since, now) == (f"{whole}s" if whole < 60 else f"{whole // 60}m")
