"""What a running agent says of itself, and how often."""

from __future__ import annotations

from enum import StrEnum

CADENCE_S = 180.0
"""A working session writes at least this often while no tool runs."""
BACKGROUND = "runs in the background"
"""How the reason begins of a station whose turn is over, but not the commands it started."""


FINISHED = "turn finished"
"""Why a station is idle whose turn has ended in good order."""
RUNS = "runs"
"""What is told of a program in a terminal of which nothing but its process is known."""
NO_PROCESS = "no process of it is known"
"""What is told of a silent one whose agent is somebody else's: it may think, or be gone."""


class Report(StrEnum):
    """The states that an agent tells by itself, without anybody reading its conversation."""

    WORKING = "working"
    NEEDS_ME = "needs_me"
    IDLE = "idle"
    BACKGROUND = "background"
    """Its turn is over, and a command that it started goes on."""
