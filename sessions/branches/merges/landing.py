"""Answers what would collide if one branch landed now: the landing and all that follows from it are really merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from sessions.branches.git.history import merge_bases
from sessions.branches.git.run import Git
from sessions.branches.merges.comparing import compare
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.rehearsal import rehearse, take_in
from sessions.branches.merges.subjects import Row
from sessions.errors import FactoryError
from sessions.floor.conflicts import Outcome, Verdict, between, key_of, pair_of

Cancelled = Callable[[], bool]


def after_landing(
    matrix: Matrix,
    base_head: str,
    rows: Sequence[Row],
    verdicts: Mapping[str, Verdict],
    name: str,
    cancelled: Cancelled = lambda: False,
) -> dict[str, Verdict]:
    """The verdicts on all other `rows` once the branch `name` is in the base; `verdicts` are those of now.

    A pair is merged again, as both would be after taking in the new base, when either shares a path or a commit with
    the branch, and every pair when the branch changes the rules for merging; all others stay as they are, and so do
    pairs of which one no longer merges with the base: git cannot say more of them until that is resolved. Raises
    FactoryError when the branch does not merge with the base itself.
    """
    by_name = {row.name: row for row in rows}
    row = by_name.get(name)
    if row is None or row.trouble:
        raise FactoryError(f"{name} cannot be merged: {row.trouble if row else 'it is gone'}", "choose another branch")
    landing = rehearse(matrix.scratch, base_head, {name: row.commit}, [name], cancelled=cancelled)
    if landing.bounced:
        reason = landing.bounced[0].reason or f"it collides with the base in {len(landing.bounced[0].files)} files"
        raise FactoryError(f"{name} cannot land: {reason}", "choose another branch, or rebase it first")
    others = [other for other in rows if other.name != name]
    after = {key: verdict for key, verdict in verdicts.items() if name not in (verdict.a, verdict.b) and verdict.b}
    on_base = [(other.name, "") for other in others]
    for verdict in _flat(compare(matrix, landing.commit, others, on_base, cancelled)):
        _put(after, verdict, verdicts)
    near = {other.name for other in others if between(verdicts, name, other.name) is not None}
    near |= _stacked(matrix.scratch.git, base_head, row, others)
    if matrix.context(landing.commit) != matrix.context(base_head):
        near = {other.name for other in others}
    heads = {other.name: other.commit for other in others if near and not other.trouble}
    taken = take_in(matrix.scratch, landing.commit, heads, cancelled=cancelled)
    moved = [replace(other, commit=taken[other.name]) for other in others if other.name in taken]
    pairs = [
        pair_of(one.name, two.name)
        for at, one in enumerate(moved)
        for two in moved[at + 1 :]
        if near & {one.name, two.name}
    ]
    for verdict in _flat(compare(matrix, landing.commit, moved, pairs, cancelled)):
        after.pop(key_of(verdict.a, verdict.b), None)
        _put(after, verdict, verdicts)
    return after


def _stacked(git: Git, base_head: str, row: Row, others: Sequence[Row]) -> set[str]:
    """Those that share commits with the branch which the base does not have yet."""
    landing = set(git.run("rev-list", row.commit, f"^{base_head}", "--").decode().split())
    commits = [other.commit for other in others if not other.trouble and landing]
    found = merge_bases(git, [row.commit, *commits]) if commits else {}
    return {
        other.name
        for other in others
        if other.commit in landing
        or landing.intersection(found.get((min(row.commit, other.commit), max(row.commit, other.commit)), ()))
    }


def _put(after: dict[str, Verdict], verdict: Verdict, before: Mapping[str, Verdict]) -> None:
    """Note a verdict unless it is a clean merge of branches that share nothing; ages stay where nothing changed."""
    if verdict.outcome is Outcome.CLEAN and not verdict.shared:
        return
    old = between(before, verdict.a, verdict.b)
    if old is not None and old.outcome is verdict.outcome:
        verdict = replace(verdict, since=old.since, cause=old.cause)
    after[key_of(verdict.a, verdict.b)] = verdict


def _flat(portions: Iterator[list[Verdict]]) -> Iterator[Verdict]:
    for portion in portions:
        yield from portion
