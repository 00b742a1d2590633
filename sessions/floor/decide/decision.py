"""What a command can come to, and what every event of an operator's hand says."""

from __future__ import annotations

from typing import TypedDict

from msgspec import Struct

from sessions.floor import events as ev
from sessions.floor.commands import AnyErrand, AnyWish
from sessions.floor.state import Ended

FRESH_S = 3_600.0
"""A command is carried out when it arrives within this time of being given. What older ones came to is forgotten
after twice as long, so that no command can ever be done twice."""
SOURCE = "operator"


class Hand(TypedDict):
    """What every event of an operator's hand says."""

    time: float
    source: str
    command: str
    who: str
    together: str


class Accepted(Struct, frozen=True):
    """Commit these, in one transaction; what is wanted is then carried out. No events: there is nothing to do."""

    events: tuple[ev.Event, ...] = ()
    told: str = ""
    """Why there is nothing to do, where whoever wants it may not know."""


class Known(Struct, frozen=True):
    """The command was given before: it is under way still, or came to this."""

    ended: Ended | None = None


class Errands(Struct, frozen=True):
    """Nothing to commit: have it done."""

    errand: AnyErrand


class Refusal(Struct, frozen=True):
    """It will not be done."""

    reason: str
    cure: str = ""


Decision = Accepted | Known | Errands | Refusal


def done(command: str, now: float) -> ev.CommandDone:
    """What was wanted is so."""
    return ev.CommandDone(time=now, source=SOURCE, command=command)


def done_at_once(hand: Hand, undo: AnyWish | None = None, about: str = "", words: str = "") -> ev.CommandDone:
    """What was wanted is so by the facts before this: nothing has to be carried out."""
    return ev.CommandDone(**hand, undo=undo, about=about, words=words)
