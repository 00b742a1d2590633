"""Which panes of the wall are drawn at once, and which take turns."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor.state import Status
from sessions.views.floor.panes import Pane
from tests.support.console import NOW
from widgets.floor.card import clock_of
from widgets.floor.turns import Drawn, due

PANES = [
    Pane(key=f"station:{i}", station=f"{i}", name=f"{i}", status=Status.WORKING, since=NOW - 9, seen=NOW - 9)
    for i in range(4)
]


def drawn(at: float = 100.0) -> dict[int, Drawn]:
    return {slot: Drawn(pane, False, clock_of(pane, NOW), at, []) for slot, pane in enumerate(PANES)}


def test_what_looks_the_same_is_not_drawn() -> None:
    assert due(range(4), PANES, drawn(), "", NOW, 200.0) == ([], [])
    assert due(range(4), PANES, {}, "", NOW, 200.0) == ([0, 1, 2, 3], [])


def test_a_new_status_another_pane_and_the_cursor_do_not_wait() -> None:
    panes = [replace(pane, calls=5) for pane in PANES]
    panes[1] = replace(PANES[1], status=Status.FAILED)
    panes[2] = replace(PANES[2], key="station:other")
    assert due(range(4), panes, drawn(), "station:3", NOW, 100.0, turn_s=1.0) == ([1, 2, 3], [])


def test_figures_take_turns_longest_unseen_first() -> None:
    panes = [replace(pane, calls=5) for pane in PANES]
    before = drawn()
    before[2] = Drawn(PANES[2], False, clock_of(PANES[2], NOW), 99.5, [])
    before[3] = Drawn(PANES[3], False, clock_of(PANES[3], NOW), 100.5, [])
    assert due(range(4), panes, before, "", NOW, 101.0, turn_s=1.0) == ([], [2, 0, 1])
    assert due(range(4), panes, before, "", NOW, 101.0) == ([], [2, 0, 1, 3]), "on a quick link none waits"


def test_an_age_that_moved_on_is_drawn_too() -> None:
    assert due(range(4), PANES, drawn(), "", NOW + 1, 200.0) == ([], [0, 1, 2, 3])
