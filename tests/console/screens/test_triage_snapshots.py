"""Pictures of the queue, one for each kind of terminal."""

from __future__ import annotations

import pytest

from console.app import FactoryApp
from console.options import Options
from console.screens import base
from tests.support.picture import SMALL, WIDE, Compare, pressing
from tests.support.triage.mixed import mixed_link

DOWN = ("down",) * 6
PICTURES = {
    "wide": (WIDE, ("3",), Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)),
    "small": (SMALL, ("3", *DOWN), Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)),
    "light": ((120, 40), ("3", "down", "space", "space"),
              Options(theme="light", ascii_only=False, no_colour=False, slow_link=False)),
    "ascii": (SMALL, ("3", *DOWN, "down"), Options(theme="dark", ascii_only=True, no_colour=True, slow_link=True)),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_triage_snapshot(snap_compare: Compare, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "monotonic", lambda: 0.0)  # what a key has said stays, however slow the machine is
    size, keys, options = PICTURES[name]
    assert snap_compare(FactoryApp(mixed_link(), options), terminal_size=size, run_before=pressing(*keys))
