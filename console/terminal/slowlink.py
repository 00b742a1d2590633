"""Slow links: fewer and smaller frames when asked for, or when the terminal cannot keep up.

Textual writes through a thread with a short queue and stops the whole app when it is full. The queue's length is
therefore watched, and a tick that finds it filling draws nothing: the link sets the pace, and keys stay quick.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

import msgspec

BACKLOG = 6
"""Writes still waiting that make a tick wait; a frame is three writes, the queue holds 30."""
SLOW_TICKS = 40
"""Ticks that had to wait, of the last `WATCHED`, after which the link counts as slow: two seconds of ten."""
WATCHED = 200


class Rhythm(msgspec.Struct, frozen=True):
    """How often the screen looks at the floor, and how much a busy floor may send."""

    period_s: float
    turn_s: float
    """A pane whose figures alone changed is drawn at most so often."""
    budget: int
    """Bytes a second for those, counted without what is saved as they are sent; what needs attention is not bounded."""


FAST = Rhythm(0.05, 0.0, 36_000)
"""An event is on the screen within 150 ms: this, its way here, and a frame of Textual's."""
SLOW = Rhythm(0.5, 1.0, 3_000)


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set Textual up for a slow link. It reads this when it is imported, so call it before."""
    environment.setdefault("TEXTUAL_FPS", "10")
    environment.setdefault("TEXTUAL_ANIMATIONS", "none")
    environment.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        # 256 colours take about a fifth fewer bytes than 24-bit ones.
        environment.setdefault("TEXTUAL_COLOR_SYSTEM", "256")


class LinkWatch:
    """Decides from the writer's backlog whether a tick may draw, and whether the link is slow."""

    def __init__(self, slow: bool | None) -> None:
        self._asked = slow
        self._waits: list[bool] = []
        self.slow = bool(slow)

    @property
    def rhythm(self) -> Rhythm:
        return SLOW if self.slow else FAST

    def may_draw(self, backlog: int) -> bool:
        """Note the backlog of this tick; False when drawing would only make the queue longer."""
        waits = backlog >= BACKLOG
        self._waits = [*self._waits[-(WATCHED - 1) :], waits]
        return not waits

    def turned_slow(self) -> bool:
        """True once: when the link has just been found too slow."""
        if self.slow or self._asked is False or sum(self._waits) < SLOW_TICKS:
            return False
        self.slow = True
        return True


def backlog_of(driver: object) -> int:
    """How many writes wait for the terminal; 0 for a driver without a writer thread.

    Textual has no public figure for it; this reads the queue of its writer thread (8.2.8).
    """
    thread = getattr(driver, "_writer_thread", None)
    queue = getattr(thread, "_queue", None)
    return int(queue.qsize()) if queue is not None else 0
