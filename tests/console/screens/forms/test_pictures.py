"""Pictures of the forms, with the clock standing still."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.options import Options
from console.screens.floor.screen import FloorScreen
from tests.console.screens.floor.played import OPTIONS
from tests.support.picture import Compare, at_rest, pressing
from tests.support.stations.asked import AskedLink

LOOKS = {
    "dark": OPTIONS,
    "light": Options("light", False, False),
    "ascii": Options("dark", True, False),
    "plain": Options("dark", False, True),
}
TASK = ("c", *"Make the pool retry", "ctrl+j", *"with a backoff")
PICTURES = {
    "start-200x60": ("rests", (200, 60), "dark", (*TASK, "tab", "right")),
    "start-80x24": ("rests", (80, 24), "dark", TASK),
    "spawn-80x24-light": ("worker", (80, 24), "light", ("s", *"Mend it", *["tab"] * 5, *" docs/")),
    "scope-200x60-light": ("worker", (200, 60), "light", ("S", "ctrl+u", *"src/p", "down")),
    "scope-80x24-ascii": ("fixer", (80, 24), "ascii", ("S", *" docs/**")),
    "scope-80x24-plain": ("helper", (80, 24), "plain", ("S", "ctrl+u", *"docs/**")),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(snap_compare: Compare, name: str) -> None:
    station, size, look, keys = PICTURES[name]
    app = FactoryApp(AskedLink(), LOOKS[look])

    async def go(pilot: Pilot[None]) -> None:
        await at_rest(pilot)
        assert isinstance(app.screen, FloorScreen)
        app.screen.go_to_station(station)
        await pilot.pause()
        await pilot.press(keys[0])
        await at_rest(pilot)
        await pilot.press(*keys[1:])
        await pressing()(pilot)

    assert snap_compare(app, terminal_size=size, run_before=go)
