"""The parts of the queue of what needs a person."""

from __future__ import annotations

from enum import StrEnum


class Tab(StrEnum):
    """Which part of it is looked at."""

    WAITING = "waiting"
    AWAY = "out of sight"
    """Snoozed, and kinds that are expected."""
    SETTLED = "settled"
