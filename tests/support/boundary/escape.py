"""A way out that is tried: by whom it should be held, and where it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.boundary.world import World


class Kind(StrEnum):
    """Which bounds it is tried in."""

    PLAIN = "plain"
    """Its scope is one directory, without what is generated in it; no network."""
    WIDE = "wide"
    """Its scope is everything."""
    LISTED = "listed"
    """Some hosts can be reached."""
    SMALL = "small"
    """Its limits are small."""
    TERMINAL = "terminal"
    NARROW = "narrow"
    """It may read no more than it may write."""


class Control(StrEnum):
    """Outside of any boundary the same attack succeeds: else it would be none."""

    YES = "yes"
    ROOT = "root"
    """For root."""
    NO = "no"
    """It is not tried there: it would harm the machine, or the machine may lack what it aims at."""


def _never(_: World, said: str) -> bool:
    return False


@dataclass(frozen=True)
class Escape:
    """An attack: a script that runs in the place of a station. The world tells whether it did harm (`World.harm`)."""

    name: str
    tries: str
    script: str
    python: bool = False
    """The script is Python's, not the shell's."""
    kind: Kind = Kind.PLAIN
    git: bool = False
    """Afterwards the host runs git there."""
    landed: Callable[[World, str], bool] = _never
    """Other signs of success, besides those that the world sees by itself."""
    control: Control = Control.YES
    landlock: str = ""
    """Why Landlock does not hold it."""
    root: str = ""
    """Why it is not held for root."""
    abi: int = 1
    """The oldest Landlock that holds it."""
