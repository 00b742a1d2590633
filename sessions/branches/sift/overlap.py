"""Sifts out the pairs that cannot collide, by what each side changed, as sets of numbered paths that AND in no time.

The sieve is one-sided. Two sides whose changed paths are disjoint merge cleanly, unless git sees a renamed directory
(one side moves files out of a directory in which the other adds some) or a file where the other has a directory;
such pairs are merged.

The others are taken to parts (see `sessions.branches.parts`). A file that is there in the base and on both sides merges
by itself, whatever else was done: only what is added or deleted can be part of a rename. Where git will look for none
that matters (no side adds files and deletes such as the other touched), what was added twice, and what was edited and
deleted, merges by itself, too. Else all that was added and deleted is one part, the rest, in which git looks for
renames.

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
from sessions.branches.parts.parts import Moves, Part, Rest, named, parents
from sessions.branches.sift.changed import Edit, changes

Pair = tuple[str, str]
MOST_PATHS, MOST_SIDES, MOST_EDITS = 100_000, 1_000, 20_000
"""Paths, comparisons and edits in them that are remembered (about 10, 1 and 6 MB). Beyond that comparisons are
forgotten that are not needed at the moment, and all where there are too many paths."""
_FILES = frozenset({b"100644", b"100755"})
"""Modes of plain files, which may be merged line by line."""


class Side(msgspec.Struct, frozen=True, gc=False):
    """What one side changed; every set is a number whose bits are paths. Fields as in `changed.Changed`."""

    paths: int = 0
    above: int = 0
    added_in: int = 0
    emptied: int = 0
    added: int = 0
    """Paths at which nothing was before."""
    deleted: int = 0
    """Paths at which nothing is after."""

    def after(self, first: Side) -> Side:
        """Both changes as one, `first` having come before this one."""
        return Side(
            self.paths | first.paths,
            self.above | first.above,
            self.added_in | first.added_in,
            self.emptied | first.emptied,
            self.added & ~first.paths | first.added,
            self.deleted | first.deleted & ~self.paths,
        )

    def without(self, undone: int) -> Side:
        """The same as if nothing had become of these paths."""
        return msgspec.structs.replace(
            self, paths=self.paths & ~undone, added=self.added & ~undone, deleted=self.deleted & ~undone
        )


class Sifted(msgspec.Struct, frozen=True, gc=False):
    """What changed paths say about a pair."""

    suspect: bool = True
    """Whether a merge is needed to know."""
    shared: int = 0
    """Paths that both sides changed."""
    parts: frozenset[Part] | None = None
    """What decides about it; None when only a merge of the whole tells."""


def entangled(one: Side, other: Side) -> bool:
    """Whether the two may collide elsewhere than in a path that both changed."""
    return bool(
        one.paths & other.above
        or one.above & other.paths
        or (one.added and one.emptied & other.added_in)
        or (other.added and other.emptied & one.added_in)
    )


def renaming(one: Side, other: Side) -> bool:
    """Whether one of the two may have renamed a path that the other changed."""
    return bool((one.added and one.deleted & other.paths) or (other.added and other.deleted & one.paths))


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
        composed: dict[Pair, _Composed] = {}
        paths = list(self._numbers)
        for side, chain in chains.items():
            so_far = Side()
            for length, (base, upper) in enumerate(chain, 1):
                own = _Composed(base, paths, [self._edits[link] for link in chain[:length]])
                link = self._sides[base, upper]
                twice = so_far.paths & link.paths
                so_far = so_far.after(link)
                if undone := sum(1 << n for n in bits(twice) if len(set(own.edit(n))) == 1):
                    so_far = so_far.without(undone)
                own.side = so_far
                composed[base, side] = own
        return {(a, b): _sifted(composed[base, a], composed[base, b]) for (a, b), base in single.items()}

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


class _Composed:
    """All that one side did since it left a merge base."""

    def __init__(self, base: str, paths: Sequence[bytes], links: Sequence[Mapping[int, Edit]]) -> None:
        """`links` are the comparisons from which it is composed, the latest first; `paths` by their numbers."""
        self.base, self.side = base, Side()
        self._paths, self._links = paths, links
        self._known: dict[int, Edit] = {}

    def edit(self, number: int) -> Edit:
        """What became of a path that was changed."""
        if (known := self._known.get(number)) is None:
            found = [edit for link in self._links if (edit := link.get(number))]
            known = self._known[number] = found[-1][0], found[0][1]
        return known

    def moves(self, paths: int) -> Moves:
        """What is at each of these paths after; b"" for nothing."""
        return tuple((self._paths[number], self.edit(number)[1]) for number in bits(paths))

    def path(self, number: int) -> bytes:
        return self._paths[number]


def _sifted(ours: _Composed, theirs: _Composed) -> Sifted:
    one, other = ours.side, theirs.side
    common = one.paths & other.paths
    if not common and not entangled(one, other):
        return Sifted(suspect=False)
    apart = entangled(one, other) or renaming(one, other)
    odd = 0
    parts: list[Part] = []
    for number in bits(common):
        (base, mine), (_, yours) = ours.edit(number), theirs.edit(number)
        states = [state for state in (base, mine, yours) if state]
        if any(state.partition(b" ")[0] not in _FILES for state in states):
            odd |= 1 << number
        elif mine != yours and (len(states) == 3 or not apart):
            parts.append((ours.path(number), base, mine, yours))
    if apart or odd:
        parts.append(_rest(ours, theirs, odd))
    return Sifted(True, common.bit_count(), frozenset(parts))


def _rest(ours: _Composed, theirs: _Composed, odd: int) -> Rest:
    """All that was added and deleted, with the edits of what the other side deleted, and `odd` paths.

    Git walks directories that one side left alone later than others, and by that order it chooses between files that
    are equally like a deleted one. So in each directory that a side changed it changes something here, too: a file that
    the other left alone, or else one that both change in the same way, which is clean.
    """
    one, other = ours.side, theirs.side
    kept = [_kept(one, other, odd), _kept(other, one, odd)]
    walked = [{above for n in bits(mask) for above in parents(ours.path(n))} for mask in kept]
    for at, (own, beside) in enumerate(((one, other), (other, one))):
        kept[at] |= _cover(ours, own.paths & ~kept[at] & ~beside.paths, walked[at])
    common = one.paths & other.paths & ~kept[0] & ~kept[1]
    same = ours.moves(_cover(ours, common, walked[0]) | _cover(ours, common, walked[1]))
    moves = [own.moves(mask) + same for own, mask in zip((ours, theirs), kept, strict=True)]
    effort = _effort(one, other) + _effort(other, one)
    return Rest(named([ours.base.encode(), *map(named, moves)]), ours.base, moves[0], moves[1], effort)


def _kept(one: Side, other: Side, odd: int) -> int:
    return one.added | one.deleted | (one.paths & (other.deleted | odd))


def _cover(composed: _Composed, paths: int, walked: set[bytes]) -> int:
    """As few of the paths as lie in all directories around them that are not `walked` yet; they are then."""
    chosen = 0
    for number in bits(paths):
        around = set(parents(composed.path(number)))
        if not around <= walked:
            walked |= around
            chosen |= 1 << number
    return chosen


def _effort(one: Side, other: Side) -> int:
    sources = one.deleted if one.emptied & other.added_in else one.deleted & other.paths
    return sources.bit_count() * one.added.bit_count()


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
