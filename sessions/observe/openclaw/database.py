"""Looks into another program's SQLite file without disturbing it."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sessions.observe.files.archive import unpacked
from sessions.observe.files.handle import handle

PATIENCE_S = 0.25
"""How long a look waits for a writer before it gives up and is tried again at the next change."""
MAX_EVENT = 64 << 20
_WAL = b"\x02\x02"


@contextmanager
def connect(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection; raises sqlite3.Error when the file is gone, locked or no database.

    A file in WAL mode whose writer has gone has no `-wal` beside it. SQLite would make one even to read, so such a
    file is opened as immutable; a writer that comes at that moment makes the look fail or old, and the next one right.
    """
    try:
        mode = "immutable=1" if _closed_wal(path) else "mode=ro"
    except OSError as error:
        raise sqlite3.OperationalError("unable to open database file") from error
    with closing(sqlite3.connect(f"file:{quote(os.fsencode(path))}?{mode}", uri=True, timeout=PATIENCE_S)) as db:
        db.text_factory = bytes
        try:
            yield db
        except UnicodeDecodeError as error:
            # A damaged schema breaks Python's own texts about it.
            raise sqlite3.DatabaseError("damaged names") from error


def _closed_wal(path: Path) -> bool:
    descriptor = handle(path)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "no file")  # SQLite would wait for a pipe's other end
        in_wal_mode = os.pread(descriptor, 20, 0)[18:20] == _WAL
    finally:
        os.close(descriptor)
    return in_wal_mode and not path.with_name(path.name + "-wal").exists()


def text_of(json: object, packed: object) -> bytes | None:
    """The event of a row, unpacked where it is compressed; None when it cannot be unpacked, or is far too large."""
    if isinstance(json, bytes):
        return json
    return unpacked(packed, MAX_EVENT) if isinstance(packed, bytes) else b""
