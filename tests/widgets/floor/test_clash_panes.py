"""Each pane of the floor carries with how many its branch collides, and the worst of them, only where there is one."""

from __future__ import annotations

from sessions.floor.events import BranchChanged
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState
from sessions.views.floor.book import PaneBook
from sessions.views.floor.panes import Pane
from tests.support.branches.floor import clash, compared, open_names
from tests.support.console import HOSTILE, NOW, factory_state
from widgets.draw.cells import line_width, plain
from widgets.draw.glyphs import ascii_twin
from widgets.floor.card import card
from widgets.floor.pane_text import clash_text

A, B, C, D = "station/docs-01", "station/proxy-00", "station/tests-02", "topic/older-03"


def floor() -> FloorState:
    state = factory_state(3, 6)
    found = [clash(A, B), clash(A, C), clash(A, ""), clash(D, "")]
    return fold_all(state, [*compared(state, open_names(state)), *found])


def panes(state: FloorState) -> dict[str, Pane]:
    return {pane.branch: pane for pane in PaneBook().panes(state, NOW)}


def test_panes_count_their_conflicts() -> None:
    found = panes(floor())
    assert (found[A].clashes, found[A].clash_with) == (3, "proxy-00")
    assert (found[B].clashes, found[B].clash_with) == (1, "docs-01")
    assert (found[D].clashes, found[D].clash_with) == (1, "main")
    assert all(pane.clashes == 0 for branch, pane in found.items() if branch not in (A, B, C, D))


def test_branches_that_end_alike_are_named_in_full() -> None:
    fix, tidy = "fix/billing", "tidy/billing"
    events = [BranchChanged(time=NOW, source="git", branch=name, head="a" * 40) for name in (fix, tidy)]
    found = panes(fold_all(floor(), [*events, clash(fix, tidy), clash(A, tidy)]))
    assert (found[fix].clash_with, found[tidy].clash_with) == (tidy, fix)
    assert found[B].clash_with == "docs-01"


def test_a_pane_is_the_same_object_until_its_own_count_changes() -> None:
    book, state = PaneBook(), floor()
    before = {pane.branch: pane for pane in book.panes(state, NOW)}
    after = {pane.branch: pane for pane in book.panes(fold_all(state, [clash(B, C)]), NOW)}
    assert after[A] is before[A]
    assert after[B] is not before[B]
    assert after[B].clashes == 2


def test_the_worst_partner_is_named_where_there_is_room() -> None:
    pane = panes(floor())[A]
    assert clash_text(pane, 40) == "⚔3 proxy-00"
    assert clash_text(pane, 9) == "⚔3 proxy…"
    assert clash_text(pane, 8) == "⚔3"
    assert clash_text(pane, 0) == "⚔3"
    assert ascii_twin(clash_text(pane, 40)) == "x3 proxy-00"


def test_cards_and_lines_show_it_only_where_there_is_one() -> None:
    found = panes(floor())
    for zoom, cells in ((0, 180), (1, 60), (2, 90)):
        for branch, pane in found.items():
            lines = card(pane, cells, zoom, NOW)
            assert {line_width(line) for line in lines} == {cells}
            assert ("⚔" in "\n".join(map(plain, lines))) is (branch in (A, B, C, D))


def test_a_hostile_partner_is_harmless() -> None:
    state = fold_all(floor(), [clash(HOSTILE, B), clash(B, "\x1b[31m/")])
    for pane in panes(state).values():
        assert all(plain(line).isprintable() for line in card(pane, 60, 1, NOW))
