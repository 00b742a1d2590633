"""Events as lines: number, time, kind, station, and what else there is."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from console.cli.output import moment, say
from sessions.floor.events import Event, StationEvent
from sessions.headless import floor_shape as jsonshape
from sessions.headless.line import text
from sessions.text import clean

EPOCH_FROM = 1e8
"""Figures from here on are seconds since 1970."""


def print_events(after: int, events: Iterable[Event], as_json: bool) -> int:
    """The events after number `after`, for programs or for people; returns the number of the last."""
    seq = after
    for event in events:
        seq += 1
        say(text(jsonshape.NumberedEvent(seq, event)) if as_json else _line(seq, event))
    return seq


def _line(seq: int, event: Event) -> str:
    """An event for people: number, time, kind, station, and its other fields."""
    fields = msgspec.to_builtins(event)
    kind = str(fields.pop("type")).rpartition(".")[0]
    station = event.station if isinstance(event, StationEvent) else ""
    rest = " ".join(_field(name, value) for name, value in fields.items() if name not in ("time", "station", "source"))
    return clean(f"{seq} {moment(event.time)} {kind} {station} {rest}", 400)


def _field(name: str, value: object) -> str:
    if isinstance(value, dict):
        return " ".join(_field(f"{name}.{part}", inner) for part, inner in value.items())
    if isinstance(value, list | tuple):
        inner = [item for item in value if isinstance(item, str | int)]
        return f"{name}={', '.join(map(str, inner))}" if len(inner) == len(value) else f"{name}: {len(value)}"
    if isinstance(value, float):
        return f"{name}='{moment(value)}'" if value >= EPOCH_FROM else f"{name}={value:.6g}"
    return f"{name}={value}"
