"""The command palette: type a few letters of an action, a station or a branch, and go there."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import isawaitable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.fuzzy import FuzzySearch

from console.screens.base import FactoryScreen
from console.screens.palette.offers import Hit, Offer, commands, hit_line, hits
from widgets.draw.cells import Line, Span, line_width, spread
from widgets.floor.topline import rule
from widgets.parts.footer import Footer
from widgets.parts.lined import Lined
from widgets.parts.prompt import Typing

ROWS, SPARING_ROWS = 16, 12
"""Lines of hits at most, and over a slow link, where what they cover has to be sent again."""
_ABOVE = 4
"""Lines that are not for hits: some of the screen below, the rule, and the footer."""


class PaletteScreen(FactoryScreen):
    """Stands over the screen it was called from. What was typed is searched at once, so `enter` takes what is meant."""

    CSS_PATH = "screen.tcss"
    NEWS_ABOVE: ClassVar[bool] = True

    def __init__(self, caller: FactoryScreen, offered: Sequence[Offer] | None = None) -> None:
        super().__init__()
        self._offered: Sequence[Offer] = commands(caller) if offered is None else offered
        self._typing = Typing(":")
        self._fuzzy = FuzzySearch()
        self._hits: list[Hit] = hits(self._offered, "", self._fuzzy)
        self._cursor = self._top = 0

    def compose(self) -> ComposeResult:
        yield Lined(self.look, id="hits")
        yield Footer(self.look)

    def on_resize(self, event: events.Resize) -> None:
        most = SPARING_ROWS if self.factory.link_watch.slow else ROWS
        self.query_one("#hits", Lined).styles.height = 1 + max(1, min(most, event.size.height - _ABOVE))
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Draw the hits around the cursor."""
        if not self.lives:
            return
        box = self.query_one("#hits", Lined)
        rows = max(1, box.size.height - 1)
        self._top = max(0, min(self._top, self._cursor), self._cursor - rows + 1)
        shown = self._hits[self._top : self._top + rows]
        lines = [hit_line(hit, box.size.width, self._top + at == self._cursor) for at, hit in enumerate(shown)]
        blank: Line = ((" " * box.size.width, "text on bar"),)
        box.show([self._above(box.size.width), *lines, *[blank] * (rows - len(lines))])
        self.draw_footer()

    def _above(self, cells: int) -> Line:
        """The rule over the hits, with what every header has; or what is new, since the footer is always taken."""
        counted = self.counters()
        gap: Span = (" ", "text on bar")
        right = [gap, *counted, gap] if counted else []
        news = self.factory.telling.line(cells, self.factory.user_keys)
        return news or spread(rule(max(0, cells - line_width(right))), right, cells, "faint")

    def draw_header(self) -> None:
        self.draw()

    def question(self) -> Line:
        found = f"{len(self._hits)} of {len(self._offered)}" if self._hits else "nothing of that name"
        return self._typing.line(self.size.width, found, "enter goes   esc back")

    def restyle(self) -> None:
        for widget in self.query(Lined):
            widget.look = self.look

    # Keys

    async def answer(self, key: str, character: str | None) -> bool:
        match key:
            case "escape":
                await self._leave()
            case "enter":
                await self._choose(self._cursor)
            case "up" | "ctrl+p":
                self._move(-1)
            case "down" | "ctrl+n" | "tab":
                self._move(1)
            case "pageup":
                self._move(1 - ROWS)
            case "pagedown":
                self._move(ROWS - 1)
            case _:
                self._typing.type(key, character)
                self._search()
        return True

    def answer_paste(self, text: str) -> None:
        self._typing.paste(text)
        self._search()

    def _search(self) -> None:
        self._hits = hits(self._offered, self._typing.text, self._fuzzy)
        self._cursor = 0
        self.draw()

    def _move(self, step: int) -> None:
        self._cursor = max(0, min(self._cursor + step, len(self._hits) - 1))
        self.draw()

    async def _leave(self) -> None:
        """Go, unless a click or key before this one did already."""
        if self.is_active:
            await self.app.pop_screen()

    async def _choose(self, at: int) -> None:
        if at >= len(self._hits) or not self.is_active:
            return
        run = self._hits[at].command.run
        await self._leave()
        done = run()
        if isawaitable(done):
            await done

    # Mouse

    async def on_click(self, event: events.Click) -> None:
        box = self.query_one("#hits", Lined).region
        if not box.contains(event.screen_x, event.screen_y):
            self.app.call_later(self._leave)
            return
        if event.screen_y > box.y:
            self.app.call_later(self._choose, self._top + event.screen_y - box.y - 1)

    def on_mouse_scroll_down(self) -> None:
        self._move(3)

    def on_mouse_scroll_up(self) -> None:
        self._move(-3)
