"""A titled list of lines beside the conversation, and the bar above that names the panels when only one fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message

from widgets.draw.cells import Line, Span, line_width, pad, spread, width
from widgets.draw.glyphs import RULE
from widgets.draw.look import Look
from widgets.parts.lined import Lined
from widgets.parts.scrolled import Scrolled

LEAST_HEAD = 15
"""Cells below which the bar names the panels alone, unless what they are of fits."""

FAR = 1 << 30
"""More lines than any body has."""
Body = Callable[[int, int], Sequence[Line]]
"""Makes lines for a width in cells and a number of rows."""


def _nothing(cells: int, rows: int) -> Sequence[Line]:
    return ()


def rule(title: str, cells: int, note: str = "", loud: bool = False) -> Line:
    """A section's title on a thin line: ` meters ─────── note`."""
    tail = f" {note} " if note else " "
    line = RULE * max(0, cells - width(title) - 2 - width(tail))
    return pad(
        [(" ", "text"), (title, "bold accent" if loud else "bold text"), (" " + line, "line"), (tail, "faint")],
        cells,
        "text",
    )


class Panel(Scrolled):
    """Lines under a title, and a blank one below. More than fit are scrolled.

    A `tail` panel shows its end until somebody scrolls up, and has no blank line.
    """

    def __init__(self, look: Look, title: str, *, tail: bool = False, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self.title = title
        self._note = ""
        self._make: Body = _nothing
        self._of: object = None
        self._body: Sequence[Line] = ()
        self._made_of: object = None
        self._tail = tail
        self._up = 0
        """Lines away from the end (a tail panel) or from the beginning."""
        self.seen = 0
        """Lines of the body, from its beginning, that have been in view since `begin_anew`."""

    def set_body(self, make: Body, of: object = None, note: str = "") -> None:
        """Show the lines that `make` gives for a width and a number of rows; it is asked again after a resize.

        `of` is what they are made of: as long as it is equal, the lines made last are good (None: never).
        """
        self._make, self._of, self._note = make, of, note
        self.draw()

    def clear(self) -> None:
        """Show no lines."""
        self.set_body(_nothing, _nothing)

    @property
    def rows(self) -> int:
        """Lines of the body in view."""
        return max(0, self.size.height - (1 if self._tail else 2))

    def scroll(self, lines: int) -> None:
        """Move the view down, or up when negative."""
        self._up = max(0, min(len(self._body) - self.rows, self._up - lines if self._tail else self._up + lines))
        self.draw()

    def move(self, steps: int) -> None:
        """Scroll by lines."""
        self.scroll(steps)

    def to_start(self) -> None:
        self.scroll(-FAR)

    def follow(self) -> None:
        """Go to the end; a tail panel stays there."""
        self.scroll(FAR)

    def begin_anew(self) -> None:
        """What is set next is another body, of which nothing has been seen."""
        self._up = self.seen = 0

    def reveal(self, line: int) -> None:
        """Scroll as far as it takes to see a line of the body."""
        self._up = max(0, min(max(self._up, line - self.rows + 1), line))
        self.draw()

    def draw(self) -> None:
        if not self.lives or not self.size.height:
            return
        made_of = (self._of, self.size)
        if self._of is None or made_of != self._made_of:
            body, self._made_of = self._make(self.size.width, self.rows), made_of
            if self._tail and self._up:
                self._up += max(0, len(body) - len(self._body))
            self._body = body
        most = max(0, len(self._body) - self.rows)
        self._up = min(self._up, most)
        first = most - self._up if self._tail else self._up
        if first <= self.seen:
            self.seen = max(self.seen, first + self.rows)
        below = most - first
        more = f"{first} above" if first and self._tail else f"{below} more" if below and not self._tail else ""
        if self._tail and below:
            more = f"{below} newer"
        note = ", ".join(filter(None, (self._note, more)))
        self.show([rule(self.title, self.size.width, note, self.has_focus), *self._body[first : first + self.rows]])

    def wheel(self, lines: int) -> None:
        self.scroll(lines)


class Bar(Lined):
    """One line at the top: whose panels these are, and, where only one fits, their names to choose from."""

    class Chosen(Message):
        """A panel's name was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    _starts: Sequence[int] = ()

    def set_bar(
        self,
        head: Sequence[Span],
        right: Sequence[Span],
        names: Sequence[str],
        chosen: int,
        counters: Sequence[Span] = (),
    ) -> None:
        """Show `head`, then the names with one chosen, or, without names, `right`; the `counters` stand at the end.

        They stay longest, then the names; of `head` what does not fit beside them is left out, but for its first two
        pieces.
        """
        ground = "text on bar"
        tail: list[Span] = [(" ", ground), *counters, (" ", ground)] if counters else []
        cells = self.free(counters)
        line = list(head)
        if names:
            room = cells - sum(width(name) + 2 for name in names) - 1
            while len(line) > 2 and line_width(line) > room:
                line.pop()
            line = list(pad(line, room, ground)) if room >= LEAST_HEAD or line_width(line) < room else []
        at = line_width(line)
        starts: list[int] = []
        for i, name in enumerate(names):
            starts.append(at)
            at += width(name) + 2
            line.append((f" {name} ", "bold accent on cursor" if i == chosen else "soft on bar"))
        self._starts = starts
        shown = pad(line, cells, ground) if names else spread(line, right, cells, ground)
        self.show([(*shown, *tail)])

    def free(self, counters: Sequence[Span]) -> int:
        """Cells of the bar that the counters leave free."""
        return max(0, self.size.width - (line_width(counters) + 2 if counters else 0))

    def on_click(self, event: events.Click) -> None:
        for i, start in reversed(list(enumerate(self._starts))):
            if event.x >= start:
                self.post_message(self.Chosen(i))
                return
