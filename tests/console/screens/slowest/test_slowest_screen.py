"""The slowest screen: who is named and why, what is kept, and what its keys ask of the supervisor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import cache
from itertools import takewhile
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import Link
from console.screens.slowest.screen import SlowestScreen
from console.screens.station.screen import StationScreen
from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, AssignScope, ChangeLife, Reply, RequeueStation
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Change
from sessions.floor.scope import Budget
from sessions.floor.state import EMPTY, FloorState
from sessions.journal.past.past import EventList
from sessions.simulation import START, simulate
from sessions.views.slowest.rows import Place
from tests.console.screens.floor.played import OPTIONS, press
from tests.support.console import StillLink
from tests.support.picture import at_rest, text
from tests.support.replay import StillReplay

Play = Callable[[FactoryApp, SlowestScreen, Pilot[None]], Coroutine[Any, Any, None]]
SLOW = "cache-13"
WORDS = "Bash pytest -q tests/cache fails in the same way"


@cache
def events() -> list[ev.Event]:
    return list(takewhile(lambda event: event.time < START + 4_500, simulate(3)))


@cache
def state() -> FloorState:
    return replace(fold_all(EMPTY, events()), simulated=False)


def link() -> StillLink:
    return StillLink(state(), now=state().time, events=events())


def play(test: Play, over: Link | None = None, size: tuple[int, int] = (200, 60)) -> None:
    """Go to the slowest, and play."""

    async def run() -> None:
        app = FactoryApp(over or link(), OPTIONS)
        async with app.run_test(size=size) as pilot:
            await at_rest(pilot)
            await pilot.press("K")
            await at_rest(pilot)
            assert isinstance(app.screen, SlowestScreen)
            await test(app, app.screen, pilot)

    asyncio.run(run())


def sent(app: FactoryApp) -> list[AnyWish]:
    assert isinstance(app.link, StillLink)
    return app.link.sent


@pytest.mark.parametrize("size", [(200, 60), (80, 24)])
def test_the_slowest_is_under_the_cursor_with_its_reason_and_its_figures(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: SlowestScreen, pilot: Pilot[None]) -> None:
        assert screen.row is not None
        assert screen.row.station == SLOW
        seen = text(app)
        assert "1 clearly slow" in seen.splitlines()[0]
        assert "fails in the same way" in seen
        assert "work for one settled change" in seen or size == (80, 24)

    play(test, size=size)


def test_enter_says_what_is_kept_and_does_it_after_a_yes() -> None:
    async def test(app: FactoryApp, screen: SlowestScreen, pilot: Pilot[None]) -> None:
        assert "enter takes its task from it, and keeps" in text(app)
        await press(pilot, "enter")
        assert f"requeue {SLOW}?  kept: branch" in text(app)
        await press(pilot, "escape")
        assert sent(app) == []
        await press(pilot, "enter", "enter")
        await at_rest(pilot)
        (wish,) = sent(app)
        assert isinstance(wish, RequeueStation)
        assert (wish.station, wish.slow, wish.to) == (SLOW, True, "")
        assert WORDS in wish.why
        assert f"{SLOW}: goes back to the queue" in text(app)

    play(test)


def test_others_are_not_ended_for_being_slow_and_a_refusal_is_told() -> None:
    class Refusing(StillLink):
        async def send(self, command: AnyWish, together: str = "") -> Reply:
            await super().send(command, together)
            return Reply(False, "t1 was taken from a slow station once already", "hand it over")

    async def test(app: FactoryApp, screen: SlowestScreen, pilot: Pilot[None]) -> None:
        other = next(row for row in screen.shown if row.place is not Place.SLOW and row.station in state().hands)
        assert screen.go_to(other.station)
        await press(pilot, "T", "y")
        await at_rest(pilot)
        assert sent(app) == [RequeueStation(other.station)]
        assert "t1 was taken from a slow station once already: hand it over" in text(app)
        observed = next(row for row in screen.shown if row.station not in state().owned)
        assert screen.go_to(observed.station)
        await press(pilot, "enter")
        assert "it is only observed" in text(app)

    play(test, Refusing(state(), now=state().time))


def test_it_is_helped_on_instead() -> None:
    async def test(app: FactoryApp, screen: SlowestScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "H", *"any", "enter")
        await at_rest(pilot)
        await press(pilot, "plus", "b")
        await at_rest(pilot)
        await press(pilot, "plus", "f")
        await at_rest(pilot)
        await press(pilot, "plus", "m", "enter")
        await at_rest(pilot)
        known = state().owned[SLOW]
        handed, budget, fresh, model = sent(app)
        assert handed == replace(handed, station=SLOW, slow=False, to="") if isinstance(handed, RequeueStation) else 0
        assert budget == AssignScope(SLOW, known.scope, Budget(dollars=2 * known.budget.dollars))
        assert fresh == ChangeLife(SLOW, Change.RESUME, fresh=True)
        assert isinstance(model, ChangeLife)
        assert model.model in state().models
        assert (model.station, model.change) == (SLOW, Change.RESUME)

    play(test)


def test_marked_ones_are_asked_about_together() -> None:
    async def test(app: FactoryApp, screen: SlowestScreen, pilot: Pilot[None]) -> None:
        busy = [row.station for row in screen.shown if row.station in state().hands][:2]
        for station in busy:
            assert screen.go_to(station)
            await press(pilot, "space")
        await press(pilot, "enter")
        assert "requeue 2 stations?  kept: branches" in text(app)
        await press(pilot, "y")
        await at_rest(pilot)
        assert [getattr(wish, "station", "") for wish in sent(app)] == busy
        assert isinstance(app.link, StillLink)
        assert len({*app.link.together}) == 1
        assert app.link.together[0], "they are undone together"

    play(test)


def test_one_goes_into_a_station_and_comes_back_to_the_ranking() -> None:
    async def test(app: FactoryApp, screen: SlowestScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "right")
        await at_rest(pilot)
        assert isinstance(app.screen, StationScreen)
        await press(pilot, "q")
        assert app.screen_stack[-1] is screen

    play(test)


def test_a_ranking_is_made_once_a_second_and_not_for_each_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(app: FactoryApp, screen: SlowestScreen, pilot: Pilot[None]) -> None:
        ranking = screen.ranking
        await press(pilot, "j", "j", "k")
        screen.draw()
        assert screen.ranking is ranking
        assert isinstance(app.link, StillLink)
        app.link.clock += 2
        screen.draw()
        assert screen.ranking is not ranking

    play(test)


def test_in_a_replay_it_is_ranked_as_of_then_and_nothing_is_done() -> None:
    async def test(app: FactoryApp, screen: SlowestScreen, pilot: Pilot[None]) -> None:
        assert screen.row is not None
        assert screen.row.station == SLOW
        for key in ("enter", "H", "plus", "Y", "T"):
            await press(pilot, key)
            assert "a replay shows what was" in text(app)

    play(test, StillReplay(EventList(events()), seq=len(events())))


def test_before_anything_is_slow_it_is_said_so() -> None:
    early = [event for event in events() if event.time < START + 1_000]

    async def test(app: FactoryApp, screen: SlowestScreen, pilot: Pilot[None]) -> None:
        assert "nothing is clearly slow" in text(app).splitlines()[0]
        assert "early in its" in text(app)

    past = replace(fold_all(EMPTY, early), simulated=False)
    play(test, StillLink(past, now=past.time), size=(80, 24))


def test_an_empty_floor_says_what_to_do() -> None:
    async def test(app: FactoryApp, screen: SlowestScreen, pilot: Pilot[None]) -> None:
        assert "nobody can be slow" in text(app)

    play(test, StillLink(), size=(80, 24))
