"""`journal size`: what takes the room."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec

from console.cli.output import count, say, table
from sessions.floor.state import FloorState
from sessions.headless.floor_shape import VERSION
from sessions.headless.line import text
from sessions.journal.reader import JournalReader
from sessions.journal.size import Kind, Table, measure
from sessions.place import place_of
from sessions.text import clean


class SizeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `journal size --json`."""

    version: int = VERSION
    path: str
    bytes: int
    events: int
    bytes_per_event: float
    first_seq: int
    last_seq: int
    first_time: float
    last_time: float
    pruned: int
    tables: list[Table]
    kinds: list[Kind]


def size(repo: Path, as_json: bool) -> int:
    found = measure(place_of(repo).journal)
    if as_json:
        fields = msgspec.structs.asdict(found)
        say(text(SizeAnswer(bytes_per_event=round(found.bytes_per_event, 1), **fields)))
        return 0
    with closing(JournalReader(place_of(repo).journal)) as reader:
        state = reader.readable()
    say(f"{clean(found.path)}: {found.bytes:,} bytes")
    since = (
        f", since {moment_of(state, found.first_time)}, {found.bytes_per_event:,.0f} bytes each" if found.events else ""
    )
    say(f"{count(found.events, 'event')}{since}")
    if found.pruned:
        say(f"events up to {found.pruned:,} were pruned")
    say()
    rows = [(t.name, f"{t.rows:,}", "—" if t.bytes is None else f"{t.bytes:,}") for t in found.tables]
    table(("table", "rows", "bytes"), rows)
    say()
    kinds = [(kind.kind or "unreadable", f"{kind.events:,}", f"{kind.bytes:,}") for kind in found.kinds]
    table(("type of event", "events", "bytes unpacked"), kinds)
    return 0


def moment_of(state: FloorState, moment: float) -> str:
    local = state.zone.local(moment)
    return local.strftime("%Y-%m-%d %H:%M") if local else f"{moment:.0f}"
