"""Which of many branches an operator sees before asking for others. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping

from sessions.floor.state import Branch, FloorState, Station

SHOWN = 50
"""Unmerged branches shown by default, those with the newest commits."""


def shown_branches(
    branches: Mapping[str, Branch], occupied: Collection[str] = (), base: str = "", limit: int = SHOWN
) -> list[Branch]:
    """The branches shown by default, the most recently active first.

    These are the `limit` unmerged ones with the newest commits, the `base` not among them, and besides them all that
    have a worktree or are `occupied`: names of branches on which a station works. Work that is not committed moves no
    other branch out of view: it lies in a worktree, which is always shown.
    """
    unmerged = (branch for branch in branches.values() if not branch.merged and branch.name != base)
    shown = {branch.name: branch for branch in heapq.nsmallest(limit, unmerged, key=_newest)}
    for branch in branches.values():
        if branch.worktree or branch.name in occupied:
            shown.setdefault(branch.name, branch)
    return sorted(shown.values(), key=lambda branch: (-activity(branch), branch.name))


def own_branch(state: FloorState, station: Station | None) -> Branch | None:
    """The branch of this repository on which a station works."""
    return None if station is None or station.elsewhere else state.branches.get(station.branch)


def is_merged(state: FloorState, branch: Branch) -> bool:
    """Whether the base has its work: a branch at the very commit at which a station of ours began has none yet."""
    if not branch.merged:
        return False
    return not any(known.base == branch.head and known.branch == branch.name for known in state.owned.values())


def occupied_branches(state: FloorState) -> frozenset[str]:
    """The names of the branches on which stations of this repository work."""
    return frozenset(s.branch for s in state.stations.values() if s.branch and not s.elsewhere)


def hidden_branches(state: FloorState) -> int:
    """How many unmerged branches are not shown by default."""
    if len(state.branches) <= SHOWN:
        return 0
    return left_out(state.branches, shown_branches(state.branches, occupied_branches(state), state.base), state.base)


def left_out(branches: Mapping[str, Branch], shown: Collection[Branch], base: str) -> int:
    """How many unmerged branches are not among those that are `shown`."""
    return _unmerged(branches.values(), base) - _unmerged(shown, base)


def _unmerged(branches: Collection[Branch], base: str) -> int:
    return sum(not branch.merged and branch.name != base for branch in branches)


def _newest(branch: Branch) -> tuple[float, str]:
    return -branch.committed, branch.name


def activity(branch: Branch) -> float:
    """When something last happened on the branch: a commit, or a change in a worktree that is not clean."""
    return max(branch.committed, branch.changed if branch.dirty > 0 else 0.0)
