"""What merges are taken to: parts, of which each comes to the same in every pair that has it.

A piece is one file that two sides changed. Git merges it by itself, from its content in the merge base and on both
sides, by the rules for its path. The rest of a pair is all that both sides added and deleted, and what they did to
paths that the other deleted: only there can git find renames. Everything else is as in the merge base, for it decides
nothing, so pairs that differ only in other edits have the same rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Piece = tuple[bytes, bytes, bytes, bytes]
"""A path, and the file's mode and content in the merge base, on our side and on theirs; b"" for none."""
Moves = tuple[tuple[bytes, bytes], ...]
"""Paths, and what is there after: mode and content, or b"" for nothing."""
STAND_INS = (b"", b"like no other file\n")
"""Files for places where it does not matter what the file there says. Git takes no empty one for a renamed one; it may
compare the other with others."""
EMPTY, FILLER = b"100644 :1", b"100644 :2"
"""Their modes and contents, among the parts that are staged together."""


@dataclass(frozen=True)
class Rest:
    """What of a pair can only be merged together."""

    key: bytes
    """The same for the same rest."""
    base: str = field(compare=False)
    """The commit from which both sides parted."""
    ours: Moves = field(compare=False)
    theirs: Moves = field(compare=False)

    effort: int = field(default=0, compare=False)
    """How many pairs of files git may have to compare in its search for renames."""


Part = Piece | Rest
Sheet = tuple[Piece, ...]
"""Pieces that can be merged in one go: no two want the same path, and none can be taken for another one renamed."""


def named(words: Iterable[bytes | tuple[bytes, ...]]) -> bytes:
    """A short name for some words."""
    return hashlib.blake2b(repr(list(words)).encode(), digest_size=16).digest()


def sheets(pieces: Iterable[Piece]) -> list[Sheet]:
    """The pieces on as few sheets as may be, in their order."""
    made: list[_Open] = []
    at: dict[bytes, int] = {}
    for piece in pieces:
        path = piece[0]
        number = at.get(path, 0)
        while number < len(made) and not made[number].takes(piece):
            number += 1
        if number == len(made):
            made.append(_Open())
        made[number].add(piece)
        at[path] = number + 1
    return [tuple(sheet.pieces) for sheet in made]


class _Open:
    """A sheet that is being filled."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._taken: set[bytes] = set()
        self._above: set[bytes] = set()
        self._adds = self._deletes = False

    def takes(self, piece: Piece) -> bool:
        path, base, *after = piece
        if path in self._taken or path in self._above or any(above in self._taken for above in parents(path)):
            return False
        return not ((self._deletes and not base) or (self._adds and not all(after)))

    def add(self, piece: Piece) -> None:
        path, base, *after = piece
        self.pieces.append(piece)
        self._taken.add(path)
        self._above.update(parents(path))
        self._adds |= not base
        self._deletes |= not all(after)


def parents(path: bytes) -> Iterator[bytes]:
    """The directories above a path, without the root, which can neither be renamed nor be a file."""
    while path := path.rpartition(b"/")[0]:
        yield path


def sides(part: Sheet | Rest) -> tuple[str, Moves, Moves, Moves]:
    """The commit on which both sides of a part stand ("" for none), what is changed for the base, and by each side."""
    if isinstance(part, Rest):
        return part.base, (), part.ours, part.theirs
    base, ours, theirs = ([(piece[0], piece[at]) for piece in part] for at in (1, 2, 3))
    return "", tuple(move for move in base if move[1]), tuple(ours), tuple(theirs)


def effort(parts: Iterable[Part]) -> int:
    """That of the largest rest among some parts."""
    return max((part.effort for part in parts if isinstance(part, Rest)), default=0)
