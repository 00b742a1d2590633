"""Taking old events out of a journal for good; the floor that they made stays, and with it every total.

Only events that nobody needs any more are taken: a whole stretch from the first event on, which ends before anything
alive or unanswered, before what the newest stored floor has not read, and with what a recording keeps. It is done in
short transactions beside a living writer, which never looks back.
"""

from __future__ import annotations

import math
import sqlite3
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from sessions.errors import FactoryError
from sessions.floor.state import FloorState, Station, Status
from sessions.journal import checkpoints, schema
from sessions.journal.accounts import Limit, PruningPlan
from sessions.journal.reader import JournalReader
from sessions.journal.recording.recording import Recording
from sessions.journal.trouble import trouble

PORTION = 64
"""Blocks that are deleted in one transaction: some milliseconds, in which a living writer waits."""
REST_S = 7 * 86_400.0
"""What has failed, or was at work, and was not heard of for so long is over. A question waits for ever."""
BUSY_S = 10.0


def plan(path: Path, before: float, now: float, keeping: bool = False) -> PruningPlan:
    """What of the events before the time `before` can go. With `keeping` the caller records them first."""
    with closing(JournalReader(path)) as reader:
        span, state = reader.span, reader.latest()
        asked = reader.seq_at(math.nextafter(before, 0.0))
        limits = [*_alive(reader, state, now), *_unread(reader), *(() if keeping else _unkept(reader))]
        limits = sorted((limit for limit in limits if limit.last < asked), key=lambda limit: limit.last)
        # The newest event stays in any case: it says how far the journal goes.
        most = min([asked, span.last_seq - 1, *(limit.last for limit in limits)])
        grid = reader.grid()
        at = bisect_right(grid, most)
        last = grid[at - 1] if at else 0
        latest = reader.state_at(last).time if last >= span.first_seq else 0.0
        return PruningPlan(first=span.first_seq, last=last, asked=asked, latest=latest, limits=tuple(limits))


def prune(path: Path, plan: PruningPlan) -> None:
    """Take out what was planned. Raises `FactoryError` when the journal cannot be written."""
    if not plan.events:
        return
    with closing(JournalReader(path)) as reader:
        state = reader.state_at(plan.last)
    if state.seq != plan.last:
        raise FactoryError(f"{path}: the floor after event {plan.last:,} cannot be made", "see `factory-tui doctor`")
    try:
        with closing(_writing(path)) as connection:
            # From here on the events are gone for every reader; their room follows.
            with connection:
                connection.executemany(checkpoints.INSERT, checkpoints.packed(state))
                connection.execute("INSERT INTO pruned VALUES (?, ?, ?)", (plan.last, plan.latest, time.time()))
            clear(connection)
            connection.executescript(schema.GIVE_BACK)
    except sqlite3.Error as error:
        raise trouble(path, error) from error


def clear(connection: sqlite3.Connection) -> None:
    """Delete what is left of pruned events, in short transactions."""
    pruned = connection.execute("SELECT max(seq) FROM pruned").fetchone()[0]
    if pruned is None:
        return
    sql = "SELECT last FROM blocks WHERE last <= ? ORDER BY last LIMIT 1 OFFSET ?"
    while (first := connection.execute(sql, (pruned, 0)).fetchone()) is not None:
        last = (connection.execute(sql, (pruned, PORTION)).fetchone() or (pruned,))[0]
        with connection:
            for table in ("packed", "station_blocks", "blocks"):
                connection.execute(f"DELETE FROM {table} WHERE last >= ? AND last <= ?", (first[0], last))
    with connection:
        connection.execute("DELETE FROM slices WHERE seq < ?", (pruned,))
        connection.execute("DELETE FROM kept WHERE last <= ?", (pruned,))


def note(path: Path, recording: Path, first: int, last: int) -> None:
    """Note that a recording holds all of the journal's events `first` to `last`; a disk that refuses is no harm."""
    with suppress(sqlite3.Error), closing(_writing(path)) as connection, connection:
        row = (str(recording.absolute()), first, last)
        connection.execute("INSERT OR REPLACE INTO kept (path, first, last) VALUES (?, ?, ?)", row)


def _writing(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(schema.uri(path, "mode=rw"), uri=True, timeout=BUSY_S)


def _alive(reader: JournalReader, state: FloorState, now: float) -> Iterator[Limit]:
    """Stations at work, and those that called and were not answered, need the conversation they are in."""
    for station in state.stations.values():
        if why := _life(station, now):
            session = state.sessions.get(station.session)
            begun = session.opened if session else station.evidence.since
            last = reader.seq_at(math.nextafter(begun, 0.0))
            yield Limit(last, f"station {station.name} {why}; what it does began then", "answer or end it")


def _life(station: Station, now: float) -> str:
    status, age = station.evidence.status, now - station.evidence.seen
    if status is Status.NEEDS_ME:
        return "waits for an answer"
    if station.process:
        return "has a living process"
    if age < REST_S and status in (Status.WORKING, Status.WAITING):
        return "works"
    return "has failed and was not looked after" if age < REST_S and status is Status.FAILED else ""


def _unread(reader: JournalReader) -> Iterator[Limit]:
    last = reader.checkpoint().seq
    yield Limit(last, "no stored floor has read what follows", "it will have soon: try later")


def _unkept(reader: JournalReader) -> Iterator[Limit]:
    """As far as recordings reach without a gap, from the first event on."""
    reach = reader.pruned
    for path, first, last in sorted(reader.kept(), key=lambda row: row[1]):
        if first <= reach + 1 and last > reach and _holds(Path(path), reader, first, last):
            reach = last
    yield Limit(reach, "no recording keeps what follows", "add --keep FILE to record it first")


def _holds(path: Path, reader: JournalReader, first: int, last: int) -> bool:
    """Whether the recording is still there and is the one that was noted."""
    try:
        with closing(Recording(path)) as recording:
            span = recording.span
            return (span.last_seq, span.last_time) == (last - first + 1, reader.state_at(last).time)
    except FactoryError:
        return False
