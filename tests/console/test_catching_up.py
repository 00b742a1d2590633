"""The past is folded before it is drawn: while it is read in, the wall is drawn seldom, and its progress always."""

from __future__ import annotations

import asyncio
import threading

import pytest

from console.app import FactoryApp
from console.links.demo import DemoLink
from console.links.link import LinkHealth
from console.screens.floor import scene as floor
from console.screens.floor.screen import FloorScreen
from sessions.floor.commands import Progress
from sessions.floor.state import EMPTY
from tests.support.console import StillLink, factory_state
from widgets.floor.topline import TopLine


def test_the_demo_shows_what_came_before_when_all_of_it_is_there() -> None:
    link, seen, done = DemoLink(60, 20), list[int](), threading.Event()

    def changed() -> None:
        seen.append(link.state.seq)
        if link.state is not EMPTY:
            done.set()

    link.listen(changed)
    link.start()
    try:
        assert done.wait(60)
    finally:
        link.stop()
    first = next(seq for seq in seen if seq)
    assert seen.index(first) > 0, "its progress was told before"
    assert first > 2_000, "more than one batch at once"


@pytest.mark.parametrize("reading", [True, False])
def test_the_wall_waits_while_the_past_is_read_and_the_top_does_not(
    reading: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floor, "EASE_S", 3_600.0)

    async def run() -> None:
        link = StillLink(factory_state(12, 8))
        app = FactoryApp(link)
        async with app.run_test(size=(200, 60)):
            screen = app.screen
            assert isinstance(screen, FloorScreen)
            screen.draw()
            link.state = factory_state(14, 8)
            if reading:
                link.health = LinkHealth(progress=Progress("reading transcripts", 7, 9, "bytes"))
            screen.sample()
            shown = screen.floor
            assert shown is not None
            assert shown.totals.stations == (12 if reading else 14)
            top = "".join(text for line in screen.query_one(TopLine)._lines for text, _ in line)
            assert ("reading transcripts" in top) is reading
            link.health = LinkHealth()
            screen.sample()
            assert screen.floor is not None
            assert screen.floor.totals.stations == 14

    asyncio.run(run())
