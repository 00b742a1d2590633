"""The forms with a real supervisor and agents that run: what is written here is what is started and bounded there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.screens.floor.screen import FloorScreen
from console.screens.forms.start import StartScreen
from sessions.floor.ours.lives import Life
from sessions.floor.scope import HeldBy
from tests.console.screens.floor.played import OPTIONS, press
from tests.console.screens.hands.test_live import HeardLink
from tests.support.house import LONG, House
from tests.support.picture import text, worked
from tests.support.stations.yard import yard_in


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


async def back_on(floor: FloorScreen, app: FactoryApp, pilot: Pilot[None]) -> None:
    """Wait until what was sent was answered, and the floor is seen as it is."""
    await worked(app)
    while app.screen is not floor:
        await pilot.pause()
    floor.draw()
    await pilot.pause()


async def drive(app: FactoryApp, link: HeardLink, pilot: Pilot[None]) -> None:
    floor = app.screen
    assert isinstance(floor, FloorScreen)

    async def killed(station: str) -> None:
        floor.go_to_station(station)
        await press(pilot, "X", "y")
        await link.until(lambda known: known.life is Life.KILLED, station)

    await press(pilot, "c")
    await worked(app)
    form = app.screen_stack[-1]
    assert isinstance(form, StartScreen)
    assert {kind.name for kind in form.knowing.kinds} >= {"builtin", "command", "parrot", "parrot-broken"}
    assert len(form.knowing.tree) > 0
    await press(pilot, *"say this", "tab")
    while form.form.values["agent"] != "parrot":
        await press(pilot, "p")
    await press(pilot, "enter")
    await link.until(lambda known: known.life is Life.RUNNING, "say-this")
    await back_on(floor, app, pilot)
    assert "say-this is being started" in text(app)
    assert floor.wall.cursor is not None
    assert floor.wall.cursor.station == "say-this", "the cursor goes to what was started"

    await press(pilot, "s", *"a part", "enter")
    child = await link.until(lambda known: known.life is Life.RUNNING, "a-part")
    assert link.state.stations["a-part"].parent == "say-this"
    assert child.base

    await back_on(floor, app, pilot)
    await killed("a-part")  # which has more than the other is to have
    floor.go_to_station("say-this")
    await press(pilot, "S", "ctrl+u", *"docs/**", "enter")
    known = await link.until(lambda known: known.scope.write == ("docs/**",), "say-this")
    assert known.next_start is (known.held is not None and known.held.by is not HeldBy.ADVISORY)
    await back_on(floor, app, pilot)
    assert "say-this has another boundary" in text(app)
    await press(pilot, "S")
    assert ("older one until its next start" in text(app)) is known.next_start
    await press(pilot, "escape")
    await killed("say-this")  # which would be brought back while all is taken down


def test_a_station_is_started_spawns_and_is_bounded_from_the_console(house: House) -> None:
    house.start(LONG)
    link = HeardLink(house.repo.path)

    async def run() -> None:
        link.loop, link.news = asyncio.get_running_loop(), asyncio.Event()
        app = FactoryApp(link, OPTIONS)
        async with app.run_test(size=(120, 40)) as pilot:
            await link.until_there()
            await pilot.pause()
            await drive(app, link, pilot)

    asyncio.run(run())
