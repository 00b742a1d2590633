"""Branches against branches: severities, rows and their order, filters, and what the operator wishes of the plan."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.conflicts import FileConflict, Outcome, Verdict
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState
from sessions.landing.plan import Plan, Wishes, plan
from sessions.views.conflicts.cluster import Sort
from sessions.views.conflicts.matrix import CLASHES, Matrix, Severity, severity
from sessions.views.conflicts.view import EVERYTHING, UNTOLD, Choice, ConflictView, candidates, dropped, moved, pinned
from sessions.views.names import labels
from tests.support.branches.floor import clash, compared, conflict_state, open_names, touching, unknown
from tests.support.console import HOSTILE, NOW, factory_state

A, B, C, D = "station/docs-01", "station/proxy-00", "station/tests-02", "topic/older-03"


def floor(*events: ev.Event) -> FloorState:
    """Six branches that were all compared, with these verdicts."""
    state = factory_state(3, 6)
    return fold_all(state, [*compared(state, open_names(state)), *events])


def look(state: FloorState, choice: Choice = EVERYTHING) -> Matrix:
    return ConflictView(choice).look(state).matrix


def at(matrix: Matrix, one: str, other: str) -> Severity:
    return matrix.at(matrix.number(one), matrix.number(other))


@pytest.mark.parametrize(("lines", "step"), [(0, 2), (1, 2), (9, 2), (10, 3), (49, 3), (50, 4), (5_000, 4)])
def test_a_conflict_has_three_steps_by_lines(lines: int, step: int) -> None:
    verdict = Verdict("a", "b", Outcome.CONFLICT, (FileConflict("f", "content", lines),))
    assert severity(verdict) == step


def test_cells_say_what_is_known_of_a_pair() -> None:
    matrix = look(floor(clash(A, B), touching(A, C), unknown(B, C, "gone"), clash(C)))
    assert at(matrix, A, B) is at(matrix, B, A) is Severity.FEW
    assert at(matrix, A, C) is Severity.SHARED
    assert at(matrix, B, C) is Severity.UNKNOWN
    assert at(matrix, A, D) is Severity.CLEAN
    assert at(matrix, C, C) is Severity.FEW
    assert at(matrix, A, A) is Severity.CLEAN
    assert (matrix.conflicts, matrix.pairs, matrix.computing) == (2, 21, 0)


def test_what_was_not_compared_is_computing() -> None:
    state = factory_state(3, 6)
    names = open_names(state)
    matrix = look(fold_all(state, compared(state, names[:4])))
    assert at(matrix, names[0], names[1]) is Severity.CLEAN
    assert at(matrix, names[0], names[5]) is at(matrix, names[5], names[5]) is Severity.COMPUTING
    assert (matrix.pairs, matrix.computing) == (21, 11)


def test_a_branch_that_moved_keeps_its_cells_and_counts_as_computing() -> None:
    changed = ev.BranchChanged(time=NOW, branch=A, head="f" * 40, ahead=9)
    matrix = look(fold_all(floor(clash(A, B)), [changed]))
    assert at(matrix, A, B) is Severity.FEW
    assert matrix.computing == 6


def test_merged_branches_and_the_base_have_no_row() -> None:
    base = ev.BranchChanged(time=NOW, branch="main", head="1" * 40)
    gone = ev.BranchChanged(time=NOW, branch=D, head="2" * 40, merged=True)
    names = [row.name for row in look(fold_all(floor(), [base, gone])).rows]
    assert "main" not in names
    assert D not in names
    assert len(names) == 5


def test_a_merged_branch_with_uncommitted_work_has_a_row() -> None:
    for dirty, rows in ((0, 5), (1, 6), (-1, 5)):
        gone = ev.BranchChanged(time=NOW, branch=D, head="2" * 40, merged=True, dirty=dirty)
        assert len(look(fold_all(floor(), [gone])).rows) == rows


def test_a_row_counts_its_conflicts_with_others_and_with_the_base() -> None:
    matrix = look(floor(clash(A, B), clash(A, C), clash(A), clash(B, C), unknown(A, D, "gone")))
    assert {row.name: row.conflicts for row in matrix.rows if row.conflicts} == {A: 3, B: 2, C: 2}


def test_commits_alone_are_another_matter() -> None:
    dirty = ev.BranchCompared(time=NOW, branch=A, head="0" * 40, dirty=True)
    state = floor(clash(A, B), dirty, replace(touching(A, B), commits_only=True))
    assert at(look(state), A, B) is Severity.FEW
    assert at(look(state, Choice(uncommitted=False)), A, B) is Severity.SHARED


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (Choice(only_conflicts=True), {A, B, C}),
        (Choice(branch=A), {A, B}),
        (Choice(path="retry"), {C}),
        (Choice(search="OLDER"), {"topic/older-03", "topic/older-04", "topic/older-05"}),
        (Choice(search="no such"), set()),
    ],
)
def test_filters(choice: Choice, names: set[str]) -> None:
    state = floor(clash(A, B), clash(C, "", FileConflict("src/retry.py", "content", 3)), touching(A, D))
    matrix = look(state, choice)
    assert {row.name for row in matrix.rows} == names
    assert matrix.every == 6
    assert choice.narrow


def test_only_stations_at_work() -> None:
    working = {row.name for row in look(floor(), Choice(at_work=True)).rows}
    assert working == {B, C}
    assert not EVERYTHING.narrow


def test_branches_are_sorted_and_filtered_by_the_area_in_which_they_work() -> None:
    older, last = "topic/older-04", "topic/older-05"
    places = {A: "src/proxy/", B: "docs/", C: "src/auth/", D: "", older: "src/proxy/", last: ""}
    heads = {name: branch.head for name, branch in floor().branches.items()}
    where = [ev.BranchCompared(time=NOW, branch=name, head=heads[name], area=area) for name, area in places.items()]
    state = floor(clash(A, D), *where)
    assert [row.area for row in look(state, Choice(sort=Sort.AREA)).rows][:4] == [
        "docs/", "src/auth/", "src/proxy/", "src/proxy/",
    ]  # fmt: skip
    names = [row.name for row in look(state, Choice(sort=Sort.AREA)).rows]
    assert names[2:] == [A, older, D, last], "those that collide come first, what works everywhere last"
    assert {row.name for row in look(state, Choice(area="src/")).rows} == {A, C, older}
    assert {row.name for row in look(state, Choice(area="src/proxy/")).rows} == {A, older}
    assert Choice(area="src/").narrow


def test_a_path_filter_counts_only_its_conflicts() -> None:
    state = floor(clash(A, B), clash(A, C, FileConflict("src/retry.py", "content", 3)))
    matrix = look(state, Choice(path="retry"))
    assert matrix.conflicts == 1
    assert at(matrix, A, C) is Severity.FEW
    assert matrix.number(B) == -1


def test_rows_stay_where_they_are_until_somebody_sorts() -> None:
    view = ConflictView(Choice(sort=Sort.CONFLICTS))
    before = [row.name for row in view.look(floor(clash(A, B), clash(A, C))).matrix.rows]
    assert before[0] == A
    later = floor(clash(D, B), clash(D, C), clash(D), clash(D, A))
    assert [row.name for row in view.look(later).matrix.rows] == before
    view.choose(Choice(sort=Sort.CONFLICTS, only_conflicts=True))
    assert view.look(later).matrix.rows[0].name == A, "another filter sorts nothing"
    view.choose(Choice(sort=Sort.NAME))
    assert [row.name for row in view.look(later).matrix.rows] == sorted(before)
    view.choose(Choice(sort=Sort.CONFLICTS))
    assert view.look(later).matrix.rows[0].name == D
    fewer = fold_all(later, [ev.BranchRemoved(time=NOW, branch=D)])
    assert D not in [row.name for row in view.look(fewer).matrix.rows]


def test_rows_are_sorted_by_landing_order() -> None:
    view = ConflictView(Choice(sort=Sort.LANDING))
    view.landing = (D, C, B)
    assert [row.name for row in view.look(floor(clash(A, B))).matrix.rows][:3] == [D, C, B]


def test_in_a_simulation_what_has_landed_has_no_cells() -> None:
    scene = ConflictView().look(floor(clash(A, B)), after={}, landed=frozenset({A}))
    matrix = scene.matrix
    assert {at(matrix, A, other) for other in (A, B, C)} == {Severity.LANDED}
    assert at(matrix, B, C) is Severity.CLEAN
    assert A not in scene.names


def test_labels_are_short_where_that_says_enough() -> None:
    assert labels(["station/proxy-01", "topic/b", "plain"]) == ["proxy-01", "topic/b", "plain"]
    assert labels(["pulls/20221", "release/2026-11-28"]) == ["pulls/20221", "release/2026-11-28"]
    assert labels(["station/billing", "topic/billing"]) == ["station/billing", "topic/billing"]
    long = "feature/a-name-that-is-longer-than-the-rest"
    assert labels([long, "pr/2022"]) == ["a-name-that-is-longer-than-the-rest", "pr/2022"]
    assert labels([long, "fix/a-name-that-is-longer-than-the-rest"])[0] == long


@given(st.lists(st.text(max_size=30), max_size=6, unique=True))
def test_labels_are_harmless(names: list[str]) -> None:
    for label in labels([*names, HOSTILE, "\x1b[31m", "/"]):
        assert label
        assert label.isprintable()


def test_the_matrix_is_the_same_read_both_ways() -> None:
    matrix = look(conflict_state(every=4))
    size = len(matrix.rows)
    assert size == 48
    for row in range(size):
        for column in range(size):
            assert matrix.at(row, column) is matrix.at(column, row)
    clashing = list(matrix.worst())
    assert len(clashing) == matrix.conflicts
    assert all(matrix.at(row, column) in CLASHES and row <= column for row, column in clashing)


def test_two_hundred_branches_are_one_array() -> None:
    matrix = look(conflict_state(50, 200))
    assert len(matrix.cells) == 200 * 200
    assert matrix.pairs == 20_100
    assert {Severity(step) for step in matrix.cells} >= {*CLASHES, Severity.CLEAN, Severity.SHARED}


# Wishes


def planned(state: FloorState, wishes: Wishes = UNTOLD) -> Plan:
    scene = ConflictView().look(state)
    return plan(candidates(state, scene.names), scene.verdicts, wishes)


def test_a_pin_and_a_drop_exclude_each_other() -> None:
    wishes = dropped(pinned(UNTOLD, A), A)
    assert (wishes.pinned, wishes.dropped) == ((), (A,))
    wishes = pinned(wishes, A)
    assert (wishes.pinned, wishes.dropped) == ((A,), ())
    assert pinned(wishes, A) == UNTOLD


def test_moving_in_the_plan_moves_one_place() -> None:
    state = floor()
    found = planned(state)
    first, second, third, *_ = found.names
    assert planned(state, moved(UNTOLD, found, third, -1)).names[:3] == (first, third, second)
    assert planned(state, moved(UNTOLD, found, first, 1)).names[:3] == (second, first, third)
    assert planned(state, moved(UNTOLD, found, first, -1)).names == found.names
    assert planned(state, moved(UNTOLD, found, found.names[-1], 1)).names == found.names


def test_a_later_move_keeps_the_earlier_ones() -> None:
    state = floor()
    found = planned(state)
    first, second, third, *_ = found.names
    wishes = moved(UNTOLD, found, third, -1)
    assert wishes.moved == (first, third, second)
    assert moved(wishes, planned(state, wishes), third, -1).moved == (third, first, second)


def test_what_does_not_land_is_moved_first() -> None:
    state = floor(clash(A, B), clash(A, C), clash(A, D))
    found = planned(state)
    assert A not in found.names
    again = planned(state, moved(UNTOLD, found, A, -1))
    assert again.names[0] == A
    assert again.lands < found.lands
    assert again.cost_of_pins > 0
