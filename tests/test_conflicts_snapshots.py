"""Pictures of the conflicts screen, one for each kind of terminal; everything finer is in the line goldens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.link import LinkMode
from console.options import Options
from tests.conflict_floor import conflict_state
from tests.console_support import StillLink

WIDE, SMALL = (200, 60), (80, 24)
Compare = Callable[..., bool]


def going(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Press keys, each when the screen has come to rest after the one before."""

    async def go(pilot: Pilot[None]) -> None:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()

    return go


PICTURES = {
    "wide": (WIDE, ("2", "w"), Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)),
    "small": (SMALL, ("2", "w"), Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)),
    "light-order": ((120, 40), ("2", "n", "shift+tab", "down", "p"),
                    Options(theme="light", ascii_only=False, no_colour=False, slow_link=False)),
    "ascii": (SMALL, ("2", "n"), Options(theme="dark", ascii_only=True, no_colour=True, slow_link=False)),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_conflicts_snapshot(snap_compare: Compare, name: str) -> None:
    size, keys, options = PICTURES[name]
    link = StillLink(conflict_state(every=2 if name == "wide" else 0), mode=LinkMode.SIMULATED)
    assert snap_compare(FactoryApp(link, options), terminal_size=size, run_before=going(*keys))
