"""What screens over a link share: a look at it that draws what is new, as often as the terminal can take it."""

from __future__ import annotations

from textual import events, on

from console.links.link import LinkMode
from console.pulse import NEVER
from console.screens.base import FactoryScreen
from console.terminal.slowlink import Rhythm, backlog_of
from sessions.floor.pace import BUCKET_S, BUCKETS
from sessions.floor.state import FloorState

SLOW_S = 10.0
"""How long the footer says that the link was found to be slow."""
YOUNG_S = 62.0
"""So long after the last event ages are seconds."""
PACED_S = BUCKET_S * (BUCKETS + 2)
"""So long after it there is something left in the rates."""


def beat_s(quiet_s: float) -> float:
    """How often time alone changes what is drawn, `quiet_s` after the newest of it: ages, then rates, then minutes."""
    if quiet_s < YOUNG_S:
        return 1.0
    return float(BUCKET_S) if quiet_s < PACED_S else 60.0


class SampledScreen(FactoryScreen):
    """Looks at the link when it is told to. Subclasses draw in `draw_news`."""

    _rhythm: Rhythm | None = None
    _seen: tuple[FloorState | None, tuple[object, ...]] = (None, ())
    """The state, held so that no other can take its place in memory, and what else was looked at."""

    def on_mount(self) -> None:
        self.keep_pace(self.factory.link_watch.rhythm)

    @on(events.ScreenResume)
    def look_again(self) -> None:
        """What happened while another screen was in front has not been looked at."""
        self.factory.pulse.stir()

    def keep_pace(self, rhythm: Rhythm) -> None:
        """Draw in this rhythm from now on."""
        self._rhythm = rhythm

    def sample(self) -> float:
        """Draw when there is something new and the terminal can take it; seconds after which it is to look again."""
        watch = self.factory.link_watch
        if not self.is_active:
            return NEVER
        if not watch.may_draw(backlog_of(self.app._driver)):
            return watch.rhythm.period_s
        if watch.turned_slow():
            self.app.animation_level = "none"
            self.say("slow link: drawing less often (--slow-link makes this the start)", SLOW_S)
        if watch.rhythm is not self._rhythm:
            self.keep_pace(watch.rhythm)
        self.draw_news()
        return self.rest()

    def rest(self) -> float:
        """Seconds until time alone changes what is drawn. The clock of a replay moves only when the link says so."""
        link = self.factory.link
        if link.mode is LinkMode.REPLAY:
            return NEVER
        now = link.now()
        every = beat_s(now - self.newest())
        return every - now % every

    def newest(self) -> float:
        """When the newest of all that is drawn here with an age happened; now, while something is timed."""
        link = self.factory.link
        return link.now() if link.health.progress and link.health.progress.since else link.state.time

    def beat(self) -> int:
        """Changes when time alone may change the drawing."""
        now = self.factory.link.now()
        return int(now // beat_s(now - self.newest()))

    def is_news(self, *also: object) -> bool:
        """Whether the link has another state than when this was asked last, another health, or `also` is another."""
        link = self.factory.link
        before, seen = self._seen
        self._seen = (link.state, (link.health, *also))
        return self._seen[0] is not before or self._seen[1] != seen

    def draw_news(self) -> None:
        """Draw what has changed since the last look, if anything has."""
        raise NotImplementedError
