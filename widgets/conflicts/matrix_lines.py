"""The matrix of conflicts as lines: names and numbers, and one cell a pair.

Each pair is a sign in the colour of its severity, one row in a line: what collides is shaded, the worse the fuller,
so that neither eyes nor terminals need colours. Zoomed out a line holds two rows as half blocks in colour alone, so
that fifty branches take 25 lines. Pure: the same matrix, room, place and cursor, the same lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from sessions.views.conflicts.matrix import Matrix, Severity
from widgets.conflicts.matrix_shape import Shape, Spot
from widgets.draw.cells import Line, Span, cut, fit, pad, short, width

HALF = "▀"
GLYPHS: dict[Severity, tuple[str, str]] = {
    Severity.CLEAN: ("·", "line"),
    Severity.SHARED: ("∘", "soft"),
    Severity.FEW: ("▒", "clash_few"),
    Severity.SOME: ("▓", "clash_some"),
    Severity.MANY: ("█", "clash_many"),
    Severity.UNKNOWN: ("?", "unknown"),
    Severity.COMPUTING: (":", "waiting"),
    Severity.LANDED: (" ", "text"),
}
"""Sign and style of a cell that has a line of its own."""
COLOURS: dict[Severity, str] = {
    Severity.CLEAN: "clean",
    Severity.SHARED: "shared",
    Severity.FEW: "clash_few",
    Severity.SOME: "clash_some",
    Severity.MANY: "clash_many",
    Severity.UNKNOWN: "unknown",
    Severity.COMPUTING: "pending",
    Severity.LANDED: "ground",
}
"""Colour of a cell that is half a line."""
_BRIEFLY = ("clean", "shared", "few", "10+", "50+", "unknown", "computing", "lands", "stuck")
"""The meanings, in their order, where there is little room."""
MEANING: dict[Severity, str] = {
    Severity.CLEAN: "clean",
    Severity.SHARED: "clean, same file",
    Severity.FEW: "few lines",
    Severity.SOME: "10 and more",
    Severity.MANY: "50 and more",
    Severity.UNKNOWN: "unknown",
    Severity.COMPUTING: "computing",
}
_SIGNS = [GLYPHS[step] for step in Severity]
_BY_NUMBER = [COLOURS[step] for step in Severity]
"""By the number that a matrix has in a cell."""
LANDS, LANDS_GLYPH = "flow", ("\\", "working")
"""The diagonal where the branch merges with the base."""
STUCK = {Severity.FEW: "□", Severity.SOME: "▣", Severity.MANY: "■"}
"""The diagonal where it collides with the base: other signs than around it, as full as it is bad."""
DIAGONAL = "soft"
"""Of a diagonal cell that is half a line and wide, the second part, where the branch collides with the base."""
PICK = "◂"
"""Beside a sign that fills its cell: the cursor, which would not be seen behind it."""
_SHADES = frozenset("▒▓█")
"""Signs that fill all cells of a column, so that they grow together to areas; others stand in the first."""


class Signs:
    """The signs of rows, as they are without a cursor: a cursor that moves changes two cells of most of them."""

    def __init__(self) -> None:
        self._of: tuple[Matrix, Shape, int] | None = None
        """What they were made of: a matrix, its shape, and the first column in view."""
        self._rows: dict[int, tuple[Line, list[int]]] = {}
        self.made = 0
        """Rows made so far, for measurements."""

    def row(self, matrix: Matrix, shape: Shape, row: int, left: int) -> tuple[Line, list[int]]:
        """The signs of a row in view, each style in a span, and the cells at which these begin."""
        if self._of is None or self._of[0] is not matrix or self._of[1:] != (shape, left):
            self._of, self._rows = (matrix, shape, left), {}
        known = self._rows.get(row)
        if known is None:
            self.made += 1
            line = tuple(_signs(matrix, shape, row, left))
            starts = [0, *accumulate(len(text) for text, _ in line)]
            known = self._rows[row] = (line, starts)
        return known


def matrix_lines(matrix: Matrix, shape: Shape, top: Spot, cursor: Spot, kept: Signs | None = None) -> list[Line]:
    """All lines in view, each `shape.cells` wide; what was `kept` of the last ones need not be made again."""
    if not matrix.rows:
        return []
    lines = _head(matrix, shape, top, cursor)
    rows = range(top.row, min(shape.size, top.row + shape.rows), 1 + shape.halves)
    if shape.halves:
        lines += [_double(matrix, shape, row, top.column, cursor) for row in rows]
    else:
        known = kept or Signs()
        lines += [_single(matrix, shape, row, top.column, cursor, known) for row in rows]
    return [pad(line, shape.cells, "text") for line in lines]


def _head(matrix: Matrix, shape: Shape, top: Spot, cursor: Spot) -> list[Line]:
    """The name of the cursor's column above it, and under that the numbers, read from above."""
    columns = range(top.column, min(shape.size, top.column + shape.columns))
    label = matrix.rows[cursor.column].label
    at = shape.left + (cursor.column - top.column) * shape.column
    name = fit(label, min(width(label), 60))
    # The name stands to the right of its mark, or to the left where the room ends.
    if at + 2 + width(name) <= shape.cells:
        first: Line = ((" " * at, "text"), ("▾", "accent"), (" " + name, "bold accent"))
    else:
        room = max(0, at - 1)
        first = ((fit(name, room, right=True) + " ", "bold accent"), ("▾", "accent"))
    lines = [first]
    for digit in range(shape.digits):
        spans: list[Span] = [(" " * shape.left, "text")]
        for column in columns:
            text = str(column + 1).rjust(shape.digits)[digit]
            # Of tens and hundreds only where they change, so that the eye finds a column by its neighbours.
            if digit < shape.digits - 1 and column != top.column and (column + 1) % 10 ** (shape.digits - 1 - digit):
                text = " "
            style = "bold accent" if column == cursor.column else "faint"
            if column == cursor.column:
                text = str(column + 1).rjust(shape.digits)[digit]
            spans.append((text.ljust(shape.column), style))
        if shape.area and digit == shape.digits - 1:
            spans.append(("  works in", "faint"))
        lines.append(tuple(spans))
    return lines


