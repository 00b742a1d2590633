"""Looks into one pair: the hunks of every file in which it collides, with both sides' line numbers and the base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sessions.branches.git.names import shown
from sessions.branches.git.run import Git, GitError, Reins, last_words
from sessions.branches.merges import hunks as marks
from sessions.branches.merges.hunks import Hunk
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.merges import PAIR_TIMEOUT_S, Stages, ask, parse, staged
from sessions.branches.merges.subjects import Row
from sessions.branches.merges.tally import MOST_BYTES, PORTION_BYTES, Place, blobs, contents
from sessions.floor.conflicts import Outcome, Verdict

_STYLE = "merge.conflictStyle=zdiff3"


def hunks_of(
    matrix: Matrix, base_head: str, rows: Sequence[Row], verdict: Verdict, reins: Reins | None = None
) -> dict[str, tuple[Hunk, ...]]:
    """The hunks of a verdict on two of the `rows`, or on one and the base, by path.

    Files without text to show have none. Here hunks have the base's text, so they may be cut a little differently
    from those that were counted for the verdict. Raises GitError when git cannot read the pair any more, or somebody
    pulled the `reins`.
    """
    if verdict.outcome is not Outcome.CONFLICT:
        return {}
    commits = {row.name: row.commit for row in rows}
    ours, theirs = (commits[verdict.a], commits[verdict.b]) if verdict.b else (base_head, commits[verdict.a])
    store = matrix.merging(base_head)
    git = replace(store, settings=(*store.settings, _STYLE), reins=reins or store.reins)
    status, out, err = ask(git, [(ours, theirs)], PAIR_TIMEOUT_S)
    for _, tree, entries, _ in parse(out):
        return _hunks(git, tree.decode(), staged(entries), ours, theirs)
    if status:
        raise GitError(f"git cannot merge them any more: {last_words(err)}")
    return {}


def _hunks(git: Git, tree: str, stages: Stages, ours: str, theirs: str) -> dict[str, tuple[Hunk, ...]]:
    merged: dict[Place, bytes] = {}
    for place, text in blobs(git, [(tree, shown(path)) for path in stages]):
        merged[place] = text
        if sum(map(len, merged.values())) > PORTION_BYTES:
            break  # nobody looks through more than that
    both = {
        shown(path): (sides[b"2"][1], sides[b"3"][1])
        for path, sides in stages.items()
        if b"2" in sides and b"3" in sides and (tree, shown(path)) in merged
    }
    texts = contents(git, list(dict.fromkeys(name for pair in both.values() for name in pair)))
    found = {}
    for path, (first, second) in both.items():
        text = merged[tree, path]
        if first in texts and second in texts and len(text) <= MOST_BYTES:
            found[path] = marks.placed(marks.read(text, ours, theirs), texts[first], texts[second])
    return found
