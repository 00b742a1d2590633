"""The tree of the repository with who may write where, made once for a floor; what is shown of it is found out then.

The files that a station may write are bits of a number, and what lies in a directory stands together: to count what
somebody may write in one is a shift and an `&`, so nothing is worked out of the thousands of directories that nobody
looks at. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import msgspec

from sessions.floor.ours.family import above
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.floor.patterns import DEEP, PatternError, parsed, quoted, trouble
from sessions.floor.scopes.paths import Paths
from sessions.floor.scopes.reach import Kind
from sessions.floor.scopes.sets import overlaps
from sessions.floor.state import FloorState, name_of
from sessions.views.scopes.known import Known, known

NO_TREE = Paths()


class Owner(msgspec.Struct, frozen=True):
    """A station of ours, and which files of the tree it may write."""

    id: str
    name: str
    owned: Owned
    mask: int

    @property
    def exclusive(self) -> bool:
        return self.owned.scope.exclusive


class Share(msgspec.Struct, frozen=True):
    """What of a place a station may write."""

    owner: Owner
    files: int


class Node(msgspec.Struct, frozen=True):
    """A file, or a directory (its path ends in `/`, that of the whole tree is "")."""

    path: str
    files: int
    """In it; of a file 1."""
    shares: tuple[Share, ...] = ()
    """Who lives and may write there, those who may write most of it first."""
    overlap: int = 0
    """Files that several may write who do not work for one another."""
    gap: int = 0
    """Files that nobody may write."""
    touched: int = 0
    """Files that were written."""
    times: int = 0
    """How often, in all."""
    outside: int = 0
    """How often something was tried there by one whose scope has it not."""
    wanted: int = 0
    """How often it was asked for."""
    open: int = 0
    """Questions for it that wait for an answer."""
    hot: int = 0
    """Pairs of branches that collide there, counted by file and half."""
    new: bool = False
    """It is in no tree that is known: it was written, or is named by a scope."""

    @property
    def folder(self) -> bool:
        return self.path == "" or self.path.endswith("/")

    @property
    def name(self) -> str:
        """Its last part, a directory's with a slash at its end."""
        return self.path[self.path.rstrip("/").rfind("/") + 1 :]


