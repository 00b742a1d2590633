"""How the console looks, and how what is drawn reaches the terminal."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from textual._compositor import LayoutUpdate
from textual.app import App

from console.garbage import Garbage
from console.options import Options
from console.remembered import Preferences
from console.screens.base import FactoryScreen
from console.terminal import theme as themes
from console.terminal.frames import Shown, lean
from widgets.draw.look import Look
from widgets.parts.guard import Guarded

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen


class DrawnApp(Guarded, App[None]):
    """Draws in one theme, and sends a screen when it is whole."""

    options: Options
    memory: Preferences
    look: Look
    garbage: Garbage
    sent: Screen[object] | None
    """The screen whose picture is on the terminal."""
    _shown: Shown
    _dressed = False

    # How it is sent

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, lean(renderable, self._shown) if self._is_whole(screen, renderable) else None)
        self.garbage.look()

    def _quiet_s(self) -> float:
        """Seconds since the last key on the screen that is shown."""
        screen = self.screen_stack[-1] if self.screen_stack else None
        return monotonic() - (screen.last_key if isinstance(screen, FactoryScreen) else 0.0)

    def _is_whole(self, screen: Screen[object], renderable: RenderableType | None) -> bool:
        """Whether this may be sent. A screen takes the place of another one all at once, when it has all to show."""
        if isinstance(screen, FactoryScreen) and not screen.opened:
            return False
        if screen is not self.sent and not isinstance(renderable, LayoutUpdate):
            screen.refresh()
            return False
        if not self._batch_count:
            self.sent = screen
        return True

    def on_resize(self) -> None:
        # It also comes when the terminal is taken back after a stop.
        self._shown.forget()

    def action_redraw(self) -> None:
        """Send the whole screen again."""
        self._shown.forget()
        self.refresh(layout=True)

    # How it looks

    def get_css_variables(self) -> dict[str, str]:
        """None before the first theme is known: they would all be made twice."""
        return super().get_css_variables() if self._dressed else {}

    def action_next_theme(self) -> None:
        """The next theme, for all screens."""
        names = themes.theme_names()
        following = names[(names.index(self.look.name) + 1) % len(names)]
        self.look = themes.make_look(
            following,
            ascii_only=self.look.ascii_only,
            colour=self.look.colour,
            colours=self.options.colours,
        )
        self.memory.keep(theme=following)
        self._dress()
        for screen in self.screen_stack:
            if isinstance(screen, FactoryScreen):
                screen.restyle()

    def _dress(self, *, first: bool = False) -> None:
        """Give Textual's own parts the same colours."""
        if not self.look.colour or self.options.colours <= 16:
            name = "textual-ansi" if "textual-ansi" in self.available_themes else self.theme
        else:
            dress = themes.textual_theme(self.look.name)
            self.register_theme(dress)
            name = dress.name
        if not first:
            self.theme = name
            return
        # Nothing is drawn yet: what Textual does when its theme changes would only parse all CSS once more.
        self._dressed = True
        self.set_reactive(App.theme, name)
        self.set_class(self.current_theme.dark, "-dark-mode", update=False)
        self.set_class(not self.current_theme.dark, "-light-mode", update=False)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())
