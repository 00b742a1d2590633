"""The conflicts screen in a terminal: keys, filters, the plan, files, replay, and what it costs to do nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from console import news
from console.app import FactoryApp
from console.links.link import Link, LinkHealth, LinkMode
from console.options import Options
from console.screens.conflicts.layout import ORDER
from console.screens.conflicts.plan import Planner
from console.screens.conflicts.screen import ConflictsScreen
from console.screens.floor.screen import FloorScreen
from sessions.floor import events as ev
from sessions.floor.commands import Progress
from sessions.floor.conflicts import FileConflict, Outcome, between
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.journal.past.past import EventList
from sessions.views.conflicts.cluster import Sort
from sessions.views.conflicts.matrix import Severity
from tests.support.branches.floor import clash, compared, conflict_state, open_names
from tests.support.branches.pair import apart, colliding, floor_of
from tests.support.console import HOSTILE, NOW, StillLink, factory_state, state_of
from tests.support.picture import at_rest, text
from tests.support.replay import StillReplay
from widgets.conflicts.matrix_lines import Spot

OPTIONS = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)
Play = Callable[[FactoryApp, ConflictsScreen, Pilot[None]], Coroutine[Any, Any, None]]


def play(test: Play, link: Link | None = None, size: tuple[int, int] = (200, 60), options: Options = OPTIONS) -> None:
    async def run() -> None:
        app = FactoryApp(link or simulated(conflict_state()), options)
        async with app.run_test(size=size) as pilot:
            await press(app, pilot, "2")
            assert isinstance(app.screen, ConflictsScreen)
            await test(app, app.screen, pilot)

    asyncio.run(run())


def simulated(state: FloorState) -> StillLink:
    return StillLink(state, mode=LinkMode.SIMULATED)


async def press(app: FactoryApp, pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()


def floor(*events: ev.Event, branches: int = 6) -> FloorState:
    state = factory_state(3, branches)
    return fold_all(state, [*compared(state, open_names(state)), *events])


A, B, C = "station/docs-01", "station/proxy-00", "station/tests-02"


def test_everything_is_on_one_screen_of_few_nodes() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        shown = text(app)
        frame = ("48 branches", "conflicts", "arrival order lands", "suggested", "bound", "base main 4f2c91e0")
        panels = ("uncommitted: on", " pair ─", " hot spots ─", " suggested order ─", "src/billing/")
        for word in (*frame, *panels):
            assert word in shown
        for row in screen.scene.matrix.rows:
            assert row.label in shown
        assert len(list(app.screen.walk_children(with_self=True))) <= 15

    play(test)


def test_a_quiet_screen_asks_for_nothing() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        link = app.link
        assert isinstance(link, StillLink)
        frames: list[object] = []
        link.clock = NOW + 3_600
        screen.sample()
        await at_rest(pilot)
        app._display = lambda *frame: frames.append(frame)  # type: ignore[method-assign]
        layouts = screen._layout_updates
        for later in (1.0, 2.0, 3.0):
            link.clock = NOW + 3_600 + later
            screen.sample()
            await pilot.pause()
        assert frames == []
        assert screen._layout_updates == layouts

    play(test)


def test_the_pair_that_git_is_long_at_is_marked_and_timed_second_by_second_until_it_is_done() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        link = app.link
        assert isinstance(link, StillLink)
        one, other = (screen.scene.matrix.rows[at] for at in (0, 3))
        screen.matrix.go_to(Spot(0, 3))
        link.clock = NOW + 3_600  # ages alone would be looked at once a minute
        link.health = LinkHealth(progress=Progress("conflicts", 1, 2, "pairs", (one.name, other.name), link.clock - 3))
        assert screen.sample() <= 1.0
        await pilot.pause()
        assert screen.matrix.severity is Severity.COMPUTING
        assert f"computing {one.label} × {other.label} 3s" in text(app)
        assert "being compared for 3s" in text(app)
        link.clock += 1
        assert screen.sample() <= 1.0
        await pilot.pause()
        assert "being compared for 4s" in text(app)
        link.health = LinkHealth()
        assert screen.sample() > 1.0
        await pilot.pause()
        assert "computing" not in text(app).replace("computing  ", "")
        assert screen.matrix.severity is not Severity.COMPUTING

    play(test, StillLink(conflict_state()))


def test_a_new_verdict_is_drawn_at_the_next_tick_without_a_layout() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        link = app.link
        assert isinstance(link, StillLink)
        layouts, sent = screen._layout_updates, screen.matrix.cells_sent
        names = [row.name for row in screen.scene.matrix.rows]
        free = next(name for name in names[1:] if between(link.state.verdicts, names[0], name) is None)
        link.state = fold_all(link.state, [clash(names[0], free)])
        screen._made_s = 0.0
        screen.sample()
        await pilot.pause()
        assert "130 conflicts" in text(app)
        assert screen._layout_updates == layouts
        assert screen.matrix.cells_sent - sent < 2_000

    play(test)


def test_when_the_first_branches_are_found_the_matrix_gets_the_room_it_needs() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        assert "No branch is known yet" in text(app)
        link = app.link
        assert isinstance(link, StillLink)
        link.state = conflict_state()
        screen._made_s = 0.0
        screen.sample()
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        shown = text(app)
        for row in screen.scene.matrix.rows:
            assert row.label in shown

    play(test, simulated(EMPTY))


def test_keys_go_to_conflicts_and_the_pair_is_shown() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "n")
        assert screen.matrix.pair in [(A, B), (B, A)]
        assert "conflict in one file" in text(app)
        assert "since 2h10, after a change of docs-01" in text(app)
        await press(app, pilot, "n")
        assert screen.matrix.pair == (C, "")
        await press(app, pilot, "N")
        assert screen.matrix.pair in [(A, B), (B, A)]
        await press(app, pilot, "w", "w")
        assert screen.matrix.pair == (C, "")
        await press(app, pilot, "l", "j", "left", "up", "end", "home")
        assert (screen.matrix.cursor.row, screen.matrix.cursor.column) == (0, 0)

    play(test, simulated(floor(clash(A, B), clash(C, "", FileConflict("src/x.py", "content", 90)))))


def test_what_the_matrix_knows_cannot_land_is_refused_at_once() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "w")
        assert screen.matrix.pair == (C, "")
        await pilot.press("m")
        await pilot.pause()
        said = text(app).splitlines()[-1]
        assert "cannot land: it collides with the base in one file, 90 lines" in said
        assert not any(worker.group == "rehearsal" for worker in app.workers)

    play(test, StillLink(floor(clash(A, B), clash(C, "", FileConflict("src/x.py", "content", 90)))))


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


def test_the_plan_follows_wishes_and_says_what_they_cost() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        def landing() -> tuple[str, ...]:
            assert screen.planner.insight
            return screen.planner.insight.plan.names

        assert A not in landing()
        at = screen.scene.matrix.number(A)
        for _ in range(at):
            await press(app, pilot, "down")
        await press(app, pilot, "p")
        assert A in landing()
        assert "keep" in text(app).splitlines()[-1]
        await press(app, pilot, "p")
        assert A not in landing()
        assert "as many as without" in text(app).splitlines()[-1]
        await press(app, pilot, "d")
        assert screen.planner.wishes.dropped == (A,)
        await press(app, pilot, "R")
        await press(app, pilot, "shift+tab", "home", "J")
        assert landing()[1] == screen.side.chosen_name
        await press(app, pilot, "K")
        assert landing()[0] == screen.side.chosen_name
        await press(app, pilot, "enter")
        assert screen.matrix.row
        assert screen.matrix.row.name == landing()[0]

    play(test, simulated(floor(clash(A, B), clash(A, C))))


def test_the_order_s_cursor_goes_with_its_branch_and_its_keys_are_about_nothing_else() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        def order() -> tuple[str, ...]:
            assert screen.planner.insight
            return screen.planner.insight.plan.names

        first = order()[0]
        await press(app, pilot, "shift+tab", "J", "J")
        assert order()[2] == screen.side.chosen_name == first
        await press(app, pilot, "f", "c", "enter", "enter")
        assert "is filtered out: esc shows all" in text(app).splitlines()[-1]
        assert screen.panel == ORDER
        wishes = screen.planner.wishes
        screen.side._rows[screen.side.chosen] = replace(screen.side._rows[screen.side.chosen], name="")
        await press(app, pilot, "d")
        assert "no branch is selected" in text(app).splitlines()[-1]
        assert screen.planner.wishes == wishes

    play(test, simulated(floor(clash(B, C))))


def test_the_order_s_cursor_stays_in_view_wherever_its_branch_goes() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "shift+tab")
        first = screen.names[screen.side.chosen_name]
        await press(app, pilot, "d")
        assert "dropped: d takes it back" in text(app)
        await press(app, pilot, "d")
        assert f"▌  1  {first} " in text(app)

    play(test, size=(80, 24))


def test_while_it_still_connects_nothing_has_failed() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        bar = text(app).splitlines()[0]
        assert "✖ " not in bar
        assert "6 branches" in bar

    play(test, StillLink(floor(), health=LinkHealth(connected=False)))


def test_wishes_and_the_cursor_outlive_the_screen() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "n", "p", "u")
        pair, wishes = screen.matrix.pair, screen.planner.wishes
        await press(app, pilot, "1")
        assert app.screen is not screen
        await press(app, pilot, "2")
        again = app.screen
        assert isinstance(again, ConflictsScreen)
        assert again is not screen
        assert again.planner.wishes == wishes != again.planner.wishes.__class__()
        assert again.matrix.pair == pair
        assert "uncommitted: off" in text(app)
        await press(app, pilot, "escape")
        assert isinstance(app.screen, FloorScreen)

    play(test)


def test_a_small_terminal_shows_one_panel_at_a_time() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "w")
        assert " × " in text(app).splitlines()[-2]
        assert "lines" in text(app).splitlines()[-2]
        for word in ("pair", "hot spots", "suggested order"):
            await press(app, pilot, "tab")
            assert f" {word} ─" in text(app)
        await press(app, pilot, "tab")
        assert "▾" in text(app)

    play(test, size=(80, 24))


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (80, 24), (20, 8), (1, 1)])
def test_every_size_is_drawn(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "n", "tab", "tab", "tab", "tab", "z", "enter", "escape")
        assert isinstance(app.screen, ConflictsScreen)

    play(test, size=size)


def test_in_a_replay_a_landing_is_refused_with_its_reason() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "m")
        assert "a simulated factory has no repository to merge in" in text(app).splitlines()[-1]
        assert screen.rehearsal is None

    play(test)


def test_a_replay_shows_the_matrix_of_its_moment() -> None:
    state = factory_state(3, 6)
    past = [
        ev.FactoryOpened(time=NOW, repo="/r", name="r", base="main", base_head="4f2c91e0"),
        *(ev.BranchChanged(time=NOW, branch=name, head=f"{i:040x}") for i, name in enumerate(open_names(state))),
        *(replace(event, time=NOW + 1) for event in compared(state, open_names(state))),
        clash(A, B, time=NOW + 60),
        ev.VerdictReached(time=NOW + 120, a=A, b=B, outcome=Outcome.CLEAN, shared=1),
    ]
    link = StillReplay(EventList(past, "past"), seq=1)

    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        seen = []
        for seq in (7, len(past) - 2, len(past) - 1, len(past)):
            link.seek_seq(seq)
            link.tick()
            screen.sample()
            await pilot.pause()
            await app.workers.wait_for_complete()
            await pilot.pause()
            seen.append((screen.scene.matrix.conflicts, "Nothing was compared at this moment" in text(app)))
        assert seen == [(0, True), (0, False), (1, False), (0, False)]
        assert "REPLAY" in text(app).splitlines()[0]
        await press(app, pilot, "comma")
        link.tick()
        screen.sample()
        assert screen.scene.matrix.conflicts == 1
        await press(app, pilot, "n", "m")
        assert "a replay has no repository to merge in" in text(app).splitlines()[-1]
        await press(app, pilot, "enter")
        assert "A replay has no repository to read the lines from." in text(app)

    play(test, link)


def test_landing_first_is_really_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart(monkeypatch, tmp_path / "state")
    state = floor_of(colliding(tmp_path / "r"))

    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "n")
        assert screen.matrix.pair == ("one", "two")
        assert "retries = settings.retries" in text(app)
        await press(app, pilot, "m")
        assert "SIMULATED: one has landed" in text(app)
        two = screen.scene.matrix.number("two")
        assert screen.scene.matrix.at(two, two) == 2
        await press(app, pilot, "m")
        assert screen.rehearsal is None
        assert screen.scene.matrix.at(two, two) == 0
        await press(app, pilot, "m")
        assert "SIMULATED: one has landed" in text(app)
        await press(app, pilot, "u")
        assert "has landed" not in text(app)
        assert screen.scene.matrix.at(two, two) == 0
        await press(app, pilot, "u", "m")
        link = app.link
        assert isinstance(link, StillLink)
        link.state = fold_all(state, [ev.BranchCompared(time=NOW, branch="three", head="1" * 40)])
        screen._made_s = 0.0
        screen.sample()
        assert screen.rehearsal is None

    play(test, StillLink(state))


def test_a_file_opens_and_closes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart(monkeypatch, tmp_path / "state")
    state = floor_of(colliding(tmp_path / "r"))

    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "enter")
        assert "this pair collides in no file" in text(app).splitlines()[-1]
        await press(app, pilot, "n", "enter")
        shown = text(app)
        assert " pool.py ─" in shown
        for word in ("one @ 7–8", "base", "two @ 7–8", "retries = 3", "line 7", "retries = settings.retries"):
            assert word in shown
        assert "▾" not in shown
        await press(app, pilot, "down", "pagedown", "tab", "escape")
        assert "▾" in text(app)

    play(test, StillLink(state))


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (StillLink(EMPTY), "No branch is known yet"),
        (StillLink(state_of([ev.FactoryOpened(time=NOW, repo="/r", name="r", base="main"),
                             ev.BranchChanged(time=NOW, branch="main", head="1")])), "No branch is open"),
        (simulated(floor()), "nothing collides anywhere"),
        (simulated(factory_state(3, 6)), "computing 21 of 21"),
        (StillLink(floor(), health=LinkHealth(connected=False, trouble="it has ended")), "it has ended"),
    ],
)  # fmt: skip
def test_when_there_is_nothing_it_says_why(link: StillLink, words: str) -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        assert words in text(app)
        await press(app, pilot, "n", "w", "m", "p", "enter", "tab", "j")

    play(test, link)


def test_hostile_names_and_paths_do_no_harm() -> None:
    state = factory_state(2, 3)
    names = [HOSTILE, "x/" + HOSTILE[::-1], "\x1b]0;t\x07", "漢字" * 40, "/", "-"]
    events: list[ev.Event] = [
        ev.BranchChanged(time=NOW, branch=name, head="1" * 40, author=HOSTILE, subject=HOSTILE) for name in names
    ]
    events += [ev.BranchCompared(time=NOW, branch=name, head="1" * 40) for name in names]
    events += [clash(a, b, FileConflict(HOSTILE, HOSTILE, 9), cause=HOSTILE) for a, b in pairwise(names)]

    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        for keys in (("n",), ("enter",), ("escape",), ("f", "b", "enter"), ("m", "p", "d"), ("1", "2")):
            await press(app, pilot, *keys)
            for line in text(app).splitlines():
                assert line.isprintable()
                assert "\u202e" not in line

    for size in ((200, 60), (80, 24)):
        play(test, simulated(fold_all(state, events)), size)


@pytest.mark.parametrize(("attention", "told", "rings"), [("quiet", False, 0), ("note", True, 0), ("bell", True, 1)])
def test_a_branch_that_begins_to_collide_is_told_as_loudly_as_set(
    attention: str, told: bool, rings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "RING_EVERY_S", 0.0)

    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        link, rung = app.link, []
        assert isinstance(link, StillLink)
        app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        app.telling.tell(app.screen, ascii_only=False)
        link.state = fold_all(link.state, [clash(A, B)])
        app.telling.tell(app.screen, ascii_only=False)
        app.telling.tell(app.screen, ascii_only=False)
        await pilot.pause()
        assert ("⚔ docs-01 now collides with proxy-00" in text(app)) is told
        await press(app, pilot, "slash")
        link.state = fold_all(link.state, [clash(A, B), clash(C)])
        app.telling.tell(app.screen, ascii_only=False)
        assert len(rung) == 2 * rings, "the bell does not wait for the line"
        await press(app, pilot, "enter")
        app.telling.tell(app.screen, ascii_only=False)
        await pilot.pause()
        assert ("⚔ tests-02 now collides with the base" in text(app)) is told
        assert len(rung) == 2 * rings

    options = Options(
        theme="dark", ascii_only=False, no_colour=False, slow_link=False, attention=frozenset({attention})
    )
    play(test, simulated(floor()), options=options)


def test_the_matrix_does_not_wait_for_a_plan_that_takes_long() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        screen.planner.insight = None
        assert screen.complete()
        screen._made_of = ()
        assert not screen.complete()

    play(test)


def test_a_plan_is_made_once_however_often_it_is_drawn_before_its_turn() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        planner, state = Planner(None), app.link.state
        assert [planner.claim(state, screen.scene) for _ in range(3)] == [True, False, False]
        await planner.make(state, screen.scene)
        assert not planner.claim(state, screen.scene)
        planner.wish("drop", screen.scene.names[0])
        assert [planner.claim(state, screen.scene) for _ in range(2)] == [True, False]

    play(test)


def test_the_scene_is_made_once_to_be_seen_and_once_for_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two hundred branches it takes a tenth of a second, in which no key is answered."""
    made: list[FloorState] = []
    make = ConflictsScreen.make_scene

    def counted(screen: ConflictsScreen, state: FloorState) -> None:
        made.append(state)
        make(screen, state)

    monkeypatch.setattr(ConflictsScreen, "make_scene", counted)

    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await pilot.pause()
        app.pulse.stir()
        await pilot.pause()
        assert len(made) == 2

    play(test)
