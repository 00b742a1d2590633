"""What is asked before a case is settled offers what can be, of all the cases that are meant."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from console.screens.triage.menus import snooze_menu
from sessions.floor import events as ev
from tests.support.triage.floors import NOW, case, floor, observed, ours

FLOOR = floor(
    ours("api"),
    ev.BranchChanged(time=NOW - 90, source="git", branch="station/api", head="a1", committed=NOW - 90),
    ev.BranchEntered(time=NOW - 95, station="api", branch="station/api"),
    observed("ship"),
)


@pytest.mark.parametrize(
    ("stations", "keys"),
    [(("api",), "mhtcbe"), (("ship",), "mhte"), (("api", "ship"), "mhte"), (("ship", "api"), "mhte"), (("",), "mh")],
)
def test_cases_are_put_away_until_what_can_come_of_each_of_them(stations: Sequence[str], keys: str) -> None:
    menu = snooze_menu(FLOOR, [case(station) for station in stations])
    assert "".join(item.key for item in menu.items) == keys
