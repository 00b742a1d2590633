"""What can be wanted of a station's life as it is. Pure, and apart from decisions: footers ask it at every frame."""

from __future__ import annotations

from collections.abc import Mapping

from sessions.floor.ours.lives import REBOOTED, Change, Life
from sessions.floor.ours.owned import Owned

FROM: dict[Change, tuple[Life, ...]] = {
    Change.INTERRUPT: (Life.RUNNING,),
    Change.PAUSE: (Life.RUNNING,),
    Change.RESUME: (Life.PAUSED, Life.HELD, Life.STOPPED, Life.KILLED, Life.LOST),
    Change.STOP: (Life.WAITING, Life.RUNNING, Life.PAUSED, Life.HELD, Life.LOST),
    Change.KILL: (Life.WAITING, Life.RUNNING, Life.PAUSED, Life.HELD, Life.LOST),
    Change.REMOVE: (Life.HELD, Life.STOPPED, Life.KILLED, Life.LOST),
}
"""The lives in which each change can be wanted."""


def why_not(known: Owned, change: Change, anew: bool = False, frozen: bool = False) -> tuple[str, str] | None:
    """Why this cannot be done to the station as it is, on a `frozen` floor or another; with the cure. None when it can.

    `anew`: with another agent, which has a new conversation or another model: also in place of one that runs.

    What is to be begun on a frozen floor waits for the thaw; what rests there goes on with all others.
    """
    if frozen and change is Change.RESUME and known.life is Life.PAUSED and not anew:
        return "the floor is frozen", "thaw it: factory-tui thaw, or P"
    if known.life in FROM[change] or (anew and change is Change.RESUME and known.life is Life.RUNNING):
        return None
    cure = "stop it first" if change is Change.REMOVE and known.lives else "there is nothing to do"
    return f"it is {known.life.value}", cure


def rebooted(owned: Mapping[str, Owned]) -> tuple[str, ...]:
    """Those that ran when the machine stopped, and were not brought back since."""
    return tuple(name for name, known in owned.items() if known.life is Life.LOST and known.reason == REBOOTED)


def machine_stopped(count: int) -> str:
    """How it is said that so many wait to be brought back."""
    return f"{count} station{'s' * (count != 1)} ran when the machine stopped"
