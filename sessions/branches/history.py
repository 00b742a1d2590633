"""Finds the merge bases of all pairs among many commits in one walk over their history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sessions.branches.git import Git

Bases = dict[tuple[str, str], tuple[str, ...]]


def merge_bases(git: Git, heads: Sequence[str]) -> Bases:
    """The merge bases of every pair of different `heads`, by the pair in sorted order; none means unrelated ones.

    Two bases and more are those that git merges with each other first.
    """
    unique = sorted(set(heads))
    if len(unique) < 2:
        return {}
    common = git.call("merge-base", "--octopus", *unique)[1].decode().split()
    # Nothing above a commit that all have in common can be the nearest of any two.
    limit = [f"^{common[0]}^@"] if common else []
    out = git.run("rev-list", "--topo-order", "--parents", *unique, *limit, "--")
    bases: Bases = {(a, b): () for at, a in enumerate(unique) for b in unique[at + 1 :]}
    bases.update(_nearest(unique, (line.split() for line in out.decode().splitlines())))
    return bases


def _nearest(heads: Sequence[str], history: Iterable[list[str]]) -> Bases:
    """Walk from children to parents; `history` gives each commit with its parents, children first.

    A commit is a merge base of two heads when both reach it and none of its children is reached by both.
    """
    masks = {head: 1 << bit for bit, head in enumerate(heads)}
    below: dict[str, list[int]] = {}
    bases: Bases = {}
    for commit, *parents in history:
        own = below.pop(commit, [])
        mask = masks.pop(commit, 0)
        for child in own:
            mask |= child
        if mask & (mask - 1) and mask not in own:
            for a, b in _new_pairs(mask, own):
                bases[heads[a], heads[b]] = (*bases.get((heads[a], heads[b]), ()), commit)
        for parent in parents:
            known = below.setdefault(parent, [])
            if mask not in known:
                known.append(mask)
    return bases


def _new_pairs(mask: int, children: Sequence[int]) -> Iterator[tuple[int, int]]:
    for a in _bits(mask):
        covered = 0
        for child in children:
            if child >> a & 1:
                covered |= child
        # Only pairs in order: the second bit lies above the first.
        for b in _bits((mask & ~covered) >> (a + 1) << (a + 1)):
            yield a, b


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
