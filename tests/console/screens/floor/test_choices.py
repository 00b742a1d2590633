"""What an operator chooses to see of the floor: sizes, filters, orders, groups and a search, by single keys."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from console.app import FactoryApp
from console.screens.floor.screen import FloorScreen
from sessions.floor import events as ev
from sessions.floor.state import EMPTY, Status
from sessions.views.floor.arrange import Grouping, SortKey
from tests.console.screens.floor.played import play, press
from tests.support.console import HOSTILE, StillLink, state_of
from tests.support.picture import text


def test_zoom_stops_at_both_ends_and_says_so() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        assert screen.wall.zoom == 1
        for key, zoom in (("z", 2), ("z", 2), ("Z", 1), ("Z", 0), ("Z", 0)):
            await press(pilot, key)
            assert screen.wall.zoom == zoom
        assert "this is the smallest" in text(app)
        assert "directory" in text(app)

    play(test)


def test_a_small_terminal_begins_with_lines_and_keeps_the_chosen_zoom() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        assert screen.wall.zoom == 0
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        assert screen.wall.zoom == 1
        await press(pilot, "z")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert screen.wall.zoom == 2

    play(test, size=(80, 24))


def test_filters_are_single_keys_and_stay_open() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "f")
        assert "needs me" in text(app).splitlines()[-1]
        await press(pilot, "x", "n")
        assert screen.view.choice.statuses == {Status.FAILED, Status.NEEDS_ME}
        assert screen.floor is not None
        assert screen.floor.shown == 4
        await press(pilot, "n", "enter")
        assert screen.view.choice.statuses == {Status.FAILED}
        assert "only ✖" in text(app).splitlines()[-1]
        await press(pilot, "escape")
        assert screen.floor.shown == 48

    play(test)


def test_an_empty_floor_can_be_asked_for_merged_branches() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "f", "b", "enter")
        assert screen.view.choice.every_branch

    play(test, StillLink(EMPTY))


def test_merged_branches_can_be_shown() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        assert "landed" not in text(app)
        await press(pilot, "f", "b", "escape")
        assert "landed" in text(app)

    state = state_of([ev.BranchChanged(time=1, branch="landed", merged=True), ev.BranchChanged(time=1, branch="open")])
    play(test, StillLink(state))


@pytest.mark.parametrize(
    ("key", "order"), [("c", SortKey.COST), ("n", SortKey.NAME), ("t", SortKey.ACTIVITY), ("g", SortKey.AGE)]
)
def test_orders_are_single_keys(key: str, order: SortKey) -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        assert screen.wall.cursor is not None
        pane = screen.wall.cursor.key
        await press(pilot, "o", key)
        assert screen.view.choice.order is order
        assert order.value in text(app).splitlines()[-1]
        assert screen.wall.cursor.key == pane, "the cursor stays with its pane"
        await press(pilot, "home", "down")
        assert screen.wall.cursor_slot == 5, "the menu is closed"

    play(test)


def test_groups_are_single_keys() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        for key, grouping, heading in (("r", Grouping.ROLE, "integrate"), ("a", Grouping.KIND, "codex")):
            await press(pilot, "g", key)
            assert screen.view.choice.grouping is grouping
            assert f"─ {heading} ─" in text(app)

    play(test)


def test_search_narrows_while_it_is_typed() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "slash", *"proxy")
        assert screen.floor is not None
        assert screen.floor.shown == 7
        await press(pilot, "space", "q", "z")
        assert "Nothing matches “proxy qz”" in text(app)
        await press(pilot, "ctrl+w", "enter")
        assert screen.floor.shown == 7
        await press(pilot, "escape")
        assert screen.floor.shown == 48

    play(test)


def test_escape_drops_the_search_and_pasted_text_is_cleaned() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        from textual.events import Paste

        await press(pilot, "slash")
        app.post_message(Paste(HOSTILE))
        await pilot.pause()
        assert "[red]x[/]" in screen.view.choice.search
        assert screen.view.choice.search.isprintable()
        await press(pilot, "escape")
        assert screen.view.choice.search == ""

    play(test)


def test_no_input_widget_blinks_on_the_floor() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "slash")
        assert not screen.query(Input)

    play(test)
