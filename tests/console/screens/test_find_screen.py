"""The search over all conversations: results as they come, going to one, and calling it off."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.options import Options
from console.screens.find.screen import FindScreen
from console.screens.station.screen import StationScreen
from sessions.asking.asked import Asked
from sessions.asking.question import A, Question
from sessions.asking.questions import FindEverywhere, Hit, Hits
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.observe.conversation.entries import EntryKind
from tests.sessions.asking.test_conversations import said
from tests.support.console import HOSTILE, NOW, StillLink
from tests.support.picture import at_rest, text

OPTIONS = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)
Script = Callable[[FactoryApp, Pilot[None]], Awaitable[None]]


def link(folder: Path) -> StillLink:
    """Two conversations of one station, of which the older one is over, and one of another."""
    events: list[ev.Event] = [ev.StationOpened(time=NOW - 90, station=name, kind="claude") for name in ("ship", "test")]
    for written, (station, session) in enumerate((("ship", "past"), ("test", "other"), ("ship", "present"))):
        path = folder / f"{session}.jsonl"
        path.write_text("".join(said(i, f"{session} {i}" + f" with a needle {HOSTILE}" * (i == 40)) for i in range(50)))
        os.utime(path, (NOW - 60 + written, NOW - 60 + written))
        events.append(ev.SessionOpened(time=NOW - 60 + written, station=station, session=session, path=str(path)))
    return StillLink(fold_all(EMPTY, events), events=events)


class SlowLink(StillLink):
    """A search whose parts come when the test says so, and which never ends by itself."""

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        if not isinstance(question, FindEverywhere):
            return super().ask(question, heard)
        self.asked = asked = Asked(heard)
        return asked


def on_screen(link: StillLink, script: Script, size: tuple[int, int] = (120, 30)) -> None:
    async def run() -> None:
        app = FactoryApp(link, OPTIONS)
        async with app.run_test(size=size) as pilot:
            await at_rest(pilot)
            await pilot.press("ctrl+r")
            await at_rest(pilot)
            await script(app, pilot)

    asyncio.run(run())


async def press(pilot: Pilot[None], *keys: str) -> str:
    """Press keys; what is shown then."""
    await pilot.press(*keys)
    await at_rest(pilot)
    return text(pilot.app)


async def look_for(pilot: Pilot[None], pattern: str) -> str:
    """Have a text searched; what is shown then."""
    assert isinstance(pilot.app.screen, FindScreen)
    pilot.app.screen.take_paste(pattern)
    return await press(pilot, "enter")


async def found(app: FactoryApp, pilot: Pilot[None], count: int) -> FindScreen:
    """The screen, when the search is over and so many places are listed."""
    screen = app.screen
    assert isinstance(screen, FindScreen)
    while screen.looking.under_way:
        await pilot.pause()
    app._look()
    await at_rest(pilot)
    assert len(screen.shown) == count
    return screen


def test_it_goes_to_where_a_text_stands_in_a_conversation_that_is_over(tmp_path: Path) -> None:
    async def script(app: FactoryApp, pilot: Pilot[None]) -> None:
        await look_for(pilot, "NEEDLE")
        screen = await found(app, pilot, 3)
        assert [row.session for row in screen.shown] == ["present", "other", "past"]
        shown = await press(pilot, "end")
        assert "\x1b" not in shown and "\u202e" not in shown and "3 conversations" in shown
        assert "past 40 with a needle" in shown and "entry   41" in shown
        shown = await press(pilot, "enter")
        assert isinstance(app.screen, StationScreen)
        assert "past 40 with a needle" in shown and "“NEEDLE” in entry 41 of 50" in shown
        assert "another conversation" in shown
        assert "there is no other" in await press(pilot, "n")
        await press(pilot, "escape")
        await press(pilot, "escape")
        assert screen.is_active and screen.listing.cursor == 2, "what was found stays"
        await press(pilot, "home", "enter")
        assert "another conversation" not in text(app)

    on_screen(link(tmp_path), script, (200, 30))


def test_it_is_usable_on_a_small_screen_and_says_what_is_nowhere(tmp_path: Path) -> None:
    async def script(app: FactoryApp, pilot: Pilot[None]) -> None:
        assert "type what to find" in text(app)
        await pilot.press("enter")  # an empty text searches nothing
        await look_for(pilot, "haystack")
        await found(app, pilot, 0)
        assert "“haystack” is in no conversation" in text(app)
        await pilot.press("slash", "ctrl+u")
        await look_for(pilot, "needle")
        await found(app, pilot, 3)
        assert text(app).count("with a needle") == 4, "three rows, and what is told of one"
        await press(pilot, "escape")
        assert not isinstance(app.screen, FindScreen)

    on_screen(link(tmp_path), script, (80, 24))


def test_results_are_drawn_as_they_come_and_a_search_is_called_off(tmp_path: Path) -> None:
    slow = SlowLink(link(tmp_path).state)

    async def script(app: FactoryApp, pilot: Pilot[None]) -> None:
        assert "searching" in await look_for(pilot, "x")
        asked: Asked[Hits] = slow.asked  # type: ignore[assignment]
        asked.part(Hits(2, 9, "past", "ship", (Hit(3, EntryKind.TEXT, NOW - 5, "an x"),), more=True))
        app._look()
        await at_rest(pilot)
        shown = text(app)
        assert "2 of 9 searched" in shown and "an x" in shown
        assert "called off after 2 of 9" in await press(pilot, "escape")
        assert isinstance(app.screen, FindScreen) and asked.over
        asked.part(Hits(9, 9, "other", "test", (Hit(1, EntryKind.TEXT, NOW, "late x"),)))
        assert "late" not in await press(pilot, "home")

    on_screen(slow, script)


def test_a_regular_expression_is_typed_after_ctrl_r_and_one_that_is_wrong_is_told(tmp_path: Path) -> None:
    pytest.importorskip("re2")

    async def script(app: FactoryApp, pilot: Pilot[None]) -> None:
        assert "ctrl+r regex" in text(app)
        await pilot.press("ctrl+r", *"NEE.LE", "enter")
        screen = await found(app, pilot, 3)
        assert {place.hit.found for place in screen.rows} == {"needle"} and "/NEE.LE/" in text(app)
        await pilot.press("slash", "ctrl+u", "left_parenthesis", "enter")
        await found(app, pilot, 0)
        assert "that is no regular expression" in text(app) and "no look-around" in text(app)

    on_screen(link(tmp_path), script)
