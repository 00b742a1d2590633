"""How the floor changes when git does: the repository, its base and its branches. Part of the fold."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold import versions
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.slice import Slice
from sessions.floor.fold.trees import tree_of
from sessions.floor.state import Branch

GROUND = Slice(
    "ground",
    versions.GROUND,
    ("repo", "name", "base", "base_head", "utc_offset", "utc_offsets", "simulated", "scripted", "runs", "branches"),
)


@GROUND.folds
def factory_opened(draft: Draft, event: ev.FactoryOpened) -> None:
    draft.repo, draft.name = event.repo, event.name
    draft.base, draft.base_head = event.base, event.base_head
    draft.utc_offset, draft.utc_offsets = event.utc_offset, event.utc_offsets
    draft.simulated, draft.scripted = event.simulated, event.scripted
    draft.runs += 1


@GROUND.folds
def base_chosen(draft: Draft, event: ev.BaseChosen) -> None:
    draft.base, draft.base_head = event.base, event.base_head


@GROUND.folds
def branch_changed(draft: Draft, event: ev.BranchChanged) -> None:
    branch = Branch(
        event.branch,
        event.head,
        event.ahead,
        event.behind,
        event.author,
        event.subject,
        event.committed,
        event.worktree,
        event.dirty,
        event.merged,
        event.detached,
        event.time,
    )
    _put(draft, event.branch, branch)
    if event.branch == draft.base:
        draft.base_head = event.head


@GROUND.folds
def branch_removed(draft: Draft, event: ev.BranchRemoved) -> None:
    _put(draft, event.branch, None)


def _put(draft: Draft, name: str, now: Branch | None) -> None:
    """Set a branch, or remove it. Where it came into a worktree or left one, the stations are on what is there now.

    Whatever they said of their branch: many name it once, at their beginning. A worktree without a branch is between
    two of them, since git is told of one after the other.
    """
    known = draft.branches.get(name)
    places = {branch.worktree for branch in (known, now) if branch is not None and branch.worktree}
    before = draft.trees if places else {}
    if now is None:
        draft.branches.pop(name, None)
    else:
        draft.branches[name] = now
    if not places or (known and now and _stays(known, now, before)):
        return
    draft.forget_trees()
    trees = draft.trees
    if all(trees.get(place) == before.get(place) for place in places):
        return
    for station in list(draft.stations.values()):
        tree = tree_of(station.directory, trees)
        if tree and not places.isdisjoint((tree, tree_of(station.directory, before))):
            draft.stations[station.id] = replace(station, branch=trees[tree])


def _stays(known: Branch, now: Branch, trees: Mapping[str, str]) -> bool:
    """A branch is what its worktree has checked out, as before, and is nearly always."""
    return trees.get(now.worktree) == now.name and known.changed <= now.changed
