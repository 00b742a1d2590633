"""What calls the operator, whatever screen is shown: counted, said in a line, rung for, and in the window's title."""

from __future__ import annotations

import os
from collections.abc import Mapping
from time import monotonic
from typing import Protocol

from console.actions.registry import BY_ID, key_name, keys_of
from console.links.link import Link, LinkMode
from console.news import News, Opened, news_line, news_text
from console.options import Options
from console.pulse import NEVER
from console.screens.base import FactoryScreen
from console.terminal.asking import WindowTitle, notification
from sessions.floor.state import FloorState, Status
from sessions.views.floor.calls import Call
from widgets.draw.cells import Line, plain
from widgets.draw.glyphs import ascii_twin
from widgets.floor.topline import counters

NEWS_EVERY_S = 1.0
"""The least time between two looks for news."""


class Terminal(Protocol):
    """What is done at the terminal itself."""

    def send(self, sequence: str) -> None:
        """Write to it; where none is, nothing."""
        ...

    def bell(self) -> None: ...


class Telling:
    """Looks for news of a link's floor, and tells them as loudly as is set."""

    def __init__(self, link: Link, options: Options, terminal: Terminal) -> None:
        self._link, self._wanted, self._terminal = link, options.attention, terminal
        self._news = News(link.mode is not LinkMode.REPLAY, options.rest_days * 86_400)
        self.window = WindowTitle(terminal.send)
        self._cases: tuple[int, object, object, int] = (0, None, None, 0)
        """In which second, of what, how many cases were counted."""
        self._told_of: FloorState | None = None
        """The floor of which the news were told, when by the monotonic clock, and when they are due again."""
        self._told_at = self._tell_at = -NEVER

    @property
    def in_title(self) -> bool:
        """Whether the window's title is written."""
        return "title" in self._wanted

    @property
    def calls(self) -> bool:
        """Somebody needs a person or has failed, since whenever."""
        return self._news.calls

    @property
    def cases(self) -> int:
        """How many cases need a person; 0 while that is not known. It is asked for every footer that is drawn."""
        state = self._link.state
        if self._link.last is not None or not state.cases:
            return 0
        second, cases, expected, count = self._cases
        now = self._link.now()
        if second != int(now) or cases is not state.cases or expected is not state.expected:
            from sessions.views.triage.queue import waiting  # before there is a case nobody needs it

            count = waiting(state, now)
            self._cases = (int(now), state.cases, state.expected, count)
        return count

    def counts(self) -> Mapping[Status, int]:
        """How many stations of this repository need somebody, failed, wait and are stale; nothing while that is not
        known: what begins after it is known is news."""
        if self._link.last is not None:
            return {}
        return self._news.counts(self._link.state, self._link.now(), monotonic())

    def line(self, cells: int, keymap: dict[str, str], present: str = "") -> Line:
        """What is new in one line, with the key that goes there; nothing when nothing is.

        Of the `present` station nothing is told: who looks at it needs its keys.
        """
        told = [] if "quiet" in self._wanted else self._news.told(monotonic())
        items = [item for item in told if not (present and isinstance(item, Call) and item.station == present)]
        if not items:
            return ()
        cases = "app.triage" if any(isinstance(item, Opened) for item in items) else "app.conflicts"
        action = BY_ID["app.caller" if any(isinstance(item, Call) for item in items) else cases]
        keys = keys_of(action, keymap)
        return news_line(items, self._link.now(), f"{key_name(keys[0])} goes there" if keys else "", cells)

    def next_caller(self, present: str) -> str:
        """The station to go to from the `present` one; "" when none calls."""
        return self._news.next_caller(present)

    def look(self, screen: object, ascii_only: bool) -> float:
        """Tell the news where there may be any, once a second at most; seconds after which there may be some."""
        if self._link.last is not None:
            return NEVER  # what was is no news
        moment, state = monotonic(), self._link.state
        if moment >= self._tell_at or (state is not self._told_of and moment >= self._told_at + NEWS_EVERY_S):
            self._told_of, self._told_at = state, moment
            self.tell(screen, ascii_only)
            replayed = self._link.mode is LinkMode.REPLAY
            self._tell_at = moment + (NEVER if replayed else self._news.rest(self._link.now(), moment))
        at = self._tell_at if state is self._told_of else min(self._tell_at, self._told_at + NEWS_EVERY_S)
        return at - moment

    def tell(self, screen: object, ascii_only: bool) -> None:
        """Say what is new, on whatever `screen` the operator is."""
        moment, now = monotonic(), self._link.now()
        self._news.look(self._link.state, now, moment)
        if isinstance(screen, FactoryScreen):
            if screen.asked() and not screen.news_above():
                self._news.hold(moment)  # they come when the question that stands in their place is answered
            screen.draw_header()
            screen.draw_footer()
        ringing = self._news.to_ring(moment)
        if ringing and not (isinstance(screen, FactoryScreen) and screen.silences()):
            self._ring(news_text(ringing, now))
        if self.in_title:
            self.window.show(self._title(ascii_only))

    def _ring(self, text: str) -> None:
        if "bell" in self._wanted:
            self._terminal.bell()
        for how in ("osc9", "osc777"):
            if how in self._wanted:
                self._terminal.send(notification(text, how, os.environ))

    def _title(self, ascii_only: bool) -> str:
        past = "replay" * (self._link.mode is LinkMode.REPLAY)
        text = " ".join(filter(None, (plain(counters(self.counts())), past, self._link.state.name, "factory-tui")))
        return ascii_twin(text) if ascii_only else text
