"""What a running agent says of itself."""

from __future__ import annotations

from enum import StrEnum


class Report(StrEnum):
    """The states that an agent tells by itself, without anybody reading its conversation."""

    WORKING = "working"
    NEEDS_ME = "needs_me"
    IDLE = "idle"
    BACKGROUND = "background"
    """Its turn is over, and a command that it started goes on."""
