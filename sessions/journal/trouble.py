"""When a journal cannot be written: its files are gone, or SQLite could not; and what an operator reads then."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from sessions.errors import FactoryError, UnwritableError
from sessions.journal import schema


class JournalGoneError(FactoryError):
    """The journal was moved away or removed under its writer: what is written now, nobody will ever read."""


class Files:
    """What must stay where it is for others to read what is written, and to keep off."""

    def __init__(self, path: Path, lock: Path) -> None:
        self._path = path
        self._known = {path: path.stat(), lock: lock.stat()}

    def check(self) -> None:
        """SQLite would go on writing into files that have no name any more, and nobody keep off another writer.

        Raises `JournalGoneError` when one is not where it was.
        """
        for path, known in self._known.items():
            try:
                in_place = os.path.samestat(path.stat(), known)
            except FileNotFoundError:
                in_place = False
            if not in_place:
                raise JournalGoneError(f"{path} was removed while it was written", "begin again with a new one")

    def know_log(self) -> None:
        """What is committed stands in SQLite's log at first, which it makes when it first needs one."""
        log = self._path.with_name(self._path.name + "-wal")
        if log not in self._known:
            with suppress(FileNotFoundError):
                self._known[log] = log.stat()


def trouble(path: Path, error: Exception) -> FactoryError:
    """What SQLite could not do, in words, with the cure."""
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return UnwritableError(f"{path}: the disk is full, nothing was written", "make room; the journal then goes on")
    if name.startswith("SQLITE_IOERR"):
        return UnwritableError(
            f"{path}: the disk failed or is full, nothing was written ({name})", "check it; the journal then goes on"
        )
    if name.startswith("SQLITE_READONLY"):
        return UnwritableError(f"{path} may not be written", "look at its mode, and that of its directory")
    if schema.is_damage(error):
        return schema.damaged(path, error)
    return FactoryError(f"{path} could not be written ({error})", "see `factory-tui doctor`")
