"""From screen to screen in a real terminal: few bytes, and never an empty screen in between."""

from __future__ import annotations

import pytest

from tests.bench.opening import PATIENT, SLOW, WAY, Change, changes


@pytest.fixture(scope="module", params=[(), (SLOW,)], ids=["fast", "slow"])
def way(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Change]:
    return list(changes(tmp_path_factory.mktemp("way"), request.param, PATIENT))


def test_every_change_costs_no_more_bytes_than_it_may(way: list[Change]) -> None:
    assert len(way) == len(WAY)
    for change in way:
        assert change.bar is None or 0 < change.sent <= change.bar, f"{change.what}: {change.sent} bytes"


def test_the_screen_is_never_empty_on_the_way(way: list[Change]) -> None:
    for change in way:
        assert change.emptiest > 0.5, f"{change.what}: {change.emptiest:.0%} of what stood there before or after"
