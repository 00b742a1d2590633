"""`journal size`: what takes the room."""

from __future__ import annotations

import msgspec

from console.cli.command import OfFloor
from console.cli.output import count, say, table
from console.cli.source import journal_of
from sessions.asking.past_questions import JournalSize
from sessions.floor.state import FloorState
from sessions.headless.line import text
from sessions.headless.meters_shape import VERSION
from sessions.journal.accounts import Kind, Table
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


def size(asked: OfFloor, as_json: bool) -> int:
    with journal_of(asked, as_it_is=True) as past:
        found, state = past.one(JournalSize()), past.latest()
    if as_json:
        fields = msgspec.structs.asdict(found)
        say(text(SizeAnswer(bytes_per_event=round(found.bytes_per_event, 1), **fields)))
        return 0
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
