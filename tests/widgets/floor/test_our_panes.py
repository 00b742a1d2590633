"""Stations of ours on the wall and below it: life, boundary, budget, violations, and what is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.scope import Held, HeldBy, Mode, Scope
from sessions.floor.state import Status
from sessions.views.floor.book import PaneBook
from sessions.views.floor.panes import Pane
from sessions.views.ours import Ours
from tests.support.console import HOSTILE, NOW, state_of
from tests.support.picture import text_of
from tests.support.stations.still import our_events
from widgets.draw.cells import line_width, plain
from widgets.draw.glyphs import ORPHAN
from widgets.floor.card import card
from widgets.floor.pane_text import badges, status_word
from widgets.floor.preview import preview_lines
from widgets.floor.rows import widths_of
from widgets.parts.ours import ours_lines

STATE = state_of(our_events())
PANES = {pane.station: pane for pane in PaneBook().panes(STATE, NOW) if pane.station}


def asked(station: str) -> tuple[str, list[str]]:
    known = STATE.owned[station]
    question = next(iter(known.questions.values()))
    lines = preview_lines(PANES[station], 100, 6, NOW, (question, known))
    return plain(lines[0]), [line.strip() for line in text_of(lines[1:])]


@pytest.mark.parametrize(
    ("station", "words"),
    [("rests", "paused"), ("stuck", "held back"), ("over", "stopped"), ("next", "to start"), ("seen", "works")],
)
def test_a_life_that_says_more_than_the_status_is_its_word(station: str, words: str) -> None:
    assert status_word(PANES[station]) == words


@pytest.mark.parametrize(("status", "word"), [(Status.NEEDS_ME, "needs me"), (Status.FAILED, "failed")])
def test_of_a_rest_what_somebody_must_act_on_comes_first(status: Status, word: str) -> None:
    assert status_word(replace(PANES["rests"], status=status)) == word


@pytest.mark.parametrize(
    ("station", "cells", "shown"),
    [
        ("worker", 60, "✗ 2 outside  safe  ━━─ 86%  ⊢1  1 came back"),
        ("worker", 18, "✗2  safe  ━━─ 86%"),
        ("worker", 8, "✗2  safe"),
        ("fixer", 30, "advisory!  ━── 43%"),
        ("stuck", 10, "full"),
        ("seen", 60, ""),
    ],
)
def test_what_is_to_be_known_at_a_glance_by_priority(station: str, cells: int, shown: str) -> None:
    assert plain(badges(PANES[station], cells)) == shown


@pytest.mark.parametrize("bound", ["advisory!", "landlock", "safe+check"])
def test_on_a_card_the_boundary_and_what_left_it_go_before_the_model(bound: str) -> None:
    pane = PANES["worker"]
    assert pane.ours is not None
    shown = text_of(card(replace(pane, ours=replace(pane.ours, bound=bound), model="deepseek-chat"), 40, 1, NOW))[2]
    assert "✗2" in shown and bound in shown
    assert ("dee…" in shown) == (bound == "landlock")


def test_the_narrowest_line_has_what_must_be_seen() -> None:
    (line,) = card(PANES["worker"], 80, 0, NOW)
    assert text_of([line])[0].endswith("✗2 86%")
    (line,) = card(PANES["fixer"], 80, 0, NOW)
    assert text_of([line])[0].endswith("advisory!")
    (line,) = card(replace(PANES["asker"], within=3), 80, 0, NOW)
    assert text_of([line])[0].endswith("⊢3"), "others are folded into it"
    (wide,) = card(PANES["fixer"], 200, 0, NOW, widths=widths_of(PANES.values()))
    assert plain(wide).count("advisory!") == 1


def test_below_the_wall_stands_what_would_be_allowed_there() -> None:
    head, lines = asked("asker")
    assert "needs me for 2m" in head
    assert lines[0] == "git push --force origin station/asker"
    assert lines[1] == "… 1 more question · Q all of it"
    assert lines[2].startswith("safe: the kernel holds it (bubblewrap)  · network off  · 43% of its tokens")
    _, lines = asked("fixer")
    assert lines[:3] == ["✗ docs/pool.md and 1 more: outside its scope", "src/pool.py", "@@ -12,4 +12,5 @@"]
    assert lines[3] == "… 7 more lines · Q all of it"
    assert lines[4].startswith("advisory!: no bubblewrap and no Landlock: install bubblewrap")


def test_the_station_panel_says_all_of_it() -> None:
    assert [line.strip() for line in text_of(ours_lines(STATE, PANES["worker"], NOW, 80))] == [
        "life       runs",
        "outside    ✗ 2, the last: commit .github/ci.yml",
        "S widens its scope",
        "boundary   safe  the kernel holds it (bubblewrap)",
        "writes     src/** !src/gen/**",
        "network    pypi.org",
        "budget     ━━━━━━━━━─ 86%  43.0k of 50.0k tokens, 60.0k given away",
        "           ────────── 0%  0 of 3 turns".strip(),
        "children   helper  runs, with 60.0k tokens of its budget",
        "came back  helper-0: done",
        "kept       refs/factory-tui/kept/worker/1",
    ]
    assert ours_lines(STATE, PANES["seen"], NOW, 64) == []
    stuck = text_of(ours_lines(STATE, PANES["stuck"], NOW, 64))
    assert stuck[0].strip() == "life       held back: it failed 3 times: exit 1"


def test_the_station_panel_says_what_no_kernel_holds() -> None:
    held = Held(HeldBy.LANDLOCK, "bubblewrap is not installed", ("src/*.py",), ("it can send signals",))
    event = ev.ScopeHeld(time=NOW, source="factory", station="worker", held=held)
    state = state_of([*our_events(), event])
    pane = next(pane for pane in PaneBook().panes(state, NOW) if pane.station == "worker")
    lines = [line.strip() for line in text_of(ours_lines(state, pane, NOW, 120))]
    who = "boundary   landlock+hook  the kernel (landlock), its own hook for src/*.py"
    assert {who, "it can send signals"} < set(lines)


def test_the_station_panel_says_what_its_place_lacks_and_what_went_wrong_in_it() -> None:
    made = ev.PlaceMade(time=NOW, station="worker", directory="/p", branch="b", lacks=("hooks", "odd \x1b[31m words"))
    failed = ev.PlaceSetUp(time=NOW, station="worker", trouble="the set-up ended with 1 (no make)")
    state = state_of([*our_events(), made, failed])
    pane = next(pane for pane in PaneBook().panes(state, NOW) if pane.station == "worker")
    lines = [line.strip() for line in text_of(ours_lines(state, pane, NOW, 120))]
    assert {"place      without hooks, odd words", "set up     the set-up ended with 1 (no make)"} < set(lines)


def test_an_orphan_is_seen_wherever_it_is_drawn() -> None:
    events = [*our_events(), ev.LifeChanged(time=NOW - 5, station="worker", life=Life.KILLED)]
    state = state_of(
        [*events, ev.ChildEnded(time=NOW, station="worker", child="helper", ok=True, result="all is done")]
    )
    pane = next(pane for pane in PaneBook().panes(state, NOW) if pane.station == "helper")
    for zoom, cells in ((0, 80), (0, 200), (1, 40), (1, 60), (2, 80)):
        drawn = "\n".join(text_of(card(pane, cells, zoom, NOW)))
        assert ORPHAN in drawn and ("worker killed" in drawn or cells <= 80)
    panel = [line.strip() for line in text_of(ours_lines(state, pane, NOW, 100))]
    assert "works for  worker  which is killed: nobody waits for it" in panel
    assert "not told   all is done" in panel
    below = "\n".join(text_of(preview_lines(pane, 200, 6, NOW)))
    assert "works for worker, which is killed: nobody waits for it" in below and "was not told" in below


def test_a_tree_is_seen_by_its_indentation() -> None:
    pane = replace(PANES["helper"], depth=2)
    assert "  └ helper" in text_of(card(pane, 80, 0, NOW))[0]
    assert "  └ helper" in text_of(card(pane, 40, 1, NOW))[0]
    assert "└" not in text_of(preview_lines(pane, 80, 6, NOW))[0]


def of_worker(*events: ev.Event) -> Pane:
    state = state_of([*our_events(), *events])
    return next(pane for pane in PaneBook().panes(state, NOW) if pane.station == "worker")


@pytest.mark.parametrize(
    ("held", "mode", "word", "told"),
    [
        (Held(HeldBy.BUBBLEWRAP), Mode.SAFE, "safe", "the kernel holds it (bubblewrap)"),
        (
            Held(HeldBy.BUBBLEWRAP, leaving=("docs/*.md",)),
            Mode.SAFE,
            "safe+check",
            "the kernel (bubblewrap), the check at leaving for docs/*.md",
        ),
        (
            Held(HeldBy.ADVISORY, "no kernel", ("src/**",)),
            Mode.SAFE,
            "advisory!",
            "no kernel: its own hook for src/**",
        ),
        (Held(HeldBy.ADVISORY, "may all", ("src/**",)), Mode.FULL, "full", "the check at leaving for src/**"),
    ],
)
def test_the_pane_tells_which_of_the_three_holds(held: Held, mode: Mode, word: str, told: str) -> None:
    scope = Scope(("src/**",))
    pane = of_worker(
        ev.ScopeAssigned(time=NOW, source="factory", station="worker", scope=scope, mode=mode),
        ev.ScopeHeld(time=NOW, source="factory", station="worker", held=held),
    )
    assert pane.ours is not None
    assert pane.ours.bound == word and told.endswith(pane.ours.held)
    assert word in plain(badges(pane, 40))
    assert any(f"{word}: {told}" in line for line in text_of(preview_lines(pane, 200, 6, NOW)))


def test_one_that_left_its_scope_shows_where_on_its_pane() -> None:
    assert text_of(card(PANES["worker"], 40, 1, NOW))[-1].strip() == "✗ .github/ci.yml"
    lines = text_of(card(replace(PANES["worker"], activity="Done, and committed."), 40, 1, NOW))
    assert lines[-1].rstrip().endswith("✗ .github/ci.yml")
    assert "S widens it" in text_of(preview_lines(PANES["worker"], 160, 6, NOW))[2]


ours = st.builds(
    Ours,
    life=st.sampled_from(Life),
    bound=st.sampled_from(["safe", "safe?", "landlock", "advisory!", "full"]),
    why=st.sampled_from(["", HOSTILE[:150]]),
    share=st.floats(0, 1e6),
    share_of=st.sampled_from(["", "tokens"]),
    questions=st.integers(0, 9_999),
    violations=st.integers(0, 10**9),
    violated=st.sampled_from(["", "write 漢字"]),
    children=st.integers(0, 10**9),
    parent_name=st.sampled_from(["", "漢字" * 40]),
)


@given(ours, st.integers(20, 220), st.integers(0, 2))
def test_whatever_it_is_every_line_fits(ours: Ours, cells: int, zoom: int) -> None:
    pane: Pane = replace(PANES["worker"], ours=ours)
    assert {line_width(line) for line in card(pane, cells, zoom, NOW, marked=True)} == {cells}
    assert all(line_width(line) <= cells for line in preview_lines(pane, cells, 6, NOW))
    assert all(line_width(line) <= max(cells, 30) for line in ours_lines(STATE, pane, NOW, cells))
