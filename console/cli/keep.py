"""Commands that keep things: `import` into the journal, `record` out of it, and `stop` of who keeps it."""

from __future__ import annotations

import math
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from console.cli.call import Call
from console.cli.output import count, progress, say, warn
from console.cli.source import caught_up, check_places, named
from sessions.errors import UsageError
from sessions.floor.events import Event, SourceSkipped, StationEvent
from sessions.floor.state import FloorState
from sessions.journal.past import places
from sessions.journal.past.past import Past
from sessions.journal.reader import JournalReader
from sessions.place import place_of
from sessions.text import clean

CHUNK = 2_000
"""Events that are read at once."""


def import_paths(call: Call) -> int:
    from sessions.catchup import import_paths as read_into

    check_places(call.paths)
    with progress() as tell:
        before, _after = read_into(call.repo, call.paths, progress=tell)
    journal = place_of(call.repo).journal
    with closing(JournalReader(journal)) as reader:
        sessions = _sessions_in(reader.latest(), call.paths)
    events, stations, skipped = 0, set(), Counter[str]()
    for event in _events_after(journal, before):
        if isinstance(event, StationEvent) and event.session in sessions:
            events += 1
            stations.add(event.station)
        elif isinstance(event, SourceSkipped):
            skipped[event.reason] += event.count
    for reason, times in skipped.items():
        warn(f"skipped: {reason}, {count(times, 'time')}")
    if not sessions:
        what = "this is no transcript" if len(call.paths) == 1 else "none of these is a transcript"
        say(f"nothing imported: {what}")
        return 1
    said = f"{count(events, 'event')} of {count(len(stations), 'station')} imported"
    say(said if events else "nothing new was imported: all of it is in the journal already")
    return 0


def _sessions_in(state: FloorState, paths: Sequence[Path]) -> frozenset[str]:
    """The sessions whose transcripts lie at `paths`, or below them; of a sub-agent's file, its parent's."""
    wanted = [str(path.absolute()).rstrip("/") for path in paths]

    def lies(path: str) -> bool:
        folder = path.removesuffix(".jsonl") + "/"
        return any(f"{path}/".startswith(f"{name}/") or name.startswith(folder) for name in wanted)

    return frozenset(name for name, session in state.sessions.items() if session.path and lies(session.path))


def _events_after(journal: Path, seq: int) -> Iterator[Event]:
    with closing(JournalReader(journal)) as reader:
        while chunk := reader.events(seq, CHUNK):
            seq += len(chunk)
            yield from chunk


def record(call: Call) -> int:
    from sessions.journal.past.chronicle import chronicle
    from sessions.journal.recording.record import write

    assert call.output is not None  # the parser asks for it
    target = _target(call.output, call.force)
    past: Past = JournalReader(caught_up(call))
    try:
        if not (places.is_seq(call.start) or places.is_seq(call.until)):
            # In order of time, as it is replayed; a sequence number is counted in the journal's own order.
            past = chronicle(past)
        first, last = _range(past, call)
        stations = frozenset(call.station) or None
        if stations is not None:
            floor = past.state_at(last).stations
            ids = {station.name: id for id, station in floor.items()} | {id: id for id in floor}
            if unknown := stations - ids.keys():
                raise UsageError(f"there is no station {clean(min(unknown))!r}", "see `factory-tui status`")
            stations = frozenset(ids[name] for name in stations)
        if target is not None:
            info = write(past, target, first, last, stations, call.redact)
            if stations is None and (isinstance(past, JournalReader) or (first, last) == (1, past.span.last_seq)):
                _note(call, target, info.events, last if isinstance(past, JournalReader) else 0)
            say(f"{clean(str(target))}: {count(info.events, 'event')}, {target.stat().st_size:,} bytes")
            return 0
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "recording.ftr"
            write(past, made, first, last, stations, call.redact)
            with made.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    finally:
        past.close()
    return 0


def _note(call: Call, target: Path, events: int, last: int) -> None:
    """Let the journal know which of its events the recording keeps: those up to `last`, all of them for 0."""
    from sessions.journal import prune

    journal = place_of(call.repo).journal
    with closing(JournalReader(journal)) as reader:
        last = last or reader.span.first_seq + events - 1
    prune.note(journal, target, last - events + 1, last)


def _target(output: Path, force: bool) -> Path | None:
    """The file to make; None for the standard output."""
    if str(output) == "-":
        if sys.stdout.isatty():
            raise UsageError("a recording is not for a terminal", "send it into a file or a pipe: -o - > FILE")
        return None
    if output.exists() and not force:
        raise UsageError(f"there is a {clean(str(output))} already", "give another name, or --force to write over it")
    return output


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
