"""The lives of stations that this factory runs, and what can be done to them."""

from __future__ import annotations

from enum import StrEnum


class Life(StrEnum):
    """Where a station of ours is in its life."""

    WAITING = "waiting"
    """To be started; the reason says for what."""
    RUNNING = "running"
    PAUSED = "paused"
    """Kept as it is, using no processor."""
    HELD = "held"
    """It failed again and again, or used up its budget: it is not started again by itself."""
    STOPPED = "stopped"
    """Ended in good order; it can be brought back."""
    KILLED = "killed"
    LOST = "lost"
    """Its process ended without a word."""
    REMOVED = "removed"
    """Its place is gone; what it left is kept under refs."""


REBOOTED = "the machine was started again"
"""Why a station is lost that nobody lost: it is brought back when the operator says so."""


FULL = "it fills the disk"
"""How the reason begins of a station that rests for it."""
WAITS = "waits for "
"""How the reason begins of a station whose start is put off."""
THAW, MEMORY = f"{WAITS}the thaw", f"{WAITS}memory"
"""How it begins where nobody knows how long that takes."""


class Change(StrEnum):
    """What can be wanted of a station's life."""

    INTERRUPT = "interrupt"
    """End its turn."""
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    KILL = "kill"
    REMOVE = "remove"


class Asks(StrEnum):
    """What a question is about."""

    PERMISSION = "permission"
    SCOPE = "scope"
    """The agent asks for a wider boundary."""
    WORDS = "words"
    """The agent waits for words, not for a yes."""


WENT_TOO = " had no commit of its own, and went with it"
"""After the branch of a station that was removed, where it was empty."""
