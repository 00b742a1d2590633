"""How the matrix of conflicts lies in its room: what fits, what is in view, which pair is where. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from widgets.draw.cells import width

NAME_MIN, NAME_FAIR, NAME_MAX = 8, 16, 60
"""Cells of a name: at least, enough to tell most, and at most, where there is room."""
AREA_MIN, AREA_MAX = 14, 32
"""Cells for the areas, with the gap before them."""
WIDE = 2
"""Cells of a column where there is room; one where there is not."""


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
    for column in (WIDE, 1):
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


def spot_at(shape: Shape, top: Spot, x: int, y: int) -> Spot | None:
    """The cell at a place in the room, the upper one of two; on a name, that of the diagonal."""
    if y < shape.head:
        return None
    row = top.row + (y - shape.head) * (1 + shape.halves)
    if shape.halves and shape.left // 2 <= x < shape.left:
        row += 1
    column = top.column + (x - shape.left) // shape.column if x >= shape.left else row
    return Spot(row, column) if row < shape.size and 0 <= column < shape.size else None
