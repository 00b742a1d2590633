"""What merges came to, remembered across restarts: nothing is merged twice.

A result belongs to the trees of both sides and of their merge base, so the same work under another commit is known
already. Pairs of commits lead to results, so that a warm start asks git for nothing but where the branches stand.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from sessions.errors import FactoryError
from sessions.floor.conflicts import FileConflict, Outcome

log = logging.getLogger(__name__)

FORMAT = 1
"""Of what is remembered; another number forgets everything."""
MOST_RESULTS = 400_000
"""Results that are kept, the youngest: about 100 MB, and weeks of work on fifty branches."""
_AT_ONCE = 30_000
"""Variables in one question; SQLite takes 32,766."""

Pair = tuple[str, str]
"""Two commits, ours first."""
Told = tuple[str, tuple[str, ...]]
"""The kind of a conflict, and paths that have to do with it, as `names.shown` writes them."""


class Merged(msgspec.Struct, frozen=True, array_like=True):
    """What git's merge of two commits came to."""

    outcome: Outcome
    files: tuple[FileConflict, ...] = ()
    shared: int = 0
    """Paths that both sides changed."""
    reason: str = ""
    """Why it is unknown."""
    seconds: float = 0.0
    """How long git took for what it had to do alone, because that takes long; 0 for anything else."""
    told: tuple[Told, ...] = ()
    """Paths of which git tells a kind of conflict although it left them merged."""
    all_merged: bool = False
    """Whether it left nothing unmerged, so that `files` are only some of those of which it tells."""


CLEAN = Merged(Outcome.CLEAN)
UNRELATED = "the two have no common history"
_decode = msgspec.msgpack.Decoder(Merged).decode
_encode = msgspec.msgpack.Encoder().encode


class Verdicts:
    """Remembered results in one SQLite file, which several processes may use at a time.

    A file that is damaged, or of another format, is begun anew: all of it can be computed again.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._db = _opened(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise FactoryError(f"{path} cannot be used: {error}", "look at the disk, or remove it") from error
            for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                name.unlink(missing_ok=True)
            self._db = _opened(path)

        self._new = 0

    def close(self) -> None:
        """Let go of the file."""
        with contextlib.suppress(sqlite3.Error):  # it is no more than a cache
            if self._new:
                self.bound()
        self._db.close()

    def find(self, context: bytes, pairs: Iterable[Pair]) -> dict[Pair, Merged]:
        """Those of the pairs of commits whose result is known."""
        by_key = {key(context, *pair): pair for pair in pairs}
        question = "SELECT p.key, r.body FROM pairs p JOIN results r ON r.id = p.result WHERE p.key IN ({})"
        return {by_key[found]: _result(body) for found, body in self._ask(question, list(by_key))}

    def results(self, keys: Sequence[bytes]) -> dict[bytes, Merged]:
        """Those of the results that are known, by `key` of their trees."""
        question = "SELECT key, body FROM results WHERE key IN ({})"
        return {found: _result(body) for found, body in self._ask(question, keys)}

    def _ask(self, question: str, keys: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
        keys_left = iter(keys)
        while some := list(islice(keys_left, _AT_ONCE)):
            yield from self._db.execute(question.format(",".join("?" * len(some))), some)

    def keep(self, context: bytes, found: Mapping[Pair, tuple[bytes, Merged]]) -> None:
        """Remember results, each with the key of its trees, in one transaction."""
        if not found:
            return
        rows = dict(found.values())
        with self._db:
            self._db.executemany(
                "INSERT OR IGNORE INTO results (key, body) VALUES (?, ?)",
                ((name, b"" if merged == CLEAN else _encode(merged)) for name, merged in rows.items()),
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO pairs (key, result) SELECT ?, id FROM results WHERE key = ?",
                ((key(context, *pair), result) for pair, (result, _) in found.items()),
            )
        self._new += len(found)
        if self._new > MOST_RESULTS // 20:
            self.bound()

    def bound(self, most: int = MOST_RESULTS) -> None:
        """Forget the oldest results beyond `most`."""
        self._new = 0
        with self._db:
            (newest,) = self._db.execute("SELECT coalesce(max(id), 0) FROM results").fetchone()
            self._db.execute("DELETE FROM results WHERE id <= ?", (newest - most,))
            self._db.execute("DELETE FROM pairs WHERE result <= ?", (newest - most,))

    def note(self, name: str) -> bytes | None:
        """A small fact that was kept under this name, unless it cannot be read."""
        try:
            row = self._db.execute("SELECT body FROM notes WHERE name = ?", (name,)).fetchone()
        except sqlite3.Error as error:
            log.warning("what is remembered of conflicts cannot be read: %s", error)
            return None
        return row[0] if row else None

    def keep_note(self, name: str, body: bytes) -> None:
        """Keep a small fact if that can be; only the last thousand are."""
        try:
            with self._db:
                self._db.execute("INSERT OR REPLACE INTO notes (name, body) VALUES (?, ?)", (name, body))
                self._db.execute("DELETE FROM notes WHERE rowid <= (SELECT max(rowid) - 1000 FROM notes)")
        except sqlite3.Error as error:
            log.warning("conflicts are not remembered: %s", error)


def key(context: bytes, *words: str) -> bytes:
    """A short name for some objects of git in their order, under one set of rules for merging."""
    return hashlib.blake2b("\n".join(words).encode(), digest_size=16, key=context).digest()


def _result(body: bytes) -> Merged:
    return _decode(body) if body else CLEAN


def _opened(path: Path) -> sqlite3.Connection:
    with contextlib.suppress(OSError):  # SQLite tells better what is wrong
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    db = sqlite3.connect(path, timeout=10.0, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # A power cut may cost the last results, never the file.
        db.execute("PRAGMA synchronous = NORMAL")
        (found,) = db.execute("PRAGMA user_version").fetchone()
        if found not in (0, FORMAT):
            raise sqlite3.DatabaseError("another format")
        if not found:
            with db:
                db.execute("BEGIN IMMEDIATE")
                db.execute("CREATE TABLE IF NOT EXISTS results (id INTEGER PRIMARY KEY, key BLOB UNIQUE, body BLOB)")
                db.execute("CREATE TABLE IF NOT EXISTS pairs (key BLOB PRIMARY KEY, result INTEGER) WITHOUT ROWID")
                db.execute("CREATE INDEX IF NOT EXISTS pairs_of_result ON pairs (result)")
                db.execute("CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, body BLOB)")
                db.execute(f"PRAGMA user_version = {FORMAT}")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.close()
        raise
    return db
