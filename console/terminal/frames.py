"""Frames with no byte too many: of everything that is drawn, only the cells that are not on the terminal already.

Textual (8.2.8) knows nothing of the frame before: it sends all of a widget that has changed, the whole screen whenever
another one is shown, and every style in full. Here what the terminal shows is known, cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from console.terminal.fresh import fresh_strokes
from console.terminal.ink import NOTHING, Cell, cells_of, unsure
from console.terminal.strokes import Brush, Line

Piece = tuple[int, int, Strip]
"""The line and the cell where it begins, and what stands there from then on."""
Part = tuple[int, list[Cell]]
"""The cell of a line where it begins, and its cells."""
NOWHERE: Cell = ("", NOTHING)
"""In the place of a cell that is not known; it is never sent."""


def erases(environment: Mapping[str, str]) -> bool:
    """Whether what is erased takes the present ground; `screen` leaves it in the terminal's own."""
    return not environment.get("TERM", "").startswith("screen") or "TMUX" in environment


class Shown:
    """What the terminal shows, as far as it is known. What is there already is not sent again."""

    def __init__(self, *, erasing: bool = True) -> None:
        self._erasing = erasing
        self._columns = 0
        self._lines: list[list[Cell | None]] = []
        self._fresh: dict[int, tuple[Strip, ColorSystem] | None] = {}
        """Lines whose cells are not told apart yet: of some all is known, of others nothing."""

    def forget(self) -> None:
        """Nothing is known any more: the terminal may have been cleared or cut off."""
        self._lines, self._fresh = [], {}

    def paint(self, pieces: Sequence[Piece], columns: int, lines: int, system: ColorSystem) -> str:
        """The bytes that put these pieces on a terminal of this size; from then on they are known."""
        if (len(self._lines), self._columns) != (lines, columns):
            self._columns, self._lines = columns, [[None] * columns for _ in range(lines)]
            self._fresh = dict.fromkeys(range(lines))
        by_line: dict[int, list[tuple[int, Strip]]] = {}
        for y, x, strip in pieces:
            by_line.setdefault(y, []).append((x, strip))
        of_each = sorted(by_line.items())
        drawn = [self._fresh_line(y, parts, system) or self._line(y, parts, system) for y, parts in of_each]
        brush = Brush(columns, self._erasing)
        brush.draw([line for line in drawn if line.drawn or line.changed])
        return brush.text()

    def _fresh_line(self, y: int, parts: Sequence[tuple[int, Strip]], system: ColorSystem) -> Line | None:
        """A line of which nothing is known, and all is drawn; None for any other."""
        (x, strip), *others = parts
        if x or others or not self._erasing or self._fresh.get(y, ()) is not None:
            return None
        strokes = fresh_strokes(y, strip, self._columns, system)
        if strokes is None:
            return None
        self._fresh[y] = (strip, system)
        return Line(y, (), (), strokes)

    def _line(self, y: int, parts: Sequence[tuple[int, Strip]], system: ColorSystem) -> Line:
        if (fresh := self._fresh.pop(y, None)) is not None:
            self._lines[y] = [*cells_of(*fresh)]
        return self._put(y, [(x, cells_of(strip, system)[: self._columns - x]) for x, strip in parts])

    def _put(self, y: int, parts: Sequence[Part]) -> Line:
        """Put parts where they belong in a line; what of it has to be sent."""
        known = self._lines[y]
        after = _without_halves(known, parts)
        again: set[int] = set()
        for x, cells in parts:
            after[x : x + len(cells)] = cells
            if any(map(unsure, {text for text, _ in cells})):
                again.update(range(x, x + len(cells)))
        changed = [x for x, cell in enumerate(after) if cell is not None and (x in again or cell != known[x])]
        self._lines[y] = [None if x in again else cell for x, cell in enumerate(after)] if again else after
        return Line(y, [cell or NOWHERE for cell in after], changed)


def _without_halves(known: Sequence[Cell | None], parts: Sequence[Part]) -> list[Cell | None]:
    """A line as it is known; of a wide character that a part cuts in two, neither half is."""
    after = list(known)
    for x, cells in parts:
        for edge in (x, x + len(cells)):
            if 0 < edge < len(after) and (cell := known[edge]) is not None and not cell[0]:
                after[edge - 1 : edge + 1] = [None, None]
    return after


class LeanUpdate(CompositorUpdate):
    """An update of Textual's compositor, written sparingly."""

    def __init__(self, update: ChopsUpdate | LayoutUpdate, shown: Shown) -> None:
        self._update = update
        self._shown = shown

    def render_segments(self, console: Console) -> str:
        """The bytes of the frame: it begins and ends with the terminal's own style."""
        update, system = self._update, console._color_system or ColorSystem.TRUECOLOR
        if isinstance(update, LayoutUpdate):
            x, y, columns, lines = update.region
            pieces = [(y + row, x, Strip.join(line)) for row, line in enumerate(update.strips)]
            return self._shown.paint(pieces, x + columns, y + lines, system)
        return self._shown.paint(list(_pieces(update)), update.chop_ends[0][-1], len(update.chops), system)


def _pieces(update: ChopsUpdate) -> Iterator[Piece]:
    """What is drawn of a part of the screen."""
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            start, stop = max(x, x1), min(end, x2)
            if strip is not None and start < stop:
                yield y, start, strip.crop(start - x, stop - x)


def lean(renderable: RenderableType | None, shown: Shown) -> RenderableType | None:
    """The same frame, written sparingly, for a terminal of which so much is known."""
    if isinstance(renderable, ChopsUpdate | LayoutUpdate):
        return LeanUpdate(renderable, shown)  # type: ignore[return-value]  # drawn by render_segments, never by Rich
    return renderable
