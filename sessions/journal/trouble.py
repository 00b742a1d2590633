"""What an operator reads when a journal cannot be written."""

from __future__ import annotations

from pathlib import Path

from sessions.errors import FactoryError, UnwritableError
from sessions.journal import schema


class JournalGoneError(FactoryError):
    """The journal was moved away or removed under its writer: what is written now, nobody will ever read."""


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
