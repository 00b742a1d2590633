"""A titled list with a selected row: of thousands of rows only those in view are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message

from widgets.draw.cells import Line
from widgets.draw.look import Look
from widgets.parts.panel import FAR, rule
from widgets.parts.scrolled import Scrolled

Row = Callable[[int, int, str], Line]
"""Makes row `i` in so many cells on a ground: "" or ` on cursor`."""


def _none(i: int, cells: int, ground: str) -> Line:
    return ()


class Picker(Scrolled):
    """Rows under a title, and a blank line below. Tells by a message when somebody selects another row."""

    class Picked(Message):
        """Another row was selected by a hand."""

        def __init__(self, picker: Picker) -> None:
            super().__init__()
            self.picker = picker

        @property
        def control(self) -> Picker:
            return self.picker

    class Opened(Picked):
        """The selected row was clicked once more."""

    def __init__(self, look: Look, title: str, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self.title = title
        self.cursor = 0
        self.count = 0
        self._note = ""
        self._row: Row = _none
        self._empty: Sequence[Line] = ()
        self._top = 0

    def set_rows(
        self, count: int, row: Row, note: str = "", empty: Sequence[Line] = (), cursor: int = 0, still: bool = False
    ) -> None:
        """Show so many rows with one of them selected, or the lines of `empty` when there are none.

        `still` has the selected one stay on its line of the screen, as far as that can be.
        """
        self.count, self._row, self._note, self._empty = count, row, note, empty
        before, self.cursor = self.cursor, max(0, min(cursor, count - 1))
        if still:
            self._top = max(0, self._top + self.cursor - before)
        self.draw()

    @property
    def rows(self) -> int:
        """Rows in view."""
        return max(0, self.size.height - 2)

    def move(self, steps: int) -> None:
        """Select another row."""
        self._select(self.cursor + steps)

    def scroll(self, lines: int) -> None:
        """The same by a screen: what is selected is what is looked at."""
        self.move(lines)

    def to_start(self) -> None:
        self.move(-FAR)

    def follow(self) -> None:
        """Go to the last row."""
        self.move(FAR)

    def _select(self, row: int) -> None:
        row = max(0, min(row, self.count - 1))
        if row != self.cursor:
            self.cursor = row
            self.draw()
            self.post_message(self.Picked(self))

    def draw(self) -> None:
        if not self.lives or not self.size.height:
            return
        cells, rows = self.size.width, self.rows
        self._top = max(0, min(self._top, self.cursor, self.count - rows), self.cursor - rows + 1)
        ground = " on cursor" if self.has_focus else " on bar"
        body = [
            self._row(i, cells, ground if i == self.cursor else "")
            for i in range(self._top, min(self.count, self._top + rows))
        ]
        below = self.count - self._top - len(body)
        note = ", ".join(filter(None, (self._note, f"{below:,} more" if below > 0 else "")))
        self.show([rule(self.title, cells, note, self.has_focus), *(body or self._empty[:rows])])

    def wheel(self, lines: int) -> None:
        self.move(lines)

    def on_click(self, event: events.Click) -> None:
        row = self._top + event.y - 1
        if event.y < 1 or row >= self.count:
            return
        if row == self.cursor:
            self.post_message(self.Opened(self))
        self._select(row)
