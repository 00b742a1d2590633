"""The matrix as text: names, numbers and signs, two rows a line in colour, and a view that follows the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.views.conflicts.matrix import Matrix, Row, Severity
from sessions.views.conflicts.view import ConflictView
from tests.support.branches.floor import conflict_state
from tests.support.console import HOSTILE
from widgets.conflicts.matrix_lines import (
    COLOURS,
    DIAGONAL,
    GLYPHS,
    LANDS_GLYPH,
    PICK,
    STUCK,
    Signs,
    legend,
    matrix_lines,
)
from widgets.conflicts.matrix_shape import Shape, Spot, follow, shape, spot_at
from widgets.draw.cells import line_width, plain
from widgets.draw.glyphs import ascii_twin


def small() -> Matrix:
    """Five branches with a cell of every kind."""
    rows = tuple(Row(name, name, conflicts=1) for name in ("proxy-03", "tests-11", "docs-02", "漢字-branch", "ship-04"))
    s = Severity
    cells = [
        [s.CLEAN, s.MANY, s.CLEAN, s.SHARED, s.CLEAN],
        [s.MANY, s.FEW, s.SOME, s.CLEAN, s.CLEAN],
        [s.CLEAN, s.SOME, s.SHARED, s.UNKNOWN, s.COMPUTING],
        [s.SHARED, s.CLEAN, s.UNKNOWN, s.CLEAN, s.LANDED],
        [s.CLEAN, s.CLEAN, s.COMPUTING, s.LANDED, s.LANDED],
    ]
    return Matrix(rows, bytes(step for row in cells for step in row), 5, 15, 1, 3)


def drawn(matrix: Matrix, cells: int, lines: int, halves: bool, cursor: Spot = Spot()) -> list[str]:  # noqa: B008
    fit = shape(cells, lines, [row.label for row in matrix.rows], halves)
    return [plain(line).rstrip() for line in matrix_lines(matrix, fit, follow(fit, Spot(), cursor), cursor)]


def test_one_sign_a_cell() -> None:
    assert drawn(small(), 40, 10, halves=False, cursor=Spot(1, 2)) == [
        "                   ▾ docs-02",
        "               1 2 3 4 5",
        "1 proxy-03     \\ ██· ∘ ·",
        "2 tests-11     ██□ ▓◂· ·",
        "3 docs-02      · ▓▓\\ ? :",
        "4 漢字-branch  ∘ · ? \\",
        "5 ship-04      · · :",
    ]


def test_two_rows_a_line() -> None:
    assert drawn(small(), 60, 10, halves=True, cursor=Spot(0, 1)) == [
        "                               ▾ tests-11",
        "                             1 2 3 4 5",
        "1 proxy-03    2 tests-11     ▀▀▀▀▀▀▀▀▀▀",
        "3 docs-02     4 漢字-branch  ▀▀▀▀▀▀▀▀▀▀",
        "5 ship-04                    ▀▀▀▀▀▀",
    ]


def test_half_blocks_carry_both_rows() -> None:
    matrix = small()
    fit = shape(60, 10, [row.label for row in matrix.rows], True)
    line = matrix_lines(matrix, fit, Spot(), Spot(4, 4))[2]
    styles = [style for _, style in line]
    assert "flow on clash_many" in styles  # proxy-03 lands on the base, and collides with tests-11 below
    assert "clash_many on clash_few" in styles
    assert "clean on clash_some" in styles
    assert "shared on clean" in styles


def test_the_cell_under_the_cursor_keeps_its_sign() -> None:
    labels = [row.label for row in small().rows]
    for cells, column in ((40, 2), (20, 1)):
        fit = shape(cells, 10, labels, False)
        assert fit.column == column
        for at in range(5):
            spots = (Spot(0, at), Spot(4, 4))  # the cursor on the cell, and elsewhere
            here, away = (plain(matrix_lines(small(), fit, Spot(), spot)[fit.head]) for spot in spots)
            x = fit.left + at * fit.column
            assert here[x] == away[x], "the sign itself"
            assert here[:x] + here[x + column :] == away[:x] + away[x + column :]
    fit = shape(40, 10, labels, False)
    line = matrix_lines(small(), fit, Spot(), Spot(0, 1))[fit.head]
    assert [text for text, style in line if style.endswith(" on cursor")][-1] == PICK


def test_the_diagonal_is_told_from_what_is_around_it_where_the_base_collides() -> None:
    n = 5
    rows = tuple(replace(row, label=f"branch-{at}") for at, row in enumerate(small().rows))
    for step, sign in STUCK.items():
        matrix = replace(small(), rows=rows, cells=bytes([step]) * (n * n))
        fit = shape(40, 10, [row.label for row in rows], False)
        lines = [plain(line)[fit.left :] for line in matrix_lines(matrix, fit, Spot(), Spot(0, 4))[fit.head :]]
        around = GLYPHS[step][0]
        for at, line in enumerate(lines):
            cells = [line[x : x + 2] for x in range(0, 2 * n, 2)]
            assert cells[at] == sign + " "
            assert set(cells[:at] + cells[at + 1 :]) <= {around * 2, around + PICK}
        halves = shape(60, 10, [row.label for row in rows], True)
        styles = [style for line in matrix_lines(matrix, halves, Spot(), Spot(0, 4)) for _, style in line]
        assert any(DIAGONAL in style.split(" on ") for style in styles if COLOURS[step] in style)


def test_severity_is_never_told_by_colour_alone() -> None:
    signs = [sign for step, (sign, _) in GLYPHS.items() if step is not Severity.LANDED]
    every = [*signs, LANDS_GLYPH[0], *STUCK.values()]
    assert len(set(every)) == len({ascii_twin(sign) for sign in every}) == len(every)
    assert len({style for step, (_, style) in GLYPHS.items() if step in STUCK}) == len(STUCK)


def test_areas_stand_beside_the_matrix_where_there_is_room() -> None:
    rows = [replace(row, area=area) for row, area in zip(small().rows, ("src/a/", "", "x/" * 30, "docs/", "漢/"))]  # noqa: B905
    matrix = replace(small(), rows=tuple(rows))
    labels, areas = [row.label for row in rows], [row.area for row in rows]
    fit = shape(60, 12, labels, False, areas)
    ends = [plain(line)[fit.left + 10 :].strip() for line in matrix_lines(matrix, fit, Spot(), Spot())[fit.head :]]
    assert ends == ["src/a/", "", "…/" + "x/" * 14, "docs/", "漢/"]
    assert {line_width(line) for line in matrix_lines(matrix, fit, Spot(), Spot())} == {60}
    assert shape(34, 12, labels, False, areas).area == 0
    assert shape(60, 12, labels, False, [""] * 5).area == 0
    assert shape(60, 12, labels, True, areas).area == 0


def test_the_cursor_is_a_cross() -> None:
    matrix = small()
    fit = shape(60, 10, [row.label for row in matrix.rows], True)
    first, second = matrix_lines(matrix, fit, Spot(), Spot(0, 4))[2:4]
    assert ("▀", "accent on cross") in first
    assert ("▀▀", "cross on clash_some") in first  # beside it in its row, and below in its column
    assert "cross" not in " ".join(style for _, style in second)
    assert ("proxy-03", "bold text on cursor") in [(text.strip(), style) for text, style in first]
    wide = matrix_lines(matrix, fit, Spot(), Spot(1, 0))[2]
    assert ("▀", "flow on accent") in wide


def test_fifty_by_fifty_is_seen_at_once() -> None:
    matrix = ConflictView().look(conflict_state(31, 50)).matrix
    labels = [row.label for row in matrix.rows]
    wide = shape(136, 56, labels, True)
    assert (wide.columns, wide.rows, wide.column, wide.length) == (50, 50, 2, 28)
    assert wide.name >= 8
    narrow = shape(80, 22, labels, True)
    assert (narrow.columns, narrow.rows, narrow.column) == (50, 38, 1)
    signs = shape(136, 57, labels, False)
    assert (signs.columns, signs.rows, signs.column, signs.length) == (50, 50, 2, 53)
    assert signs.name >= max(map(len, labels))
    small_signs = shape(80, 20, labels, False)
    assert (small_signs.columns, small_signs.rows, small_signs.column) == (50, 17, 1)
    for fit in (wide, signs):
        for line in matrix_lines(matrix, fit, Spot(), Spot(3, 7)):
            assert line_width(line) == 136


@pytest.mark.parametrize("halves", [True, False])
def test_the_head_stays_when_it_scrolls(halves: bool) -> None:
    matrix = ConflictView().look(conflict_state(50, 200)).matrix
    fit = shape(80, 22, [row.label for row in matrix.rows], halves)
    cursor = Spot(199, 150)
    top = follow(fit, Spot(), cursor)
    lines = [plain(line) for line in matrix_lines(matrix, fit, top, cursor)]
    assert len(lines) <= 22
    assert matrix.rows[150].label in lines[0]
    column = lines[0].index("▾")
    assert "".join(line[column] for line in lines[1:4]) == "151"
    assert matrix.rows[199].label in lines[-1]


@given(
    size=st.integers(1, 230), cells=st.integers(10, 220), lines=st.integers(4, 70), halves=st.booleans(),
    moves=st.lists(st.tuples(st.integers(0, 229), st.integers(0, 229)), min_size=1, max_size=8),
)  # fmt: skip
def test_the_cursor_is_always_in_view(
    size: int, cells: int, lines: int, halves: bool, moves: list[tuple[int, int]]
) -> None:
    rows = tuple(Row(str(i), f"branch-{i}") for i in range(size))
    matrix = Matrix(rows, bytes(size * size), size)
    fit = shape(cells, lines, [row.label for row in rows], halves)
    top = Spot()
    for row, column in moves:
        cursor = Spot(min(row, size - 1), min(column, size - 1))
        top = follow(fit, top, cursor)
        assert top.row <= cursor.row < top.row + max(1, lines - fit.head) * (1 + halves)
        assert top.column <= cursor.column < top.column + fit.columns
        drawn = matrix_lines(matrix, fit, top, cursor)
        assert all(line_width(line) == cells for line in drawn)
        assert len(drawn) <= max(lines, fit.head + 1)


@given(
    size=st.integers(1, 60), cells=st.integers(10, 160), data=st.data(),
    moves=st.lists(st.tuples(st.integers(0, 59), st.integers(0, 59)), min_size=2, max_size=8),
)  # fmt: skip
def test_rows_that_were_kept_are_drawn_as_those_made_anew(
    size: int, cells: int, data: st.DataObject, moves: list[tuple[int, int]]
) -> None:
    rows = tuple(Row(str(i), f"branch-{i}") for i in range(size))
    steps = st.lists(st.sampled_from(Severity), min_size=size * 3, max_size=size * 3)
    matrices = [Matrix(rows, (bytes(data.draw(steps)) * size)[: size * size], size) for _ in range(2)]
    fit = shape(cells, 20, [row.label for row in rows], halves=False)
    kept, top = Signs(), Spot()
    for number, (row, column) in enumerate(moves):
        matrix, cursor = matrices[number * 2 // len(moves)], Spot(min(row, size - 1), min(column, size - 1))
        top = follow(fit, top, cursor)
        assert matrix_lines(matrix, fit, top, cursor, kept) == matrix_lines(matrix, fit, top, cursor)


def test_a_cursor_that_moves_makes_no_row_anew() -> None:
    matrix = ConflictView().look(conflict_state(50, 200)).matrix
    fit, kept = shape(200, 58, [row.label for row in matrix.rows], halves=False), Signs()
    matrix_lines(matrix, fit, Spot(), Spot(0, 5), kept)
    made = kept.made
    for column in range(6, 20):
        matrix_lines(matrix, fit, Spot(), Spot(0, column), kept)
    assert kept.made == made == fit.rows - 1


@given(row=st.integers(0, 47), column=st.integers(0, 47), halves=st.booleans())
def test_a_click_finds_the_cell_that_was_drawn(row: int, column: int, halves: bool) -> None:
    fit = Shape(136, 60, 48, halves, 12, 2)
    x, y = fit.left + column * 2, fit.head + row // (1 + halves)
    found = spot_at(fit, Spot(), x, y)
    assert found is not None
    assert found.column == column
    assert found.row == (row - row % 2 if halves else row)


def test_a_click_on_the_head_or_below_finds_nothing() -> None:
    fit = Shape(136, 60, 5, True, 12, 2)
    assert spot_at(fit, Spot(), 60, 0) is None
    assert spot_at(fit, Spot(), 60, fit.head + 3) is None
    assert spot_at(fit, Spot(), 3, fit.head) == Spot(0, 0)
    assert spot_at(fit, Spot(), 3 + fit.left // 2, fit.head) == Spot(1, 1)


def test_a_hostile_label_takes_no_more_than_its_cells() -> None:
    rows = (Row("a", "a" * 500), Row("b", "漢" * 90), Row("c", "\x1b[31m"))
    matrix = Matrix((*rows, Row("d", HOSTILE[:40])), bytes(16), 4)
    for halves in (True, False):
        fit = shape(70, 12, [row.label for row in matrix.rows], halves)
        assert {line_width(line) for line in matrix_lines(matrix, fit, Spot(), Spot())} == {70}


def test_the_legend_says_as_much_as_fits() -> None:
    assert plain(legend(False, 140)).startswith("· clean  ∘ clean, same file  ▒ few lines")
    assert plain(legend(False, 71)) == "· clean  ∘ shared  ▒ few  ▓ 10+  █ 50+  ? unknown  : computing  \\ lands"
    assert plain(legend(False, 60)).startswith("· clean  ∘ shared  ▒ few")
    assert plain(legend(True, 140)).endswith("cannot land")
    assert all(line_width(legend(halves, cells)) <= cells for halves in (True, False) for cells in range(0, 160, 7))
