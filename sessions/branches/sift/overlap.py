"""Sifts out the pairs that cannot collide, by what each side changed, as sets of numbered paths that AND in no time.

The sieve is one-sided. Two sides whose changed paths are disjoint merge cleanly, unless git sees a renamed directory
(one side moves files out of a directory in which the other adds some) or a file where the other has a directory;
such pairs are merged.

Where both sides only edited the same files, and nothing of the above is to be feared, each of the files merges by
itself: they are the pair's pieces (see `pieces`). A renamed file is deleted on one side, so it is none.

Branches that parted at many places would take a comparison per pair. Since what changed between two commits is at
most what changed between the first and any third and between that and the second, each side is compared once with the
nearest place where it parted from another, and that with the next. What is changed in one and changed back in another
is left out; of directories it may name too many, never too few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from sessions.branches.git.history import Bases, bits
from sessions.branches.git.run import Git
from sessions.branches.sift.changed import Edit, changes
from sessions.branches.sift.pieces import Piece

Pair = tuple[str, str]
MOST_PATHS, MOST_SIDES, MOST_EDITS = 100_000, 1_000, 20_000
"""Paths, comparisons and edits in them that are remembered (about 10, 1 and 6 MB). Beyond that comparisons are
forgotten that are not needed at the moment, and all where there are too many paths."""
MOST_PIECES = 50
"""Pairs with more files in common are not taken to pieces: all of these will rarely be known."""


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


class Sifted(msgspec.Struct, frozen=True, gc=False):
    """What changed paths say about a pair."""

    suspect: bool = True
    """Whether a merge is needed to know."""
    shared: int = 0
    """Paths that both sides changed."""
    pieces: frozenset[Piece] | None = None
    """The files that decide about it; None when only a merge of the whole tells."""


def may_collide(one: Side, other: Side) -> bool:
    """Whether a merge is needed to know. False is certain: the two merge cleanly."""
    return bool(one.paths & other.paths) or entangled(one, other)


def entangled(one: Side, other: Side) -> bool:
    """Whether the two may collide elsewhere than in a path that both changed."""
    return bool(
        one.paths & other.above
        or one.above & other.paths
        or (one.adds and one.emptied & other.added_in)
        or (other.adds and other.emptied & one.added_in)
    )


class Overlap:
    """What changed between commits, remembered for as long as this lives."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._sides: dict[Pair, Side] = {}
        self._edits: dict[Pair, dict[int, Edit]] = {}
        """By comparison what became of each path, by the paths' numbers."""

    def sift(self, git: Git, pairs: Iterable[Pair], bases: Bases) -> dict[Pair, Sifted]:
        """What is to be said of each pair with a single merge base. Raises GitError when git cannot compare some."""
        single = {pair: found[0] for pair in pairs if len(found := bases.get((min(pair), max(pair)), ())) == 1}
        chains = _chains(single, bases)
        links = {link for chain in chains.values() for link in chain}
        if len(links) > len(single) + len(chains):
            return {}  # comparing would cost more than merging
        self._forget(links)
        self._learn(git, links)
        composed: dict[Pair, tuple[Side, int]] = {}
        for side, chain in chains.items():
            so_far = Side()
            for length, (base, upper) in enumerate(chain, 1):
                link = self._sides[base, upper]
                twice = so_far.paths & link.paths
                so_far |= link
                if undone := sum(1 << n for n in bits(twice) if len(set(self._edit(n, chain[:length]))) == 1):
                    so_far = msgspec.structs.replace(so_far, paths=so_far.paths & ~undone)
                composed[base, side] = so_far, length
        paths = list(self._numbers)
        sifted = {}
        for (a, b), base in single.items():
            (one, first), (other, second) = composed[base, a], composed[base, b]
            common = one.paths & other.paths
            if not common and not entangled(one, other):
                sifted[a, b] = Sifted(suspect=False)
                continue
            pieces = None
            if common.bit_count() <= MOST_PIECES and not entangled(one, other):
                pieces = self._pieces(common, paths, chains[a][:first], chains[b][:second])
            sifted[a, b] = Sifted(True, common.bit_count(), pieces)
        return sifted

    def _pieces(
        self, common: int, paths: Sequence[bytes], one: Sequence[Pair], other: Sequence[Pair]
    ) -> frozenset[Piece] | None:
        """The files that both sides edited differently; None when something else was done to one of them."""
        pieces = []
        for number in bits(common):
            (base, ours), (_, theirs) = self._edit(number, one), self._edit(number, other)
            modes = {state.partition(b" ")[0] for state in (base, ours, theirs)}
            if not modes <= {b"100644"} and not modes <= {b"100755"}:
                return None
            if ours != theirs:
                pieces.append((paths[number], base, ours, theirs))
        return frozenset(pieces)

    def _edit(self, number: int, links: Sequence[Pair]) -> Edit:
        """What several comparisons, the latest first, come to for a path that one of them names."""
        found = [edit for link in links if (edit := self._edits[link].get(number))]
        return found[-1][0], found[0][1]

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
                bool(changed.added),
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
