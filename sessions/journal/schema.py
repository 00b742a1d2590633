"""The tables of a journal, and how a file becomes a journal of this version without ever being harmed.

`PRAGMA user_version` counts the migrations a journal has had, so the first hundred bytes of the file tell whether
this program understands it, before SQLite has touched anything.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from sessions.errors import FactoryError, NewerFormatError

APPLICATION_ID = 0x46545549
"""`FTUI`: marks an SQLite file as a journal of this program."""

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_USER_VERSION_AT, _APPLICATION_ID_AT = 60, 68

_FOR_COPIES = (None, "/dev/shm")
"""Where a copy may lie: where such things usually lie, else in memory."""
LAST = (1 << 63) - 1
"""The largest number that an event can have."""

WRITING = (
    "PRAGMA synchronous = FULL",
    "PRAGMA journal_mode = WAL",
    # A log of 16 MB before it is worked into the file: a bulk load then syncs a quarter as often.
    "PRAGMA wal_autocheckpoint = 4000",
    # Cut the log back after a bulk load: it would keep its largest size for ever.
    f"PRAGMA journal_size_limit = {16 << 20}",
)
"""What a connection that writes begins with."""

GIVE_BACK = "PRAGMA incremental_vacuum"
"""Gives free room back, where the file was made for that. To be run as a script: it goes on page by page."""

UNUSABLE = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises for a file that it cannot use; its own words may then quote bytes that are no text."""

MIGRATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "events, checkpoints, marks and calls",
        (
            "CREATE TABLE stations (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
            # `latest` is the newest time up to and including this event. It never steps back, unlike the times
            # of events of several sources, so a moment is found by bisection over seq and needs no index.
            """CREATE TABLE events (
                seq INTEGER PRIMARY KEY,
                latest REAL NOT NULL,
                type TEXT NOT NULL,
                station INTEGER REFERENCES stations (id),
                failed INTEGER NOT NULL,
                body BLOB NOT NULL
            )""",
            # The row id, which is seq, is the last column of every index by itself.
            "CREATE INDEX events_of_station ON events (station) WHERE station IS NOT NULL",
            "CREATE INDEX events_failed ON events (failed) WHERE failed = 1",
            """CREATE TRIGGER events_stay BEFORE DELETE ON events
               BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END""",
            """CREATE TRIGGER events_are_final BEFORE UPDATE ON events
               BEGIN SELECT RAISE(ABORT, 'events do not change'); END""",
            "CREATE TABLE checkpoints (seq INTEGER PRIMARY KEY, fold INTEGER NOT NULL, state BLOB NOT NULL)",
            "CREATE TABLE marks (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
            "CREATE TABLE calls (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
        ),
    ),
    (
        "blocks, slices and pruning",
        (
            # What is asked of many blocks stands apart from what is long.
            """CREATE TABLE blocks (
                last INTEGER PRIMARY KEY,
                first INTEGER NOT NULL,
                latest REAL NOT NULL,
                failures INTEGER NOT NULL
            )""",
            "CREATE TABLE packed (last INTEGER PRIMARY KEY, heads BLOB NOT NULL, lines BLOB NOT NULL)",
            "CREATE TABLE station_blocks (station INTEGER, last INTEGER, PRIMARY KEY (station, last)) WITHOUT ROWID",
            """CREATE TABLE slices (
                seq INTEGER NOT NULL,
                name TEXT NOT NULL,
                version INTEGER NOT NULL,
                body BLOB NOT NULL,
                PRIMARY KEY (seq, name)
            )""",
            # The last event that was taken out, each time; `latest` is the newest time up to it.
            "CREATE TABLE pruned (seq INTEGER PRIMARY KEY, latest REAL NOT NULL, time REAL NOT NULL)",
            # Recordings that hold all of the events `first` to `last`.
            "CREATE TABLE kept (path TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID",
            # Long values overflow into pages of their own where the row is a part of the index.
            "CREATE TABLE kept_marks (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
            "INSERT INTO kept_marks SELECT name, value FROM marks",
            "DROP TABLE marks",
            "ALTER TABLE kept_marks RENAME TO marks",
            "DROP TRIGGER events_stay",
            """CREATE TRIGGER events_stay BEFORE DELETE ON events
               WHEN OLD.seq > ifnull((SELECT max(last) FROM blocks), 0)
               BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END""",
            """CREATE TRIGGER blocks_stay BEFORE DELETE ON packed
               WHEN OLD.last > ifnull((SELECT max(seq) FROM pruned), 0)
               BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END""",
            """CREATE TRIGGER blocks_are_final BEFORE UPDATE ON packed
               BEGIN SELECT RAISE(ABORT, 'events do not change'); END""",
        ),
    ),
    (
        "sessions that are over",
        (
            # What the floor knew of each when it last forgot it (see `events.SessionsOver`).
            """CREATE TABLE past_sessions (
                session TEXT PRIMARY KEY,
                owned INTEGER NOT NULL,
                body BLOB NOT NULL
            ) WITHOUT ROWID""",
            "CREATE INDEX owned_sessions ON past_sessions (owned) WHERE owned = 1",
        ),
    ),
)
"""Name and statements of every migration, oldest first. Only ever add to the end; a name is never used again."""


