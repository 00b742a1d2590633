"""The conflicts screen in a terminal: what it shows at every size and moment, and what it costs to do nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from console import news
from console.app import FactoryApp
from console.links.link import LinkHealth
from console.options import Options
from console.screens.conflicts.screen import ConflictsScreen
from sessions.floor import events as ev
from sessions.floor.commands import Progress
from sessions.floor.conflicts import FileConflict, Outcome, between
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.journal.past.past import EventList
from sessions.views.conflicts.matrix import Severity
from tests.console.screens.conflicts.played import A, B, C, floor, look, play, press, simulated
from tests.support.branches.floor import clash, compared, conflict_state, open_names
from tests.support.branches.pair import apart, colliding, floor_of
from tests.support.console import HOSTILE, NOW, StillLink, factory_state, state_of
from tests.support.picture import at_rest, text, worked
from tests.support.replay import StillReplay
from widgets.conflicts.matrix_shape import Spot


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
        look(screen)
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
        look(screen)
        await pilot.pause()
        await worked(app)
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
        await press(app, pilot, "w")
        assert screen.matrix.pair == (C, "")
        assert "this is the worst" not in text(app)
        await press(app, pilot, "w")
        assert screen.matrix.pair == (C, "")
        assert "this is the worst" in text(app).splitlines()[-1]
        await press(app, pilot, "l", "j", "left", "up", "end", "home")
        assert (screen.matrix.cursor.row, screen.matrix.cursor.column) == (0, 0)

    play(test, simulated(floor(clash(A, B), clash(C, "", FileConflict("src/x.py", "content", 90)))))


def test_while_it_still_connects_nothing_has_failed() -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        bar = text(app).splitlines()[0]
        assert "✖ " not in bar
        assert "6 branches" in bar

    play(test, StillLink(floor(), health=LinkHealth(connected=False)))


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


@pytest.mark.parametrize("size", [(80, 24), (20, 8), (1, 1)])
def test_every_size_is_drawn(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: ConflictsScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "n", "tab", "tab", "tab", "tab", "z", "enter", "escape")
        assert isinstance(app.screen, ConflictsScreen)

    play(test, size=size)


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
            look(screen)
            await at_rest(pilot)
            seen.append((screen.scene.matrix.conflicts, "Nothing was compared at this moment" in text(app)))
        assert seen == [(0, True), (0, False), (1, False), (0, False)]
        assert "REPLAY" in text(app).splitlines()[0]
        await press(app, pilot, "comma")
        link.tick()
        look(screen)
        assert screen.scene.matrix.conflicts == 1
        await press(app, pilot, "n", "m")
        assert "a replay has no repository to merge in" in text(app).splitlines()[-1]
        await press(app, pilot, "enter")
        assert "A replay has no repository to read the lines from." in text(app)

    play(test, link)


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
        await press(app, pilot, "n", "w", "m", "plus", "enter", "tab", "j")

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
