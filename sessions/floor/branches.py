"""Which of many branches an operator sees before asking for others. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping

from sessions.floor.state import Branch, FloorState

SHOWN = 50
"""Unmerged branches shown by default, the most recently active ones."""


def shown_branches(branches: Mapping[str, Branch], occupied: Collection[str] = (), limit: int = SHOWN) -> list[Branch]:
    """The branches shown by default, the most recently active first.

    These are the `limit` most recently active unmerged ones, and besides them all that have a worktree or are
    `occupied`: names of branches on which a station works.
    """
    unmerged = (branch for branch in branches.values() if not branch.merged)
    recent = {branch.name: branch for branch in heapq.nlargest(limit, unmerged, key=activity)}
    for branch in branches.values():
        if branch.worktree or branch.name in occupied:
            recent.setdefault(branch.name, branch)
    return sorted(recent.values(), key=lambda branch: (-activity(branch), branch.name))


def hidden_branches(state: FloorState) -> int:
    """How many unmerged branches are not shown by default."""
    branches = state.branches
    if len(branches) <= SHOWN:
        return 0
    occupied = {station.branch for station in state.stations.values() if not station.elsewhere}
    unmerged = sum(not branch.merged and branch.name != state.base for branch in branches.values())
    shown = shown_branches(branches, occupied)
    return max(0, unmerged - sum(not branch.merged and branch.name != state.base for branch in shown))


def activity(branch: Branch) -> float:
    """When something last happened on the branch: a commit, or a change in a worktree that is not clean."""
    return max(branch.committed, branch.changed if branch.dirty > 0 else 0.0)
