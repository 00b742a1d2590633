"""The help: what the signs mean, then every key of the registry, those of the screen one came from first."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from console.actions.action import AnyAction, ScreenSpec
from console.actions.registry import ACTIONS, SCREENS, key_name, keys_of
from console.screens.base import FactoryScreen, bindings
from console.screens.conflicts.actions import SPEC as CONFLICTS
from console.screens.help.actions import SPEC
from console.screens.scopes.actions import SPEC as SCOPES
from widgets.draw.cells import Line, Span, spread
from widgets.parts.footer import Footer
from widgets.parts.legend import CELLS, FIGURES, STATES, Entry, Section, found, help_lines
from widgets.parts.legend import SCOPES as SCOPE_SIGNS
from widgets.parts.lined import Lined
from widgets.parts.panel import FAR
from widgets.parts.prompt import Typing


class HelpScreen(FactoryScreen):
    """Scrolls through one list of lines, and narrows it to what is searched."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]

    def __init__(self, where: str = "") -> None:
        super().__init__()
        self._from = where
        self._top = 0
        self._below = 0
        """Lines below those in view."""
        self._pattern = ""
        self._typing: Typing | None = None

    def compose(self) -> ComposeResult:
        yield Lined(self.look, id="title")
        yield Lined(self.look, id="text")
        yield Footer(self.look)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def sections(self) -> list[Section]:
        """All that the help says, in its order."""
        titles = {
            "hand": "With stations that this factory runs",
            "app": "Everywhere",
            **{screen.name: screen.title for screen in SCREENS},
        }
        keys = [
            Section(titles[room], tuple(self._entry(a) for a in ACTIONS if a.id.partition(".")[0] == room))
            for room in sorted(titles, key=lambda room: room != self._from)
        ]
        own = {CONFLICTS.name: [CELLS], SCOPES.name: [SCOPE_SIGNS]}
        signs = [*own.get(self._from, []), STATES, FIGURES]
        return [*signs, *keys, *[CELLS][: CELLS not in signs]]

    def _entry(self, action: AnyAction) -> Entry:
        keys = "  ".join(key_name(key) for key in keys_of(action, self.factory.user_keys))
        return Entry(keys, action.help, name=action.title, id=action.id)

    def lines(self, cells: int) -> list[Line]:
        """The lines of the help, or of what was searched in it."""
        sections = found(self.sections(), self._pattern)
        if not sections:
            return [(), (("  nothing here says that", "soft"),)]
        return help_lines(sections, cells, self._pattern, sparing=self.factory.link_watch.slow)

    def draw(self) -> None:
        """Show the lines from the present top on."""
        if not self.lives:
            return
        text = self.query_one("#text", Lined)
        lines = self.lines(text.size.width)
        self._top = max(0, min(self._top, len(lines) - text.size.height))
        self._below = max(0, len(lines) - self._top - text.size.height)
        text.show(lines[self._top : self._top + text.size.height])
        ground = "on bar"
        title: list[Span] = [(" factory-tui", f"soft {ground}"), ("   help", f"bold text {ground}")]
        counted: list[Span] = [*self.counters(), (" ", f"text {ground}")]
        self.query_one("#title", Lined).show([spread(title, counted, self.size.width, f"text {ground}")])
        self.draw_footer()

    def draw_header(self) -> None:
        self.draw()

    # What it says of itself

    def right(self) -> list[Span]:
        """What was searched, and how much there is above and below."""
        sought = [(f"“{self._pattern[:20]}”  ", "bold text on bar")] if self._pattern else []
        return [*sought, *self._scroll_sign()]

    def _scroll_sign(self) -> list[Span]:
        signs = [f"▲ {self._top}"] * bool(self._top) + [f"▼ {self._below} more"] * bool(self._below)
        return [("  ".join(signs), "bold accent on bar")] if signs else []

    def question(self) -> Line:
        if self._typing is None:
            return ()
        lines = sum(len(part.entries) for part in found(self.sections(), self._pattern))
        return (*self._typing.line(self.size.width, f"{lines} found"), ("   ", "text on bar"), *self._scroll_sign())

    def restyle(self) -> None:
        for widget in self.query(Lined):
            widget.look = self.look

    # Keys

    async def answer(self, key: str, character: str | None) -> bool:
        if self._typing is None or key in ("up", "down", "pageup", "pagedown"):
            return False
        if key in ("enter", "escape"):
            self._look_for("" if key == "escape" else self._pattern)
            self._typing = None
        elif self._typing.type(key, character):
            self._look_for(self._typing.text)
        self.draw()
        return True

    def answer_paste(self, text: str) -> None:
        if self._typing is not None:
            self._typing.paste(text)
            self._look_for(self._typing.text)
            self.draw()

    def _look_for(self, pattern: str) -> None:
        if pattern != self._pattern:
            self._pattern, self._top = pattern, 0

    def action_search(self) -> None:
        self._typing = Typing("/", self._pattern)

    def action_back(self) -> None:
        if self._pattern:
            self._look_for("")
            self.draw()
        else:
            self.dismiss()

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
