"""Small readings that all transcripts share: times, and foreign names made harmless."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from sessions.text import EXCERPT, clean

_FIRST_YEAR, _LAST_YEAR = 2000, 2199
"""A time outside these years is damage, and one damaged line must not set the floor's clock."""


def instant(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 time (UTC where it names no zone), or None when it is not one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def shown(path: Path) -> str:
    """A path as text that can be stored; bytes of its name that are no text show as `\\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def safe(text: str, limit: int = EXCERPT) -> str:
    """A foreign name or path as one harmless line; what is harmless already stays as it is, blanks included."""
    return text if len(text) <= limit and text.isprintable() else clean(text, limit)
