"""The lines of a change to scroll through: a patch of any length, of which only what is in view is wrapped."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from typing import Literal

from textual import events

from sessions.floor.branches.contents import LineKind, PatchLine
from widgets.branch.patch_lines import Emphasis, digits, emphasis, patch_rows
from widgets.draw.cells import Line
from widgets.draw.look import Look
from widgets.parts.panel import rule
from widgets.parts.scrolled import Scrolled
from widgets.session.passages import marked
from widgets.session.window import Spot, Window

KEPT = 400
"""Lines that are kept wrapped."""


class PatchView(Scrolled):
    """Shows lines of a patch under the name of the file that is in view."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._title = "diff"
        self._note = ""
        self._patch: Sequence[PatchLine] = ()
        self._files: list[int] = []
        self._changed: Emphasis = {}
        self._numbers = 1
        self._cells = 0
        self._wrapped: OrderedDict[int, list[Line]] = OrderedDict()
        self._window = Window(lambda: len(self._patch), lambda i: len(self._rows_of(i)))
        self._top = Spot(0)
        self._pattern = ""
        self._empty: Sequence[Line] = ()

    def show_patch(
        self, title: str, lines: Sequence[PatchLine], note: str = "", empty: Sequence[Line] = (), *, keep: bool = False
    ) -> None:
        """Show these lines, or those of `empty` when there are none; with `keep` from the place where it stands."""
        self._title, self._note, self._empty = title, note, empty
        if lines is not self._patch:
            self._patch = lines
            self._files = [i for i, line in enumerate(lines) if line.kind is LineKind.FILE]
            self._changed, self._numbers = emphasis(lines), digits(lines)
            self._wrapped.clear()
        if not keep:
            self._top = Spot(0)
        self.draw()

    def mark(self, pattern: str) -> None:
        """Highlight `pattern` wherever it is shown; an empty one highlights nothing."""
        self._pattern = pattern
        self.draw()

    # Moving about

    @property
    def rows(self) -> int:
        """Lines in view."""
        return max(1, self.size.height - 1)

    def scroll(self, lines: int) -> None:
        """Move the view down, or up when negative."""
        self._top = self._window.moved(self._top, lines)
        self.draw()

    def move(self, steps: int) -> None:
        self.scroll(steps)

    def to_start(self) -> None:
        self._top = Spot(0)
        self.draw()

    def follow(self) -> None:
        """Go to the end."""
        self._top = self._window.bottom(self.rows)
        self.draw()

    def next_file(self, step: Literal[1, -1]) -> bool:
        """Go to where the next file begins, or the one before; False when there is none."""
        at = bisect_right(self._files, self._top.entry) if step > 0 else bisect_left(self._files, self._top.entry) - 1
        if not 0 <= at < len(self._files):
            return False
        self._go_to(self._files[at])
        return True

    def find(self, pattern: str, step: Literal[1, -1], again: bool) -> bool:
        """Go to the next line that holds `pattern` in any case, from the top of the view on, or around the end."""
        low, count = pattern.casefold(), len(self._patch)
        first = self._top.entry + (step if again else 0)
        for i in range(count):
            at = (first + i * step) % count
            if low in self._patch[at].text.casefold():
                self._go_to(at)
                return True
        return False

    def _go_to(self, line: int) -> None:
        # Where the end would come into view the line is not at the top, but it counts from it.
        self._top = Spot(line)
        self.draw(clamp=False)

    # Drawing

    def draw(self, *, clamp: bool = True) -> None:
        if not self.lives or not self.size.height:
            return
        cells = self.size.width
        if cells != self._cells:
            self._cells = cells
            self._wrapped.clear()
        self._top = self._window.clamped(self._top)
        if clamp and self._patch:
            self._top = min(self._top, self._window.bottom(self.rows))
        spots = self._window.lines(self._top, self.rows)
        body = [self._rows_of(spot.entry)[spot.line] for spot in spots]
        if self._pattern:
            body = [marked(line, self._pattern) for line in body]
        self.show([self._head(spots, cells), *(body if self._patch else self._empty)])

    def _head(self, spots: Sequence[Spot], cells: int) -> Line:
        """The file in view where the whole change is shown, and how far down that is."""
        title = self._title
        at = bisect_right(self._files, self._top.entry) - 1
        if len(self._files) > 1 and at >= 0:
            title = self._patch[self._files[at]].text
        seen = spots[-1].entry + 1 if spots else 0
        more = len(self._patch) - seen
        place = f"{seen * 100 // len(self._patch)} %" if self._patch and (more or self._top != Spot(0)) else ""
        return rule(title, cells, ", ".join(filter(None, (self._note, place))), self.has_focus)

    def _rows_of(self, i: int) -> list[Line]:
        rows = self._wrapped.get(i)
        if rows is None:
            rows = patch_rows(self._patch[i], self._numbers, max(8, self._cells), self._changed.get(i, (0, 0)))
            self._wrapped[i] = rows
            while len(self._wrapped) > KEPT:
                self._wrapped.popitem(last=False)
        return rows

    # The outside world

    def wheel(self, lines: int) -> None:
        self.scroll(lines)

    def on_click(self, event: events.Click) -> None:
        """A click focuses it, no more."""
