"""What a station may touch, and what it may use up: values. The kernel, a hook or a check holds them."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec.structs import replace


class Mode(StrEnum):
    """How a station is bounded."""

    SAFE = "safe"
    """The kernel holds its scope, in a private clone."""
    FULL = "full"
    """It may do what the operator may; its scope is checked when its work leaves it."""


class Network(StrEnum):
    """What a station may reach beyond its model."""

    OFF = "off"
    LISTED = "listed"
    """The hosts of its scope, through a proxy."""
    OPEN = "open"


class HeldBy(StrEnum):
    """Who holds a station's scope."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    ADVISORY = "advisory"
    """Nobody but the agent itself; what leaves the station is checked."""


class Held(msgspec.Struct, frozen=True, omit_defaults=True):
    """What holds a scope that was assigned, and what of it."""

    by: HeldBy = HeldBy.ADVISORY
    why: str = ""
    """Why it is not better, where it is not; with the cure."""
    asked: tuple[str, ...] = ()
    """Write globs that no mount can say: the agent's own permission hook denies what does not match them."""
    unheld: tuple[str, ...] = ()
    """What else of the boundary the kernel does not hold here, each in words."""
    leaving: tuple[str, ...] = ()
    """As `asked`, of an agent that has no such hook: only the check when its work leaves the station holds them."""


class Scope(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a station may touch. Paths are globs relative to the root of its work tree (see `patterns`)."""

    write: tuple[str, ...] = ("**",)
    """A pattern that begins with `!` takes away from what those before it allow."""
    read: tuple[str, ...] = ("**",)
    tools: tuple[str, ...] = ()
    """Tools that need no permission, by the agent's names; none: as the agent is set up."""
    network: Network = Network.OFF
    hosts: tuple[str, ...] = ()
    """Host names, `*.` in front for all below; for `Network.LISTED`."""
    exclusive: bool = False
    """No other station may write what this one writes."""

    def opened(self, globs: tuple[str, ...]) -> Scope:
        """The same, but that these may be written, too."""
        return replace(self, write=(*self.write, *(glob for glob in globs if glob not in self.write)))


class Budget(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a station may use up; 0 is no bound."""

    tokens: int = 0
    dollars: float = 0.0
    seconds: float = 0.0
    """Of wall time in turns."""
    turns: int = 0


def changed(one: Scope | Budget, other: Scope | Budget) -> tuple[str, ...]:
    """The parts in which two scopes, or two budgets, are not the same, by their names."""
    return tuple(name for name in one.__struct_fields__ if getattr(one, name) != getattr(other, name))
