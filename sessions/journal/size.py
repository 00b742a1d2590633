"""How large a journal is, and what takes the room."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sessions.journal import codec, schema
from sessions.journal.accounts import Kind, Size, Table
from sessions.journal.reader import JournalReader

CHUNK = 8_192


def measure(path: Path) -> Size:
    """Measure the journal at `path`; every event is looked at. Raises `FactoryError` as its reader does."""
    files = [path, path.with_name(path.name + "-wal")]
    with closing(JournalReader(path)) as reader:
        span = reader.span
        return Size(
            path=str(path),
            bytes=sum(file.stat().st_size for file in files if file.exists()),
            events=max(0, span.last_seq - span.first_seq + 1),
            first_seq=span.first_seq,
            last_seq=span.last_seq,
            first_time=span.first_time,
            last_time=span.last_time,
            pruned=reader.pruned,
            tables=_tables(path),
            kinds=_kinds(reader, span.first_seq - 1),
        )


def _tables(path: Path) -> list[Table]:
    """The largest first."""
    try:
        with closing(schema.connect_read_only(path)) as connection:
            owners = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master WHERE rootpage > 0"))
            taken = _taken(connection, owners)
            # The names are those of our own schema.
            names = sorted(name for name, owner in owners.items() if name == owner)
            rows = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    except schema.UNUSABLE as error:
        raise schema.unreadable(path, error) from error
    tables = [Table(name, rows[name], None if taken is None else taken[name]) for name in names]
    return sorted(tables, key=lambda table: (-(table.bytes or 0), -table.rows, table.name))


def _taken(connection: sqlite3.Connection, owners: Mapping[str, str]) -> Counter[str] | None:
    """Bytes of each table with its indexes; None where this SQLite was built without what tells them."""
    taken: Counter[str] = Counter()
    try:
        for name, size in connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
            taken[owners.get(name, name)] += size
    except sqlite3.OperationalError:
        return None
    return taken


def _kinds(reader: JournalReader, after: int) -> list[Kind]:
    counts, sizes = Counter[str](), Counter[str]()
    while lines := reader.lines(after, CHUNK):
        after += len(lines)
        for line in lines:
            kind = codec.tag_of(line)
            counts[kind] += 1
            sizes[kind] += len(line)
    return [Kind(kind, counts[kind], size) for kind, size in sizes.most_common()]
