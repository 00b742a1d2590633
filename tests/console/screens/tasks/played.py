"""The tasks screen, played with over a link that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import Link
from console.options import Options
from console.screens.tasks.screen import TasksScreen
from sessions.floor.state import FloorState
from sessions.journal.past.past import EventList
from tests.console.screens.floor.played import OPTIONS
from tests.support.console import StillLink, factory_events, state_of
from tests.support.picture import at_rest
from tests.support.replay import StillReplay
from tests.support.tasks.queue import queue_events

Play = Callable[[FactoryApp, TasksScreen, Pilot[None]], Coroutine[Any, Any, None]]


def queue_state() -> FloorState:
    """A floor with tasks of every state."""
    return state_of(sorted([*factory_events(6, 8), *queue_events()], key=lambda event: event.time))


def play(test: Play, link: Link | None = None, size: tuple[int, int] = (120, 40), options: Options = OPTIONS) -> None:
    """Go to the tasks, and play."""

    async def run() -> None:
        app = FactoryApp(link or StillLink(queue_state()), options)
        async with app.run_test(size=size) as pilot:
            await at_rest(pilot)
            await pilot.press("6")
            await at_rest(pilot)
            assert isinstance(app.screen, TasksScreen)
            await test(app, app.screen, pilot)

    asyncio.run(run())


def past() -> StillReplay:
    """The same as a past, at its end."""
    events = sorted([*factory_events(6, 8), *queue_events()], key=lambda event: event.time)
    return StillReplay(EventList(events), seq=len(events))
