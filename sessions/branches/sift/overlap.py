"""Sifts out the pairs that cannot collide, by what each side changed, as sets of numbered paths that AND in no time.

The sieve is one-sided. Two sides whose changed paths are disjoint merge cleanly, unless git sees a renamed directory
(one side moves files out of a directory in which the other adds some) or a file where the other has a directory;
such pairs are merged.

The others are taken to parts (see `sessions.branches.parts`). A file that is there in the base and on both sides merges
by itself, whatever else was done: only what is added or deleted can be part of a rename. Where git will look for none
that matters (no side adds files and deletes such as the other touched), what was added twice, and what was edited and
deleted, merges by itself, too. Else all that was added and deleted is one part, the rest, in which git looks for
renames; what of it can be no rename is no file that git has to compare with others (see `likeness`).

Branches that parted at many places would take a comparison per pair. Since what changed between two commits is at
most what changed between the first and any third and between that and the second, each side is compared once with the
nearest place where it parted from another, and that with the next. What is changed in one and changed back in another
is left out; of directories it may name too many, never too few.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from sessions.branches.git.history import Bases, bits
from sessions.branches.git.run import Git
from sessions.branches.sift.changed import Edit, changes
from sessions.branches.sift.division import Sifted, divided
from sessions.branches.sift.likeness import AT_ONCE, Likeness, narrow
from sessions.branches.sift.sides import Composed, Side

Pair = tuple[str, str]
MOST_PATHS, MOST_SIDES, MOST_EDITS = 100_000, 1_000, 20_000
"""Paths, comparisons and edits in them that are remembered (about 10, 1 and 6 MB). Beyond that comparisons are
forgotten that are not needed at the moment, and all where there are too many paths."""


class Overlap:
    """What changed between commits, remembered for as long as this lives."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._sides: dict[Pair, Side] = {}
        self._edits: dict[Pair, dict[int, Edit]] = {}
        """By comparison what became of each path, by the paths' numbers."""
        self._likeness = Likeness()

    def sift(
        self,
        git: Git,
        pairs: Iterable[Pair],
        bases: Bases,
        scratch: Callable[[], Git] | None = None,
        most: int = AT_ONCE,
    ) -> dict[Pair, Sifted]:
        """What is to be said of each pair with a single merge base. Raises GitError when git cannot compare some.

        Where git may write objects, as with the one that `scratch` gives, files are compared to say more of renames:
        at `most` so many pairs of files.
        """
        single = {pair: found[0] for pair in pairs if len(found := bases.get((min(pair), max(pair)), ())) == 1}
        chains = _chains(single, bases)
        links = {link for chain in chains.values() for link in chain}
        if len(links) > len(single) + len(chains):
            return {}  # comparing would cost more than merging
        self._forget(links)
        self._learn(git, links)
        composed: dict[Pair, Composed] = {}
        paths = list(self._numbers)
        for side, chain in chains.items():
            so_far = Side()
            for length, (base, upper) in enumerate(chain, 1):
                own = Composed(base, paths, [self._edits[link] for link in chain[:length]])
                link = self._sides[base, upper]
                twice = so_far.paths & link.paths
                so_far = so_far.after(link)
                if undone := sum(1 << n for n in bits(twice) if len(set(own.edit(n))) == 1):
                    so_far = so_far.without(undone)
                own.side = so_far
                composed[base, side] = own
        both = {(a, b): (composed[base, a], composed[base, b]) for (a, b), base in single.items()}
        if scratch is not None:
            narrow(self._likeness, scratch, list(both.values()), most)
        return {pair: divided(*sides) for pair, sides in both.items()}

    def _forget(self, needed: Collection[Pair]) -> None:
        """Forget what is too much. Comparisons that are not `needed` are mostly with commits that branches left."""
        if len(self._numbers) > MOST_PATHS:
            self._numbers.clear()
            self._sides.clear()
            self._edits.clear()
        elif len(self._sides) > MOST_SIDES or sum(map(len, self._edits.values())) > MOST_EDITS:
            self._sides = {link: side for link, side in self._sides.items() if link in needed}
            self._edits = {link: edits for link, edits in self._edits.items() if link in needed}

    def _learn(self, git: Git, links: Iterable[Pair]) -> None:
        for link, changed in changes(git, {link for link in links if link not in self._sides}).items():
            self._sides[link] = Side(
                self._mask(changed.paths),
                self._mask(changed.above),
                self._mask(changed.added_in),
                self._mask(changed.emptied),
                self._mask(changed.added),
                self._mask(changed.deleted),
            )
            self._edits[link] = {self._numbers[path]: edit for path, edit in changed.edits.items()}

    def _mask(self, paths: Iterable[bytes]) -> int:
        numbers = self._numbers
        found = {numbers.setdefault(path, len(numbers)) for path in paths}
        if not found:
            return 0
        mask = bytearray(max(found) // 8 + 1)
        for number in found:
            mask[number >> 3] |= 1 << (number & 7)
        return int.from_bytes(mask, "little")


def _chains(single: Mapping[Pair, str], bases: Bases) -> dict[str, list[Pair]]:
    """For each side the comparisons from which all of its own are composed: its bases, nearest first, in links."""
    order = {base: number for number, base in enumerate(dict.fromkeys(b for found in bases.values() for b in found))}
    wanted: dict[str, set[str]] = {}
    for pair, base in single.items():
        for side in pair:
            wanted.setdefault(side, set()).add(base)
    chains = {}
    for side, parted in wanted.items():
        upper, chain = side, []
        for base in sorted(parted, key=order.__getitem__):
            chain.append((base, upper))
            upper = base
        chains[side] = chain
    return chains
