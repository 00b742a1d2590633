"""What screens over a link share: a tick that draws what is new, as often as the terminal can take it."""

from __future__ import annotations

from textual.timer import Timer

from console.screens.base import FactoryScreen
from console.terminal.slowlink import Rhythm, backlog_of
from sessions.floor.state import FloorState

SLOW_S = 10.0
"""How long the footer says that the link was found to be slow."""


class SampledScreen(FactoryScreen):
    """Looks at the link in a rhythm. Subclasses draw in `draw_news`."""

    _rhythm: Rhythm | None = None
    _seen: tuple[FloorState | None, tuple[object, ...]] = (None, ())
    """The state, held so that no other can take its place in memory, and what else was looked at."""
    _timer: Timer | None = None

    def on_mount(self) -> None:
        self.keep_pace(self.factory.link_watch.rhythm)

    def keep_pace(self, rhythm: Rhythm) -> None:
        """Tick in this rhythm from now on."""
        if self._timer is not None:
            self._timer.stop()
        self._rhythm, self._timer = rhythm, self.set_interval(rhythm.period_s, self.sample)

    def sample(self) -> None:
        """A tick: draw when there is something new and the terminal can take it."""
        watch = self.factory.link_watch
        if not self.is_active or not watch.may_draw(backlog_of(self.app._driver)):
            return
        if watch.turned_slow():
            self.app.animation_level = "none"
            self.say("slow link: drawing less often (--slow-link makes this the start)", SLOW_S)
        if watch.rhythm is not self._rhythm:
            self.keep_pace(watch.rhythm)
        self.draw_news()

    def is_news(self, *also: object) -> bool:
        """Whether the link has another state than when this was asked last, another health, or `also` is another."""
        link = self.factory.link
        before, seen = self._seen
        self._seen = (link.state, (link.health, *also))
        return self._seen[0] is not before or self._seen[1] != seen

    def draw_news(self) -> None:
        """Draw what has changed since the last tick, if anything has."""
        raise NotImplementedError