def uri(path: Path, options: str) -> str:
    """The SQLite URI of a file, whatever characters its name has."""
    return f"file:{quote(os.fsencode(path.absolute()))}?{options}"


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Beside a live journal it sees what the writer commits.

    SQLite may make an empty log beside the journal for it. Where it may not (a read-only directory, a full disk), a
    journal without a log is complete by itself and is opened as it is; one with a log is read as a copy.
    """
    connection = sqlite3.connect(uri(path, "mode=ro"), uri=True, check_same_thread=False, isolation_level=None)
    try:
        connection.execute("SELECT 1 FROM migrations LIMIT 1").fetchall()
    except sqlite3.OperationalError as error:
        connection.close()
        if not _log_size(path):
            return _connect_frozen(path)
        if not _is_no_room(error):
            raise
        try:
            return connect_copy(path)
        except OSError:
            raise error from None
    return connection


def connect_copy(path: Path) -> sqlite3.Connection:
    """A connection to a copy of the journal as it is now, made where there is room. OSError if there is none."""
    for directory in _FOR_COPIES[:-1]:
        with suppress(OSError):  # the usual place is often on the disk that is full
            return _copied(path, directory)
    return _copied(path, _FOR_COPIES[-1])


def _copied(path: Path, directory: str | None) -> sqlite3.Connection:
    """A connection to what the journal and its log hold now, which SQLite cannot join where they lie."""
    with tempfile.TemporaryDirectory(prefix="factory-tui-", dir=directory) as room:
        copy = Path(room, path.name)
        for suffix in ("", "-wal"):
            shutil.copyfile(path.with_name(path.name + suffix), copy.with_name(copy.name + suffix))
        connection = sqlite3.connect(uri(copy, "mode=rw"), uri=True, check_same_thread=False, isolation_level=None)
        # Once it is open, its files need no names.
        connection.execute("SELECT 1 FROM migrations LIMIT 1").fetchall()
        connection.execute("PRAGMA query_only = 1")
    return connection


def _connect_frozen(path: Path) -> sqlite3.Connection:
    """A connection to a journal that nobody writes now; it makes no file."""
    options = "mode=ro&immutable=1"
    return sqlite3.connect(uri(path, options), uri=True, check_same_thread=False, isolation_level=None)


def _log_size(path: Path) -> int:
    log = path.with_name(path.name + "-wal")
    return log.stat().st_size if log.exists() else 0


def _is_no_room(error: Exception) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN"))


def check(path: Path, missing_ok: bool = False) -> None:
    """Make sure that `path` is a journal that this program understands; it changes nothing.

    Raises `NewerFormatError` for a journal of a newer program and `FactoryError` for anything else that is no journal.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except FileNotFoundError as error:
        if missing_ok:
            return
        raise FactoryError(f"there is no journal at {path}", "open the floor once: factory-tui") from error
    except OSError as error:
        raise FactoryError(f"{path} cannot be read: {error.strerror or error}", "look at its path and mode") from error
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise _no_journal(path)
    if struct.unpack_from(">I", header, _APPLICATION_ID_AT)[0] != APPLICATION_ID:
        raise _no_journal(path)
    _check_version(path, struct.unpack_from(">I", header, _USER_VERSION_AT)[0])
    try:
        with closing(connect_read_only(path) if _log_size(path) else _connect_frozen(path)) as connection:
            _check_version(path, connection.execute("PRAGMA user_version").fetchone()[0])
            _check_names(path, applied(connection))
    except UNUSABLE as error:
        raise unreadable(path, error) from error


