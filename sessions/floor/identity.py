"""Who runs a station, and who tells what its sessions use."""

from __future__ import annotations

from enum import StrEnum


class Owner(StrEnum):
    """Who runs a station."""

    OURS = "ours"
    """This factory's supervisor."""
    OBSERVED = "observed"
    """Somebody else: it is only looked at."""


class UsageSource(StrEnum):
    """Who tells what a session's model calls use."""

    TRANSCRIPT = "transcript"
    OWNER = "owner"
    """Who runs it, from the wire: its transcript tells the same calls again."""
