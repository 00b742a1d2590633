"""The queue that a test plays with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.pilot import Pilot

from console.app import FactoryApp
from console.screens.triage import screen as shown
from console.screens.triage.screen import TriageScreen
from sessions.floor.triage.case import Case
from tests.console.screens.floor.played import OPTIONS
from tests.support.picture import at_rest
from tests.support.triage.mixed import DecidingLink, mixed_link

Play = Callable[[FactoryApp, TriageScreen, Pilot[None]], Coroutine[Any, Any, None]]
SIZES = [(200, 60), (80, 24)]


def play(test: Play, link: DecidingLink | None = None, size: tuple[int, int] = (120, 40)) -> DecidingLink:
    """Go to the queue and test it."""
    still = link or mixed_link()

    async def run() -> None:
        app = FactoryApp(still, OPTIONS)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await pilot.press("3")
            await at_rest(pilot)
            assert isinstance(app.screen, TriageScreen)
            await test(app, app.screen, pilot)

    before, shown.UNSEEN_S = shown.UNSEEN_S, 0.0
    try:
        asyncio.run(run())
    finally:
        shown.UNSEEN_S = before
    return still


async def go(screen: TriageScreen, pilot: Pilot[None], station: str, kind: str = "") -> Case:
    """Put the cursor on the row of a station."""
    row = next(row for row in screen.shown if station in row.stations and kind in row.cases[0].kind.value)
    screen.go_to(row.key)
    await pilot.pause()
    return row.cases[0]
