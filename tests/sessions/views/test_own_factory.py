"""The own factory first: what is elsewhere or has rested for long is folded away, counted apart, and found again."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.app import FactoryApp
from console.options import Options
from console.screens.floor.screen import FloorScreen
from sessions.floor import events as ev
from sessions.floor.branches.shown import SHOWN, hidden_branches
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState, Status
from sessions.views.floor.view import FloorView
from tests.support.console import NOW, StillLink, factory_state, state_of
from tests.support.picture import text
from widgets.draw.cells import line_width, plain
from widgets.floor.card import HEIGHTS, branch_card, card
from widgets.floor.grid import Grid
from widgets.floor.preview import LARGE, SMALL, preview_lines
from widgets.floor.rows import fold_line

DAY = 86_400.0


def station(name: str, last: float, elsewhere: bool = False, ended: bool = True) -> list[ev.Event]:
    told = {"station": name, "session": f"s-{name}", "time": last}
    opened = ev.StationOpened(kind="claude", directory=f"/w/{name}", elsewhere=elsewhere, **told)  # type: ignore[arg-type]
    said = ev.TextWritten(text=f"{name} was here", **told)  # type: ignore[arg-type]
    end: list[ev.Event] = [ev.TurnFinished(**told)] if ended else []  # type: ignore[arg-type]
    return [opened, said, *end]


def mixed() -> FloorState:
    events = [*station("own", NOW - 60), *station("old", NOW - 8 * DAY), *station("stale", NOW - 30 * DAY, ended=False)]
    for number in range(60):
        events += station(f"away-{number}", NOW - 10, elsewhere=True)
    events.append(ev.PersonNeeded(station="away-0", session="s-away-0", time=NOW - 5, reason="yes?"))
    return fold_all(factory_state(0, 3), events)


def test_what_is_elsewhere_or_rests_is_folded_away_and_in_no_count() -> None:
    floor = FloorView().look(mixed(), NOW)
    shown = [pane.name for group in floor.groups for pane in group.panes if pane.station]
    assert shown == ["own"]
    assert sum(pane.elsewhere for pane in floor.folded) == 60
    assert {pane.name for pane in floor.folded if not pane.elsewhere} == {"old", "stale"}
    assert floor.totals.stations == 3
    assert floor.totals.statuses == {Status.IDLE: 1}


def test_everything_is_shown_when_it_is_asked_for_and_what_is_elsewhere_stands_last() -> None:
    view = FloorView()
    view.choose(unfolded=True)
    floor = view.look(mixed(), NOW)
    stations = [pane for group in floor.groups for pane in group.panes if pane.station]
    assert len(stations) == 63
    assert [pane.elsewhere for pane in stations] == [False] * 3 + [True] * 60
    assert floor.folded == ()
    assert floor.totals.statuses == {Status.IDLE: 1}


def test_a_search_goes_through_what_is_folded_away() -> None:
    view = FloorView()
    view.choose(search="away-59")
    floor = view.look(mixed(), NOW)
    assert [pane.name for group in floor.groups for pane in group.panes] == ["away-59"]


@pytest.mark.parametrize(("days", "resting"), [(7.0, 2), (10.0, 1), (0.0, 0)])
def test_how_long_a_station_rests_is_a_setting(days: float, resting: int) -> None:
    floor = FloorView(resting_s=days * DAY).look(mixed(), NOW)
    assert sum(not pane.elsewhere for pane in floor.folded) == resting


def test_what_works_or_needs_me_never_rests() -> None:
    asked = ev.PersonNeeded(station="old", session="s-old", time=NOW - 8 * DAY, reason="yes?")
    floor = FloorView().look(state_of([*station("old", NOW - 9 * DAY), asked]), NOW)
    assert floor.folded == ()


def test_the_branch_of_a_station_that_rests_stands_for_itself() -> None:
    """It may hold work: folding its station away must not hide it."""
    told = {"station": "old", "session": "s-old", "time": NOW - 8 * DAY}
    state = state_of(
        [
            ev.StationOpened(kind="claude", directory="/w/old", branch="feature/old", **told),  # type: ignore[arg-type]
            ev.TurnFinished(**told),  # type: ignore[arg-type]
            ev.BranchChanged(time=NOW, branch="feature/old", head="a", ahead=1, dirty=2, committed=NOW - 9 * DAY),
        ]
    )
    view = FloorView()
    for unfolded, key in ((False, "branch:feature/old"), (True, "station:old"), (False, "branch:feature/old")):
        view.choose(unfolded=unfolded)
        assert [pane.key for group in view.look(state, NOW).groups for pane in group.panes] == [key]


def many(branches: int) -> FloorState:
    return state_of(
        [ev.BranchChanged(time=NOW, branch=f"b{n:03}", head="a", ahead=1, committed=NOW - n) for n in range(branches)]
    )


def test_branches_beyond_those_shown_are_counted() -> None:
    assert hidden_branches(many(SHOWN)) == 0
    assert hidden_branches(many(SHOWN + 12)) == 12
    assert FloorView().look(many(SHOWN + 12), NOW).branches == 12
    view = FloorView()
    view.choose(every_branch=True)
    assert view.look(many(SHOWN + 12), NOW).branches == 0


def test_the_line_of_what_is_folded_names_the_key() -> None:
    assert plain(fold_line(60, 1, 7, 0, 80)).strip() == "60 elsewhere, 1 idle for more than 7 days  E shows them"
    assert plain(fold_line(0, 0, 7, 1, 80)).strip() == "+1 older branch hidden  f b shows it"
    assert fold_line(0, 0, 7, 0, 80) == ()


@pytest.mark.parametrize("zoom", range(len(HEIGHTS)))
def test_what_is_elsewhere_is_marked_in_every_layout(zoom: int) -> None:
    view = FloorView()
    view.choose(unfolded=True)
    panes = {pane.name: pane for group in view.look(mixed(), NOW).groups for pane in group.panes}
    for cells in (40, 80, 200):
        assert "↗ away-7" in plain(card(panes["away-7"], cells, zoom, NOW)[0])
        assert "↗" not in plain(card(panes["own"], cells, zoom, NOW)[0])


@given(st.integers(1, 220))
def test_a_branch_without_a_station_is_one_line_below_cards(cells: int) -> None:
    panes = [pane for group in FloorView().look(factory_state(3, 9), NOW).groups for pane in group.panes]
    for pane in (pane for pane in panes if not pane.station):
        for cursor in (False, True):
            [line] = branch_card(pane, cells, NOW, cursor)
            assert line_width(line) == cells
        if cells >= 100:
            assert pane.name in plain(line)
            assert pane.subject[:10] in plain(line)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5)), max_size=4), st.integers(1, 5), st.booleans())
def test_lines_behind_cards_lie_where_they_are_looked_for(
    groups: list[tuple[int, int]], columns: int, headings: bool
) -> None:
    flat = [lines for _, lines in groups]
    grid = Grid([cards + lines for cards, lines in groups], headings, columns, 200, 5, 1, flat)
    taken: set[tuple[int, int]] = set()
    for slot in range(grid.slots):
        (x, y), row = grid.place(slot), grid.row_of(slot)
        assert grid.slot_at(x, y) == slot == grid.slot_at(x + row.cells - 1, y + row.height - 1)
        cells = {(column, y + line) for column in range(x, x + row.cells) for line in range(row.height)}
        assert not cells & taken
        taken |= cells
        assert y + row.height <= grid.height


@given(st.integers(1, 60), st.integers(5, 70))
def test_a_scrolled_wall_begins_with_a_whole_pane(cards: int, height: int) -> None:
    grid = Grid([cards], False, 3, 120, 5, 1)
    for bottom in (5, grid.height // 2 or 1, grid.height):
        top = grid.top_for(bottom, height)
        assert any(row.y == top for row in grid.rows)
        assert top + height >= bottom


def test_the_preview_says_why_and_shows_the_last_words_in_full() -> None:
    question = "Shall I run `git push --force` on station/own, which " + "overwrites what was there " * 4
    asked = ev.PersonNeeded(station="own", session="s-own", time=NOW - 120, source="claude:1234", reason=question)
    [pane] = [
        pane
        for group in FloorView().look(fold_all(EMPTY, [*station("own", NOW - 300), asked]), NOW).groups
        for pane in group.panes
    ]
    lines = preview_lines(pane, 80, LARGE, NOW)
    assert len(lines) == LARGE
    head, *rest = [plain(line) for line in lines]
    assert "own" in head
    assert "needs me for 2m" in head
    assert " ".join(" ".join(rest).split()).startswith(question.strip()[:150])
    assert "/w/own" in rest[-1] or any("own" in line for line in rest)


@given(st.integers(0, 220), st.integers(0, 8))
def test_a_preview_fits_any_size(cells: int, rows: int) -> None:
    for pane in [None, *(pane for group in FloorView().look(mixed(), NOW).groups for pane in group.panes)]:
        lines = preview_lines(pane, cells, rows, NOW)
        assert len(lines) == rows
        assert all(line_width(line) <= max(cells, 6) for line in lines)


def test_the_floor_folds_previews_and_unfolds() -> None:
    async def run() -> None:
        app = FactoryApp(StillLink(mixed()), Options(theme="dark", ascii_only=False, no_colour=False))
        async with app.run_test(size=(120, 40)) as pilot:
            screen = app.screen
            assert isinstance(screen, FloorScreen)
            await pilot.pause()
            assert "60 elsewhere, 2 idle for more than 7 days  E shows them" in text(app)
            assert "own was here" in text(app)
            layouts = screen._layout_updates
            await pilot.press("E")
            await pilot.pause()
            assert "↗ away-" in text(app)
            assert screen.situation().narrow
            await pilot.press("escape")
            await pilot.pause()
            assert "60 elsewhere" in text(app)
            assert screen._layout_updates == layouts
            height = screen.wall.size.height
            await pilot.press("b")
            await pilot.pause()
            assert screen.wall.size.height == height + LARGE
            await pilot.press("f", "b", "enter")
            await pilot.pause()
            assert "all branches" in text(app)
            await pilot.press("escape")
            await pilot.pause()
            assert "all branches" not in text(app)
            await pilot.resize_terminal(80, 24)
            await pilot.press("b")
            await pilot.pause()
            assert screen.wall.size.height == 24 - 3 - SMALL

    asyncio.run(run())