def is_journal(path: Path) -> bool:
    """Whether the file is marked as a journal of this program, of any version."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    return header.startswith(_MAGIC) and header[_APPLICATION_ID_AT:][:4] == struct.pack(">I", APPLICATION_ID)


def applied(connection: sqlite3.Connection) -> list[str]:
    """Names of the migrations that a journal has had, oldest first."""
    return [name for (name,) in connection.execute("SELECT name FROM migrations ORDER BY number")]


def prepare(path: Path) -> None:
    """Make `path` a journal of this version: create it, or run the migrations it lacks. Only its one writer may."""
    if path.exists():
        check(path)
        with closing(sqlite3.connect(uri(path, "mode=rw"), uri=True, isolation_level=None)) as connection:
            if _migrate(connection):
                # The version must be readable from the file itself, also when the log is still there.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    # Made under another name and then renamed: a kill in the middle leaves no half-made journal. What a former
    # journal of this name left beside itself would be taken for a part of the new one, so it goes.
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    for leftover in ("-journal", "-wal", "-shm"):
        draft.with_name(draft.name + leftover).unlink(missing_ok=True)
        path.with_name(path.name + leftover).unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with closing(sqlite3.connect(uri(draft, "mode=rw"), uri=True, isolation_level=None)) as connection:
        # So that the room of what is pruned can be given back without writing all of it anew.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _migrate(connection)
        connection.execute("PRAGMA journal_mode = WAL")
    draft.rename(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable: a rename is only then safe from a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _migrate(connection: sqlite3.Connection) -> int:
    """Run what is missing, each migration in one transaction with the record that it ran; returns how many."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, time REAL)"
    )
    done = len(applied(connection))
    for number, (name, statements) in enumerate(MIGRATIONS[done:], done + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, ?, ?)", (number, name, time.time()))
            # Pragmas take no parameters; both numbers are ours.
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # after a full disk SQLite has rolled back by itself
                connection.execute("ROLLBACK")
            raise
    return len(MIGRATIONS) - done


def _check_version(path: Path, version: int) -> None:
    if version > len(MIGRATIONS):
        raise _newer(path)
    if version < 1:
        raise _no_journal(path)


def _check_names(path: Path, names: list[str]) -> None:
    known = [name for name, _ in MIGRATIONS]
    if names != known[: len(names)]:
        raise _newer(path)


def _newer(path: Path) -> NewerFormatError:
    return NewerFormatError(f"{path} was written by a newer factory-tui", "update factory-tui; the journal is unharmed")


def _no_journal(path: Path) -> FactoryError:
    return FactoryError(f"{path} is not a journal of factory-tui", "move it away, or name another file")


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file itself is broken, or Python that what it holds as a text is none."""
    return getattr(error, "sqlite_errorname", "") in ("SQLITE_CORRUPT", "SQLITE_NOTADB") or _is_no_text(error)


def _is_no_text(error: Exception) -> bool:
    """Python raises this by itself, without a code of SQLite's, and puts all of the text into the message."""
    return isinstance(error, sqlite3.OperationalError) and str(error).startswith("Could not decode to UTF-8")


def unreadable(path: Path, error: Exception) -> FactoryError:
    """What an operator reads when SQLite cannot read the file: a disk without room does not make it a damaged one."""
    if _is_no_room(error):
        return FactoryError(f"{path} cannot be read ({error})", "make room on its disk, or look at the disk")
    return damaged(path, error)


def damaged(path: Path, error: Exception | str) -> FactoryError:
    """What an operator reads when SQLite cannot use the file."""
    if isinstance(error, Exception) and _is_no_text(error):
        error = "a text in it is none"
    return FactoryError(f"{path} cannot be used as a journal ({error})", "move it away; a new one will be made")
