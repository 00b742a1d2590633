"""Where panes lie on the wall: rows, columns, headings, and how a cursor moves among them. Pure geometry."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

MIN_CARD = 38
"""The narrowest a card may be before there is one column less."""


class Row(msgspec.Struct, frozen=True):
    """A row of panes, or a heading when `count` is 0. Its panes are `height` lines high and `cells` wide."""

    y: int
    group: int
    first: int
    count: int
    height: int = 1
    cells: int = 0


class Grid:
    """Slots in reading order, laid out in rows. A slot is a place for a pane.

    A group's panes are cards in columns; the last `flat` of them are single lines over the whole width.
    """

    def __init__(
        self,
        counts: Sequence[int],
        headings: bool,
        columns: int,
        cells: int,
        height: int,
        gap: int,
        flat: Sequence[int] = (),
    ) -> None:
        self._shape = (headings, columns, cells, height, gap)
        self.columns = max(1, columns)
        self.cells = cells
        self.card_height = height
        self.rows: list[Row] = []
        self._row_of: list[int] = []
        self._flat = any(flat)
        y = first = 0
        for group, total in enumerate(counts):
            if headings:
                self.rows.append(Row(y, group, first, 0))
                y += 1
            cards = total - (flat[group] if flat else 0)
            for start in range(0, cards, self.columns):
                self._add(y, group, first + start, min(self.columns, cards - start), height, self.card_cells)
                y += height + gap
            for line in range(cards, total):
                self._add(y, group, first + line, 1, 1, cells)
                y += 1
            y += gap if total > cards else 0
            first += total
        self.slots = first
        self.height = max(0, y - gap) if counts else 0
        self._tops = [row.y for row in self.rows]

    def _add(self, y: int, group: int, first: int, count: int, height: int, cells: int) -> None:
        self._row_of.extend([len(self.rows)] * count)
        self.rows.append(Row(y, group, first, count, height, cells))

    def like(self, other: Grid) -> bool:
        """Whether a slot of both has the same place; true only of grids without headings and single lines."""
        return self._shape == other._shape and not (self._shape[0] or self._flat or other._flat)

    @property
    def card_cells(self) -> int:
        return self.cells // self.columns

    def row_of(self, slot: int) -> Row:
        """The row that a slot stands in."""
        return self.rows[self._row_of[slot]]

    def top_for(self, bottom: int, height: int) -> int:
        """The first line of the first row from which on `height` lines reach `bottom`: no pane is cut at the top."""
        return next((row.y for row in self.rows if row.y + height >= bottom), 0)

    def row_at(self, y: int) -> Row | None:
        """The row or heading that covers line `y`; None in a gap or outside."""
        at = bisect_right(self._tops, y) - 1
        if at < 0:
            return None
        row = self.rows[at]
        return row if y < row.y + row.height else None

    def place(self, slot: int) -> tuple[int, int]:
        """The first cell (x, y) of a slot."""
        row = self.row_of(slot)
        return (slot - row.first) * row.cells, row.y

    def slot_at(self, x: int, y: int) -> int | None:
        row = self.row_at(y)
        if row is None or not row.count:
            return None
        column = x // max(1, row.cells)
        return row.first + column if column < row.count else None

    def visible(self, top: int, height: int) -> range:
        """The slots with at least one line between `top` and `top + height`."""
        start = max(0, bisect_right(self._tops, top) - 1)
        stop = bisect_right(self._tops, top + height - 1)
        rows = [row for row in self.rows[start:stop] if row.count]
        return range(rows[0].first, rows[-1].first + rows[-1].count) if rows else range(0)

    def move(self, slot: int, way: str, page: int = 1) -> int:
        """The slot to go to from `slot`; `page` is how many lines a page has. At an edge it stays."""
        if not self.slots:
            return 0
        slot = max(0, min(slot, self.slots - 1))
        last = self.slots - 1
        flat = {"left": max(0, slot - 1), "right": min(last, slot + 1), "home": 0, "end": last}
        if way in flat:
            return flat[way]
        lines = self.row_of(slot).height
        steps = max(1, page // (lines + (lines > 1))) if way.startswith("page") else 1
        for _ in range(steps):
            slot = self._vertical(slot, -1 if way in ("up", "pageup") else 1)
        return slot

    def _vertical(self, slot: int, step: int) -> int:
        at = self._row_of[slot]
        column = slot - self.rows[at].first
        at += step
        while 0 <= at < len(self.rows) and not self.rows[at].count:
            at += step
        if not 0 <= at < len(self.rows):
            return slot
        row = self.rows[at]
        return row.first + min(column, row.count - 1)


def shape(zoom: int, width: int) -> int:
    """Columns at a zoom for a wall of `width` cells."""
    if zoom == 0:
        return 1
    return max(1, min(12, width // MIN_CARD)) if zoom == 1 else max(1, min(2, width // (2 * MIN_CARD)))
