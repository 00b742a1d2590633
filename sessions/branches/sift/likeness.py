"""Tells which added files may be renamed ones: those that are like a deleted one, whoever did either, in one process.

Git looks for renames in every merge anew, which takes longer than all else where many files came and went. By its own
measure a file that is like none of those deleted is no renamed one, whichever of them are in question. Beside those
files git looks at names only: it compares files of the same name first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence, Set

from sessions.branches.git.history import bits
from sessions.branches.git.run import Git, GitError
from sessions.branches.parts.parts import STAND_INS
from sessions.branches.sift.sides import Composed, effort, is_file, renaming

log = logging.getLogger(__name__)

MOST_COMPARED = 40_000_000
"""Of more pairs of files git looks for no renames (the square of `merge.renameLimit`, 7,000)."""
AT_ONCE, AT_LAST = 500_000, 20_000_000
"""Pairs of files to compare before anything is merged (some tenths of a second), and before what takes long is."""
SURE, UNSURE = 50, 25
"""From so many hundredths on git takes two files for one. Attributes may have it count the bytes at the ends of lines,
which it does not here: without them it may be half as much."""


class Likeness:
    """What is known of deleted and added files, each by its mode and content."""

    def __init__(self) -> None:
        self._sources: set[bytes] = set()
        self._targets: set[bytes] = set()
        """Those that were compared with all sources."""
        self._alike: set[bytes] = set()
        self._least = SURE

    def follow(self, least: int) -> None:
        """Files are alike from so many hundredths on."""
        if least != self._least:
            self._least = least
            for files in (self._sources, self._targets, self._alike):
                files.clear()

    def cost(self, sources: Set[bytes], targets: Set[bytes]) -> int:
        """How many pairs of files must be compared to know of all these."""
        if sources <= self._sources:
            return len(self._sources) * len(targets - self._targets)
        return len(self._sources | sources) * len(self._targets | targets)

    def alike(self, git: Git, sources: Set[bytes], targets: Set[bytes]) -> Set[bytes]:
        """All known targets that are like a source. Raises GitError; `git` may write objects, such as in a scratch."""
        new = targets - self._targets
        if not sources <= self._sources:
            self._sources |= sources
            new = self._targets | targets
            self._targets, self._alike = set(), set()
        if new and self._sources:
            numbered = sorted(new)
            trees = [_tree(git, b"s", sorted(self._sources)), _tree(git, b"t", numbered)]
            how = (f"-C{self._least}%", "-l0")
            out = git.run("diff-tree", "-r", "-z", "--raw", "--no-ext-diff", *how, *trees, timeout=None)
            self._alike |= {numbered[at] for at in _found(out)}
        self._targets |= new
        return self._alike


def narrow(known: Likeness, scratch: Callable[[], Git], pairs: Sequence[tuple[Composed, Composed]], limit: int) -> None:
    """Find out which added files may be renamed ones, if that takes half as long at most as the merges that it saves.

    It compares no more than `limit` pairs of files.
    """
    sides: dict[int, Composed] = {}
    saved = 0
    for own, other in (*pairs, *(pair[::-1] for pair in pairs)):
        if renaming(own.side, other.side):
            sides[id(own)] = own
            saved += effort(own.side, other.side)
    most = max((own.side.added.bit_count() * own.side.deleted.bit_count() for own in sides.values()), default=0)
    sources = {state for own in sides.values() for state in own.states(own.side.deleted, 0) if is_file(state)}
    targets = {state for own in sides.values() for state in own.states(own.side.added, 1) if is_file(state)}
    if not sides or most > MOST_COMPARED or known.cost(sources, targets) > min(limit, saved // 2):
        return
    try:
        git = scratch()
        least = _least(git, sides.values())
        filler = b"100644 " + git.run("hash-object", "-w", "--stdin", stdin=STAND_INS[1]).strip()
        known.follow(least)
        alike = known.alike(git, sources, targets | {filler}) if least else {filler}
    except GitError as error:
        log.info("files cannot be compared: %s", error)
        return
    if filler in alike:
        return
    names = {own.name(number) for own in sides.values() for number in bits(own.side.deleted)}
    for own in sides.values():
        own.narrow(alike, names)


def _least(git: Git, sides: Iterable[Composed]) -> int:
    """How alike files must be here to be so for git; 0 where it takes for text what is none, by their attributes."""
    paths = {own.path(number) for own in sides for number in bits(own.side.added | own.side.deleted)}
    out = git.run("check-attr", "-z", "--stdin", "diff", stdin=b"\0".join([*paths, b""]))
    said = set(out.split(b"\0")[2::3])
    if b"set" in said:
        return 0
    return SURE if said <= {b"unspecified"} else UNSURE


def _tree(git: Git, letter: bytes, files: Sequence[bytes]) -> str:
    words = (state.split(b" ") for state in files)
    entries = [b"%b blob %b\t%b%d\0" % (mode, name, letter, number) for number, (mode, name) in enumerate(words)]
    return git.run("mktree", "-z", stdin=b"".join(entries)).decode().strip()


def _found(out: bytes) -> Iterator[int]:
    """The numbers of added files that git takes for renamed or copied ones."""
    fields = iter(out.split(b"\0"))
    for meta in fields:
        if meta:
            next(fields)
            if meta.rpartition(b" ")[2][:1] in (b"R", b"C"):
                yield int(next(fields)[1:])
