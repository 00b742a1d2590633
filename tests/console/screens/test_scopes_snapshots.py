"""Pictures of the scopes screen, one for each kind of terminal."""

from __future__ import annotations

import pytest

from console.app import FactoryApp
from console.options import Options
from console.screens import base
from sessions.floor.ours.lives import Asks
from tests.support.branches.floor import clash
from tests.support.console import NOW
from tests.support.picture import SMALL, WIDE, Compare, pressing
from tests.support.stations.asked import AskedLink
from tests.support.stations.still import asking, our_events

DARK = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)
PICTURES = {
    "wide": (WIDE, ("7", "n"), DARK),
    "small": (SMALL, ("7", "slash", *"src/g", "enter"), DARK),
    "small-change": (SMALL, ("7", "slash", *"src/g", "enter", "minus"), DARK),
    "ascii": (SMALL, ("7", "w", "1"), Options(theme="dark", ascii_only=True, no_colour=True, slow_link=False)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_scopes_snapshot(snap_compare: Compare, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "monotonic", lambda: 0.0)  # what a key has said stays, however slow the machine is
    size, keys, options = PICTURES[name]
    more = (
        clash("station/asker", "station/fixer"),
        clash("station/asker", "station/worker"),
        asking("fixer", "q9", NOW - 5, paths=("docs/**",), asks=Asks.SCOPE),
    )
    link = AskedLink([*our_events(), *more])
    assert snap_compare(FactoryApp(link, options), terminal_size=size, run_before=pressing(*keys))
