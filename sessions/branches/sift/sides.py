"""What one side did since it left a merge base, and where two sides may get in each other's way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set

import msgspec

from sessions.branches.git.history import bits
from sessions.branches.parts.parts import EMPTY, FILLER, Moves, parents
from sessions.branches.sift.changed import Edit

_FILES = frozenset({b"100644", b"100755"})
_NOTHING = frozenset(make(b"blob 0\0").hexdigest().encode() for make in (hashlib.sha1, hashlib.sha256))
"""The name of an empty file's content, in either form of names."""


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
    likely: int = 0
    """Added paths that may be renamed ones; all, as long as nothing is known of them."""

    def after(self, first: Side) -> Side:
        """Both changes as one, `first` having come before this one."""
        added = self.added & ~first.paths | first.added
        return Side(
            self.paths | first.paths,
            self.above | first.above,
            self.added_in | first.added_in,
            self.emptied | first.emptied,
            added,
            self.deleted | first.deleted & ~self.paths,
            added,
        )

    def without(self, undone: int) -> Side:
        """The same as if nothing had become of these paths."""
        return msgspec.structs.replace(
            self,
            paths=self.paths & ~undone,
            added=self.added & ~undone,
            deleted=self.deleted & ~undone,
            likely=self.likely & ~undone,
        )


def nested(one: Side, other: Side) -> bool:
    """Whether one of the two may have a file where the other has a directory."""
    return bool(one.paths & other.above or one.above & other.paths)


def renaming(one: Side, other: Side) -> bool:
    """Whether the first may have renamed a path that the other changed, or a directory in which the other added one."""
    return bool(one.likely and one.deleted & other.paths) or _uprooting(one, other)


def _uprooting(one: Side, other: Side) -> bool:
    return bool(one.likely and one.emptied & other.added_in)


def entangled(one: Side, other: Side) -> bool:
    """Whether the two may collide elsewhere than in a path that both changed."""
    return nested(one, other) or any(
        own.likely and own.emptied & too.added_in for own, too in ((one, other), (other, one))
    )


def effort(one: Side, other: Side, besides: int = 0) -> int:
    """How many pairs of files git may compare to find the renames of the first, `besides` paths that it passes over."""
    sources = one.deleted if one.emptied & other.added_in else one.deleted & other.paths
    return sources.bit_count() * (one.added & ~besides).bit_count()


def is_file(state: bytes) -> bool:
    """Whether it is a plain file, which can be merged line by line, and be like another one."""
    return state.partition(b" ")[0] in _FILES


def _is_empty(state: bytes) -> bool:
    return state.partition(b" ")[2] in _NOTHING


class Composed:
    """All that one side did since it left a merge base, put together from several comparisons."""

    def __init__(self, base: str, paths: Sequence[bytes], links: Sequence[Mapping[int, Edit]]) -> None:
        """`links` are the comparisons from which it is composed, the latest first; `paths` by their numbers."""
        self.base, self.side = base, Side()
        self._paths, self._links = paths, links
        self._known: dict[int, Edit] = {}
        self._plain = self._namesakes = 0
        """Added paths whose content matters to no rename; and those of them with a name that a deleted one has."""
        self._by_name: dict[bytes, int] = {}

    def edit(self, number: int) -> Edit:
        """What became of a path that was changed."""
        if (known := self._known.get(number)) is None:
            found = [edit for link in self._links if (edit := link.get(number))]
            known = self._known[number] = found[-1][0], found[0][1]
        return known

    def moves(self, paths: int, plain: int = 0) -> Moves:
        """What is at each of these paths after; b"" for nothing, something else for `plain` ones."""
        return tuple(
            (self._paths[number], self._stand_in(number) if plain >> number & 1 else self.edit(number)[1])
            for number in bits(paths)
        )

    def _stand_in(self, number: int) -> bytes:
        return FILLER if self._namesakes >> number & 1 else EMPTY

    def states(self, paths: int, at: int) -> Iterator[bytes]:
        """What was at each of these paths before (0), or is after (1)."""
        return (self.edit(number)[at] for number in bits(paths))

    def path(self, number: int) -> bytes:
        """The path with a number."""
        return self._paths[number]

    def name(self, number: int) -> bytes:
        """Its last part."""
        return self._paths[number].rpartition(b"/")[2]

    def narrow(self, alike: Set[bytes], names: Set[bytes]) -> None:
        """Only added files that are `alike` may be renamed ones. Others count if they have `names` of deleted ones.

        For git compares files of the same name first, where there is one of them on either side.
        """
        likely = namesakes = 0
        for number in bits(self.side.added):
            state = self.edit(number)[1]
            if state in alike or not is_file(state):
                likely |= 1 << number
            elif self.name(number) in names and not _is_empty(state):
                namesakes |= 1 << number
        self.side = msgspec.structs.replace(self.side, likely=likely)
        self._plain, self._namesakes = self.side.added & ~likely, namesakes

    def plain(self, other: Composed) -> int:
        """Added paths whose content decides nothing beside this other side, as long as it adds none of them, too.

        Where one side may have renamed a directory, what the other added in it goes along, and may meet what is there.
        """
        if not self._plain:
            return 0
        coming = self._inside(other.side) | other._inside(self.side)
        met = 0
        for name in {self.name(number) for number in bits(coming)}:
            met |= self._named(name)
        return self._plain & ~coming & ~met

    def _inside(self, other: Side) -> int:
        """What was added in directories that the other side may have renamed."""
        emptied = other.emptied & self.side.added_in
        if not other.likely or not emptied:
            return 0
        directories = {self._paths[number] for number in bits(emptied)}
        return sum(1 << n for n in bits(self.side.added) if not directories.isdisjoint(parents(self._paths[n])))

    def _named(self, name: bytes) -> int:
        if not self._by_name:
            for number in bits(self.side.added):
                own = self.name(number)
                self._by_name[own] = self._by_name.get(own, 0) | 1 << number
        return self._by_name.get(name, 0)
