"""What an action is, on what its refusal depends, and where it works; and the refusals that screens share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from console.links.link import LinkMode
from sessions.views.hands import NOTHING, Hands

KEPT_RANK = 90
"""How to get help and how to leave stays in the footer of the smallest terminal."""


class Situation(msgspec.Struct, frozen=True):
    """What an action's refusal may depend on, on every screen. A screen has one of its own, beside its actions."""

    mode: LinkMode = LinkMode.LIVE
    lost: bool = False
    """No supervisor answers."""
    calls: bool = False
    """Some station needs a person or has failed."""
    at_hand: bool = False
    """A station or a branch is under the cursor, or is what the screen is about."""
    branched: bool = False
    """It is a branch, or a station that works on one of this repository."""
    cases: int = 0
    """How many need a person."""
    undoable: str = ""
    """What the operator would undo, in words; "" where there is nothing."""
    hands: Hands = Hands()
    """The stations that a verb would be done to."""


S = TypeVar("S", bound=Situation)
"""The situation of the screens on which an action works."""


def never(_: Situation) -> str:
    """No reason to refuse, and nothing else to say."""
    return ""


def always(_: Situation) -> bool:
    """It is worth a place in the footer."""
    return True


class Action(msgspec.Struct, Generic[S], frozen=True):
    """Something a key does."""

    id: str
    """Stable name for keymaps: `screen.what`."""
    keys: tuple[str, ...]
    title: str
    """One or two words, for the footer."""
    help: str
    """One sentence, for the help screen and the palette."""
    run: str
    """The Textual action of the screen or app that does it."""
    refuse: Callable[[S], str] = never
    """Why it cannot work now; an empty text when it can."""
    rank: int = 0
    """Its place in the footer, 1 first; 0 keeps it out of the footer, `KEPT_RANK` and above never drop out of it."""
    passing: bool = False
    """In the footer only while it can work."""
    fits: Callable[[S], bool] = always
    """Whether it is worth a place in the footer, be it dimmed."""
    titled: Callable[[S], str] = never
    """Its title in the footer where that depends on what is so; an empty text is the usual one."""
    writes: bool = False
    """It opens a place to write in, so that after it a sentence may follow."""
    where: tuple[str, ...] = ()
    """The screens on which it works; none: the one beside which it stands."""


AnyAction = Action[Any]
"""An action of whatever screens."""


class ScreenSpec(msgspec.Struct, frozen=True):
    """A screen, as the registry knows it. What is the same on many screens depends on what kind of screen it is."""

    name: str
    title: str
    """What stands above its keys in the help."""
    actions: tuple[AnyAction, ...]
    way: Action[Situation] | None = None
    """Goes there from any other screen."""
    above: bool = True
    """It stands on the floor: one can go back from it."""
    at_hand: bool = False
    """A station or a branch may be at hand there."""
    past: bool = False
    """No supervisor is behind it."""
    hands: bool = False
    """What can be done to stations can be done there."""
    beside: bool = False
    """It is about something else than stations: those keys stand in its footer behind its own."""
    reads_only: bool = False
    """It only explains: nothing is called up from it."""


def needs_at_hand(now: Situation) -> str:
    return "" if now.at_hand else NOTHING


def needs_branch(now: Situation) -> str:
    if now.branched:
        return ""
    return "it is on no branch of this repository" if now.at_hand else NOTHING


def needs_shell(now: Situation) -> str:
    if now.mode is LinkMode.REPLAY:
        return "a replay shows what was: there is no place to open a shell in"
    if now.mode is LinkMode.SIMULATED:
        return "a simulated factory has no directories"
    return needs_at_hand(now)


def needs_calls(now: Situation) -> str:
    return "" if now.calls else "nothing needs you"


def needs_replay(now: Situation) -> str:
    return "" if now.mode is LinkMode.REPLAY else "this is no replay"


def needs_loss(now: Situation) -> str:
    if now.mode is not LinkMode.LIVE:
        return f"a {'replay' if now.mode is LinkMode.REPLAY else 'simulated factory'} has no supervisor"
    return "" if now.lost else "the supervisor is there or on its way"
