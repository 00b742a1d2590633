"""Sorting, filters and sizes of the matrix, by single keys."""

from __future__ import annotations

from textual.pilot import Pilot

from console.app import FactoryApp
from console.options import Options
from console.screens.conflicts.screen import ConflictsScreen
from sessions.views.conflicts.cluster import Sort
from tests.console.screens.conflicts.played import play, press
from tests.support.picture import text


def test_sorting_is_a_menu_of_single_keys() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "o")
        assert "landing" in text(app).splitlines()[-1]
        await press(app, pilot, "n")
        names = [row.name for row in screen.scene.matrix.rows]
        assert names == sorted(names)
        await press(app, pilot, "o", "l")
        assert screen.planner.insight
        assert [row.name for row in screen.scene.matrix.rows][:5] == list(screen.planner.insight.plan.names[:5])
        await press(app, pilot, "o", "escape")
        assert screen.view.choice.sort is Sort.LANDING

    play(test)


def test_filters_add_up_and_escape_drops_them() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "f", "c", "w", "enter")
        assert screen.view.choice.only_conflicts
        assert screen.view.choice.at_work
        assert "only conflicts  at work" in text(app).splitlines()[-1]
        some = len(screen.scene.matrix.rows)
        assert 0 < some < 48
        await press(app, pilot, "escape")
        assert len(screen.scene.matrix.rows) == 48
        await press(app, pilot, "f", "p", *"retry", "enter")
        assert screen.view.choice.path == "retry"
        await press(app, pilot, "slash", *"older", "enter")
        assert {row.name.split("-")[0] for row in screen.scene.matrix.rows} == {"topic/older"}
        await press(app, pilot, "slash", *"zzz")
        assert "Every branch is filtered out" in text(app)
        await press(app, pilot, "escape", "escape")
        assert len(screen.scene.matrix.rows) == 48
        await press(app, pilot, "f", "b", "escape")
        assert screen.matrix.row
        assert screen.view.choice.branch == screen.matrix.row.name

    play(test)


def test_rows_are_sorted_and_filtered_by_area() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "o", "r")
        areas = [row.area for row in screen.scene.matrix.rows]
        assert areas == sorted(areas, key=lambda area: (not area, area))
        await press(app, pilot, "home", "f", "r", "enter")
        assert {row.area for row in screen.scene.matrix.rows} == {areas[0]}
        assert f"area {areas[0]}" in text(app).splitlines()[-1]
        assert f"works in {areas[0]}" in text(app)
        await press(app, pilot, "escape", "end", "f", "r")
        assert not screen.view.choice.area
        assert "in no one directory" in text(app).splitlines()[-1]

    play(test)


def test_at_a_hot_spot_only_those_are_shown_that_collide_there() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "tab", "tab", "down", "enter")
        assert screen.planner.insight
        spot = screen.planner.insight.spots[1]
        assert screen.view.choice.path == spot.path
        assert {row.name for row in screen.scene.matrix.rows} == set(spot.branches)
        assert screen.scene.matrix.conflicts == spot.conflicts
        await press(app, pilot, "enter")
        assert not screen.view.choice.narrow
        await press(app, pilot, "end", "pagedown", "home")
        assert screen.side.chosen_path == screen.planner.insight.spots[0].path

    play(test)


def test_zooming_out_needs_colours() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        assert "▀" not in text(app)
        await press(app, pilot, "z")
        assert "▀" in text(app)
        await press(app, pilot, "z")
        assert "▀" not in text(app)

    async def plain(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "z")
        assert "need colours" in text(app).splitlines()[-1]

    play(test)
    play(plain, options=Options(theme="dark", ascii_only=False, no_colour=True, slow_link=False))
