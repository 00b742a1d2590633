"""The key that starts a lost supervisor again: where it is offered, and what becomes of the floor meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from textual.pilot import Pilot

from console.actions.registry import ACTIONS, key_name
from console.app import FactoryApp
from console.links.link import Link, LinkHealth, LinkMode
from console.links.live import LiveLink
from console.options import Options
from console.screens.conflicts.screen import ConflictsScreen
from console.screens.floor.screen import FloorScreen
from console.screens.station.screen import StationScreen
from sessions.supervisor import process
from tests.support.console import StillLink, factory_state
from tests.support.house import LONG, House, house_in
from tests.support.supervisor import settled

LOST = LinkHealth(connected=False, trouble="the supervisor was stopped")
AGAIN = "r start again"
Play = Callable[[Pilot[None]], Awaitable[None]]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


def play(link: Link, act: Play) -> None:
    async def run() -> None:
        app = FactoryApp(link, Options(theme="dark", ascii_only=False, no_colour=False))
        async with app.run_test(size=(120, 30)) as pilot:
            await pilot.pause()
            await act(pilot)

    asyncio.run(run())


async def shown(pilot: Pilot[None]) -> list[str]:
    """The lines of the screen as they are now."""
    screen = pilot.app.screen
    assert isinstance(screen, FloorScreen | StationScreen | ConflictsScreen)
    screen.draw()
    await pilot.pause()
    return [strip.text for strip in screen._compositor.render_strips()]


@pytest.mark.parametrize("keys", [(), ("enter",), ("2",)])
def test_every_screen_offers_it_when_no_supervisor_answers_and_only_then(keys: tuple[str, ...]) -> None:
    link = StillLink(factory_state(4, 4), health=LOST)

    async def act(pilot: Pilot[None]) -> None:
        await pilot.press(*keys)
        assert AGAIN in (await shown(pilot))[-1]
        await pilot.press("r")
        assert link.asked_again == 1
        assert "starting the supervisor again" in (await shown(pilot))[-1]
        link.health = LinkHealth()
        assert AGAIN not in (await shown(pilot))[-1]
        await pilot.press("r")
        assert link.asked_again == 1
        assert "the supervisor is there" in (await shown(pilot))[-1]

    play(link, act)


def test_the_palette_offers_it() -> None:
    link = StillLink(factory_state(4, 4), health=LOST)

    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("colon", *"start again", "enter")
        assert link.asked_again == 1

    play(link, act)


def test_a_simulation_has_none() -> None:
    link = StillLink(factory_state(4, 4), mode=LinkMode.SIMULATED, health=LOST)

    async def act(pilot: Pilot[None]) -> None:
        assert AGAIN not in (await shown(pilot))[-1]
        await pilot.press("r")
        assert "a simulated factory has no supervisor" in (await shown(pilot))[-1]
        assert not link.asked_again

    play(link, act)


def test_its_key_is_free_wherever_it_works() -> None:
    for where in ("floor", "station", "conflicts"):
        assert [a.id for a in ACTIONS if where in a.where and "r" in map(key_name, a.keys)] == ["app.again"]


def test_the_floor_stays_and_goes_on_where_it_was(house: House) -> None:
    house.write(1, 3)
    process.start(house.repo.path, LONG)
    link = LiveLink(house.repo.path, lambda: LONG)

    async def act(pilot: Pilot[None]) -> None:
        await asyncio.to_thread(settled, lambda: link.health.connected and link.state.total.calls == 3)
        await asyncio.to_thread(process.stop, house.repo.path)
        await asyncio.to_thread(settled, lambda: bool(link.health.trouble))
        lines = await shown(pilot)
        assert "the supervisor was stopped" in lines[1]
        assert AGAIN in lines[-1]
        assert link.state.total.calls == 3
        house.write(4, 4)
        await pilot.press("r")
        await asyncio.to_thread(settled, lambda: link.health.connected and link.state.total.calls == 4)
        assert AGAIN not in (await shown(pilot))[-1]

    play(link, act)
    assert process.running(house.repo.path)
