"""A widget made of a few lines, which sends only the cells that changed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from widgets.draw.cells import Line, changes, pad
from widgets.draw.look import Look
from widgets.parts.guard import Guarded


class Lined(Guarded, Widget):
    """Shows lines given from outside. `show` compares them with the drawn ones; nothing new, nothing sent."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._look = look
        self._lines: list[Line] = []

    @property
    def look(self) -> Look:
        return self._look

    @look.setter
    def look(self, look: Look) -> None:
        self._look = look
        self.refresh()

    @property
    def lives(self) -> bool:
        """It may be drawn: it was mounted, and was not taken away since."""
        return bool(self.is_mounted and self.is_running)

    def show(self, lines: Sequence[Line]) -> int:
        """Draw these lines from now on; returns how many cells have to be sent for it."""
        cells = self.size.width
        ground = [pad(line, cells, "text") for line in lines]
        regions = [
            Region(x, y, length, 1)
            for y in range(max(len(ground), len(self._lines)))
            for x, length in changes(self._at(self._lines, y), self._at(ground, y))
        ]
        self._lines = ground
        if regions:
            self.refresh(*regions)
        return sum(region.area for region in regions)

    def _at(self, lines: Sequence[Line], y: int) -> Line:
        return lines[y] if y < len(lines) else pad((), self.size.width, "text")

    def render_line(self, y: int) -> Strip:
        return self._look.strip(self._at(self._lines, y), self.size.width)
