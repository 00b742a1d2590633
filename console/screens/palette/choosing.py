"""One of many to choose, by typing a few letters of it: stations, models, whatever a menu of keys has no room for."""

from __future__ import annotations

from collections.abc import Sequence

from console.screens.base import FactoryScreen
from console.screens.palette.offers import Offer
from console.screens.palette.screen import PaletteScreen
from widgets.draw.cells import Line


class ChoosingScreen(PaletteScreen):
    """Stands over the screen it was called from, and does what was chosen there."""

    def __init__(self, caller: FactoryScreen, what: str, offered: Sequence[Offer]) -> None:
        """`what` is asked, in words."""
        super().__init__(caller, offered)
        self._typing.title = what

    def question(self) -> Line:
        found = "" if self._hits else "nothing of that name"
        return self._typing.line(self.size.width, found, "enter takes it   esc back")
