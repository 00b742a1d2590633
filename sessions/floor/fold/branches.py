"""How the floor changes when git does: the base, branches, and what their merges come to. Part of the fold."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.conflicts import Compared, Outcome, Verdict, key_of, pair_of
from sessions.floor.fold.draft import Draft
from sessions.floor.state import Branch
from sessions.floor.trees import tree_of


def base_chosen(draft: Draft, event: ev.BaseChosen) -> None:
    draft.base, draft.base_head = event.base, event.base_head
    for verdicts in (draft.verdicts, draft.committed_verdicts):
        for key in [key for key, verdict in verdicts.items() if not verdict.b]:
            del verdicts[key]


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


def branch_removed(draft: Draft, event: ev.BranchRemoved) -> None:
    _put(draft, event.branch, None)
    _forget(draft, event.branch)


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
    if not places:
        return
    draft.forget_trees()
    trees = draft.trees
    if all(trees.get(place) == before.get(place) for place in places):
        return
    for station in list(draft.stations.values()):
        tree = tree_of(station.directory, trees)
        if tree and not places.isdisjoint((tree, tree_of(station.directory, before))):
            draft.stations[station.id] = replace(station, branch=trees[tree])


def verdict_reached(draft: Draft, event: ev.VerdictReached) -> None:
    key = key_of(event.a, event.b)
    verdicts = draft.committed_verdicts if event.commits_only else draft.verdicts
    known = verdicts.get(key)
    verdict = Verdict(
        *pair_of(event.a, event.b),
        event.outcome,
        event.files,
        event.shared,
        event.reason,
        known.since if known is not None and known.outcome is event.outcome else event.time,
        event.cause,
        event.seconds,
    )
    if event.commits_only:
        verdicts[key] = verdict
        return
    draft.committed_verdicts.pop(key, None)
    if event.outcome is Outcome.CLEAN and not event.shared:
        verdicts.pop(key, None)
    else:
        verdicts[key] = verdict


def _forget(draft: Draft, branch: str) -> None:
    draft.compared.pop(branch, None)
    for verdicts in (draft.verdicts, draft.committed_verdicts):
        for key in [key for key, verdict in verdicts.items() if branch in (verdict.a, verdict.b)]:
            del verdicts[key]


def branch_compared(draft: Draft, event: ev.BranchCompared) -> None:
    if not event.head:
        _forget(draft, event.branch)
        return
    draft.compared[event.branch] = Compared(event.tree, event.head, event.dirty, event.time, event.area)
    if event.dirty:
        return
    apart = draft.committed_verdicts
    for key, verdict in list(apart.items()):
        if event.branch in (verdict.a, verdict.b):
            other = draft.compared.get(verdict.b if verdict.a == event.branch else verdict.a)
            if other is None or not other.dirty:
                del apart[key]
