"""The same keys with a real supervisor, and an agent that runs: what is pressed here is done there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.live import LiveLink
from console.screens.floor.screen import FloorScreen
from console.screens.question.screen import QuestionScreen
from sessions.floor.commands import StartStation
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from tests.console.screens.floor.played import OPTIONS, press
from tests.support.house import LONG, House
from tests.support.picture import text, worked
from tests.support.stations.yard import yard_in
from tests.support.supervisor import PATIENCE_S


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


class HeardLink(LiveLink):
    """Tells a test whenever there is something new."""

    loop: asyncio.AbstractEventLoop
    news: asyncio.Event

    def _tell(self) -> None:
        super()._tell()
        self.loop.call_soon_threadsafe(self.news.set)

    async def until(self, so: Callable[[Owned], object], station: str = "polly") -> Owned:
        """Wait until a station is so."""
        async with asyncio.timeout(PATIENCE_S):
            while (known := self.state.owned.get(station)) is None or not so(known):
                self.news.clear()
                await self.news.wait()
        return known

    async def until_there(self) -> None:
        """Wait until the floor is the present one."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.health.connected or self.health.behind or not self.state.repo:
                self.news.clear()
                await self.news.wait()


async def drive(app: FactoryApp, link: HeardLink, pilot: Pilot[None]) -> None:
    await link.until(lambda known: known.questions)
    screen = app.screen_stack[0]
    assert isinstance(screen, FloorScreen)
    screen.draw()
    screen.go_to_station("polly")
    await press(pilot, "Q")
    shown = app.screen_stack[-1]
    assert isinstance(shown, QuestionScreen)
    assert "squawk loudly" in text(app)
    await press(pilot, "d", *"hush", "enter")
    await link.until(lambda known: not known.questions and not known.turn_since)
    await worked(app)
    while shown.is_current:
        shown.draw_news()
        await pilot.pause()
    await press(pilot, "i", *"ask", "enter")
    await link.until(lambda known: known.questions)
    await worked(app)
    assert "polly was asked" in text(app)
    await press(pilot, "a")
    await link.until(lambda known: not known.questions and not known.turn_since)
    await press(pilot, "p")
    await link.until(lambda known: known.life is Life.PAUSED)
    await press(pilot, "p")
    await link.until(lambda known: known.life is Life.RUNNING)
    await press(pilot, "X", "y")
    await link.until(lambda known: known.life is Life.KILLED)


def test_a_permission_is_answered_a_request_given_and_an_end_made_from_the_console(house: House) -> None:
    house.start(LONG)
    link = HeardLink(house.repo.path)

    async def run() -> None:
        link.loop, link.news = asyncio.get_running_loop(), asyncio.Event()
        app = FactoryApp(link, OPTIONS)
        async with app.run_test(size=(120, 36)) as pilot:
            await link.until_there()
            reply = await link.send(StartStation("parrot", "ask me", name="polly"))
            assert reply.ok, reply
            await drive(app, link, pilot)

    asyncio.run(run())
