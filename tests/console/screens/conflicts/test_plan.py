"""The landing order beside the matrix: wishes, the cursor in it, and landings that are tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from console.app import FactoryApp
from console.screens.conflicts.layout import ORDER
from console.screens.conflicts.plan import Planner
from console.screens.conflicts.screen import ConflictsScreen
from console.screens.floor.screen import FloorScreen
from sessions.floor import events as ev
from sessions.floor.conflicts import FileConflict
from sessions.floor.fold.fold import fold_all
from tests.console.screens.conflicts.played import A, B, C, floor, look, play, press, simulated
from tests.support.branches.floor import clash
from tests.support.branches.pair import apart, colliding, floor_of
from tests.support.console import NOW, StillLink
from tests.support.picture import text


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


def test_the_plan_follows_wishes_and_says_what_they_cost() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        def landing() -> tuple[str, ...]:
            assert screen.planner.insight
            return screen.planner.insight.plan.names

        assert A not in landing()
        at = screen.scene.matrix.number(A)
        for _ in range(at):
            await press(app, pilot, "down")
        await press(app, pilot, "plus")
        assert A in landing()
        assert "pinned: pinned and moved branches keep" in text(app).splitlines()[-1]
        await press(app, pilot, "plus")
        assert A not in landing()
        assert "no longer pinned: " in text(app).splitlines()[-1]
        assert "as many as without" in text(app).splitlines()[-1]
        await press(app, pilot, "minus")
        assert screen.planner.wishes.dropped == (A,)
        assert "left out: " in text(app).splitlines()[-1]
        await press(app, pilot, "minus")
        assert "taken back: " in text(app).splitlines()[-1]
        await press(app, pilot, "U")
        assert "there are no wishes" in text(app).splitlines()[-1]
        await press(app, pilot, "plus", "U")
        assert "no wishes: " in text(app).splitlines()[-1]
        await press(app, pilot, "shift+tab", "home", "left_curly_bracket", "left_curly_bracket")
        assert "cannot go earlier" in text(app).splitlines()[-1]
        await press(app, pilot, "U", "right_curly_bracket")
        assert landing()[1] == screen.side.chosen_name
        await press(app, pilot, "left_curly_bracket")
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
        await press(app, pilot, "shift+tab", "right_curly_bracket", "shift+down")
        assert order()[2] == screen.side.chosen_name == first
        await press(app, pilot, "f", "c", "enter", "enter")
        assert "is filtered out: esc shows all" in text(app).splitlines()[-1]
        assert screen.panel == ORDER
        wishes = screen.planner.wishes
        screen.side._rows[screen.side.chosen] = replace(screen.side._rows[screen.side.chosen], name="")
        await press(app, pilot, "minus")
        assert "no branch is selected" in text(app).splitlines()[-1]
        assert screen.planner.wishes == wishes

    play(test, simulated(floor(clash(B, C))))


def test_the_order_s_cursor_stays_in_view_wherever_its_branch_goes() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "shift+tab")
        first = screen.names[screen.side.chosen_name]
        await press(app, pilot, "minus")
        assert "dropped: d takes it back" in text(app)
        await press(app, pilot, "minus")
        assert f"▌  1  {first} " in text(app)

    play(test, size=(80, 24))


def test_wishes_and_the_cursor_outlive_the_screen() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "n", "plus", "E")
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


def test_in_a_replay_a_landing_is_refused_with_its_reason() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "m")
        assert "a simulated factory has no repository to merge in" in text(app).splitlines()[-1]
        assert screen.rehearsal is None

    play(test)


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
        await press(app, pilot, "E")
        assert "has landed" not in text(app)
        assert screen.scene.matrix.at(two, two) == 0
        await press(app, pilot, "E", "m")
        link = app.link
        assert isinstance(link, StillLink)
        link.state = fold_all(state, [ev.BranchCompared(time=NOW, branch="three", head="1" * 40)])
        link.clock += 10
        look(screen)
        await pilot.pause()
        assert "SIMULATED: one has landed" in text(app)
        assert "as of 10s ago, 1 branch moved since   m again brings it up to date" in text(app)
        link.state = fold_all(link.state, [ev.BranchRemoved(time=NOW, branch="three")])
        look(screen)
        await pilot.pause()
        assert screen.scene.matrix.number("three") >= 0, "it is as it was"
        link.state = state
        await press(app, pilot, "m")
        assert screen.rehearsal is None, "nothing has moved any more"
        await press(app, pilot, "m")
        link.state = fold_all(state, [ev.BranchCompared(time=NOW, branch="three", head="1" * 40)])
        await press(app, pilot, "m")
        assert "SIMULATED: one has landed" in text(app)
        assert "moved since" not in text(app)
        await press(app, pilot, "escape")
        assert screen.rehearsal is None

    play(test, StillLink(state))


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
        planner.wish("drop", screen.scene.names[0], "a branch")
        assert [planner.claim(state, screen.scene) for _ in range(2)] == [True, False]

    play(test)
