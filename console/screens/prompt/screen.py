"""A request to stations: written over the screen that it was called from, over several lines where it needs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from console.screens.base import FactoryScreen
from widgets.draw.cells import Line, Span, cut, line_width, spread
from widgets.floor.topline import rule
from widgets.parts.composer import Composer
from widgets.parts.footer import Footer
from widgets.parts.lined import Lined

LEAST, SHARE = 3, 2
"""Rows to write in: so many at least, and at most this part of the screen."""


class PromptScreen(FactoryScreen):
    """`enter` sends, `esc` leaves and keeps what was written for the next time."""

    CSS_PATH = "screen.tcss"
    NEWS_ABOVE: ClassVar[bool] = True

    def __init__(self, whom: str, draft: str, send: Callable[[str], None], keep: Callable[[str], None]) -> None:
        """`whom` it is for, in words; `keep` takes what was written and not sent."""
        super().__init__()
        self._whom, self._send, self._keep = whom, send, keep
        self._missing = False
        """It was to be sent, and nothing is written."""
        self._composer = Composer(draft)

    def compose(self) -> ComposeResult:
        yield Lined(self.look, id="writing")
        yield Footer(self.look)

    def on_mount(self) -> None:
        self._fit(self.app.size.width, self.app.size.height)

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size.width, event.size.height)
        self.call_after_refresh(self.draw)

    def _fit(self, cells: int, height: int) -> int:
        """As many rows as the text needs, within bounds; it only grows, so that little is sent again."""
        box = self.query_one("#writing", Lined)
        most = max(LEAST, height // SHARE)
        needs = min(most, max(LEAST, sum(1 for _ in self._composer.rows(max(2, cells - 3)))))
        known = int(box.styles.height.value) - 1 if box.styles.height is not None else LEAST
        rows = max(needs, min(known, most))
        if rows != known:
            box.styles.height = rows + 1
        return rows

    def draw(self) -> None:
        """Draw the rows around the cursor."""
        if not self.lives:
            return
        cells = self.size.width
        rows = self._fit(cells, self.size.height)
        box = self.query_one("#writing", Lined)
        lines = self._composer.lines(max(4, cells - 2), rows)
        blank: Line = ((" " * cells, "text on bar"),)
        shown: list[Line] = [((" ", "text on bar"), *line, (" ", "text on bar")) for line in lines]
        box.show([self._above(cells), *shown, *[blank] * (rows - len(lines))])
        self.draw_footer()

    def _above(self, cells: int) -> Line:
        counted = self.counters()
        gap: Span = (" ", "text on bar")
        right = [gap, *counted, gap] if counted else []
        news = self.factory.telling.line(cells, self.factory.user_keys)
        return news or spread(rule(max(0, cells - line_width(right))), right, cells, "faint")

    def draw_header(self) -> None:
        self.draw()

    def question(self) -> Line:
        long = self.size.width >= 100
        hint = "enter sends   ctrl+j new line   esc keeps it for later" if long else "enter sends  ^j line  esc back"
        if self._missing:
            hint = "write a request first   esc back"
        whom = cut(self._whom, max(8, self.size.width - len(hint) - 12))
        return (
            (" prompt ", "bold accent on bar"),
            (whom, "bold text on bar"),
            (f"   {hint}", "bold failed on bar" if self._missing else "faint on bar"),
        )

    def restyle(self) -> None:
        for widget in self.query(Lined):
            widget.look = self.look

    # Keys

    async def answer(self, key: str, character: str | None) -> bool:
        self._missing = False
        if key == "escape":
            await self._leave("")
        elif key == "enter":
            if text := self._composer.text.strip():
                await self._leave(text)
            else:
                self._missing = True
                self.draw_footer()
        else:
            self._composer.type(key, character)
            self._keep(self._composer.text)
            self.draw()
        return True

    def answer_paste(self, text: str) -> None:
        self._composer.paste(text)
        self._keep(self._composer.text)
        self.draw()

    async def _leave(self, text: str) -> None:
        if not self.is_active:
            return
        self._keep(self._composer.text)
        await self.app.pop_screen()
        if text:
            self._send(text)
