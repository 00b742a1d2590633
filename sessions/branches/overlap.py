"""Sifts out the pairs that cannot collide, by what each side changed, as sets of numbered paths that AND in no time.

The sieve is one-sided. Two sides whose changed paths are disjoint merge cleanly, unless git sees a renamed directory
(one side moves files out of a directory in which the other adds some) or a file where the other has a directory;
such pairs are merged.

Branches that parted at many places would take a comparison per pair. Since what changed between two commits is at
most what changed between the first and any third and between that and the second, each side is compared once with the
nearest place where it parted from another, and that with the next. What comes of it may name too much, never too
little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from sessions.branches.changed import changes
from sessions.branches.git import Git
from sessions.branches.history import Bases

Pair = tuple[str, str]
MOST_PATHS, MOST_SIDES = 200_000, 2_000
"""Paths and comparisons that are remembered; beyond that both are begun anew."""


class Side(msgspec.Struct, frozen=True, gc=False):
    """What one side changed; every set is a number whose bits are paths. Fields as in `changed.Changed`."""

    paths: int = 0
    above: int = 0
    added_in: int = 0
    emptied: int = 0
    adds: bool = False

    def __or__(self, other: Side) -> Side:
        return Side(
            self.paths | other.paths,
            self.above | other.above,
            self.added_in | other.added_in,
            self.emptied | other.emptied,
            self.adds or other.adds,
        )


def may_collide(one: Side, other: Side) -> bool:
    """Whether a merge is needed to know. False is certain: the two merge cleanly."""
    return bool(
        one.paths & (other.paths | other.above)
        or one.above & other.paths
        or (one.adds and one.emptied & other.added_in)
        or (other.adds and other.emptied & one.added_in)
    )


class Overlap:
    """What changed between commits, remembered for as long as this lives."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._sides: dict[Pair, Side] = {}

    def sift(self, git: Git, pairs: Iterable[Pair], bases: Bases) -> dict[Pair, tuple[bool, int]]:
        """Of each pair with a single merge base whether it must be merged to know, and how many paths both changed.

        Raises GitError when git cannot compare some of them.
        """
        single = {pair: found[0] for pair in pairs if len(found := bases.get((min(pair), max(pair)), ())) == 1}
        chains = _chains(single, bases)
        links = {link for chain in chains.values() for link in chain}
        if len(links) > len(single) + len(chains):
            return {}  # comparing would cost more than merging
        self._learn(git, links)
        composed: dict[Pair, Side] = {}
        for side, chain in chains.items():
            so_far = Side()
            for base, upper in chain:
                so_far |= self._sides[base, upper]
                composed[base, side] = so_far
        sifted = {}
        for (a, b), base in single.items():
            one, other = composed[base, a], composed[base, b]
            sifted[a, b] = (may_collide(one, other), (one.paths & other.paths).bit_count())
        return sifted

    def _learn(self, git: Git, links: Iterable[Pair]) -> None:
        if len(self._numbers) > MOST_PATHS or len(self._sides) > MOST_SIDES:
            self._numbers.clear()
            self._sides.clear()
        for link, changed in changes(git, {link for link in links if link not in self._sides}).items():
            self._sides[link] = Side(
                self._mask(changed.paths),
                self._mask(changed.above),
                self._mask(changed.added_in),
                self._mask(changed.emptied),
                bool(changed.added),
            )

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
