"""How a screen takes the place of another: all at once, when what it shows first is whole."""

from __future__ import annotations

from textual import events, on
from textual.screen import Screen
from textual.timer import Timer

OPENING_S = 0.4
"""How long the picture before stays at most, while a screen that opens has not everything to show."""
HURRY_S = 1 / 60
"""How often a screen that opens is laid out until it is whole."""


class OpeningScreen(Screen[None]):
    """A screen that is sent when it is whole: until then the terminal shows the one before, never an empty one."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = False
        """Its picture is whole: what is drawn is sent."""
        self._ripe = False
        self._opening: tuple[Timer, ...] = ()

    @on(events.Mount)
    def begin_to_open(self) -> None:
        """Be laid out at once, not at the pace of a slow link; and be seen before long, whatever is waited for."""
        if not self.opened:
            self._opening = (
                self.set_interval(HURRY_S, self._on_timer_update),
                self.set_timer(OPENING_S, self._open),
            )

    def complete(self) -> bool:
        """Whether what is drawn is worth showing first. A screen that has to read something may wait a moment."""
        return True

    def hold(self) -> None:
        """The picture before stays until what is laid out anew from here on has been drawn, too."""
        self._ripe = False
        if self.opened:
            self.opened = False
            self.begin_to_open()

    def ripen(self) -> None:
        """All was drawn once: open after widgets that got other sizes by that have drawn themselves once more."""
        if not self._ripe and self.complete():
            self._ripe = True
            self.call_after_refresh(self._open_when_ripe)

    def _open_when_ripe(self) -> None:
        if self._ripe:
            self._open()

    def _open(self) -> None:
        if self.opened:
            return
        self.opened = True
        for timer in self._opening:
            timer.stop()
        self.refresh()
        self._on_timer_update()
