"""Facts of the machine on which the supervisor runs."""

from __future__ import annotations

from sessions.floor.events.event import Event


class ClockSet(Event, frozen=True, kw_only=True, omit_defaults=True, tag="clock_set.1"):
    """The clock of the machine went back to `time`: what is dated later than that has happened by now, too.

    Or it went on to it, as the machine was asleep: in that time nobody did anything.
    """

    before: float = 0.0
    """What it would show if it had gone on; 0 where nobody watched it."""
