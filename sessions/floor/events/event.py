"""The base of all facts."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", gc=False):
    """A fact that happened. Events hold values and never each other, so the garbage collector need not look at them."""

    time: float
    source: str = ""


class StationEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about one station. `session` is the agent's own id of the conversation."""

    station: str
    session: str = ""
