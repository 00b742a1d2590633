"""A terminal that tells of two sizes at once."""

from __future__ import annotations

import asyncio

from textual import events, on
from textual.geometry import Size

from console.app import FactoryApp
from console.screens.floor.screen import FloorScreen
from tests.support.console import StillLink

MANY = 20


class CountingFloor(FloorScreen):
    """A floor that counts how often it is laid out in another size."""

    resized = 0

    @on(events.Resize)
    def count(self) -> None:
        self.resized += 1
        assert self.resized < MANY, "two sizes take turns"


class CountingApp(FactoryApp):
    def get_default_screen(self) -> FloorScreen:
        return CountingFloor()


def test_two_sizes_at_once_come_to_rest_in_the_one_that_the_terminal_has() -> None:
    async def resize() -> None:
        app = CountingApp(StillLink())
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            # A terminal of size 0 is taken for 80x24 by one, and for 80x25 by another.
            for size in (Size(80, 25), Size(80, 24)):
                app.screen.post_message(events.Resize(size, size))
                app.screen.call_later(lambda: None)  # two that follow each other would be one
            for _ in range(MANY):
                await pilot.pause()
            assert app.screen.size == (80, 24)

    asyncio.run(resize())
