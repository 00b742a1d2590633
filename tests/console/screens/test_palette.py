"""The palette: what it offers, how it searches, and how a hit is drawn."""

from __future__ import annotations

import asyncio

from textual.fuzzy import FuzzySearch
from textual.pilot import Pilot

from console.app import FactoryApp
from console.options import Options
from console.screens.floor.screen import FloorScreen
from console.screens.palette.offers import Hit, Offer, hit_line, hits
from console.screens.palette.screen import PaletteScreen
from sessions.floor import events as ev
from tests.support.console import HOSTILE, StillLink, factory_state, state_of
from widgets.draw.cells import line_width, plain


def command(title: str, help: str = "", keys: str = "", reason: str = "") -> Offer:
    return Offer(title, help, keys, reason, lambda: None)


OFFERED = [command("search", "Show only panes.", "/"), command("theme", "", "t"), command("station ship-18")]


def found(typed: str) -> list[str]:
    return [hit.command.title for hit in hits(OFFERED, typed, FuzzySearch())]


def test_nothing_typed_offers_everything_in_its_order() -> None:
    assert found("") == found("  ") == ["search", "theme", "station ship-18"]


def test_letters_are_found_in_their_order_wherever_they_stand() -> None:
    assert found("thm") == ["theme"]
    assert found("SHIP") == ["station ship-18"]
    assert found("emeht") == []


def test_what_only_the_help_says_is_found_last() -> None:
    assert found("show") == ["search"]
    offered = [command("order", "Sort by cost."), command("station sort-01")]
    assert [hit.command.title for hit in hits(offered, "sort", FuzzySearch())] == ["station sort-01", "order"]


def test_what_the_footer_names_is_offered_first_and_the_palette_not_at_all() -> None:
    _, lines = with_palette(FactoryApp(StillLink(factory_state()), OPTIONS), (120, 40))
    titles = [line[1:16].strip() for line in lines[-17:-1]]
    assert titles[:2] == ["open", "search"]
    assert "up" not in titles
    assert "palette" not in titles


def test_a_line_fits_and_marks_what_was_typed() -> None:
    (hit,) = hits(OFFERED, "sear", FuzzySearch())
    assert hit.places == {0, 1, 2, 3}
    for cells in (120, 40, 12, 3):
        assert line_width(hit_line(hit, cells, True)) == cells
    line = hit_line(hit, 60, False)
    assert plain(line).startswith(" search         Show only panes.")
    assert plain(line).endswith("  / ")


def test_what_cannot_work_says_why() -> None:
    line = plain(hit_line(Hit(command("open", "Go in.", "enter", "nothing is selected")), 80, False))
    assert "nothing is selected" in line
    assert "Go in." not in line


def with_palette(app: FactoryApp, size: tuple[int, int], *keys: str) -> tuple[FactoryApp, list[str]]:
    async def run() -> list[str]:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await pilot.press("colon", *keys)
            await pilot.pause()
            return [strip.text for strip in app.screen._compositor.render_strips()]

    return app, asyncio.run(run())


OPTIONS = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)


def test_it_stands_over_the_floor_at_every_size() -> None:
    for size in ((200, 60), (80, 24), (40, 12), (12, 4)):
        _, lines = with_palette(FactoryApp(StillLink(factory_state()), OPTIONS), size, *"ship")
        assert len(lines) == size[1]
        assert lines[-1].startswith(" : ship")
        assert any("station" in line or "▌" in line for line in lines)


def test_moving_goes_on_to_hits_that_were_out_of_sight() -> None:
    _, lines = with_palette(FactoryApp(StillLink(factory_state()), OPTIONS), (80, 24), *["pagedown"] * 6)
    assert any(line.startswith("▌") and ("station" in line or "branch" in line) for line in lines)


def test_hostile_names_are_harmless() -> None:
    state = state_of([ev.StationOpened(time=1, station=HOSTILE, kind="claude", directory="/d")])
    _, lines = with_palette(FactoryApp(StillLink(state), OPTIONS), (80, 24), *"red")
    shown = "\n".join(lines)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[red]x[/]" in shown


def test_a_click_takes_a_hit_and_one_beside_it_leaves() -> None:
    async def click(pilot: Pilot[None], app: FactoryApp, y: int, times: int = 1) -> None:
        await pilot.press("colon", *"ship-18")
        await pilot.pause()
        assert isinstance(app.screen, PaletteScreen)
        await pilot.click(offset=(5, y), times=times)
        await pilot.pause()
        await pilot.pause()

    async def run() -> None:
        app = FactoryApp(StillLink(factory_state()), OPTIONS)
        async with app.run_test(size=(80, 40)) as pilot:
            await pilot.pause()
            await click(pilot, app, 3, times=2)
            assert isinstance(app.screen, FloorScreen)
            await click(pilot, app, 40 - 1 - 16)
            floor = app.screen
            assert isinstance(floor, FloorScreen)
            assert floor.wall.cursor is not None
            assert floor.wall.cursor.name == "ship-18"

    asyncio.run(run())
