"""A session as a readable conversation: follows live, folds tools, and reads only the entries that are looked at."""

from __future__ import annotations

from textual import events

from sessions.floor.zone import Zone
from widgets.draw.cells import Line, plain, spread
from widgets.draw.glyphs import BAR
from widgets.draw.look import Look
from widgets.parts.scrolled import Scrolled
from widgets.session.conversation_frame import thumb, title
from widgets.session.passages import Column, marked
from widgets.session.session_text import SessionText, Source
from widgets.session.window import Spot

_THUMB: Line = ((" ┃", "soft"),)
_TRACK: Line = ((" │", "line"),)
_EDGE = 2
"""Cells of the scroll bar at the right."""


class ConversationView(Scrolled):
    """Shows a `Source`. What was drawn stays where it is until the operator moves, or it follows the end."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self.text = SessionText()
        self._note = ""
        self._place = ""
        self._empty: tuple[str, ...] = ("",)
        self._pattern = ""
        self._trouble = ""
        self._top = Spot(0)
        self._top_height = 1
        self._spots: list[Spot] = []
        self.cursor = 0
        self.following = True
        self.found: int | None = None
        """The entry that was searched for, while the cursor is still on it."""
        self._count_left = 0
        """How many entries there were when it stopped following."""

    # What is shown

    def show_source(self, source: Source, note: str, keep_place: bool = False, place: str = "") -> None:
        """Show a session; `note` says where it is read from. A new one is shown from its end on.

        Paths in `place`, the directory of the station, are shown without it.
        """
        self._note, self._place = note, place
        self.text.set_column(Column(self.text.column.cells, self.text.column.zone, place))
        self.text.take(source, keep_place)
        if not keep_place:
            self.following = True
        self.grew()

    def say(self, *empty: str) -> None:
        """What stands in place of a conversation that has no entries yet."""
        self._empty = empty
        self.draw()

    @property
    def count(self) -> int:
        """Entries that can be seen: those up to the moment shown."""
        return self.text.count

    def grew(self) -> None:
        """The source has other entries than before."""
        anchor = None if self.following else self.text.held(self._top.entry)
        self.text.reread()
        if anchor is not None:
            moved = self.text.find_again(anchor, self._top.entry) - self._top.entry
            self._top, self.cursor = Spot(self._top.entry + moved, self._top.line), self.cursor + moved
        self._stay_inside()
        self.draw()

    def show_until(self, moment: float | None, zone: Zone) -> None:
        """Hide entries later than `moment` (None hides nothing); times are drawn on the operator's clock."""
        if zone != self.text.column.zone:
            self.text.set_column(Column(self.text.column.cells, zone, self._place))
        if self.text.set_limit(moment):
            self._stay_inside()
            self.draw()

    def _stay_inside(self) -> None:
        """Come back to what there is, when there is less than before."""
        self.cursor = max(0, min(self.cursor, self.count - 1))
        if self._top.entry >= self.count:
            self._top = self.text.window.bottom(self.rows)

    def mark(self, pattern: str) -> None:
        """Highlight `pattern` wherever it is shown; an empty one highlights nothing."""
        self._pattern = pattern
        self.draw()

    def say_trouble(self, trouble: str) -> None:
        """Show what went wrong, in the title line; empty when nothing did."""
        self._trouble = trouble
        self.draw()

    # Moving about

    @property
    def rows(self) -> int:
        """Lines of the conversation in view."""
        return max(1, self.size.height - 1)

    def scroll(self, lines: int) -> None:
        """Move the view; reaching the end follows again."""
        self.found = None
        if not self.count:
            return
        self._top = self.text.window.moved(self._top, lines)
        self._settle()
        first, last = self._in_view()
        self.cursor = max(first, min(last, self.cursor))
        self.draw()

    def move(self, steps: int) -> None:
        """Move the cursor to another entry; an entry taller than the view is scrolled through first."""
        if not self.count:
            return
        first, last = self._in_view()
        if steps > 0 and self.cursor == last and not self._ends_in_view(self.cursor):
            self.scroll(1)
            return
        if steps < 0 and self.cursor == first and self._top.line > 0:
            self.scroll(-1)
            return
        target = self.text.beside(self.cursor, steps)
        self.go_to(target)

    def go_to(self, entry: int) -> None:
        """Put the cursor on `entry` and the entry into view."""
        if not self.count:
            return
        self.found = None
        self.cursor = max(0, min(self.count - 1, entry))
        while self.cursor and not self.text.passage(self.cursor):
            self.cursor -= 1
        first, last = self._in_view()
        if self.cursor < first or (self.cursor == first and self._top.line > 0):
            self._top = Spot(self.cursor)
        elif self.cursor > last or not self._ends_in_view(self.cursor):
            height = min(len(self.text.passage(self.cursor)), self.rows)
            self._top = self.text.window.moved(Spot(self.cursor), height - self.rows)
        self._settle()
        self.draw()

    def go_to_found(self, entry: int) -> None:
        """Go to an entry that holds the marked pattern, or that failed; what is folded away is opened."""
        self._leave_end()
        self.go_to(entry)
        self.found = entry
        at = self._line_with_pattern()
        if at is None and not self.text.is_opened(self.cursor):
            self.toggle()
            at = self._line_with_pattern()
        if at is not None and Spot(self.cursor, at) not in self._spots:
            self._top = self.text.window.moved(Spot(self.cursor, at), -self.rows // 2)
            self._leave_end()
            self.draw()

    def _line_with_pattern(self) -> int | None:
        """The first line of the cursor's entry that shows the pattern; without a pattern, its first line."""
        lines = [plain(line).casefold() for line in self.text.passage(self.cursor)]
        return next((at for at, line in enumerate(lines) if self._pattern.casefold() in line), None)

    def to_start(self) -> None:
        self.found = None
        self._top = Spot(0)
        self.cursor = 0
        self._settle()
        self.draw()

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.found = None
        self.following = True
        self.draw()

    def toggle(self) -> None:
        """Open or fold the entry under the cursor."""
        if not self.count or not self.text.folds(self.cursor):
            return
        self.text.toggle(self.cursor)
        if self.text.is_opened(self.cursor):
            self._leave_end()
            height = min(len(self.text.passage(self.cursor)), self.rows)
            self._top = max(self._top, self.text.window.moved(Spot(self.cursor), height - self.rows))
        self.draw()

    # Drawing

    def draw(self) -> None:
        """Compute what is in view; only the cells that differ are sent."""
        if not self.lives or not self.size.height:
            return
        if self.size.width - _EDGE != self.text.column.cells:
            self._resize()
        if self.following:
            self._top = self.text.window.bottom(self.rows)
            self._count_left = self.count
            self.cursor = self.text.last()
        self._top = self.text.window.clamped(self._top)
        self._spots = self.text.window.lines(self._top, self.rows)
        self._top_height = len(self.text.passage(self._top.entry)) if self.count else 1
        body = [self._decorated(spot) for spot in self._spots]
        if not self.count:
            body = [(), *((("  " + text, "soft"),) for text in self._empty)]
        body += [()] * (self.rows - len(body))
        cells, shown = self.size.width, self._spots
        held = thumb(shown[0], shown[-1], self.count, self.rows, self.following) if shown else range(0)
        edged = [spread(line, _THUMB if y in held else _TRACK, cells, "text") for y, line in enumerate(body)]
        new = self.count - self._count_left
        head = title(self._note, self.count, self.following, new, self._trouble, cells, self.has_focus)
        self.show([head, *edged[: self.rows]])

    def _decorated(self, spot: Spot) -> Line:
        line = self.text.passage(spot.entry)[spot.line]
        if self._pattern:
            line = marked(line, self._pattern)
        if spot.entry != self.cursor or not self.has_focus or not line:
            return line
        text, style = line[0]
        return ((BAR, "accent"), (text[1:], style), *line[1:])

    # Inside

    def _resize(self) -> None:
        """Another width wraps other lines: the part of the top entry that was in view stays in view."""
        self.text.set_column(Column(self.size.width - _EDGE, self.text.column.zone, self._place))
        if self.count and not self.following:  # whoever follows goes to the end anyway, wherever it was
            height = len(self.text.passage(min(self._top.entry, self.count - 1)))
            self._top = Spot(self._top.entry, self._top.line * height // max(1, self._top_height))

    def _in_view(self) -> tuple[int, int]:
        """First and last entry in view."""
        spots = self.text.window.lines(self._top, self.rows)
        return (spots[0].entry, spots[-1].entry) if spots else (0, 0)

    def _ends_in_view(self, entry: int) -> bool:
        return Spot(entry, len(self.text.passage(entry)) - 1) in self.text.window.lines(self._top, self.rows)

    def _leave_end(self) -> None:
        if self.following:
            self.following = False
            self._count_left = self.count

    def _settle(self) -> None:
        """Follow when the end has come into view, stop following when it has left it."""
        bottom = self.text.window.bottom(self.rows)
        if self._top >= bottom and self.cursor >= self.text.last():
            self._top = bottom
            self.following = True
        else:
            self._top = min(self._top, bottom)
            self._leave_end()

    # The outside world

    def wheel(self, lines: int) -> None:
        if lines > 0:
            self.cursor = self.text.beside(self._in_view()[1], 1) if not self.following else self.cursor
        self.scroll(lines)

    def on_click(self, event: events.Click) -> None:
        row = event.y - 1
        if not 0 <= row < len(self._spots):
            return
        self.found = None
        self.cursor = self._spots[row].entry
        self._leave_end()
        self.toggle()
        self.draw()
