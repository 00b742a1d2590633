"""Pictures of the station and the replay screens at both sizes, with the clock standing still."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import Link
from console.options import Options
from console.screens.station.screen import StationScreen
from sessions.floor.events import Event
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.journal.past.past import EventList
from tests.console.screens.test_station_screen import hostile_events
from tests.support.console import HOSTILE, StillLink
from tests.support.conversation import Talk
from tests.support.picture import SMALL, WIDE, Before, Compare, at_rest, pressing
from tests.support.replay import StillReplay, sample_events


def app_over(link: Link, theme: str = "dark") -> FactoryApp:
    return FactoryApp(link, Options(theme=theme, ascii_only=False, no_colour=False, slow_link=False))


def still(events: list[Event]) -> StillLink:
    state = fold_all(EMPTY, events)
    return StillLink(state, now=state.time + 2, events=events)


def entering(name: str, *keys: str, talk: Talk | None = None) -> Before:
    """Go into a station, have it say something, and press keys."""

    async def go(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, FactoryApp)
        await app.open_station(name)
        await at_rest(pilot)
        if talk is not None:
            screen = app.screen
            assert isinstance(screen, StationScreen)
            screen.view.show_source(talk, "from the transcript")
        await pressing(*keys)(pilot)

    return go


def test_a_station_with_room(snap_compare: Compare) -> None:
    app = app_over(still(sample_events(30)))
    assert snap_compare(app, terminal_size=WIDE, run_before=entering("docs-02", "k", "k", "k", "enter", talk=Talk(800)))


def test_a_station_in_the_light_theme(snap_compare: Compare) -> None:
    app = app_over(still(sample_events(30)), "light")
    assert snap_compare(app, terminal_size=WIDE, run_before=entering("docs-02", talk=Talk(800)))


def test_a_station_on_a_small_screen(snap_compare: Compare) -> None:
    app = app_over(still(sample_events(30)))
    assert snap_compare(app, terminal_size=SMALL, run_before=entering("docs-02", talk=Talk(800)))


@pytest.mark.parametrize("panel", ["station", "plot"])
def test_a_panel_on_a_small_screen(snap_compare: Compare, panel: str) -> None:
    keys = {"station": ("tab",), "plot": ("tab", "tab")}[panel]
    app = app_over(still(sample_events(30)))
    assert snap_compare(app, terminal_size=SMALL, run_before=entering("docs-02", *keys))


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_a_replay(snap_compare: Compare, size: tuple[int, int]) -> None:
    past = EventList(sample_events(60, simulated=True))
    assert snap_compare(app_over(StillReplay(past, seq=900)), terminal_size=size, run_before=at_rest)


def test_hostile_text_in_a_station(snap_compare: Compare) -> None:
    assert snap_compare(app_over(still(hostile_events())), terminal_size=(140, 40), run_before=entering(HOSTILE))