def _name(matrix: Matrix, shape: Shape, row: int, cursor: Spot) -> list[Span]:
    """A row's number and name."""
    if row >= shape.size:
        return [(" " * (shape.digits + shape.name + 2), "text")]
    here, there = row == cursor.row, row == cursor.column
    ground = " on cursor" if here else ""
    branch = matrix.rows[row]
    style = "bold text" if here else "accent" if there else "text" if branch.conflicts else "soft"
    return [
        (str(row + 1).rjust(shape.digits) + " ", ("bold accent" if here or there else "faint") + ground),
        (fit(short(branch.label, shape.name), shape.name), style + ground),
        (" ", "text"),
    ]


def _single(matrix: Matrix, shape: Shape, row: int, left: int, cursor: Spot, kept: Signs) -> Line:
    spans: list[Span] = [*_name(matrix, shape, row, cursor), (" ", "text")]
    if row == cursor.row:
        spans += _signs(matrix, shape, row, left, cursor.column)
    else:
        signs, starts = kept.row(matrix, shape, row, left)
        at = (cursor.column - left) * shape.column
        if 0 <= at < starts[-1]:
            number = bisect_right(starts, at) - 1
            (text, style), first = signs[number], at - starts[number]
            end = first + shape.column
            split = ((text[:first], style), (text[first:end], style + " on bar"), (text[end:], style))
            signs = (*signs[:number], *(span for span in split if span[0]), *signs[number + 1 :])
        spans += signs
    if shape.area:
        area = matrix.rows[row].area
        spans += [("  ", "text"), (_end(area, shape.area - 2), "soft" if row == cursor.row else "faint")]
    return tuple(spans)


def _signs(matrix: Matrix, shape: Shape, row: int, left: int, picked: int = -1) -> list[Span]:
    """The signs of a row; in the row of the cursor, `picked` is its column."""
    spans: list[Span] = []
    base, ground = row * shape.size, " on bar" if picked >= 0 else ""
    for column in range(left, min(shape.size, left + shape.columns)):
        step = matrix.cells[base + column]
        sign, style = _diagonal(step) if row == column else _SIGNS[step]
        if column == picked:
            spans += _picked(sign, style, shape.column)
            continue
        text = sign * shape.column if sign in _SHADES else sign.ljust(shape.column)
        style += ground
        # Few long spans are drawn in a fraction of the time of many short ones.
        if spans and spans[-1][1] == style:
            spans[-1] = (spans[-1][0] + text, style)
        else:
            spans.append((text, style))
    return spans


