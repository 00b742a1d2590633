"""Notices that the machine's clock went back, or on while nothing ran, as something is recorded: until then nobody asks
how late it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sessions.floor.events import ClockSet, Event
from sessions.floor.state import FloorState

SOURCE = "clock"
SLACK_S = 5.0
"""Clocks that are kept by a server are moved by less."""
ASLEEP_S = 60.0
"""A machine that was asleep for so long, or whose clock was set on by so much: nobody was silent for all that time."""
LATEST_S = 86_400.0
"""What is dated later than that after now was no clock of ours, but some transcript's fault."""


class Clocks:
    """The wall clock beside the one that only goes on; both may be others for tests."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        self._ahead: float | None = None
        """How far the wall clock was before the other one at its best; None before the first look."""
        self._before = 0.0
        """What it showed before it went back; 0 once it has caught up."""
        self._owed: ClockSet | None = None
        """What is not committed yet."""

    def look(self, events: Sequence[Event], state: FloorState) -> Sequence[Event]:
        """The events that are about to be recorded after this floor, with a `ClockSet` where the clock was set.

        It comes first; and last, too, as long as some are told late that were dated before it went back.
        """
        if not events:
            return events
        now, steady = self._wall(), self._steady()
        if self._ahead is None:
            self._begin(now, state.time)
        elif self._ahead - (now - steady) > SLACK_S:
            self._before = self._ahead + steady
            self._owed, self._ahead = ClockSet(time=now, source=SOURCE, before=self._before), now - steady
        events = [*self.overslept(), *events]
        self._ahead = max(self._ahead or now - steady, now - steady)
        if now >= self._before:
            self._before = 0.0
        if self._owed is not None:
            events = [self._owed, *events]
        if self._before and any(event.time > now + SLACK_S for event in events):
            events = [*events, ClockSet(time=now, source=SOURCE)]
        return events

    def overslept(self) -> Sequence[Event]:
        """That the machine was asleep since something was recorded last; nothing where it was not."""
        now, steady = self._wall(), self._steady()
        if self._ahead is None or now - steady - self._ahead <= ASLEEP_S:
            return ()
        before, self._ahead = self._ahead + steady, now - steady
        return (ClockSet(time=now, source=SOURCE, before=before),)

    def _begin(self, now: float, latest: float) -> None:
        """Nobody watched until now: what was recorded last says how late it was, about."""
        if latest - now > SLACK_S:
            self._owed = ClockSet(time=now, source=SOURCE)
            self._before = latest if latest - now < LATEST_S else 0.0

    def committed(self, events: Sequence[Event]) -> None:
        """These are in the journal."""
        if self._owed is not None and any(type(event) is ClockSet for event in events):
            self._owed = None
