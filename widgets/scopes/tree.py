"""The tree with a cursor: of thousands of places only those in view are made."""

from __future__ import annotations

from widgets.parts.picker import Picker
from widgets.scopes.tree_lines import head_line


class TreeView(Picker):
    """A picker whose first line names its columns."""

    drawn = 0
    """Rows that were made to be drawn, up to now."""

    @property
    def rows(self) -> int:
        return max(0, self.size.height - 1)

    def draw(self) -> None:
        if not self.lives or not self.size.height:
            return
        cells, rows = self.size.width, self.rows
        self._top = max(0, min(self._top, self.cursor, self.count - rows), self.cursor - rows + 1)
        ground = " on cursor" if self.has_focus else " on bar"
        shown = range(self._top, min(self.count, self._top + rows))
        body = [self._row(i, cells, ground if i == self.cursor else "") for i in shown]
        self.drawn += len(body)
        self.show([head_line(cells), *(body or self._empty[:rows])])
