"""A console on which nothing happens does not look; one on which much happens looks at its own pace."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from time import time
from unittest.mock import patch

import pytest

from console.app import FactoryApp
from console.pulse import NEVER, Pulse
from console.screens.floor.screen import FloorScreen
from console.screens.sampled import PACED_S, YOUNG_S, SampledScreen, beat_s
from tests.support.console import NOW, StillLink, factory_events, state_of

PERIOD_S = 0.05


class Looker:
    """Counts its looks, and says after what rest the next one is due."""

    def __init__(self, *rests: float) -> None:
        self.rests = list(rests)
        self.count = 0
        self.looked = asyncio.Event()
        self.pulse = Pulse(self.look, lambda: PERIOD_S)

    def look(self) -> float:
        self.count += 1
        self.looked.set()
        return self.rests.pop(0) if self.rests else NEVER

    async def next(self) -> None:
        await self.looked.wait()
        self.looked.clear()


def told(story: Callable[[Looker], Awaitable[None]], *rests: float) -> None:
    async def run() -> None:
        looker = Looker(*rests)
        looker.pulse.begin()
        await looker.next()
        try:
            async with asyncio.timeout(30):
                await story(looker)
        finally:
            looker.pulse.end()

    asyncio.run(run())


def test_many_changes_between_two_looks_are_one_look() -> None:
    async def story(looker: Looker) -> None:
        for _ in range(1_000):
            looker.pulse.stir()
        await looker.next()
        assert looker.count == 2

    told(story)


def test_a_change_on_another_thread_is_looked_at() -> None:
    async def story(looker: Looker) -> None:
        await asyncio.to_thread(looker.pulse.stir)
        await looker.next()

    told(story)


def test_what_changes_during_a_look_is_looked_at_once_more() -> None:
    async def story(looker: Looker) -> None:
        plain = looker.look

        def changed_meanwhile() -> float:
            thread = threading.Thread(target=looker.pulse.stir)
            thread.start()
            thread.join()
            looker.pulse._look = plain
            return plain()

        looker.pulse._look = changed_meanwhile
        looker.pulse.stir()
        await looker.next()
        await looker.next()
        assert looker.count == 3

    told(story)


def test_time_alone_brings_a_look_and_a_change_does_not_put_it_off() -> None:
    async def story(looker: Looker) -> None:
        await looker.next()
        looker.pulse.stir()
        await looker.next()
        await looker.next()
        assert looker.count == 4

    told(story, 0.01, 0.3, 0.2)


def test_without_a_change_nothing_is_due() -> None:
    async def story(looker: Looker) -> None:
        assert looker.pulse._timer is None
        looker.pulse.end()
        looker.pulse.stir()
        assert looker.pulse._timer is None

    told(story)


@pytest.mark.parametrize(
    ("quiet", "beat"), [(0.0, 1.0), (YOUNG_S, 5.0), (PACED_S - 1, 5.0), (PACED_S, 60.0), (9e9, 60.0)]
)
def test_the_longer_nothing_happens_the_seldomer_time_shows(quiet: float, beat: float) -> None:
    assert beat_s(quiet) == beat


def test_a_screen_is_due_when_its_ages_change() -> None:
    """An hour after the last event, ages are minutes: they change at the next full one."""

    async def rests(link: StillLink) -> float:
        app = FactoryApp(link)
        async with app.run_test(size=(200, 60)):
            assert isinstance(app.screen, FloorScreen)
            return app.screen.sample()

    state = state_of(factory_events(now=NOW - 3_600))
    assert asyncio.run(rests(StillLink(state, now=NOW + 13))) == pytest.approx(47)


def test_what_happened_behind_another_screen_is_looked_at_when_it_goes() -> None:
    async def run() -> None:
        link = StillLink(state_of(factory_events()), now=time())
        app = FactoryApp(link)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.press("question_mark")
            looks = app.pulse.looks
            with patch.object(SampledScreen, "sample", autospec=True, return_value=NEVER) as sample:
                await pilot.press("escape")
                while app.pulse.looks == looks:
                    await pilot.pause()
            assert sample.called

    asyncio.run(run())
