"""The operator's clock, also across the changes of summer and winter."""

from __future__ import annotations

import pytest

from sessions.floor.zone import Zone

BERLIN = Zone(3_600, ((1_774_746_000.0, 7_200), (1_792_890_000.0, 3_600)))
"""One o'clock UTC of 29 March and of 25 October 2026."""


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        (1_774_745_999.0, "2026-03-29T01:59:59"),
        (1_774_746_000.0, "2026-03-29T03:00:00"),
        (1_792_889_999.0, "2026-10-25T02:59:59"),
        (1_792_890_000.0, "2026-10-25T02:00:00"),
    ],
)
def test_the_clock_shows_the_offset_of_the_season(time: float, shown: str) -> None:
    local = BERLIN.local(time)
    assert local is not None
    assert local.replace(tzinfo=None).isoformat() == shown


def test_what_the_clock_shows_is_told_back() -> None:
    for time in (1_774_740_000.0, 1_774_750_000.0, 1_792_880_000.0, 1_792_900_000.0):
        assert BERLIN.time_of(time + BERLIN.offset(time)) == time


@pytest.mark.parametrize("time", [float("nan"), float("inf"), -1e300])
def test_what_is_no_time_of_a_clock_is_shown_as_none(time: float) -> None:
    assert BERLIN.local(time) is None
