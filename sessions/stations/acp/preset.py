"""What is known of an agent: where it comes from, how it is found and started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

import msgspec

from sessions.stations.acp.quirks import Quirks
from sessions.stations.conformance.tried import Tried
from sessions.stations.contract import Ability, Brief


class Registry(StrEnum):
    """Where a program is published."""

    NPM = "npm"
    PYPI = "pypi"


class Preset(msgspec.Struct, frozen=True):
    """An agent of the Agent Client Protocol. Without a program, the option `command` names it."""

    name: str
    title: str
    program: str
    words: tuple[str, ...] = ()
    """Behind the program."""
    package: str = ""
    registry: Registry = Registry.NPM
    tested: str = ""
    """The version that the quirks were found with."""
    ran: bool = True
    """It was run with that, from its start to its end; what is known of another comes from its documentation."""
    node: int = 0
    """The major version of Node that it needs at least."""
    login: str = ""
    """What to do when it is not logged in."""
    environment: tuple[tuple[str, str], ...] = ()
    """Where the station's own says nothing else."""
    prepare: Callable[[Brief, Mapping[str, str]], Mapping[str, str]] | None = None
    """What else its environment must have for a brief, of which the model may be a part."""
    abilities: frozenset[Ability] = frozenset()
    tried: Tried = Tried(model="")
    quirks: Quirks = Quirks()

    @property
    def install(self) -> str:
        """How it is installed, in the version that was tested."""
        if self.registry is Registry.PYPI:
            return f"pipx install {self.package}=={self.tested}"
        return f"npm install -g {self.package}@{self.tested}"
