"""The matrix of conflicts as lines: names and numbers, and one cell a pair.

Each pair is a sign in the colour of its severity, one row in a line: what collides is shaded, the worse the fuller,
so that neither eyes nor terminals need colours. Zoomed out a line holds two rows as half blocks in colour alone, so
that fifty branches take 25 lines. Pure: the same matrix, room, place and cursor, the same lines.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sessions.floor.matrix import Matrix, Severity
from widgets.cells import Line, Span, cut, fit, pad, width
from widgets.glyphs import ascii_twin

HALF = "▀"
GLYPHS: dict[Severity, tuple[str, str]] = {
    Severity.CLEAN: ("·", "faint"),
    Severity.SHARED: ("∘", "soft"),
    Severity.FEW: ("▒", "needs_me"),
    Severity.SOME: ("▓", "needs_me"),
    Severity.MANY: ("█", "failed"),
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
_BRIEFLY = ("clean", "shared", "few", "10+", "50+", "unknown", "computing", "base")
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
NAME_MIN, NAME_FAIR, NAME_MAX = 8, 16, 26
"""Cells of a name: at least, enough to tell most, and at most."""
AREA_MIN, AREA_MAX = 14, 32
"""Cells for the areas, with the gap before them."""
_PICKED = 2
"""Cells of a column where there is room; one where there is not."""
_SHADES = frozenset("▒▓█")
"""Signs that fill all cells of a column, so that they grow together to areas; others stand in the first."""


class Spot(msgspec.Struct, frozen=True):
    """A cell, by its row and column."""

    row: int = 0
    column: int = 0


class Shape(msgspec.Struct, frozen=True):
    """How a matrix lies in its room."""

    cells: int
    lines: int
    size: int
    """Branches."""
    halves: bool
    """Two rows in one line."""
    name: int
    """Cells of a name."""
    column: int
    """Cells of a column."""
    area: int = 0
    """Cells to the right of the matrix that say where each branch works."""

    @property
    def digits(self) -> int:
        """Digits of the greatest number: so many lines has the head, beside that with a name."""
        return len(str(max(1, self.size)))

    @property
    def head(self) -> int:
        """Lines above the cells."""
        return 1 + self.digits

    @property
    def left(self) -> int:
        """Cells before the first column."""
        return (1 + self.halves) * (self.digits + 1 + self.name + 1) + 1

    @property
    def columns(self) -> int:
        """Columns in view."""
        return max(1, min(self.size, (self.cells - self.area - self.left) // self.column))

    @property
    def rows(self) -> int:
        """Rows in view."""
        return max(1, min(self.size, (self.lines - self.head) * (1 + self.halves)))

    @property
    def length(self) -> int:
        """Lines that all of it would take."""
        return self.head + -(-self.size // (1 + self.halves))


def shape(cells: int, lines: int, labels: Sequence[str], halves: bool, areas: Sequence[str] = ()) -> Shape:
    """The best shape for a room: all columns at once if they fit, wide ones if they fit wide.

    The areas stand beside them where there is room for them besides the names.
    """
    size = len(labels)
    longest = max(NAME_MIN, min(NAME_MAX, max((width(label) for label in labels), default=0)))
    for column in (_PICKED, 1):
        least = Shape(cells, lines, size, halves, min(longest, 12 if column > 1 else NAME_MIN), column)
        spare = cells - least.left - size * column
        if spare >= 0:
            # Names get what they need, but the last of it not before areas have a little.
            widest = 0 if halves else max(map(width, areas), default=0)
            some = min(AREA_MIN, 2 + widest) if widest and spare + least.name >= NAME_FAIR + AREA_MIN else 0
            name = min(longest, least.name + (spare - some) // (1 + halves))
            area = min(spare - (name - least.name) - 1, AREA_MAX, 2 + widest) if some else 0
            return Shape(cells, lines, size, halves, name, column, area)
    return Shape(cells, lines, size, halves, min(longest, 12 if halves and cells < 100 else 16), 1)


def follow(shape: Shape, top: Spot, cursor: Spot) -> Spot:
    """The nearest place of the view, by its first row and column, from which the cursor is seen."""
    each, room = 1 + shape.halves, max(1, shape.lines - shape.head)
    last = max(0, -(-shape.size // each) - room)
    line = min(max(top.row // each, cursor.row // each - room + 1), cursor.row // each, last)
    column = min(max(top.column, cursor.column - shape.columns + 1), cursor.column, shape.size - shape.columns)
    return Spot(max(0, line) * each, max(0, column))


def matrix_lines(matrix: Matrix, shape: Shape, top: Spot, cursor: Spot) -> list[Line]:
    """All lines in view, each `shape.cells` wide."""
    if not matrix.rows:
        return []
    lines = _head(matrix, shape, top, cursor)
    last = min(shape.size, top.row + shape.rows)
    draw = _double if shape.halves else _single
    lines += [draw(matrix, shape, row, top.column, cursor) for row in range(top.row, last, 1 + shape.halves)]
    return [pad(line, shape.cells, "text") for line in lines]


def spot_at(shape: Shape, top: Spot, x: int, y: int) -> Spot | None:
    """The cell at a place in the room, the upper one of two; on a name, that of the diagonal."""
    if y < shape.head:
        return None
    row = top.row + (y - shape.head) * (1 + shape.halves)
    if shape.halves and shape.left // 2 <= x < shape.left:
        row += 1
    column = top.column + (x - shape.left) // shape.column if x >= shape.left else row
    return Spot(row, column) if row < shape.size and 0 <= column < shape.size else None


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
        (fit(branch.label, shape.name), style + ground),
        (" ", "text"),
    ]


def _single(matrix: Matrix, shape: Shape, row: int, left: int, cursor: Spot) -> Line:
    spans: list[Span] = [*_name(matrix, shape, row, cursor), (" ", "text")]
    base = row * shape.size
    for column in range(left, min(shape.size, left + shape.columns)):
        step = matrix.cells[base + column]
        sign, style = LANDS_GLYPH if row == column and step <= Severity.SHARED else _SIGNS[step]
        here, across = row == cursor.row, column == cursor.column
        ground = " on cursor" if here and across else " on bar" if here or across else ""
        if here and across:
            # Behind a sign that fills its cell the cursor would not be seen.
            sign, style = ascii_twin(sign), "bold " + style
        text = sign * shape.column if sign in _SHADES else sign.ljust(shape.column)
        style += ground
        # Few long spans are drawn in a fraction of the time of many short ones.
        spans[-1:] = [(spans[-1][0] + text, style)] if spans[-1][1] == style else [spans[-1], (text, style)]
    if shape.area:
        area = matrix.rows[row].area
        spans += [("  ", "text"), (_end(area, shape.area - 2), "soft" if row == cursor.row else "faint")]
    return tuple(spans)


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
        upper = _colour(matrix, shape, row, column, cursor)
        lower = _colour(matrix, shape, row + 1, column, cursor)
        text = HALF if upper != lower else " "
        style = f"{upper} on {lower}" if upper != lower else f"blank on {lower}"
        if column == cursor.column and cursor.row in (row, row + 1):
            # The cursor takes the first cell of a wide column, so that the colour under it is still seen.
            marked = f"accent on {lower}" if cursor.row == row else f"{upper} on accent"
            spans += [(HALF, marked), (text * (shape.column - 1), style)]
        else:
            spans.append((text * shape.column, style))
    return tuple(spans)


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
    meanings = (*MEANING.values(), "merges with the base")
    gap = 2 if halves else 1
    if sum(gap + 1 + width(meaning) + 2 for meaning in meanings) - 2 > cells:
        meanings = _BRIEFLY
    spans: list[Span] = []
    room = cells
    for step, meaning in zip((*MEANING, None), meanings, strict=True):
        sign, style = LANDS_GLYPH if step is None else GLYPHS[step]
        if halves:
            sign, style = "  ", f"blank on {LANDS if step is None else COLOURS[step]}"
        if gap + 1 + width(meaning) > room:
            break
        spans += [(sign, style), (f" {meaning}", "faint"), ("  ", "text")]
        room -= gap + 1 + width(meaning) + 2
    return tuple(spans[:-1])
