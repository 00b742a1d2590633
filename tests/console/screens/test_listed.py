"""The base of list screens: the cursor stays on its row, only what is in view is made, nothing is sent without news."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from textual.pilot import Pilot

from console.actions.action import ScreenSpec
from console.app import FactoryApp
from console.screens.listed.screen import ListedScreen, _cursor
from sessions.floor.state import FloorState
from tests.console.screens.floor.played import OPTIONS
from tests.support.console import StillLink, factory_state
from tests.support.picture import at_rest, text
from widgets.draw.cells import Line, pad

SIZES = [(200, 60), (80, 24)]


class Sample(ListedScreen[str]):
    """Names, and what is told of them."""

    SPEC: ClassVar[ScreenSpec] = ScreenSpec("sample", "Among samples", ())

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = names
        self.made = 0

    def make_rows(self, state: FloorState, now: float) -> Sequence[str]:
        return self.names

    def key_of(self, row: str) -> str:
        return row

    def row_line(self, row: str, cells: int, ground: str, marked: bool) -> Line:
        self.made += 1
        return pad([("▶" if marked else " ", "accent" + ground), (row, "text" + ground)], cells, "text" + ground)

    def told(self, row: str, cells: int, rows: int) -> Sequence[Line]:
        return [((f" all of {row}", "text"),), *[((f" line {i}", "soft"),) for i in range(100)]]

    def nothing(self) -> Sequence[str]:
        return ("no names are there",)


Play = Callable[[FactoryApp, Sample, Pilot[None]], Coroutine[Any, Any, None]]
NAMES = [f"name-{i:04}" for i in range(5_000)]


def play(test: Play, names: Sequence[str] = NAMES, size: tuple[int, int] = (120, 40)) -> None:
    async def run() -> None:
        app = FactoryApp(StillLink(factory_state(3, 3)), OPTIONS)
        async with app.run_test(size=size) as pilot:
            screen = Sample(names)
            await app.push_screen(screen)
            await at_rest(pilot)
            await test(app, screen, pilot)

    asyncio.run(run())


def at(app: FactoryApp) -> int:
    """The line of the screen on which the cursor is."""
    screen = app.screen
    assert isinstance(screen, Sample)
    return next(i for i, line in enumerate(text(app).splitlines()) if f" {screen.row} " in line[:60] + " ")


@pytest.mark.parametrize("size", SIZES)
def test_of_thousands_only_those_in_view_are_made(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: Sample, pilot: Pilot[None]) -> None:
        screen.made = 0
        screen.draw()
        assert 0 < screen.made <= size[1]
        screen.action_move("end")
        assert screen.row == NAMES[-1]
        screen.action_move("pageup")
        screen.action_move("home")
        assert screen.row == NAMES[0]
        await at_rest(pilot)
        assert "all of name-0000" in text(app)

    play(test, size=size)


@pytest.mark.parametrize("size", SIZES)
def test_the_cursor_stays_on_its_row_and_its_line_when_others_come_and_go(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: Sample, pilot: Pilot[None]) -> None:
        for _ in range(3):
            screen.action_move("pagedown")
        kept, line = screen.row, at(app)
        screen.names = ["new-1", "new-2", *NAMES[1:]]
        screen.draw()
        assert (screen.row, at(app)) == (kept, line)
        screen.names = NAMES[5:]
        screen.draw()
        assert (screen.row, at(app)) == (kept, line)
        screen.names = [name for name in screen.names if name != kept]
        screen.draw()
        assert screen.row == NAMES[NAMES.index(str(kept)) + 1], "the next one is under the cursor"

    play(test, size=size)


@given(st.lists(st.integers(0, 9).map(str), unique=True), st.lists(st.integers(0, 9).map(str), unique=True), st.data())
def test_where_the_row_is_gone_the_nearest_after_it_is_next(before: list[str], after: list[str], data: Any) -> None:
    start = data.draw(st.integers(0, max(0, len(before) - 1)))
    cursor = _cursor(before, start, after)
    kept = [key for key in before[start:] if key in after] or [key for key in before[:start] if key in after][-1:]
    assert cursor == (after.index(kept[0]) if kept else 0)


def test_what_is_searched_narrows_the_list_and_escape_shows_all_again() -> None:
    async def test(app: FactoryApp, screen: Sample, pilot: Pilot[None]) -> None:
        screen.action_search()
        await pilot.press(*"0042")
        assert list(screen.shown) == ["name-0042"]
        assert "1 of 5,000" in text(app)
        await pilot.press("enter")
        assert "with “0042”" in text(app)
        screen.action_search()
        await pilot.press("x")
        await at_rest(pilot)
        assert "“0042x” is in none of them" in text(app)
        await pilot.press("escape")
        assert len(screen.shown) == len(NAMES)

    play(test)


def test_a_mark_goes_with_its_row_and_what_is_marked_is_meant() -> None:
    async def test(app: FactoryApp, screen: Sample, pilot: Pilot[None]) -> None:
        screen.action_mark()
        screen.action_mark()
        assert screen.row == NAMES[2]
        assert list(screen.meant) == NAMES[:2]
        assert "▶name-0001" in text(app)
        screen.names = NAMES[1:]
        screen.draw()
        assert list(screen.meant) == [NAMES[1]]
        screen.action_back()
        assert list(screen.meant) == [NAMES[2]]

    play(test)


def test_all_that_are_shown_are_marked_at_once_beside_those_that_were() -> None:
    async def test(app: FactoryApp, screen: Sample, pilot: Pilot[None]) -> None:
        screen.action_mark()
        screen.action_search()
        await pilot.press(*"004", "enter")
        screen.action_mark_all()
        assert list(screen.meant) == [NAMES[0], *(name for name in NAMES if "004" in name)]
        screen.action_mark_all()
        assert list(screen.meant) == [NAMES[0]]

    play(test)


def test_without_news_nothing_is_drawn_and_an_empty_list_says_so() -> None:
    async def test(app: FactoryApp, screen: Sample, pilot: Pilot[None]) -> None:
        assert "no names are there" in text(app)
        screen.draw_news()
        drawn: list[int] = []
        screen.draw = lambda: drawn.append(1)  # type: ignore[method-assign]
        screen.draw_news()
        assert not drawn
        link = app.link
        assert isinstance(link, StillLink)
        link.state = replace(link.state, seq=link.state.seq + 1)
        screen.draw_news()
        assert drawn

    play(test, names=[])


def test_what_is_told_is_scrolled_in_its_own_panel_and_starts_anew_with_another_row() -> None:
    async def test(app: FactoryApp, screen: Sample, pilot: Pilot[None]) -> None:
        screen.action_panel()
        screen.action_move("end")
        await at_rest(pilot)
        assert "line 99" in text(app)
        assert screen.row == NAMES[0]
        screen.action_back()
        screen.action_move("down")
        await at_rest(pilot)
        assert "all of name-0001" in text(app)
        assert "line 99" not in text(app)

    play(test)


def test_a_screen_has_few_nodes_and_a_key_lays_nothing_out() -> None:
    async def test(app: FactoryApp, screen: Sample, pilot: Pilot[None]) -> None:
        assert len(screen.query("*")) <= 6
        laid: list[int] = []
        refresh = screen._refresh_layout
        screen._refresh_layout = lambda *a, **k: (laid.append(1), refresh(*a, **k))  # type: ignore[assignment, func-returns-value]
        for _ in range(10):
            screen.action_move("down")
            screen.draw()
            await pilot.pause()
        assert not laid

    play(test)
