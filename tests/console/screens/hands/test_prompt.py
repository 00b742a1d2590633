"""Writing a request: over several lines, pasted, kept where it is not sent."""

from __future__ import annotations

from textual import events
from textual.pilot import Pilot

from console.app import FactoryApp
from console.screens.floor.screen import FloorScreen
from console.screens.prompt.screen import PromptScreen
from sessions.floor.commands import AnyWish, PromptStation, Reply
from tests.console.screens.floor.played import play, press
from tests.console.screens.hands.test_verbs import Refusing, done, go, last_line, link
from tests.support.console import HOSTILE
from tests.support.picture import text


def test_it_is_written_over_several_lines_and_sent_by_enter() -> None:
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, "i", *"first", "ctrl+j", *"secnd", "left", "left", "o", "enter")
        await done(pilot)
        assert it.sent == [PromptStation("worker", "first\nsecond")]
        assert app.screen is screen
        assert "worker was asked" in last_line(app)

    play(test, it)


def test_what_is_pasted_keeps_its_lines_and_loses_what_an_eye_cannot_see() -> None:
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, "i")
        app.post_message(events.Paste(f"one\n  two\r\n{HOSTILE}"))
        await pilot.pause()
        assert isinstance(app.screen, PromptScreen)
        await press(pilot, "enter")
        await done(pilot)
        (wish,) = it.sent
        assert isinstance(wish, PromptStation)
        assert wish.text.startswith("one\n  two\nred  [red]x[/]")
        assert "\x1b" not in wish.text
        assert "\u202e" not in wish.text

    play(test, it)


def test_what_is_not_sent_is_there_the_next_time() -> None:
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, "i", *"draft", "escape")
        await go(screen, pilot, "helper")
        await press(pilot, "i")
        assert "draft" not in text(app)
        await press(pilot, "escape")
        await go(screen, pilot, "worker")
        await press(pilot, "i", "enter")
        await done(pilot)
        assert it.sent == [PromptStation("worker", "draft")]
        await press(pilot, "i")
        assert "draft" not in text(app)

    play(test, it, size=(80, 24))


def test_what_is_refused_is_not_lost() -> None:
    it = link(Refusing)

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, "i", *"again", "enter")
        await done(pilot)
        assert "worker: it is busy: wait" in last_line(app)
        await press(pilot, "i")
        assert "again" in text(app)

    play(test, it)


def test_nothing_is_no_request() -> None:
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, "i", "space", "enter")
        assert isinstance(app.screen, PromptScreen)
        assert it.sent == []
        assert "write a request first" in text(app)
        await press(pilot, "h")
        assert "write a request first" not in text(app)

    play(test, it)


def test_a_long_one_takes_more_rows_and_stays_below_half_of_the_screen() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, "i")
        app.post_message(events.Paste("\n".join(f"line {i}" for i in range(40))))
        await pilot.pause()
        await pilot.pause()
        rows = [line for line in text(app).splitlines() if line.startswith(" line ")]
        assert 8 <= len(rows) <= 12
        assert "line 39" in rows[-1]
        await press(pilot, *["up"] * 30)
        assert " line 9 " in text(app)

    play(test, link(), size=(80, 24))


def test_it_goes_to_all_that_are_marked() -> None:
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker", "helper", "over")
        await press(pilot, "i")
        assert "2 stations" in last_line(app)
        await press(pilot, *"hi", "enter")
        await done(pilot)
        wishes: list[AnyWish] = [PromptStation("helper", "hi"), PromptStation("worker", "hi")]
        assert it.sent == wishes
        assert "over: it is stopped" in last_line(app)

    play(test, it)
    assert Reply(True)


def test_ctrl_c_leaves_it_and_keeps_what_was_written() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, "i", *"draft", "ctrl+c")
        assert app.screen is screen
        assert app.drafts == {"worker": "draft"}
        assert not app._exit

    play(test, link())
