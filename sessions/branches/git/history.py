"""Finds the merge bases of all pairs among many commits in one walk over their history, and none where that is known.

A commit on top of a known one has its merge bases, unless the other side contains the known one: whatever is newer
than that cannot be shared. So a commit, or uncommitted work, on a branch that was compared before takes no walk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations, islice
from typing import TypeVar

from sessions.branches.git.run import Git

MOST_KNOWN = 20_000
"""Pairs whose merge bases are remembered, and commits whose parents are: about 4 MB. Two hundred branches make so many
pairs; beyond that the older half goes, and is found again when it is asked for."""
Bases = dict[tuple[str, str], tuple[str, ...]]
K = TypeVar("K")
V = TypeVar("V")


class History:
    """Merge bases that were found, for as long as this lives."""

    def __init__(self) -> None:
        self._known: Bases = {}
        self._order: dict[str, int] = {}
        """By merge base a number; no base is above one with a lower number that came of the same walk."""
        self._parents: dict[str, tuple[str, ...]] = {}
        self._rules = b""

    def follow(self, rules: bytes) -> None:
        """Forget everything when other `rules` hold, such as where history is cut off in a shallow repository."""
        if rules != self._rules:
            self._rules = rules
            self._forget()

    def _forget(self) -> None:
        self._known.clear()
        self._order.clear()
        self._parents.clear()

    def _shrink(self) -> None:
        """Forget the older half of what is too much."""
        self._parents = newer_half(self._parents, MOST_KNOWN)
        if len(self._known) > MOST_KNOWN:
            self._known = newer_half(self._known, MOST_KNOWN)
            used = {base for bases in self._known.values() for base in bases}
            self._order = {base: number for number, base in enumerate(base for base in self._order if base in used)}

    def bases(self, git: Git, pairs: Collection[tuple[str, str]]) -> Bases:
        """The merge bases of the pairs of different commits, as `merge_bases` gives them. Raises GitError."""
        self._shrink()
        wanted = sorted({(min(pair), max(pair)) for pair in pairs})
        self._learn_parents(git, {commit for pair in wanted if pair not in self._known for commit in pair})
        left = [pair for pair in wanted if not self._derive(*pair)]
        if left:
            found = merge_bases(git, [commit for pair in left for commit in pair])
            for base in (base for bases in found.values() for base in bases):
                self._order.setdefault(base, len(self._order))
            self._known |= found
        return dict(sorted(((pair, self._known[pair]) for pair in wanted), key=self._rank))

    def _rank(self, found: tuple[tuple[str, str], tuple[str, ...]]) -> int:
        return self._order[found[1][0]] if found[1] else -1

    def _learn_parents(self, git: Git, commits: set[str]) -> None:
        """The parents of these commits, and theirs: uncommitted work lies on a head that may be new as well."""
        new = sorted(commits - self._parents.keys())
        if not new or not self._known:
            return
        out = git.run("rev-list", "--no-walk=unsorted", "--parents", *new, *(f"{name}^@" for name in new), "--")
        self._parents |= {line[0]: tuple(line[1:]) for line in map(str.split, out.decode().splitlines())}

    def _derive(self, a: str, b: str, depth: int = 4) -> bool:
        """Whether the merge bases of a pair (in order) are known, or follow from those of a parent."""
        if (a, b) in self._known:
            return True
        for side, other in ((a, b), (b, a)) if depth else ():
            parents = self._parents.get(side, ())
            if len(parents) != 1 or parents[0] == other:
                continue
            pair = (min(parents[0], other), max(parents[0], other))
            if self._derive(*pair, depth - 1) and parents[0] not in self._known[pair]:
                self._known[a, b] = self._known[pair]
                return True
        return False


def newer_half(known: dict[K, V], most: int) -> dict[K, V]:
    """The same while it has at most `most` entries, else the half of it that was learned last."""
    return dict(islice(known.items(), len(known) // 2, None)) if len(known) > most else known


def merge_bases(git: Git, heads: Sequence[str]) -> Bases:
    """The merge bases of every pair of different `heads`, by the pair in sorted order; none means unrelated ones.

    They come in an order in which no base is above one that comes before it. Two bases and more are those that git
    merges with each other first.
    """
    unique = sorted(set(heads))
    if len(unique) < 2:
        return {}
    common = git.call("merge-base", "--octopus", *unique)[1].decode().split()
    # Nothing above a commit that all have in common can be the nearest of any two.
    limit = [f"^{common[0]}^@"] if common else []
    out = git.run("rev-list", "--topo-order", "--parents", *unique, *limit, "--")
    bases = _nearest(unique, (line.split() for line in out.decode().splitlines()))
    return bases | {pair: () for pair in combinations(unique, 2) if pair not in bases}


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
    for a in bits(mask):
        covered = 0
        for child in children:
            if child >> a & 1:
                covered |= child
        # Only pairs in order: the second bit lies above the first.
        for b in bits((mask & ~covered) >> (a + 1) << (a + 1)):
            yield a, b


def bits(mask: int) -> Iterator[int]:
    """The places of the ones in a number, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
