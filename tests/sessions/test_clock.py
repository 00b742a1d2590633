"""The operator's clock changes with the seasons, in whatever zone it is."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from sessions import clock
from sessions.floor.zone import Zone, day

NOVEMBER = 1_795_219_200.0
ZONES = {
    "Berlin": "CET-1CEST,M3.5.0,M10.5.0/3",
    "New York": "EST5EDT,M3.2.0,M11.1.0",
    "Lord Howe": "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "nowhere": "UTC0",
}
"""As POSIX writes them, so that no file of the machine's is asked."""


@pytest.fixture(params=list(ZONES))
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", ZONES[request.param])
        time.tzset()
        yield request.param
    time.tzset()


def test_every_hour_of_two_years_falls_on_the_day_of_the_zone(zone: str) -> None:
    offsets = clock.offsets(NOVEMBER)
    for hour in range(-400 * 24, 300 * 24):
        moment = NOVEMBER + hour * 3_600.0
        assert day(moment, clock.utc_offset(NOVEMBER), offsets) == time.strftime("%Y-%m-%d", time.localtime(moment))


def test_a_change_is_known_to_the_second(zone: str) -> None:
    first, *changes = clock.offsets(NOVEMBER)
    assert bool(changes) == (zone != "nowhere")
    for (since, offset), (_, before) in zip(changes, [first, *changes], strict=False):
        assert clock.utc_offset(since) == offset
        assert clock.utc_offset(since - 1) == before != offset


def test_a_time_is_shown_as_the_clock_showed_it_then_and_is_found_again(zone: str) -> None:
    told = Zone(clock.utc_offset(NOVEMBER), clock.offsets(NOVEMBER))
    for hour in range(-400 * 24, 300 * 24, 7):
        moment = NOVEMBER + hour * 3_600.0
        shown = told.local(moment)
        assert shown is not None
        assert f"{shown:%Y-%m-%d %H:%M:%S}" == time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))
        assert told.local(told.time_of(shown.timestamp())) == shown


def test_what_is_no_time_is_not_shown() -> None:
    assert Zone().local(float("nan")) is None
    assert Zone(3_600).local(1e300) is None
