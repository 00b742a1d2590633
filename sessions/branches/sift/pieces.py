"""Takes merges to pieces: what git said of a file in one pair is so in every other that brings the same together.

Where two sides edited the same files and did nothing else to them, git merges each of these files by itself, from its
content in the merge base and on both sides, by the rules for its path. So what one merge tells of a piece is known for
all pairs that have it: when a base moves, or branches share commits, few merges are left to be tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sessions.branches.git.history import newer_half
from sessions.branches.git.names import shown
from sessions.branches.merges.tally import worst_first
from sessions.branches.merges.verdicts import Merged, Pair
from sessions.floor.conflicts import FileConflict, Outcome

MOST_KNOWN = 40_000
"""Pieces that are remembered: about 12 MB; beyond that the older half goes, and is merged again when it is met."""

Piece = tuple[bytes, bytes, bytes, bytes]
"""A path, and the file's mode and content in the merge base, on our side and on theirs; all three differ."""


class Pieces:
    """What is known of pieces under one set of rules for merging."""

    def __init__(self) -> None:
        self._rules = b""
        self._known: dict[Piece, FileConflict | None] = {}

    def follow(self, rules: bytes) -> None:
        """Forget what other rules for merging led to, and the older half of what is too much."""
        if rules != self._rules:
            self._rules = rules
            self._known.clear()
        self._known = newer_half(self._known, MOST_KNOWN)

    def lacking(self, pieces: Iterable[Piece]) -> set[Piece]:
        """Those that are not known yet."""
        return {piece for piece in pieces if piece not in self._known}

    def learn(self, pieces: Collection[Piece], merged: Merged) -> None:
        """Take over what the merge of a pair told of its pieces; nothing where it tells of anything else."""
        told = {file.path: file for file in merged.files}
        if merged.outcome is Outcome.UNKNOWN or len(told) < len(merged.files):
            return
        paths = {shown(piece[0]): piece for piece in pieces}
        if len(paths) == len(pieces) and told.keys() <= paths.keys():
            self._known |= {piece: told.get(path) for path, piece in paths.items()}

    def joined(self, pieces: Iterable[Piece]) -> Merged:
        """What the merge of a pair with these pieces, all of them known, comes to."""
        files = worst_first(file for piece in pieces if (file := self._known[piece]) is not None)
        return Merged(Outcome.CONFLICT if files else Outcome.CLEAN, tuple(files))


class Agenda:
    """The pairs that are still to be merged.

    One whose pieces are all known by now needs no merge; one that lacks only such as are being merged waits for them.
    """

    def __init__(self, pairs: Sequence[Pair], pieces: Mapping[Pair, Collection[Piece] | None], known: Pieces) -> None:
        """`pieces` are those of pairs that can be taken to pieces; what is learned goes to `known`."""
        self._known, self._pieces = known, pieces
        self._left: dict[Pair, set[Piece]] = {}
        """By pair the pieces that are not known; of a pair without pieces there are none."""
        self._having: dict[Piece, list[Pair]] = {}
        self._awaited: set[Piece] = set()
        self._complete: list[Pair] = []
        for pair in pairs:
            own = pieces.get(pair)
            lacking = self._left[pair] = known.lacking(own or ())
            for piece in lacking:
                self._having.setdefault(piece, []).append(pair)
            if own is not None and not lacking:
                self._complete.append(pair)

    def __len__(self) -> int:
        """Pairs of which nothing is known and that were not taken."""
        return len(self._left)

    def take(self, count: int) -> list[Pair]:
        """At most so many pairs to merge now, the first ones first; none when all depend on what is being merged."""
        batch: list[Pair] = []
        for pair, lacking in self._left.items():
            if len(batch) == count:
                break
            if not lacking or not lacking <= self._awaited:
                batch.append(pair)
                self._awaited |= lacking
        for pair in batch:
            del self._left[pair]
        return batch

    def merged(self, found: Mapping[Pair, Merged]) -> dict[Pair, Merged]:
        """Note what became of pairs that were taken, and give what is now known of others."""
        for pair, merged in found.items():
            if (own := self._pieces.get(pair)) is not None:
                self._known.learn(own, merged)
                self._awaited.difference_update(own)
                for piece in set(own) - self._known.lacking(own):
                    self._strike(piece)
        done = {pair: self._known.joined(self._pieces[pair] or ()) for pair in self._complete}
        for pair in self._complete:
            del self._left[pair]
        self._complete.clear()
        return done

    def _strike(self, piece: Piece) -> None:
        for pair in self._having.pop(piece, ()):
            if (lacking := self._left.get(pair)) is not None:
                lacking.discard(piece)
                if not lacking:
                    self._complete.append(pair)
