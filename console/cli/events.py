"""`events`: the journal as lines, once or as they come."""

from __future__ import annotations

import math
import queue
import sys
import time
from datetime import datetime
from pathlib import Path

from console.cli.call import Call
from console.cli.output import say, warn
from console.cli.source import caught_up, named
from sessions.errors import UsageError
from sessions.floor.events import Event, StationEvent
from sessions.headless import floor_shape as jsonshape
from sessions.headless.line import text
from sessions.journal.past.places import seq_of
from sessions.journal.reader import JournalReader
from sessions.place import place_of
from sessions.text import clean

CHUNK = 2_000
EPOCH_DIGITS = range(9, 15)
"""A number of so many digits is a time since 1970, and no sequence number."""
LAST = 2**63 - 1
EPOCH_FROM = 1e8
"""Figures from here on are seconds since 1970."""


def events(call: Call) -> int:
    """Print the events after a sequence number; with `--follow` until Ctrl-C."""
    journal = caught_up(call)
    reader = JournalReader(journal)
    try:
        since = _since(reader, call.start)
        if since <= reader.pruned > 0:
            warn(f"events up to {reader.pruned:,} were pruned")
            since = reader.pruned
        seq = _print_after(reader, since, call.json)
        if call.follow:
            _follow(call, reader, seq)
    finally:
        reader.close()
    return 0


def _since(reader: JournalReader, start: str) -> int:
    """The number after which events are asked for; of a time, that of the last event before it."""
    if not start:
        return reader.pruned
    if start.isascii() and start.isdecimal() and len(start) not in EPOCH_DIGITS:
        if int(start) > LAST:
            raise UsageError(f"there is no event {start}", f"numbers go up to {LAST}")
        return int(start)
    place = named(start, reader, time.time())
    if place.moment is None:
        return max(0, seq_of(reader, place) - 1)
    return reader.seq_at(math.nextafter(place.moment, 0.0))


def _print_after(reader: JournalReader, seq: int, as_json: bool) -> int:
    while chunk := reader.events(seq, CHUNK):
        for event in chunk:
            seq += 1
            say(text(jsonshape.NumberedEvent(seq, event)) if as_json else _line(seq, event))
    sys.stdout.flush()
    return seq


def _follow(call: Call, reader: JournalReader, seq: int) -> None:
    """Print what the supervisor commits. It tells when; the journal says what."""
    from sessions.supervisor import process
    from sessions.supervisor.wire.client import Client

    changed: queue.SimpleQueue[None] = queue.SimpleQueue()
    place = place_of(call.repo)
    client = Client(
        place.socket,
        reader.checkpoint(),
        revive=lambda: process.start(call.repo, process.Options(base=call.base, sessions=places(call))),
        changed=lambda: changed.put(None),
    )
    client.start()
    said = ""
    try:
        while True:
            changed.get()
            seq = _print_after(reader, seq, call.json)
            contact = client.contact
            if contact.trouble != said and not contact.connected:
                warn(contact.trouble)
            said = contact.trouble
    finally:
        client.stop()


def places(call: Call) -> tuple[str, ...]:
    return tuple(str(Path(place).absolute()) for place in call.sessions)


def _line(seq: int, event: Event) -> str:
    """An event for people: number, time, kind, station, and its other fields."""
    import msgspec

    fields = msgspec.to_builtins(event)
    kind = str(fields.pop("type")).rpartition(".")[0]
    station = event.station if isinstance(event, StationEvent) else ""
    rest = " ".join(_field(name, value) for name, value in fields.items() if name not in ("time", "station", "source"))
    return clean(f"{seq} {_moment(event.time)} {kind} {station} {rest}", 400)


def _moment(when: float) -> str:
    """A time on the operator's clock."""
    try:
        return datetime.fromtimestamp(when).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return "?"


def _field(name: str, value: object) -> str:
    if isinstance(value, dict):
        return " ".join(_field(f"{name}.{part}", inner) for part, inner in value.items())
    if isinstance(value, list | tuple):
        inner = [item for item in value if isinstance(item, str | int)]
        return f"{name}={', '.join(map(str, inner))}" if len(inner) == len(value) else f"{name}: {len(value)}"
    if isinstance(value, float):
        return f"{name}='{_moment(value)}'" if value >= EPOCH_FROM else f"{name}={value:.6g}"
    return f"{name}={value}"
