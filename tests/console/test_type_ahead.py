"""Keys that arrive together do what they do one by one: later ones belong to what the first ones opened."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

import pytest
from textual import events
from textual.pilot import Pilot

from console.app import FactoryApp
from console.options import Options
from console.screens.base import FactoryScreen
from console.screens.conflicts.screen import ConflictsScreen
from console.screens.floor.screen import FloorScreen
from console.screens.help.screen import HelpScreen
from console.screens.replay.screen import ReplayScreen
from console.screens.station.screen import StationScreen
from sessions.floor.state import Status
from sessions.journal.past.past import EventList
from sessions.views.floor.arrange import Grouping, SortKey
from tests.support.console import StillLink, factory_state
from tests.support.replay import StillReplay, sample_events

OPTIONS = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)
NAMES = {"/": "slash", "\r": "enter", "\x1b": "escape", "?": "question_mark", ":": "colon", "-": "minus", " ": "space"}


def keys_of(typed: str) -> list[events.Key]:
    return [events.Key(NAMES.get(letter, letter), letter if letter.isprintable() else None) for letter in typed]


def after(typed: str, see: Callable[[FactoryApp], None], size: tuple[int, int] = (200, 60)) -> None:
    """Hand all of `typed` to the app before it has done anything with the first key, then look."""

    async def run() -> None:
        app = FactoryApp(StillLink(factory_state()), OPTIONS)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            for key in keys_of(typed):
                app.post_message(key)
            await settle(app, pilot)
            see(app)

    asyncio.run(run())
    gc.collect()  # what was begun and never awaited is told now, and not in whichever test comes later


async def settle(app: FactoryApp, pilot: Pilot[None]) -> None:
    """Wait until the app has done with everything that it was handed."""
    done = asyncio.Event()
    app.call_later(done.set)
    await done.wait()
    await pilot.pause()


def floor(app: FactoryApp) -> FloorScreen:
    assert isinstance(app.screen, FloorScreen)
    return app.screen


def test_a_search_takes_all_its_letters() -> None:
    def see(app: FactoryApp) -> None:
        assert floor(app).view.choice.search == "proxy"
        assert floor(app).question() == ()

    after("/proxy\r", see)


def test_menus_take_their_letters() -> None:
    def see(app: FactoryApp) -> None:
        choice = floor(app).view.choice
        assert choice.order is SortKey.COST
        assert choice.grouping is Grouping.ROLE
        assert choice.statuses == {Status.FAILED, Status.NEEDS_ME}

    after("ocgrfxn\rj", see)


def test_keys_after_enter_belong_to_the_station() -> None:
    def see(app: FactoryApp) -> None:
        assert isinstance(app.screen, StationScreen)
        assert app.screen.pattern == "pool"

    after("/proxy-05\r\r/pool\r", see)


@pytest.mark.parametrize("into", ["\r", "?", "2", ":", "\r2", "2?"])
def test_keys_after_coming_out_belong_to_the_floor_again(into: str) -> None:
    """What was left before it was drawn, or while it read, does no harm."""

    def see(app: FactoryApp) -> None:
        assert floor(app).view.choice.order is SortKey.NAME

    after(f"{into}\x1b\x1b1on" if len(into) > 1 else f"{into}\x1bon", see)


@pytest.mark.parametrize(("letter", "order"), [("n", SortKey.NAME), ("c", SortKey.COST)])
def test_escape_and_a_letter_in_one_packet_are_two_keys(letter: str, order: SortKey) -> None:
    """A terminal writes Alt and a letter in the same two bytes, and Textual takes them for that."""

    async def run() -> None:
        app = FactoryApp(StillLink(factory_state()), OPTIONS)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            for key in ("g", "alt+o", letter, "f", "alt+shift+G"):
                app.post_message(events.Key(key, key[-1]))
            await settle(app, pilot)
            assert floor(app).view.choice.grouping is Grouping.NONE
            assert floor(app).view.choice.order is order
            assert floor(app).question() == ()
            assert floor(app).wall.cursor_slot == 47

    asyncio.run(run())


def test_the_palette_takes_its_letters_and_enter_takes_what_they_mean() -> None:
    def see(app: FactoryApp) -> None:
        wall = floor(app).wall
        assert wall.cursor is not None
        assert wall.cursor.name == "ship-18"

    after(":ship-18\r", see)


def test_an_action_of_the_palette_opens_what_the_next_keys_answer() -> None:
    def see(app: FactoryApp) -> None:
        assert floor(app).view.choice.search == "docs"

    after(":search\rdocs\r", see)


def test_the_help_and_the_conflicts_take_their_keys() -> None:
    def in_help(app: FactoryApp) -> None:
        assert isinstance(app.screen, HelpScreen)
        assert app.screen._top == 2

    def among_conflicts(app: FactoryApp) -> None:
        assert isinstance(app.screen, ConflictsScreen)
        assert app.screen.view.choice.search == "ship"

    after("?jj", in_help, (80, 24))
    after("2/ship\r", among_conflicts)


def test_a_place_in_a_replay_takes_all_its_letters() -> None:
    async def run() -> None:
        link = StillReplay(EventList(sample_events()))
        app = FactoryApp(link, OPTIONS)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            for key in keys_of("Tseq 20\r"):
                app.post_message(key)
            await settle(app, pilot)
            with link._reading:
                link.tick()
            assert link.player.seq == 20
            assert isinstance(app.screen, ReplayScreen)

    asyncio.run(run())


def test_a_paste_comes_between_the_keys_around_it() -> None:
    async def run() -> None:
        app = FactoryApp(StillLink(factory_state()), OPTIONS)
        async with app.run_test(size=(200, 60)) as pilot:
            await pilot.pause()
            for event in (*keys_of("/s"), events.Paste("hip-\x1b[31m1"), *keys_of("8\r")):
                app.post_message(event)
            await settle(app, pilot)
            assert floor(app).view.choice.search == "ship-18"

    asyncio.run(run())


@pytest.mark.parametrize("typed", ["/pro", "o", ":pro", "\r/pool"])
def test_ctrl_c_leaves_whatever_is_being_asked(typed: str) -> None:
    async def run() -> None:
        app = FactoryApp(StillLink(factory_state()), OPTIONS)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            for event in (*keys_of(typed), events.Key("ctrl+c", None)):
                app.post_message(event)
            await settle(app, pilot)
            assert not app._exit
            assert isinstance(app.screen, FactoryScreen)
            assert app.screen.asked() == ()

    asyncio.run(run())
