"""The matrix of conflicts as one widget, with a cursor on a pair of branches. It sends only the cells that change."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

from textual import events
from textual.message import Message

from sessions.floor.conflicts import Verdict, between
from sessions.views.conflicts.matrix import EMPTY, Matrix, Row, Severity
from widgets.conflicts.matrix_lines import Signs, legend, matrix_lines
from widgets.conflicts.matrix_shape import Shape, Spot, follow, shape, spot_at
from widgets.draw.cells import Line
from widgets.draw.look import Look
from widgets.parts.lined import Lined

ORIGIN = Spot()


class MatrixView(Lined, can_focus=True):
    """Shows a `Matrix`. The cursor is on two branches, not on a place: it stays with them when rows move."""

    class CursorMoved(Message):
        """The cursor is on another pair."""

    class Opened(Message):
        """The cell under the cursor was clicked again: the operator wants in."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._matrix = EMPTY
        self._names: tuple[str, str] = ("", "")
        self._cursor = ORIGIN
        self._top = ORIGIN
        self._empty: list[Line] = []
        self.note: Line = ()
        """Stands in the last line in place of the legend, where nothing else tells of the pair."""
        self.overview = False
        """Zoomed out: two rows a line, where the terminal has colours and blocks."""
        self.signs = Signs()
        self.cells_sent = 0
        """Cells refreshed so far, for measurements."""

    # What it is told

    @property
    def matrix(self) -> Matrix:
        return self._matrix

    def set_matrix(self, matrix: Matrix, empty: list[Line] | None = None) -> None:
        """Draw this matrix from now on; the lines of `empty` stand in its place when it has no rows."""
        empty = empty or []
        if matrix is self._matrix and empty == self._empty:
            return
        self._empty = empty
        if matrix is not self._matrix:
            self._matrix = matrix
            last = max(0, len(matrix.rows) - 1)
            row, column = (matrix.number(name) for name in self._names)
            self._cursor = Spot(
                min(self._cursor.row, last) if row < 0 else row,
                min(self._cursor.column, last) if column < 0 else column,
            )
            self._settle()
        self.draw()

    def zoom(self, overview: bool) -> None:
        """Two rows a line in colour alone, or one sign a cell and a row a line."""
        self.overview = overview
        self._settle()
        self.draw()

    # Where the cursor is

    @property
    def cursor(self) -> Spot:
        return self._cursor

    @property
    def row(self) -> Row | None:
        """The branch of the cursor's row."""
        return self._matrix.rows[self._cursor.row] if self._matrix.rows else None

    @property
    def column(self) -> Row | None:
        """The branch of the cursor's column; that of the row on the diagonal, which is the base."""
        return self._matrix.rows[self._cursor.column] if self._matrix.rows else None

    @property
    def pair(self) -> tuple[str, str] | None:
        """The two names under the cursor, the other one "" for the base."""
        if self.row is None or self.column is None:
            return None
        return (self.row.name, "" if self.row is self.column else self.column.name)

    def go_to(self, spot: Spot) -> None:
        """Put the cursor on a cell and bring it into view."""
        size = len(self._matrix.rows)
        if not size:
            return
        moved = Spot(max(0, min(size - 1, spot.row)), max(0, min(size - 1, spot.column)))
        if moved == self._cursor and self._names[0]:
            return
        self._cursor = moved
        self._settle()
        self.draw()
        self.post_message(self.CursorMoved())

    def move(self, way: str) -> None:
        """Move the cursor: up, down, left, right, pageup, pagedown, home, end."""
        page = max(1, self.shape.rows - 2)
        row, column, last = self._cursor.row, self._cursor.column, len(self._matrix.rows) - 1
        places = {
            "up": (row - 1, column), "down": (row + 1, column), "left": (row, column - 1), "right": (row, column + 1),
            "pageup": (row - page, column), "pagedown": (row + page, column), "home": (0, 0), "end": (last, last),
        }  # fmt: skip
        self.go_to(Spot(*places[way]))

    def next_clash(self, step: int) -> bool:
        """Go to the next colliding cell in reading order, or the one before; whether there is one."""
        found = list(self._matrix.worst())
        if not found:
            return False
        here = self._folded()
        at = bisect_right(found, here) if step > 0 else bisect_left(found, here) - 1
        self.go_to(Spot(*found[at % len(found)]))
        return True

    def next_worse(self, verdicts: Mapping[str, Verdict]) -> bool:
        """Go to the conflict with the next more lines, or from elsewhere to the worst; whether there is one."""
        rows = self._matrix.rows

        def badness(cell: tuple[int, int]) -> tuple[int, int, int]:
            row, column = cell
            verdict = between(verdicts, rows[row].name, "" if row == column else rows[column].name)
            return (verdict.lines if verdict else 0, -row, -column)

        found = sorted(self._matrix.worst(), key=badness)
        if not found:
            return False
        here = self._folded()
        worse = found[found.index(here) + 1 :] if here in found else []
        self.go_to(Spot(*(worse[0] if worse else found[-1])))
        return True

    def _folded(self) -> tuple[int, int]:
        """The cursor's cell on or above the diagonal: the matrix says everything twice."""
        row, column = sorted((self._cursor.row, self._cursor.column))
        return row, column

    @property
    def severity(self) -> Severity:
        """That of the cell under the cursor."""
        return self._matrix.at(self._cursor.row, self._cursor.column) if self._matrix.rows else Severity.CLEAN

    # How it lies and is drawn

    @property
    def halves(self) -> bool:
        """Two rows stand in one line."""
        return self.overview and self.look.colour and not self.look.ascii_only

    @property
    def shape(self) -> Shape:
        """How the matrix lies in the widget as it is now; the last line is the legend's."""
        rows = self._matrix.rows
        labels, areas = [row.label for row in rows], [row.area for row in rows]
        return shape(self.size.width, max(1, self.size.height - 1), labels, self.halves, areas)

    def height_of(self, matrix: Matrix) -> int:
        """Lines that all branches of a matrix would take, filtered out or not, with the legend and a blank line."""
        size = max(2, matrix.every)
        return 1 + len(str(size)) + -(-size // (1 + self.halves)) + 2

    def _settle(self) -> None:
        if self._matrix.rows:
            self._names = (self._matrix.rows[self._cursor.row].name, self._matrix.rows[self._cursor.column].name)
        self._top = follow(self.shape, self._top, self._cursor)

    def draw(self) -> None:
        """Draw what changed."""
        if not self.lives or not self.size.height:
            return
        if not self._matrix.rows:
            space = max(0, (self.size.height - len(self._empty)) // 3)
            self.cells_sent += self.show([()] * space + self._empty)
            return
        lines = matrix_lines(self._matrix, fit := self.shape, self._top, self._cursor, self.signs)
        lines = lines[: self.size.height - 1]
        lines += [()] * (min(fit.length, self.size.height - 1) - len(lines))
        lines.append(self.note or ((" ", "text"), *legend(self.halves, self.size.width - 1)))
        self.cells_sent += self.show(lines)

    def on_resize(self, event: events.Resize) -> None:
        self._settle()
        self.draw()

    # What is done to it with the mouse

    def on_click(self, event: events.Click) -> None:
        spot = spot_at(self.shape, self._top, event.x, event.y) if self._matrix.rows else None
        if spot is None:
            return
        if self.halves and spot.column == self._cursor.column and self._cursor.row == spot.row and event.chain == 1:
            # Of two rows in one line a click means the upper one, and again the lower.
            spot = Spot(min(spot.row + 1, len(self._matrix.rows) - 1), spot.column)
        if event.chain >= 2:
            self.post_message(self.Opened())
        else:
            self.go_to(spot)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.go_to(Spot(self._cursor.row + 3, self._cursor.column))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.go_to(Spot(self._cursor.row - 3, self._cursor.column))
