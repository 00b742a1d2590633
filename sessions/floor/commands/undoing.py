"""What is wanted of what was wanted before."""

from __future__ import annotations

from sessions.floor.commands.wish import Wish
from sessions.text import Words


class Undo(Wish, frozen=True, tag="undo"):
    """Want the opposite of a command that was done. `command` is its id."""

    command: str


class Lasting(Wish, frozen=True, tag="lasting"):
    """Stands where others say what undoes them: nothing does. Whoever wants it is told why."""

    what: Words
    """What was done, in a few words."""
    why: Words
    cure: Words = ""
