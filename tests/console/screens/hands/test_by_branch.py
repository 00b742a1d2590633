"""The same keys where branches are looked at: they are for the station that works on the branch at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import LinkMode
from console.screens import base
from console.screens.branch.screen import BranchScreen
from console.screens.conflicts.screen import ConflictsScreen
from console.screens.forms.scope import ScopeScreen
from console.screens.prompt.screen import PromptScreen
from console.screens.question.screen import QuestionScreen
from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, ChangeLife
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Change, Life
from sessions.floor.state import FloorState
from sessions.views.hands import FREE, OBSERVED
from tests.console.screens.floor.played import OPTIONS
from tests.support.branches.floor import clash, compared
from tests.support.console import NOW, StillLink, state_of
from tests.support.picture import text
from tests.support.stations.still import our_events, ours

HERE = ("asker", "worker", "seen", "free", "two", "over", "gone")
Test = Callable[[FactoryApp, Pilot[None]], Awaitable[None]]


def floor() -> FloorState:
    names = [f"station/{name}" for name in HERE]
    events = [
        *our_events(),
        *ours("two"),
        *ours("gone", life=Life.REMOVED),
        *(ev.BranchChanged(time=NOW - 600, source="git", branch=name, head=f"{at}abcdef", ahead=1, committed=NOW - 700)
          for at, name in enumerate(names)),
        ev.BranchEntered(time=NOW - 9, source="factory", station="rests", branch="station/two", directory="/p/two"),
    ]  # fmt: skip
    state = state_of(sorted(events, key=lambda event: event.time))
    return fold_all(state, [*compared(state, names), clash("station/asker", "station/worker")])


async def settle(app: FactoryApp, pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()


def play(test: Test, link: StillLink, branch: str, among: bool, size: tuple[int, int] = (200, 60)) -> None:
    """With the cursor on a branch `among` the conflicts, or in that branch."""

    async def run() -> None:
        app = FactoryApp(link, OPTIONS)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await go(app, pilot, branch, among)
            await test(app, pilot)

    asyncio.run(run())


async def go(app: FactoryApp, pilot: Pilot[None], branch: str, among: bool) -> None:
    if among:
        if not isinstance(app.screen, ConflictsScreen):
            await settle(app, pilot, "2")
        assert isinstance(app.screen, ConflictsScreen)
        dict(app.screen.palette_jumps())[f"branch {app.screen.names[branch]}"]()
    else:
        await app.action_floor()
        await app.open_branch(branch)
    await settle(app, pilot, "tab", "shift+tab")


def last_line(app: FactoryApp) -> str:
    return text(app).splitlines()[-1]


CASES: tuple[tuple[str, str, list[AnyWish], str], ...] = (
    ("asker", "I", [ChangeLife("asker", Change.INTERRUPT)], ""),
    ("worker", "X y", [ChangeLife("worker", Change.KILL)], ""),
    ("worker", "p", [ChangeLife("worker", Change.PAUSE)], ""),
    ("seen", "x", [], OBSERVED),
    ("seen", "s", [], OBSERVED),
    ("free", "x", [], FREE),
    ("free", "i", [], FREE),
    ("free", "S", [], FREE),
    ("free", "space", [], FREE),
    ("two", "x", [], "2 stations are on it, rests, two: choose one on the floor"),
    ("worker", "a", [], "it asks nothing"),
)
"""On the branch of which station which keys ask for what, or why they cannot."""


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is refused may go on at once, as after a moment."""
    monkeypatch.setattr(base, "UNHEARD_S", 0.0)
    monkeypatch.setattr(base, "TYPING_S", 0.0)


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize("among", [False, True])
def test_a_key_is_for_the_station_of_the_branch_and_where_it_cannot_be_it_says_why(among: bool) -> None:
    link = StillLink(floor())

    async def test(app: FactoryApp, pilot: Pilot[None]) -> None:
        for station, keys, wishes, reason in CASES if among else CASES[::2]:  # both have them of one table
            link.sent.clear()
            await go(app, pilot, f"station/{station}", among)
            await settle(app, pilot, *keys.split())
            assert link.sent == wishes, (station, keys)
            assert reason in last_line(app), (station, keys)

    play(test, link, "station/asker", among)


@pytest.mark.parametrize("among", [False, True])
def test_what_it_asks_is_shown_before_it_is_allowed(among: bool) -> None:
    link = StillLink(floor())

    async def test(app: FactoryApp, pilot: Pilot[None]) -> None:
        assert "a allow" in last_line(app)
        await settle(app, pilot, "a")
        assert isinstance(app.screen, QuestionScreen)
        assert link.sent == []

    play(test, link, "station/asker", among)


@pytest.mark.parametrize("among", [False, True])
def test_forms_open_over_it_and_it_is_marked(among: bool) -> None:
    async def test(app: FactoryApp, pilot: Pilot[None]) -> None:
        await settle(app, pilot, "space")
        assert app.marks == {"station:worker"}
        for key, screen in (("i", PromptScreen), ("S", ScopeScreen)):
            await settle(app, pilot, key)
            assert isinstance(app.screen, screen)
            await settle(app, pilot, "escape")
        if among:
            await settle(app, pilot, "D")
            assert isinstance(app.screen, BranchScreen)
            assert app.screen.branch == "station/worker"

    play(test, StillLink(floor()), "station/worker", among)


def test_the_keys_of_the_screen_itself_stand_first_in_its_footer() -> None:
    async def test(app: FactoryApp, pilot: Pilot[None]) -> None:
        shown = last_line(app)
        assert 0 < shown.index("m land first") < shown.index("i prompt")

    play(test, StillLink(floor()), "station/worker", among=True, size=(300, 40))


def test_in_a_past_nothing_is_done_and_nothing_of_it_stands_in_the_footer() -> None:
    link = StillLink(floor())

    async def test(app: FactoryApp, pilot: Pilot[None]) -> None:
        link.mode = LinkMode.REPLAY
        await settle(app, pilot, "tab")
        assert "prompt" not in last_line(app)
        await settle(app, pilot, "x")
        assert "a replay shows what was" in last_line(app)

    play(test, link, "station/worker", among=False)


@pytest.mark.usefixtures("fast")
def test_where_no_station_works_all_keys_say_so_in_the_same_words() -> None:
    async def test(app: FactoryApp, pilot: Pilot[None]) -> None:
        for branch, keys in (("free", "iIpxXRvVSsaAdQ"), ("gone", "iXRS")):
            await go(app, pilot, f"station/{branch}", among=False)
            for key in keys:
                await settle(app, pilot, key)
                assert last_line(app).rstrip().endswith(f": {FREE}"), (branch, key)

    play(test, StillLink(floor()), "station/free", among=False)


def test_the_header_tells_who_works_from_who_does_no_more() -> None:
    async def test(app: FactoryApp, pilot: Pilot[None]) -> None:
        for branch, told in (
            ("worker", "  works: worker  "),
            ("over", "  no station  stopped: over  "),
            ("gone", "  no station  "),
            ("two", "  works: rests, two  "),
        ):
            await go(app, pilot, f"station/{branch}", among=False)
            header = text(app).splitlines()[0]
            assert told in header
            assert "removed" not in header

    play(test, StillLink(floor()), "station/worker", among=False)
