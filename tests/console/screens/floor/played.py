"""A floor that a test plays with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot

from console.app import FactoryApp
from console.options import Options
from console.screens.floor.screen import FloorScreen
from tests.support.console import StillLink, factory_state

OPTIONS = Options(theme="dark", ascii_only=False, no_colour=False)
Play = Callable[[FactoryApp, FloorScreen, Pilot[None]], Coroutine[Any, Any, None]]


def play(
    test: Play, link: StillLink | None = None, size: tuple[int, int] = (200, 60), options: Options = OPTIONS
) -> None:
    async def run() -> None:
        app = FactoryApp(link or StillLink(factory_state()), options)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            assert isinstance(app.screen, FloorScreen)
            await test(app, app.screen, pilot)

    asyncio.run(run())


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys. Letters in a row are typed fast: the first and the last are waited for, those between are not."""
    letters = [len(key) == 1 for key in ("..", *keys, "..")]
    for key, *typed in zip(keys, letters, letters[1:], letters[2:], strict=False):
        if all(typed):
            assert pilot.app._driver is not None
            pilot.app._driver.send_message(Key(key if key.isalnum() else _character_to_key(key), key))
        else:
            await pilot.press(key)
    await pilot.pause()
