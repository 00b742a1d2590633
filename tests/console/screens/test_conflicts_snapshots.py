"""Pictures of the conflicts screen, one for each kind of terminal; everything finer is in the line goldens."""

from __future__ import annotations

import pytest

from console.app import FactoryApp
from console.links.link import LinkMode
from console.options import Options
from console.screens import base
from tests.support.branches.floor import conflict_state
from tests.support.console import StillLink
from tests.support.picture import SMALL, WIDE, Compare, pressing

PICTURES = {
    "wide": (WIDE, ("2", "w"), Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)),
    "small": (SMALL, ("2", "w"), Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)),
    "light-order": ((120, 40), ("2", "n", "shift+tab", "down", "plus"),
                    Options(theme="light", ascii_only=False, no_colour=False, slow_link=False)),
    "ascii": (SMALL, ("2", "n"), Options(theme="dark", ascii_only=True, no_colour=True, slow_link=False)),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_conflicts_snapshot(snap_compare: Compare, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "monotonic", lambda: 0.0)  # what a key has said stays, however slow the machine is
    size, keys, options = PICTURES[name]
    link = StillLink(conflict_state(every=2 if name == "wide" else 0), mode=LinkMode.SIMULATED)
    assert snap_compare(FactoryApp(link, options), terminal_size=size, run_before=pressing(*keys))
