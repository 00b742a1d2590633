"""What the queue costs with 500 cases: counts of what is made, laid out and sent, which no machine changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import Screen

from console.app import FactoryApp
from console.screens.triage.screen import TriageScreen
from sessions.floor.fold.fold import fold
from sessions.floor.triage.case import Cause, Kind
from sessions.views.triage.queue import Item
from tests.console.screens.triage.played import SIZES, play
from tests.support.console import state_of
from tests.support.picture import at_rest
from tests.support.triage.mixed import DecidingLink, case, many_events
from widgets.draw.cells import Line
from widgets.parts.lined import Lined
from widgets.triage.row_lines import item_line

CASES = 500


@pytest.mark.parametrize("size", SIZES)
def test_a_key_makes_the_rows_in_view_and_lays_nothing_out(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    laid: list[object] = []
    sent: list[int] = []
    line: Callable[..., Line] = item_line

    def noted(item: Item, *words: object) -> Line:
        made.append(item.key)
        return line(item, *words)

    lay_out: Callable[..., None] = Screen._refresh_layout
    refresh = Lined.refresh

    def counted(lined: Lined, *regions: Region, **more: bool) -> Lined:
        sent.append(sum(region.area for region in regions) or lined.size.area)
        return refresh(lined, *regions, **more)

    def laying(screen: Screen[object], *words: object, **more: object) -> None:
        laid.append(screen)
        lay_out(screen, *words, **more)

    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        assert len(screen.shown) == CASES
        assert len(screen.query("*")) <= 5
        monkeypatch.setattr("console.screens.triage.scene.item_line", noted)
        monkeypatch.setattr(Screen, "_refresh_layout", laying)
        monkeypatch.setattr(Lined, "refresh", counted)
        keys = "OjO"
        for key in keys:
            await pilot.press(key)
        await at_rest(pilot)
        rows = screen.listing.rows
        # Once when the key is pressed, once when the next row is gone to, and once when the floor says so.
        assert 0 < len(made) <= rows * len(keys) * 3
        assert laid == []
        # What moves up by one is sent anew, and what is told beside it; never the whole screen for each key.
        assert sum(sent) <= len(keys) * 3 * size[0] * size[1]

    play(test, DecidingLink(state_of(many_events(CASES))), size)


def test_a_new_case_below_the_view_sends_a_few_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    refresh = Lined.refresh

    def counted(lined: Lined, *regions: Region, **more: bool) -> Lined:
        sent.append(sum(region.area for region in regions) or lined.size.area)
        return refresh(lined, *regions, **more)

    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        assert isinstance(app.link, DecidingLink)
        screen.draw_news()
        await at_rest(pilot)
        monkeypatch.setattr(Lined, "refresh", counted)
        app.link.state = fold(app.link.state, case("station-01", Kind.RESULT, Cause.UNKNOWN, "it came back", 1.0))
        screen.draw_news()
        assert 0 < sum(sent) <= 200, "how many there are, in the bar and above the list"

    play(test, DecidingLink(state_of(many_events(CASES))))
