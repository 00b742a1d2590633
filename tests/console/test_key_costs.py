"""What a key costs where there is very much: counts of what is made, laid out and drawn, which no machine changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from console.app import FactoryApp
from console.screens.conflicts.screen import ConflictsScreen
from console.screens.floor.screen import FloorScreen
from sessions.floor.state import FloorState
from tests.support.branches.floor import conflict_state
from tests.support.console import StillLink, factory_state

KEYS = "llljjh"
CROWD = 1_000


@pytest.fixture
def layouts(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One entry for every time that a screen laid itself out."""
    seen: list[object] = []
    lay_out: Callable[..., None] = Screen._refresh_layout

    def noted(screen: Screen[object], *words: object, **more: object) -> None:
        seen.append(screen)
        lay_out(screen, *words, **more)

    monkeypatch.setattr(Screen, "_refresh_layout", noted)
    return seen


def play(state: FloorState, test: Callable[[FactoryApp, Pilot[None]], Awaitable[None]]) -> None:
    async def play() -> None:
        app = FactoryApp(StillLink(state))
        async with app.run_test(size=(200, 60)) as pilot:
            await pilot.pause()
            await test(app, pilot)

    asyncio.run(play())


def test_a_key_on_a_floor_of_a_thousand_makes_no_pane_and_draws_two(layouts: list[object]) -> None:
    async def test(app: FactoryApp, pilot: Pilot[None]) -> None:
        floor = app.screen
        assert isinstance(floor, FloorScreen)
        assert floor.floor and floor.floor.shown >= CROWD
        await pilot.press("l")
        made = (floor.view.panes_made, floor.view.arranged, floor.view.ranked)
        layouts.clear()
        slot, cells = floor.wall.cursor_slot, floor.wall.cells_sent
        await pilot.press(*KEYS)
        app.pulse.stir()
        await pilot.pause()
        assert floor.wall.cursor_slot > slot
        assert (floor.view.panes_made, floor.view.arranged, floor.view.ranked) == made
        assert layouts == []
        # The panes that the cursor leaves and comes to, five lines each.
        assert 0 < floor.wall.cells_sent - cells <= len(KEYS) * 2 * 5 * 40

    play(factory_state(CROWD, CROWD), test)


def test_a_key_on_a_matrix_of_two_hundred_makes_the_rows_that_the_cursor_leaves(layouts: list[object]) -> None:
    async def test(app: FactoryApp, pilot: Pilot[None]) -> None:
        await pilot.press("2")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ConflictsScreen)
        await pilot.press("l")
        await pilot.pause()
        made, cells, lines = screen.matrix.signs.made, screen.matrix.cells_sent, screen.matrix.size.height
        layouts.clear()
        await pilot.press(*"llllhh")
        assert screen.matrix.signs.made == made
        assert layouts == []
        # Two columns over all lines, and where the name above them stands.
        assert 0 < screen.matrix.cells_sent - cells <= 6 * (2 * 2 * lines + 120)
        await pilot.press("j")
        assert screen.matrix.signs.made == made + 1

    play(conflict_state(50, 200), test)
