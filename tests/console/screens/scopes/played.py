"""A scopes screen that a test plays with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import Link
from console.options import Options
from console.screens.scopes.screen import ScopesScreen
from sessions.floor.commands import AnyWish, AssignScope, Reply
from tests.support.picture import at_rest, worked
from tests.support.stations.asked import AskedLink

OPTIONS = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)
Play = Callable[[FactoryApp, ScopesScreen, Pilot[None]], Coroutine[Any, Any, None]]


def play(test: Play, link: Link | None = None, size: tuple[int, int] = (160, 40), options: Options = OPTIONS) -> None:
    async def run() -> None:
        app = FactoryApp(link or AskedLink(), options)
        async with app.run_test(size=size) as pilot:
            await press(app, pilot, "7")
            await at_rest(pilot)
            assert isinstance(app.screen, ScopesScreen)
            await test(app, app.screen, pilot)

    asyncio.run(run())


async def press(app: FactoryApp, pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
        await worked(app)
        await pilot.pause()


def written(wishes: list[AnyWish]) -> list[tuple[str, tuple[str, ...], bool]]:
    """Of boundaries that were sent: for whom, what may be written, and whether by nobody else."""
    assert all(isinstance(wish, AssignScope) for wish in wishes)
    return [(wish.station, wish.scope.write, wish.scope.exclusive) for wish in wishes if isinstance(wish, AssignScope)]


class RefusingLink(AskedLink):
    """Refuses the boundary of one station."""

    def __init__(self, refuses: str) -> None:
        super().__init__()
        self.refuses = refuses

    async def send(self, command: AnyWish, together: str = "") -> Reply:
        await super().send(command, together)
        refused = isinstance(command, AssignScope) and command.station == self.refuses
        return Reply(False, "it is not to be", "ask again") if refused else Reply(True)