def _diagonal(step: int) -> tuple[str, str]:
    """Sign and style of a branch against the base."""
    if step <= Severity.SHARED:
        return LANDS_GLYPH
    sign, style = _SIGNS[step]
    return STUCK.get(Severity(step), sign), style


def _picked(sign: str, style: str, cells: int) -> list[Span]:
    """The cell under the cursor: its own sign, and one more where that leaves nothing of the ground."""
    if sign not in _SHADES:
        return [(sign.ljust(cells), f"bold {style} on cursor")]
    if cells == 1:
        return [(sign, "bold underline accent on bar")]
    return [(sign, f"bold {style} on bar"), (PICK.ljust(cells - 1), "bold accent on cursor")]


def _end(text: str, cells: int) -> str:
    """The end of a path, from a directory on where it is cut."""
    if width(text) <= cells:
        return text
    parts = text.split("/")
    ends = ("…/" + "/".join(parts[at:]) for at in range(1, len(parts) - 1))
    return next((end for end in ends if width(end) <= cells), cut(text, cells))


def _double(matrix: Matrix, shape: Shape, row: int, left: int, cursor: Spot) -> Line:
    spans: list[Span] = [*_name(matrix, shape, row, cursor), *_name(matrix, shape, row + 1, cursor), (" ", "text")]
    for column in range(left, min(shape.size, left + shape.columns)):
        halves = [_colour(matrix, shape, at, column, cursor) for at in (row, row + 1)]
        first, *rest = [_half(*halves)] + [_half(*_marked(matrix, shape, halves, row, column))] * (shape.column - 1)
        if column == cursor.column and cursor.row in (row, row + 1):
            # The cursor takes the first cell of a wide column, so that the colour under it is still seen.
            upper, lower = halves
            first = (HALF, f"accent on {lower}" if cursor.row == row else f"{upper} on accent")
        for text, style in (first, *rest):
            spans[-1:] = [(spans[-1][0] + text, style)] if spans[-1][1] == style else [spans[-1], (text, style)]
    return tuple(spans)


def _half(upper: str, lower: str) -> Span:
    """A cell of two colours, one above the other."""
    return (" ", f"blank on {lower}") if upper == lower else (HALF, f"{upper} on {lower}")


def _marked(matrix: Matrix, shape: Shape, halves: Sequence[str], row: int, column: int) -> list[str]:
    """The two colours in the second cell of a wide column: on the diagonal it tells what cannot land from the rest."""
    stuck = column < shape.size and matrix.cells[column * shape.size + column] in STUCK
    return [DIAGONAL if stuck and at == column else half for at, half in zip((row, row + 1), halves, strict=True)]


def _colour(matrix: Matrix, shape: Shape, row: int, column: int, cursor: Spot) -> str:
    if row >= shape.size:
        return "ground"
    step = matrix.cells[row * shape.size + column]
    if step == Severity.CLEAN and row != column and (row == cursor.row or column == cursor.column):
        return "cross"
    if row == column and step <= Severity.SHARED:
        return LANDS
    return _BY_NUMBER[step]


def legend(halves: bool, cells: int) -> Line:
    """What the cells mean; in short words where there is little room, and then only as many as fit."""
    meanings = (*MEANING.values(), "lands", "cannot land")
    gap = 2 if halves else 1
    if sum(gap + 1 + width(meaning) + 2 for meaning in meanings) > cells:
        meanings = _BRIEFLY
    spans: list[Span] = []
    room = cells
    for (sign, style, colour), meaning in zip(_keys(), meanings, strict=True):
        if gap + 1 + width(meaning) > room:
            break
        spans += _swatch(colour) if halves else [(sign, style)]
        spans += [(f" {meaning}", "faint"), ("  ", "text")]
        room -= gap + 1 + width(meaning) + 2
    return tuple(spans[:-1])


def _keys() -> list[tuple[str, str, str]]:
    """Sign, style and colour of each meaning."""
    steps = [(*GLYPHS[step], COLOURS[step]) for step in MEANING]
    worst = GLYPHS[Severity.MANY][1]
    return [*steps, (*LANDS_GLYPH, LANDS), (STUCK[Severity.MANY], worst, "")]


def _swatch(colour: str) -> list[Span]:
    """Two cells of a colour; of what collides with the base the two that it has."""
    if colour:
        return [("  ", f"blank on {colour}")]
    return [(" ", f"blank on {COLOURS[Severity.MANY]}"), (" ", f"blank on {DIAGONAL}")]
