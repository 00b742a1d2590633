"""Commands that keep things: `import` into the journal, `record` out of it, and `stop` of who keeps it."""

from __future__ import annotations

import math
import time

from console.cli.call import Call
from console.cli.output import progress, say
from console.cli.source import caught_up, named
from sessions.errors import UsageError
from sessions.journal import places
from sessions.journal.past import Past
from sessions.text import clean


def import_paths(call: Call) -> int:
    from sessions.catchup import import_paths as read_into

    missing = [path for path in call.paths if not path.exists()]
    if missing:
        raise UsageError(f"there is no {clean(str(missing[0]))}", "name a transcript, or a directory of them")
    with progress() as tell:
        before, after = read_into(call.repo, call.paths, progress=tell)
    say(f"{after - before:,} events imported")
    return 0


def record(call: Call) -> int:
    from sessions.journal import recording
    from sessions.journal.reader import JournalReader

    assert call.output is not None  # the parser asks for it
    reader = JournalReader(caught_up(call))
    try:
        first, last = _range(reader, call)
        stations = frozenset(call.station) or None
        if stations is not None:
            unknown = stations - reader.state_at(last).stations.keys()
            if unknown:
                raise UsageError(f"there is no station {clean(min(unknown))!r}", "see `factory-tui status`")
        info = recording.write(reader, call.output, first, last, stations, call.redact)
    finally:
        reader.close()
    size = call.output.stat().st_size
    say(f"{clean(str(call.output))}: {info.events:,} events, {size:,} bytes")
    return 0


def _range(past: Past, call: Call) -> tuple[int, int]:
    span = past.span
    first, last = span.first_seq, span.last_seq
    if call.start:
        place = named(call.start, past, time.time())
        first = places.seq_of(past, place)
        if place.moment is not None:  # what happened at that very moment is part of it
            first = past.seq_at(math.nextafter(place.moment, 0.0)) + 1
    if call.until:
        last = places.seq_of(past, named(call.until, past, time.time()))
    if first > last:
        raise UsageError("nothing happened in that time", "see `factory-tui events` for what did, and when")
    return first, last


def stop(call: Call) -> int:
    from sessions.supervisor import process

    pid = process.stop(call.repo)
    say("no supervisor was running" if pid is None else f"the supervisor (process {pid}) has ended")
    return 0
