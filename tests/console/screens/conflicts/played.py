"""A conflicts screen that a test plays with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import Link, LinkMode
from console.options import Options
from console.screens.conflicts.screen import ConflictsScreen
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState
from tests.support.branches.floor import compared, conflict_state, open_names
from tests.support.console import StillLink, factory_state
from tests.support.picture import worked

OPTIONS = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)
Play = Callable[[FactoryApp, ConflictsScreen, Pilot[None]], Coroutine[Any, Any, None]]


def play(test: Play, link: Link | None = None, size: tuple[int, int] = (200, 60), options: Options = OPTIONS) -> None:
    async def run() -> None:
        app = FactoryApp(link or simulated(conflict_state()), options)
        async with app.run_test(size=size) as pilot:
            await press(app, pilot, "2")
            assert isinstance(app.screen, ConflictsScreen)
            await test(app, app.screen, pilot)

    asyncio.run(run())


def simulated(state: FloorState) -> StillLink:
    return StillLink(state, mode=LinkMode.SIMULATED)


async def press(app: FactoryApp, pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
        await worked(app)
        await pilot.pause()


def look(screen: ConflictsScreen) -> None:
    """Have it look at its link as if the scene that it shows had taken no time to make: it rests after long work."""
    screen._made_s = 0.0
    screen.sample()


def floor(*events: ev.Event, branches: int = 6) -> FloorState:
    state = factory_state(3, branches)
    return fold_all(state, [*compared(state, open_names(state)), *events])


A, B, C = "station/docs-01", "station/proxy-00", "station/tests-02"
