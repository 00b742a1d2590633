"""Small readings that all transcripts share: times, and foreign names made harmless."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

from sessions.text import EXCERPT, clean

_FIRST_YEAR, _LAST_YEAR = 2000, 2199
"""A time outside these years is damage, and one damaged line must not set the floor's clock."""

CLOCKS_APART_S = 60.0


def instant(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 time (UTC where it names no zone), or None when it is not one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def latest() -> float:
    """The latest time that is believed: another machine's clock may be ahead of this one's, but not by more."""
    return time.time() + CLOCKS_APART_S


def shown(path: Path) -> str:
    """A path as text that can be stored; bytes of its name that are no text show as `\\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it, told by their names alone."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def is_folder(path: Path) -> bool:
    """Whether a folder is there, as far as one may look; `Path.is_dir` raises below one that may not be entered."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_file(path: Path) -> bool:
    """Whether a file is there, as far as one may look."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def safe(text: str, limit: int = EXCERPT) -> str:
    """A foreign name or path as one harmless line; what is harmless already stays as it is, blanks included."""
    return text if len(text) <= limit and text.isprintable() else clean(text, limit)
