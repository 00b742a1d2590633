"""The help: every key of the registry, those of the screen one came from first, and what the signs mean."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from console.action import HELP, Action
from console.actions import ACTIONS, key_name, keys_of
from console.screens.base import FactoryScreen, bindings
from widgets.cells import Line, Span, pad
from widgets.footer import Footer
from widgets.legend import help_lines
from widgets.lined import Lined
from widgets.panel import FAR

_TITLES = {
    "app": "Everywhere",
    "floor": "On the floor",
    "station": "In a station",
    "replay": "In a replay",
    "conflicts": "Among the conflicts",
    "help": "In this help",
}


class HelpScreen(FactoryScreen):
    """Scrolls through one list of lines."""

    WHERE: ClassVar[str] = HELP
    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(HELP)]

    def __init__(self, where: str = "") -> None:
        super().__init__()
        self._from = where
        self._top = 0

    def compose(self) -> ComposeResult:
        yield Lined(self.look, id="title")
        yield Lined(self.look, id="text")
        yield Footer(self.look)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def lines(self, cells: int) -> list[Line]:
        """All lines of the help."""
        rooms = sorted(_TITLES, key=lambda room: (room != self._from, list(_TITLES).index(room)))
        sections = [
            (_TITLES[room], [self._entry(action) for action in ACTIONS if action.id.partition(".")[0] == room])
            for room in rooms
        ]
        return help_lines([section for section in sections if section[1]], cells)

    def _entry(self, action: Action) -> tuple[str, str, str, str]:
        keys = "  ".join(key_name(key) for key in keys_of(action, self.factory.user_keys))
        return keys, action.title, action.help, action.id

    def draw(self) -> None:
        """Show the lines from the present top on."""
        if not self.lives:
            return
        text = self.query_one("#text", Lined)
        lines = self.lines(text.size.width)
        self._top = max(0, min(self._top, len(lines) - text.size.height))
        text.show(lines[self._top : self._top + text.size.height])
        ground = "on bar"
        title: list[Span] = [(" factory-tui", f"soft {ground}"), ("   help", f"bold text {ground}")]
        self.query_one("#title", Lined).show([pad(title, self.size.width, f"text {ground}")])
        self.draw_footer()

    def restyle(self) -> None:
        for widget in self.query(Lined):
            widget.look = self.look

    def action_move(self, lines: int) -> None:
        self._top += lines
        self.draw()

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self.query_one("#text", Lined).size.height - 2))

    def action_first(self) -> None:
        self.action_move(-FAR)

    def action_last(self) -> None:
        self.action_move(FAR)

    def on_mouse_scroll_down(self) -> None:
        self.action_move(3)

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-3)
