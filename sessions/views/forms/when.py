"""From when on a boundary holds that is assigned, in words. Pure."""

from __future__ import annotations

from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import HeldBy, Mode, Scope


def holds_from(known: Owned, scope: Scope, rebinds: bool) -> str:
    """From when on `scope` holds for this station; agents that `rebinds` begin every command in what holds then."""
    if known.life not in (Life.RUNNING, Life.PAUSED):
        return f"its next start, as it is {known.life.value}"
    if scope == known.scope:
        return "the kernel still holds an older one until its next start" if known.next_start else "now, as it is"
    if known.mode is Mode.FULL or (known.held is not None and known.held.by is HeldBy.ADVISORY):
        return "now"
    if rebinds:
        return "now: its next command is held to it"
    return "now for its hook and what leaves it; for the kernel its next start"
