"""Assigning a boundary: completed from the tree and the work, with whom it meets, who holds it, for one or several."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from console.app import FactoryApp
from console.screens.floor.screen import FloorScreen
from console.screens.forms.scope import ScopeScreen
from console.screens.station.screen import StationScreen
from sessions.asking.station_questions import AgentKind, TreePaths
from sessions.floor import events as ev
from sessions.floor.commands import AssignScope, Reply
from sessions.floor.conflicts import FileConflict
from sessions.floor.scope import Budget, Held, HeldBy, Network, Scope
from sessions.floor.scopes.paths import PORTION
from sessions.views.hands import OBSERVED
from tests.console.screens.floor.played import play, press
from tests.console.screens.hands.test_verbs import done, go, last_line
from tests.support.branches.floor import clash
from tests.support.console import NOW
from tests.support.picture import text
from tests.support.stations.asked import AskedLink
from tests.support.stations.still import LISTED, our_events, ours


def at(app: FactoryApp) -> ScopeScreen:
    assert isinstance(app.screen, ScopeScreen)
    return app.screen


async def opened(screen: FloorScreen, pilot: Pilot[None], *stations: str) -> None:
    await go(screen, pilot, *stations)
    await press(pilot, "S")
    await done(pilot)


def test_it_begins_as_it_is_and_assigns_what_is_written() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await opened(screen, pilot, "worker")
        assert at(app).form.values["writes"] == "src/** !src/gen/**"
        assert it.questions[0] == TreePaths("station/worker")
        await press(pilot, *" docs/i", "right", "tab", "tab", "tab", "left", "tab", "tab")
        assert at(app).form.focus.key == "budget"
        await press(pilot, "ctrl+u", *"1M", "enter")
        await done(pilot)
        scope = Scope(("src/**", "!src/gen/**", "docs/index.md"))
        assert it.sent == [AssignScope("worker", scope, Budget(tokens=1_000_000))]
        assert app.screen is screen
        assert "worker has another boundary, from now for its hook" in last_line(app)

    play(test, it)


def test_news_that_come_while_it_opens_do_not_draw_what_it_does_not_know_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    changed, early = ScopeScreen.changed, list[bool]()

    def told_before(screen: ScopeScreen) -> None:
        if screen.lives and not early:
            early.append(True)
            screen.draw_header()
        changed(screen)

    monkeypatch.setattr(ScopeScreen, "changed", told_before)

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await opened(screen, pilot, "worker")
        assert early and "now, as it is" in text(app)

    play(test, AskedLink())


def test_the_same_letter_works_inside_a_station() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await app.open_station("rests")
        await done(pilot)
        await press(pilot, "S", "ctrl+u", *"docs/", "enter")
        await done(pilot)
        assert it.sent == [AssignScope("rests", Scope(("docs/**",)), Budget(tokens=100_000))]
        assert isinstance(app.screen, StationScreen)

    play(test, it, size=(80, 24))


def test_who_else_writes_there_and_which_branches_collide_is_shown() -> None:
    hits = [
        clash("station/rests", "station/worker", FileConflict("src/pool/a_1.py", "content", 14)),
        clash("station/rests", "topic", FileConflict("src/pool/a_1.py", "content", 2)),
    ]
    it = AskedLink([*our_events(), *hits, *ours("owner", scope=Scope(("docs/**",), exclusive=True))])

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await opened(screen, pilot, "rests")
        shown = text(app)
        assert "it may write 160 of 164 files" in shown
        (worker,) = [line for line in shown.splitlines() if line.strip().startswith("worker  ") and "files" in line]
        assert "⚔ 14 lines" in worker
        assert "120 files" in worker
        assert "its branch collides already: station/worker 14 lines  · topic 2 lines" in shown
        assert "branches collide in it: src/pool/a_1.py (2 pairs)" in shown
        await press(pilot, *" docs/pool.md")
        await done(pilot)
        shown = text(app)
        assert "✗ owner has that to itself" in shown
        assert "has it to itself" in next(line for line in shown.splitlines() if line.strip().startswith("owner"))
        await press(pilot, "enter")
        assert it.sent == []
        assert "1 to mend" in last_line(app)

    play(test, it)


def test_what_it_touches_and_where_branches_collide_is_offered() -> None:
    hits = [clash("x", name, FileConflict("src/hot.py", "content", 2)) for name in ("y", "z")]
    wrote = [
        ev.ToolCalled(time=NOW - 8, source="builtin", station="rests", session="s-rests", tool="Edit", call="w",
                      file="/state/places/rests/work/docs/pool.md"),
        ev.ToolFinished(time=NOW - 8, source="builtin", station="rests", session="s-rests", call="w"),
    ]  # fmt: skip
    it = AskedLink([*our_events(), *hits, *wrote])

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await opened(screen, pilot, "rests")
        await press(pilot, "ctrl+u")
        shown = text(app)
        assert "docs/pool.md" in shown
        assert "what it wrote" in shown
        assert "!src/hot.py" in shown
        assert "keep out: 2 pairs of branches collide there" in shown
        await press(pilot, "down", "enter")
        assert at(app).form.values["writes"] == "docs/pool.md"

    play(test, it)


@pytest.mark.parametrize(
    ("events", "station", "keys", "words"),
    [
        ([], "worker", (), "from      now, as it is"),
        ([], "worker", (*" docs/x",), "for the kernel its next start"),
        ([], "stuck", (), "from      its next start, as it is held"),
        ([], "fixer", (*" docs/x",), "no kernel holds it: the agent's own hook asks"),
        ([], "worker", (*" docs/*.md",), "the agent's own hook docs/*.md, and what leaves"),
        ([], "worker", (), "the kernel holds all of it"),
        (
            [ev.ScopeAssigned(time=NOW, source="factory", station="worker", scope=LISTED, next_start=True, who="a@b")],
            "worker",
            (),
            "the kernel still holds an older one until its next start",
        ),
        (
            [ev.ScopeHeld(time=NOW, source="factory", station="worker", held=Held(HeldBy.LANDLOCK))],
            "worker",
            (*" docs/x",),
            "for the kernel its next start",
        ),
    ],
)
def test_who_holds_it_and_from_when_on_is_said(
    events: list[ev.Event], station: str, keys: tuple[str, ...], words: str
) -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await opened(screen, pilot, station)
        await press(pilot, *keys)
        await done(pilot)
        assert words in text(app)

    play(test, AskedLink([*our_events(), *events]), size=(160, 50))


def test_whose_boundary_is_drawn_anew_while_it_runs_is_held_to_it_from_its_next_command_on() -> None:
    it = AskedLink()
    it.kinds = [AgentKind("builtin", abilities=("permissions", "rebinds"))]

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await opened(screen, pilot, "worker")
        await press(pilot, *" docs/x")
        await done(pilot)
        assert "from      now: its next command is held to it" in text(app)

    play(test, it, size=(160, 50))


def test_of_several_only_what_is_touched_changes() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await opened(screen, pilot, "worker", "rests", "seen")
        shown = text(app)
        assert "of 2 stations" in shown
        assert shown.count("each its own") == 3
        await press(pilot, "shift+tab", "ctrl+u", *"9 turns", "enter")
        await done(pilot)
        assert {wish.station: wish for wish in it.sent if isinstance(wish, AssignScope)} == {
            "worker": AssignScope("worker", LISTED, Budget(turns=9)),
            "rests": AssignScope("rests", Scope(("src/**",)), Budget(turns=9)),
        }
        assert "2 stations have another boundary, not these" in text(app)
        assert f"seen  {OBSERVED}" in text(app), "what cannot be is told, and the rest is done"
        await press(pilot, "escape")
        assert "2 stations have another boundary" in last_line(app)

    play(test, it)


def test_one_of_several_that_would_be_refused_keeps_no_other_back() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await opened(screen, pilot, "helper", "rests")
        await press(pilot, "ctrl+u", *"docs/**")
        assert "not of    helper: " in text(app) and "it would write what worker may not" in text(app)
        await press(pilot, "enter")
        await done(pilot)
        assert [wish.station for wish in it.sent if isinstance(wish, AssignScope)] == ["rests"]
        assert "1 station has another boundary, not these" in text(app)
        assert " helper  worker has 2 turns left" in text(app) and "it would write what worker may not" in text(app)

    play(test, it)


def test_a_refusal_of_all_of_several_names_them() -> None:
    it = AskedLink()
    it.answer = Reply(False, "it is gone", "look")

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await opened(screen, pilot, "helper", "rests")
        await press(pilot, "ctrl+u", *"src/a", "tab", "tab", "tab", "tab", "tab", "ctrl+u", *"5k 1 turn", "enter")
        await done(pilot)
        assert len(it.sent) == 2
        assert "helper: it is gone: look; rests: it is gone" in last_line(app)

    play(test, it)


def test_what_is_only_observed_has_no_scope() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "seen")
        await press(pilot, "S")
        assert OBSERVED in last_line(app)

    play(test, it)


def test_hosts_are_asked_for_where_they_matter() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await opened(screen, pilot, "rests")
        assert "hosts" not in at(app).form.values
        await press(pilot, "tab", "tab", "tab", "right")
        assert "✗ name the hosts" in text(app)
        await press(pilot, "tab", "tab", *"x.org/y")
        assert "is an address of the web" in text(app)
        await press(pilot, "ctrl+u", *"py", "down", "enter", "enter")
        await done(pilot)
        (wish,) = it.sent
        assert isinstance(wish, AssignScope)
        assert (wish.scope.network, wish.scope.hosts) == (Network.LISTED, ("pypi.org",))

    play(test, it)


def test_a_key_over_fifty_thousand_files_waits_for_one_portion_and_lays_nothing_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    it = AskedLink()
    it.files = [f"src/part{i % 90:02d}/room{i % 7}/file{i:05d}.py" for i in range(50_000)]
    it.files.sort()
    layouts: list[object] = []
    lay_out: Callable[..., None] = Screen._refresh_layout

    def noted(screen: Screen[object], *words: object, **more: object) -> None:
        layouts.append(screen)
        lay_out(screen, *words, **more)

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await opened(screen, pilot, "rests")
        form, tree = at(app), at(app).knowing.tree
        assert len(tree) == 50_000
        assert tree.read == 0, "whole directories are found without reading their files"
        await press(pilot, "ctrl+u", *"**/*.p")
        await done(pilot)
        monkeypatch.setattr(Screen, "_refresh_layout", noted)
        read, stops = tree.read, form.portions
        await press(pilot, "y")
        await done(pilot)
        assert tree.read - read == 50_000
        assert form.portions - stops >= 50_000 / PORTION, "the loop had a turn after each portion"
        assert "it may write 50,000 of 50,000 files" in text(app)
        assert layouts == []
        read = tree.read
        await press(pilot, *" !src/part01/", "left", "right", "tab", "tab")
        await done(pilot)
        assert tree.read == read, "what was read once is remembered"
        assert len(layouts) <= 2, "only where the form grows"

    play(test, it)
