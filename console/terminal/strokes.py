"""Strokes: changed cells of the terminal, written with as few bytes as are known to work everywhere.

Cells of one ink are written one after the other, a band of lines at a time: the same few colours alternate on most
lines, and to move the cursor is cheaper than to change colours. Blanks up to the end of a line are erased.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec

from console.terminal.ink import NOTHING, Cell, Ink, turn, unsure

RESET = "\x1b[0m"
ERASE = "\x1b[K"
BAND = 6
"""Lines that are drawn together: more save little, and a slow line would show the colours one after the other."""
BRIDGE = 4
"""Unchanged cells that cost no more than the jump over them."""
_MOVE = 6
"""Bytes of a usual jump, and a part of a change of colour."""
_WORTH_ERASING = 2 * _MOVE + len(ERASE)
"""Blanks from which on it is not reckoned whether a line that is all new is erased before it is written."""


class Line(msgspec.Struct, frozen=True):
    """A line that is not on the terminal as it should be."""

    y: int
    cells: Sequence[Cell]
    changed: Sequence[int]
    """The cells that differ from what is there, from left to right."""
    drawn: Sequence[Stroke] = ()
    """The strokes that it is made of, where they are known without looking at its cells."""


class Stroke(msgspec.Struct):
    """Cells beside each other that are written in one ink; without any, the rest of the line is erased."""

    y: int
    x: int
    ink: Ink
    texts: list[str]
    unsure: bool = False
    """It ends in a character of which terminals do not agree how wide it is."""

    @property
    def end(self) -> int:
        """The cell after it."""
        return self.x + len(self.texts)

    @property
    def cost(self) -> int:
        """About so many bytes."""
        return _MOVE + (len(self.texts) or len(ERASE))


def strokes(y: int, cells: Sequence[Cell], changed: Iterable[int]) -> list[Stroke]:
    """The changed cells of a line, from left to right."""
    drawn: list[Stroke] = []
    ink: Ink | None = None
    blank: Ink | None = None
    texts: list[str] = []
    end = 0
    for x in changed:
        text, wanted = cells[x]
        if (wanted is not ink and wanted is not blank) or x != end or unsure(text) or drawn[-1].unsure:
            stroke = drawn[-1] if drawn else None
            if stroke is not None and _continued(stroke, cells, x):
                texts += [text for text, _ in cells[end:x]]
            else:
                stroke = Stroke(y, x, wanted, texts := [])
                drawn.append(stroke)
            ink, blank = stroke.ink, stroke.ink.blank
            stroke.unsure = stroke.unsure if not text else unsure(text)
        texts.append(text)
        end = x + 1
    return drawn


def _continued(stroke: Stroke, cells: Sequence[Cell], x: int) -> bool:
    """Whether the cell `x` may be written on from the stroke before it, with what is between; its ink suits both."""
    text, ink = cells[x]
    if x - stroke.end > BRIDGE or (stroke.unsure and text):
        return False
    if stroke.ink.is_blank and not ink.is_blank and ink.draws(stroke.ink):
        stroke.ink = ink
    return all(stroke.ink.draws(other) for _, other in cells[stroke.end : x + 1])


def with_erasing(line: Line) -> list[Stroke]:
    """The strokes of a line, which is erased from some cell on where that is shorter."""
    cells, first = line.cells, line.changed[0]
    ground = cells[-1]
    # An erasure spares nothing where no cell that changes is of the ground.
    if ground[0] != " " or not ground[1].is_blank or not any(cells[x] == ground for x in line.changed):
        return strokes(line.y, cells, line.changed)
    # Cells of the ground are one object most times, and then need not be compared.
    signs = [x for x in range(first, len(cells)) if cells[x] is not ground and cells[x] != ground]
    if len(line.changed) == len(cells) - first >= len(signs) + _WORTH_ERASING:
        return [Stroke(line.y, first, ground[1], []), *strokes(line.y, cells, signs)]
    kept = strokes(line.y, cells, line.changed)
    written = strokes(line.y, line.cells, signs)
    starts, before = [s.x for s in kept], [0, *accumulate(s.cost for s in kept)]
    after = list(accumulate((s.cost for s in reversed(written)), initial=0))[::-1]
    # It may begin before the first sign, or behind any.
    places = [first, *(s.end for s in written)]
    costs = [before[bisect_left(starts, x)] + after[at] for at, x in enumerate(places)]
    at = min(range(len(places)), key=costs.__getitem__)
    x = places[at]
    if x >= len(line.cells) or costs[at] + _MOVE + len(ERASE) >= before[-1]:
        return kept
    left = [place for place in line.changed if place < x]
    return [*strokes(line.y, line.cells, left), Stroke(line.y, x, ground[1], []), *written[at:]]


class Brush:
    """The terminal's cursor and ink, and what was written with them."""

    def __init__(self, columns: int, erases: bool) -> None:
        self._columns = columns
        self._erases = erases
        """What is erased takes the ground; some terminals leave it in their own."""
        self._place: tuple[int, int] | None = None
        self._ink = NOTHING
        self._out: list[str] = []

    def text(self) -> str:
        """All that was written; it leaves the terminal's own ink."""
        return "".join([*self._out, RESET]) if self._out else ""

    def draw(self, lines: Sequence[Line]) -> None:
        """Draw what has changed."""
        for first in range(0, len(lines), BAND):
            drawn: list[Stroke] = []
            for line in lines[first : first + BAND]:
                drawn += line.drawn or self._strokes(line)
            for stroke in sorted(drawn, key=self._order):
                self._write(stroke)

    def _strokes(self, line: Line) -> list[Stroke]:
        return with_erasing(line) if self._erases else strokes(line.y, line.cells, line.changed)

    def _order(self, stroke: Stroke) -> tuple[object, ...]:
        """What is erased first, then what is on the present ground."""
        ink, y, x = stroke.ink, stroke.y, stroke.x
        other = ink.ground != self._ink.ground
        return bool(stroke.texts), other, ink.ground, ink.fore, sorted(ink.attributes), y, x

    def _write(self, stroke: Stroke) -> None:
        self._go(stroke.y, stroke.x)
        sequence, self._ink = turn(self._ink, stroke.ink)
        if stroke.unsure:  # it may leave its second cell as it was
            self._out += [sequence, " " * len(stroke.texts)]
            self._place, sequence = None, ""
            self._go(stroke.y, stroke.x)
        self._out += [sequence, *(stroke.texts or [ERASE])]
        # Behind the last cell the cursor waits somewhere between two lines.
        sure = stroke.end < self._columns and not stroke.unsure
        self._place = (stroke.y, stroke.end) if sure else None

    def _go(self, y: int, x: int) -> None:
        if self._place == (y, x):
            return
        ways = [f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"]
        if self._place is not None:
            here_y, here_x = self._place
            if here_y == y:
                ways.append(f"\x1b[{x - here_x}C" if x > here_x else f"\x1b[{x + 1}G")
            elif here_x == x:
                ways.append(f"\x1b[{y + 1}d")
        self._out.append(min(ways, key=len))
