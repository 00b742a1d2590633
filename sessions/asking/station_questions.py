"""What is asked before a station is started or gets another boundary, as values, each with what it is answered."""

from __future__ import annotations

import msgspec

from sessions.asking.question import Question


class AgentKind(msgspec.Struct, frozen=True, omit_defaults=True):
    """A kind of agent, as a supervisor knows it."""

    name: str
    title: str = ""
    abilities: tuple[str, ...] = ()
    """As in `sessions.stations.contract.Ability`."""
    usable: bool = True
    reason: str = ""
    """Why it cannot be used where the supervisor runs."""
    cure: str = ""
    command: bool = False
    """It runs what its option `command` says."""
    by_model: bool = False
    """All that is missing is its model: a start may name one."""


class AgentKinds(msgspec.Struct, frozen=True):
    """All that are registered, in the order in which they are offered."""

    kinds: tuple[AgentKind, ...]


class TreePart(msgspec.Struct, frozen=True):
    """Some of a tree's files, in the order of their paths; how many there are in all, as far as was looked."""

    paths: tuple[str, ...]
    more: bool = False
    """There are others, which are not told."""


class Agents(Question[AgentKinds], frozen=True, tag="agents"):
    """Which kinds of agents there are, and whether each can be used."""


class TreePaths(Question[TreePart], frozen=True, tag="tree_paths"):
    """The files of a branch as it was committed last, or of the base (""), in parts."""

    branch: str
    """Or a tag, or a commit."""


AnyStationQuestion = Agents | TreePaths
