"""A list of what could not be done to which stations, over the screen whose key asked for it: all of it can be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from console.screens.base import FactoryScreen
from sessions.text import clean
from widgets.draw.cells import Line
from widgets.draw.wrap import wrap
from widgets.parts.footer import Footer
from widgets.parts.panel import FAR, Panel
from widgets.parts.prompt import Menu

_ABOVE = 4
"""Lines of the screen below that stay in sight, with the footer."""
_MOVES = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -10, "pagedown": 10, "home": -FAR, "end": FAR}
_LEAVES = ("escape", "enter", "q")


class RefusedScreen(FactoryScreen):
    """Stands over its caller until it is left."""

    DEFAULT_CSS: ClassVar[str] = """
    RefusedScreen { background: transparent; }
    RefusedScreen > #refused { dock: bottom; height: 8; margin-bottom: 1; }
    """
    NEWS_ABOVE: ClassVar[bool] = True

    def __init__(self, title: str, refused: Sequence[tuple[str, str]]) -> None:
        """`refused` are names and reasons, which may be foreign."""
        super().__init__()
        self._title = title
        self._refused = [(clean(name, 40), clean(reason, 1_000)) for name, reason in refused]

    def compose(self) -> ComposeResult:
        yield Panel(self.look, self._title, id="refused")
        yield Footer(self.look)

    @property
    def panel(self) -> Panel:
        return self.query_one(Panel)

    def on_resize(self, event: events.Resize) -> None:
        lines = len(refused_lines(self._refused, event.size.width)) + 2
        self.panel.styles.height = max(3, min(lines, event.size.height - _ABOVE))
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        if self.lives:
            self.panel.set_body(lambda cells, rows: refused_lines(self._refused, cells), self.size)
            self.draw_footer()

    def question(self) -> Line:
        return Menu(f"{len(self._refused)} not done", (), "↑↓ move   esc back").line(self.size.width)

    def restyle(self) -> None:
        self.panel.look = self.look
        self.query_one(Footer).look = self.look

    async def answer(self, key: str, character: str | None) -> bool:
        if key in _MOVES:
            self.panel.scroll(_MOVES[key])
        elif key in _LEAVES and self.is_active:
            await self.app.pop_screen()
        return True


def refused_lines(refused: Sequence[tuple[str, str]], cells: int) -> list[Line]:
    """A line for each station, and more where its reason needs them."""
    named = min(30, max((len(name) for name, _ in refused), default=0))
    lines: list[Line] = []
    for name, reason in refused:
        rows = wrap(reason, max(20, cells - named - 4))
        lines += [
            ((f" {name if not at else '':<{named}.{named}}  ", "bold text"), (row, "soft"))
            for at, row in enumerate(rows)
        ]
    return lines
