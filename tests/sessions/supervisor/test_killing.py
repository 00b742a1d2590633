"""Whoever is killed, and whenever: nothing acknowledged is lost, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.house import House
from tests.support.stations.killing import Killing
from tests.support.stations.yard import yard_in


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


@pytest.mark.parametrize("seed", [1])
def test_random_kills_lose_nothing(yard: House, seed: int) -> None:
    found = Killing(yard, seed, stations=4, builtin=False).run(8)
    assert (found.lost, found.unaccounted, found.orphans, found.damaged) == (0, 0, 0, 0), found
    assert sum(found.killed.values()) == 8
