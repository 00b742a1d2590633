"""How far long work is."""

from __future__ import annotations

import msgspec

PERCENT = "%"
"""The unit of work of which only the share is told: the journal's own, which no command can stop."""


class Progress(msgspec.Struct, frozen=True):
    """Long work under way. It is shown and never journaled."""

    what: str
    done: int
    total: int
    unit: str = ""
    part: tuple[str, ...] = ()
    """What of it takes long: of a comparison the names of two branches, "" for the base."""
    since: float = 0.0
    """Since when that part has been under way; 0 when there is none."""
