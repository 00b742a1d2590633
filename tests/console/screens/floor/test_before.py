"""Before the present is known the floor is what it was, says so, and lets nobody take it for more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import LinkHealth
from console.options import Options
from console.screens.conflicts.screen import ConflictsScreen
from console.screens.floor import scene as floor
from console.screens.floor.screen import FloorScreen
from console.screens.station.screen import StationScreen
from sessions.floor import events as ev
from sessions.floor.commands import PERCENT, Progress
from sessions.floor.fold.fold import fold
from sessions.views.floor.last import LastFloor, last_floor
from sessions.views.floor.view import FloorView
from tests.support.console import NOW, StillLink, factory_events, factory_state, state_of
from tests.support.picture import at_rest, worked
from widgets.floor.topline import TopLine

CONNECTING = LinkHealth(connected=False, progress=Progress("connecting to the supervisor", 0, 0))
AGO_S = 3 * 3_600 + 60
Check = Callable[[Pilot[None], StillLink, FloorScreen], Awaitable[None]]


def shown(stations: int = 12) -> LastFloor:
    """What is kept of a floor that was the present some three hours ago."""
    view, state = FloorView(), factory_state(stations, 16)
    return replace(last_floor(view.look(state, NOW), view.panes, NOW), time=time.time() - AGO_S)


def before(check: Check, size: tuple[int, int] = (160, 45), options: Options | None = None) -> StillLink:
    """Check a console that has its last floor and no other yet."""
    link = StillLink(health=CONNECTING, now=time.time() - AGO_S)
    link.last = shown()

    async def run() -> None:
        app = FactoryApp(link, options)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            assert isinstance(app.screen, FloorScreen)
            await check(pilot, link, app.screen)

    asyncio.run(run())
    return link


def live(link: StillLink, screen: FloorScreen, stations: int = 12) -> None:
    """The supervisor has answered."""
    link.state, link.health, link.last, link.clock = factory_state(stations, 16), LinkHealth(), None, NOW
    screen.sample()


def top(screen: FloorScreen) -> str:
    return "\n".join("".join(text for text, _ in line) for line in screen.query_one(TopLine)._lines)


@pytest.mark.parametrize("size", [(200, 60), (80, 24)])
def test_the_last_floor_is_there_at_once_and_bears_its_age_twice(size: tuple[int, int]) -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        assert screen.floor is not None and screen.floor.every == len(shown().panes)
        first, second = top(screen).splitlines()
        assert "LAST SEEN 3h0" in first and "live" not in first
        assert second.startswith(" as of 3h0") and "ago · connecting to the supervisor" in second
        link.health = LinkHealth(progress=Progress("bringing the journal up to date", 40, 100, PERCENT))
        screen.sample()
        second = top(screen).splitlines()[1]
        assert second.startswith(" as of 3h0") and "bringing the journal up to date" in second and "40 %" in second
        link.health = LinkHealth(connected=False, trouble="no supervisor runs")
        screen.sample()
        assert "as of 3h0" in top(screen) and "no supervisor runs" in top(screen)
        live(link, screen)
        assert "ago ·" not in top(screen) and "LAST SEEN" not in top(screen)
        assert screen.floor.totals.stations == 12

    before(check, size)


def test_what_is_the_same_on_the_present_floor_is_not_sent_again() -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        link.clock = NOW
        assert link.last is not None
        link.last = replace(link.last, time=NOW)
        screen.draw()
        await at_rest(pilot)  # its panes get their places
        screen.draw()
        before = screen.wall.cells_sent
        live(link, screen)
        assert screen.wall.cells_sent == before
        assert screen.floor is not None and screen.floor.totals.newest == link.state.time

    before(check)


def test_a_key_that_needs_the_present_waits_for_it() -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        await pilot.press("down", "enter")
        assert len(pilot.app.screen_stack) == 1
        live(link, screen)
        await pilot.pause()
        assert isinstance(pilot.app.screen, StationScreen)

    before(check)


def test_the_way_from_help_to_the_conflicts_waits_on_the_floor() -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        await pilot.press("question_mark", "2")
        assert pilot.app.screen_stack == [screen]
        live(link, screen)
        await pilot.pause()
        assert isinstance(pilot.app.screen, ConflictsScreen)

    before(check)


@pytest.mark.parametrize("keys", [["enter", "o", "escape"], ["enter", "down"]])
def test_what_was_asked_for_is_not_done_after_something_else(keys: list[str]) -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        await pilot.press("up", *keys)
        live(link, screen)
        await pilot.pause()
        assert pilot.app.screen is screen

    before(check)


@pytest.mark.parametrize("key", ["C", "2", "y", "exclamation_mark", "D", "i", "Q", "e"])
def test_no_key_says_what_is_not_known(key: str) -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        await pilot.press(key)
        assert pilot.app.screen is screen
        assert "as soon as" in screen._said

    before(check)


@pytest.mark.parametrize("key", ["a", "A", "d", "x", "X", "p", "R", "P", "delete", "v"])
def test_nothing_is_done_to_stations_that_nobody_has_seen_as_they_are(key: str) -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        await pilot.press(key)
        assert "not before the floor is the present" in screen._said
        live(link, screen)
        await worked(pilot.app)
        await pilot.pause()
        assert pilot.app.screen is screen
        assert link.sent == []

    before(check)


def test_one_can_look_around_on_it() -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        await pilot.press("slash", *"proxy", "enter")
        assert screen.floor is not None and 0 < screen.floor.shown < screen.floor.every
        await pilot.press("escape", "o", "n")
        names = [pane.name for group in screen.floor.groups for pane in group.panes if pane.station]
        assert names == sorted(names)

    before(check)


def test_what_was_and_what_happened_since_is_no_news() -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        app = pilot.app
        assert isinstance(app, FactoryApp)
        app._look()
        live(link, screen)
        app._look()
        assert app.telling.line(100, {}) == ()
        assert app.telling.calls
        link.state = fold(link.state, ev.PersonNeeded(time=NOW + 1, source="s", station="tests-02", reason="may I?"))
        link.clock = NOW + 2
        app.telling.tell(screen, False)
        assert "tests-02" in str(app.telling.line(100, {})), "what begins from now on is"

    before(check)


def test_the_console_keeps_what_its_floor_showed_as_of_when_it_was_the_present() -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        live(link, screen)
        assert len(link.kept) == 1, "at once, for whoever is killed"
        link.clock = NOW + 100
        await pilot.press("q")

    kept = before(check).kept
    assert [each.time for each in kept] == [NOW, NOW + 100]
    assert {pane.name for pane in kept[-1].panes} == {pane.name for pane in shown().panes}


def test_a_floor_that_lost_its_supervisor_is_kept_as_old_as_it_is() -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        live(link, screen)
        link.health, link.clock = LinkHealth(connected=False, trouble="it died"), NOW + 500
        screen.sample()
        await pilot.press("q")

    assert before(check).kept[-1].time == NOW


def test_what_never_was_the_present_is_not_kept() -> None:
    async def check(pilot: Pilot[None], link: StillLink, screen: FloorScreen) -> None:
        await pilot.press("q")

    assert before(check).kept == []


def test_the_first_picture_of_the_past_waits_until_it_has_come_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little of it there is, and although no progress is told."""
    monkeypatch.setattr(floor, "FIRST_S", 3_600.0)
    monkeypatch.setattr(floor, "EASE_S", 3_600.0)
    events = factory_events(30, 20)

    async def run() -> list[int]:
        link = StillLink(health=LinkHealth(behind=True))
        app = FactoryApp(link)
        stations: list[int] = []
        async with app.run_test(size=(160, 45)):
            screen = app.screen
            assert isinstance(screen, FloorScreen)
            for count in range(0, len(events), len(events) // 12):
                link.state = state_of(events[: count + 1])
                screen.sample()
                assert screen.floor is not None
                stations.append(screen.floor.totals.stations)
            link.health, link.state = LinkHealth(), state_of(events)
            screen.sample()
            assert screen.floor is not None
            stations.append(screen.floor.totals.stations)
        return stations

    stations = asyncio.run(run())
    assert [*dict.fromkeys(stations)] == [0, 30], "nothing, and then all of it"
