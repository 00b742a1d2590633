"""The help: signs first, in two columns where there is room, searched as one types, with a sign of what is below."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.options import Options
from console.screens.help.screen import HelpScreen
from tests.support.console import StillLink, factory_state
from tests.support.picture import at_rest, text
from widgets.draw.cells import line_width, plain
from widgets.parts.legend import COLUMN_MIN, FIGURES, GAP, STATES, Entry, Section, found, help_lines
from widgets.session.passages import FOUND

Check = Callable[[FactoryApp, Pilot[None]], Awaitable[None]]
TITLE = ["What", "a", "station", "does"]
LONG = Section("Long", tuple(Entry(str(number), f"Sentence {number}.") for number in range(40)))


def play(check: Check, size: tuple[int, int], *, slow: bool = False, key: str = "question_mark") -> None:
    """Open the help on a floor, and check it."""

    async def run() -> None:
        options = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=slow)
        app = FactoryApp(StillLink(factory_state(3, 3)), options)
        async with app.run_test(size=size) as pilot:
            await at_rest(pilot)
            await pilot.press(key)
            await at_rest(pilot)
            assert isinstance(app.screen, HelpScreen)
            await check(app, pilot)

    asyncio.run(run())


def lines_of(app: FactoryApp) -> list[str]:
    return text(app).split("\n")


@pytest.mark.parametrize("size", [(200, 60), (80, 24)])
def test_the_signs_come_first(size: tuple[int, int]) -> None:
    async def check(app: FactoryApp, pilot: Pilot[None]) -> None:
        shown = text(app)
        assert shown.index("What a station does") < shown.index("What figures say")
        assert "◐ waits " in shown and "≥3.41M" in shown
        assert lines_of(app)[2].strip().startswith("What a station does")

    play(check, size)


def test_there_are_two_columns_where_there_is_room_and_one_over_a_slow_link() -> None:
    async def two(app: FactoryApp, pilot: Pilot[None]) -> None:
        assert len(lines_of(app)[2].split()) > len(TITLE)

    async def one(app: FactoryApp, pilot: Pilot[None]) -> None:
        assert lines_of(app)[2].split() == TITLE

    play(two, (200, 60))
    play(one, (120, 40))
    play(one, (200, 60), slow=True)


def test_columns_are_about_as_high_and_say_everything() -> None:
    cells = 2 * COLUMN_MIN + GAP
    lines = help_lines([STATES, FIGURES, LONG], cells)
    alone = help_lines([STATES, FIGURES, LONG], cells - 1)
    assert all(line_width(line) <= cells for line in lines)
    assert len(lines) < len(alone) * 0.75
    words = {word for line in alone for word in plain(line).split()}
    assert words <= {word for line in lines for word in plain(line).split()}


def test_it_says_how_much_is_below_and_above() -> None:
    async def check(app: FactoryApp, pilot: Pilot[None]) -> None:
        below = lines_of(app)[-1].split("▼ ")[1].split()[0]
        await pilot.press("j")
        await at_rest(pilot)
        assert f"▲ 1  ▼ {int(below) - 1} more" in lines_of(app)[-1]
        await pilot.press("end")
        await at_rest(pilot)
        assert f"▲ {below}" in lines_of(app)[-1] and "▼" not in lines_of(app)[-1]

    play(check, (80, 24))


def test_what_is_searched_narrows_it_at_once_and_is_marked() -> None:
    async def check(app: FactoryApp, pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"slowerx")
        await pilot.press("backspace")
        await at_rest(pilot)
        shown = text(app)
        assert "Play slower." in shown and "In a replay" in shown
        assert "permission" not in shown and " / slower" in lines_of(app)[-1]
        screen = app.screen
        assert isinstance(screen, HelpScreen)
        assert any(style == FOUND for line in screen.lines(80) for _, style in line)
        await pilot.press("enter")
        await at_rest(pilot)
        assert "“slower”" in lines_of(app)[-1] and "Play slower." in text(app)
        await pilot.press("escape")
        await at_rest(pilot)
        assert app.screen is screen and "permission" in text(app)
        await pilot.press("escape")
        await at_rest(pilot)
        assert app.screen is not screen

    play(check, (80, 24))


def test_what_is_nowhere_is_said_to_be() -> None:
    async def check(app: FactoryApp, pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"xyzzy")
        await at_rest(pilot)
        assert "nothing here says that" in text(app)

    play(check, (80, 24))


def test_an_action_is_found_by_its_id_too_and_shows_it() -> None:
    actions = Section("Everywhere", (Entry("2", "Go there.", name="conflicts", id="app.conflicts"),))
    assert found([actions, STATES], "APP.con") == [actions]
    for cells in (60, 200):
        assert "app.conflicts" in "\n".join(plain(line) for line in help_lines([actions], cells, "app.con"))
