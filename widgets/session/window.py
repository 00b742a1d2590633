"""Which lines of very long content are in view, when content is addressed by (entry, line in entry) and not by line.

Only the entries that are looked at are ever measured, so a hundred thousand of them cost what a screenful does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Spot(NamedTuple):
    """A line of the content: entry, and line within the entry."""

    entry: int
    line: int = 0


class Window:
    """Moves about in `count()` entries of which entry `i` has `height(i)` lines, none or more."""

    def __init__(self, count: Callable[[], int], height: Callable[[int], int]) -> None:
        self._count = count
        self._height = height

    def clamped(self, spot: Spot) -> Spot:
        """The nearest spot that exists; the origin when there is nothing."""
        if spot.entry >= self._count():
            return Spot(max(0, self._count() - 1), 0) if self._count() else Spot(0)
        if spot.entry < 0:
            return Spot(0)
        return Spot(spot.entry, max(0, min(spot.line, self._height(spot.entry) - 1)))

    def moved(self, spot: Spot, lines: int) -> Spot:
        """`lines` further down, or up when negative, as far as there is content."""
        return self._down(spot, lines) if lines >= 0 else self._up(spot, -lines)

    def _down(self, spot: Spot, lines: int) -> Spot:
        entry, line = spot.entry, spot.line + lines
        last = spot
        while entry < self._count():
            height = self._height(entry)
            if line < height:
                return Spot(entry, line)
            if height:
                last = Spot(entry, height - 1)
            entry, line = entry + 1, line - height
        return last

    def _up(self, spot: Spot, lines: int) -> Spot:
        entry, line = spot.entry, spot.line - lines
        while line < 0 and entry > 0:
            entry -= 1
            line += self._height(entry)
        return Spot(entry, max(0, line))

    def bottom(self, rows: int) -> Spot:
        """The top of a window of `rows` rows that shows the end."""
        end = self._count()
        return self._up(Spot(end, 0), rows) if end else Spot(0)

    def lines(self, top: Spot, rows: int) -> list[Spot]:
        """The spots in view in a window of `rows` rows from `top` on."""
        seen: list[Spot] = []
        entry, line = top
        while len(seen) < rows and entry < self._count():
            height = self._height(entry)
            seen += [Spot(entry, at) for at in range(line, min(height, line + rows - len(seen)))]
            entry, line = entry + 1, 0
        return seen
