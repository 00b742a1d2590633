"""Pictures of the slowest, with room and on a small screen; everything finer is in the line goldens."""

from __future__ import annotations

import pytest

from console.app import FactoryApp
from console.options import Options
from console.screens import base
from console.screens.slowest import screen
from tests.support.console import StillLink
from tests.support.picture import SMALL, WIDE, Compare, pressing
from tests.support.tasks.ranked import RANKING, ranked_state

PLAIN = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)
PICTURES = {
    "wide": (WIDE, ("K",), PLAIN),
    "small": (SMALL, ("K",), PLAIN),
    "ascii": (SMALL, ("K", "enter"), Options(theme="dark", ascii_only=True, no_colour=True, slow_link=True)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_slowest_snapshot(snap_compare: Compare, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "monotonic", lambda: 0.0)  # what a key has said stays, however slow the machine is
    monkeypatch.setattr(screen, "rank", lambda state, now: RANKING)
    size, keys, options = PICTURES[name]
    assert snap_compare(FactoryApp(StillLink(ranked_state()), options), terminal_size=size, run_before=pressing(*keys))
