"""What merges of branches come to, as git is asked anew. Part of the fold."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.conflicts import Compared, Outcome, Verdict, key_of, pair_of
from sessions.floor.fold import versions
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.slice import Slice

VERDICTS = Slice("verdicts", versions.VERDICTS, ("verdicts", "committed_verdicts", "compared"))


@VERDICTS.folds
def base_chosen(draft: Draft, event: ev.BaseChosen) -> None:
    """What was said of the base was said of another."""
    for verdicts in (draft.verdicts, draft.committed_verdicts):
        for key in [key for key, verdict in verdicts.items() if not verdict.b]:
            del verdicts[key]


@VERDICTS.folds
def branch_removed(draft: Draft, event: ev.BranchRemoved) -> None:
    _forget(draft, event.branch)


@VERDICTS.folds
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


@VERDICTS.folds
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


def _forget(draft: Draft, branch: str) -> None:
    draft.compared.pop(branch, None)
    for verdicts in (draft.verdicts, draft.committed_verdicts):
        for key in [key for key, verdict in verdicts.items() if branch in (verdict.a, verdict.b)]:
            del verdicts[key]