class Ground:
    """The tree. Made on any thread; what it remembers makes the next look cheap."""

    def __init__(self, state: FloorState, tree: Paths = NO_TREE, before: Ground | None = None) -> None:
        """`tree` are the files of the base; empty where nobody knows them. What is known `before` is used again."""
        self.state, self.tree = state, tree
        self.known: Known = known(state)
        self.paths = self._all_paths(before)
        living, resting = list[Owner](), list[Owner]()
        for station, own in state.owned.items():
            if own.life is Life.REMOVED:
                continue
            owner = Owner(station, name_of(state, station), own, self.paths.mask(_right(own.scope.write)))
            (living if own.lives else resting).append(owner)
        self.owners: Sequence[Owner] = sorted(living, key=lambda owner: owner.name)
        self.resting: Sequence[Owner] = sorted(resting, key=lambda owner: owner.name)
        self.by_id = {owner.id: owner for owner in (*self.owners, *self.resting)}
        self.apart = frozenset(
            (one.id, other.id) for one, other in combinations(self.owners, 2) if not _family(state, one.id, other.id)
        )
        """Pairs of those that live and do not work for one another."""
        self.overlap, self.covered = self._overlaps()
        self.folders = self._named_folders()
        self._nodes: dict[str, Node] = {}
        self._written: dict[str, list[str]] | None = None
        self._lower: list[str] = []
        """The paths without capitals, once somebody searches."""

    def _all_paths(self, before: Ground | None) -> Paths:
        """The files of the tree, and others that are known of."""
        marks = (*self.known.touched.all, *self.known.outside.all, *self.known.hot.all)
        more = {mark.path for mark in marks if self.tree.at(mark.path) < 0}
        if not more:
            return self.tree
        if before is not None and before.tree is self.tree and all(before.paths.at(path) >= 0 for path in more):
            return before.paths
        return Paths((*self.tree.all, *more), self.tree.more)

    def _overlaps(self) -> tuple[int, int]:
        """The files of which several are owners who do not work for one another, and those that have one."""
        both = covered = 0
        for owner in self.owners:
            covered |= owner.mask
        for one, other in combinations(self.owners, 2):
            if (one.id, other.id) in self.apart:
                both |= one.mask & other.mask
        return both, covered

    def _named_folders(self) -> dict[str, set[str]]:
        """Directories that patterns name and in which nothing is yet: by the one around each, their names."""
        found: dict[str, set[str]] = {}
        texts = (text for owner in self.by_id.values() for text in _right(owner.owned.scope.write))
        asked = (mark.path for mark in (*self.known.wanted.all, *self.known.open.all))
        for text in {*texts, *asked}:
            pattern = parsed(text)
            fixed = pattern.fixed if len(pattern.fixed) < len(pattern.segments) else pattern.fixed[:-1]
            folder = ""
            for name in () if pattern.takes_away else fixed:
                path = f"{folder}{name}/"
                start, stop = self.paths.span(path[:-1])
                if start == stop:
                    found.setdefault(folder, set()).add(name + "/")
                folder = path
        return found

    # What is where

    @property
    def files(self) -> int:
        return len(self.paths)

    def children(self, folder: str) -> list[str]:
        """The paths of what lies in a directory, in the order of the tree."""
        names = list(self.paths.entries(folder[:-1] if folder else ""))
        if more := self.folders.get(folder):
            names = sorted([*names, *more])
        return [folder + name for name in names]

    def span(self, path: str) -> tuple[int, int]:
        """From where to where the files of a place stand."""
        if path == "" or path.endswith("/"):
            return self.paths.span(path[:-1])
        at = self.paths.at(path)
        return (at, at + 1) if at >= 0 else (0, 0)

    def node(self, path: str) -> Node:
        """What is so of a place."""
        found = self._nodes.get(path)
        if found is None:
            found = self._nodes[path] = self._node(path)
        return found

    def _node(self, path: str) -> Node:
        start, stop = self.span(path)
        marks = self.known
        return Node(
            path,
            stop - start,
            tuple(self.shares(path, self.owners)),
            _count(self.overlap, start, stop),
            stop - start - _count(self.covered, start, stop) if self.owners else 0,
            marks.touched.paths(path),
            marks.touched.times(path),
            marks.outside.times(path),
            marks.wanted.times(path),
            len(marks.open.within(path)),
            marks.hot.times(path),
            new=bool(len(self.tree)) and self.tree.kind(path.rstrip("/")) is Kind.NOTHING,
        )

    def shares(self, path: str, owners: Iterable[Owner]) -> list[Share]:
        """Who of these may write what there."""
        start, stop = self.span(path)
        found = [Share(owner, _count(owner.mask, start, stop)) for owner in owners]
        if start == stop:
            pattern = pattern_of(path)
            right = (share for share in found if pattern)
            return [share for share in right if overlaps(_right(share.owner.owned.scope.write), [pattern])]
        return sorted((share for share in found if share.files), key=lambda share: -share.files)

    def meetings(self, path: str) -> list[tuple[Owner, Owner, int]]:
        """Pairs of owners who both may write files there and do not work for one another, with how many files."""
        start, stop = self.span(path)
        here = [share.owner for share in self.node(path).shares]
        found = []
        for one, other in combinations(sorted(here, key=lambda owner: owner.name), 2):
            if (one.id, other.id) in self.apart:
                files = _count(one.mask & other.mask, start, stop)
                if files or start == stop:
                    found.append((one, other, files))
        return sorted(found, key=lambda it: -it[2])

    def written(self, station: str) -> Sequence[str]:
        """The files that a station wrote."""
        if self._written is None:
            self._written = {}
            for mark in self.known.touched.all:
                self._written.setdefault(mark.station, []).append(mark.path)
        return self._written.get(station, [])

    def find(self, text: str, place: str, step: int, again: bool) -> str | None:
        """The next place whose path contains a text, in any case: the outermost directory that does; round the end.

        It begins at `place`, or, `again`, behind it (or before it, where `step` is negative).
        """
        wanted = text.casefold()
        if not wanted or not self.files:
            return None
        if len(self._lower) != self.files:
            self._lower = [path.casefold() for path in self.paths.all]
        start, stop = self.span(place)
        begin = start if not again else stop if place and wanted in place.casefold() else start + bool(place)
        if step < 0:
            begin = start - 1
        for number in range(self.files):
            at = (begin + number * step) % self.files
            if wanted in self._lower[at]:
                return self._outermost(self.paths.all[at], wanted)
        return None

    def _outermost(self, path: str, wanted: str) -> str:
        """The directory around a file whose path contains it, nearest to the root; or the file."""
        return next((folder for folder in ancestors(path) if wanted in folder.rstrip("/").casefold()), path)

    def first(self, mask: int, path: str, most: int) -> list[str]:
        """The first files of a mask in a place."""
        start, stop = self.span(path)
        here = ((1 << (stop - start)) - 1) << start
        return self.paths.first(mask & here, most)


def pattern_of(path: str) -> str:
    """The pattern that allows a place and nothing else; "" where no pattern can name it, as it is too long for one."""
    if not path:
        return DEEP
    text = quoted(path[:-1]) + "/" + DEEP if path.endswith("/") else quoted(path)
    return "" if trouble([text]) else text


def _count(mask: int, start: int, stop: int) -> int:
    return (mask >> start & (1 << stop - start) - 1).bit_count()


def _right(patterns: Sequence[str]) -> Sequence[str]:
    """Patterns that are right ones; of what an old journal may hold besides, nothing is known."""
    try:
        for text in patterns:
            parsed(text)
    except PatternError:
        return ()
    return patterns


def _family(state: FloorState, one: str, other: str) -> bool:
    """Whether one of them works for the other."""
    return one in above(state, other) or other in above(state, one)


def ancestors(path: str) -> Iterator[str]:
    """The directories around a place, the outermost, "", first."""
    at = 0
    while path:
        yield path[:at]
        at = path.find("/", at, len(path) - 1) + 1
        if not at:
            return
