"""Time along a strip: even, or with long silences folded to one slot each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

Stretch = tuple[float, float]
"""From one time to another, in seconds since 1970."""
LEAST_S = 3.0
"""Silence that is shorter is never folded."""
_WORTH = 3
"""A silence is folded when it would take more slots than this."""


class Piece(msgspec.Struct, frozen=True):
    """A part of the axis along which time passes evenly, and where it lies: 0 is the strip's beginning, 1 its end."""

    begin: float
    end: float
    left: float
    right: float
    folded: bool


class Axis(msgspec.Struct, frozen=True):
    """The time of a past along a strip of so many slots."""

    first_time: float
    last_time: float
    folds: tuple[Stretch, ...] = ()
    """Silences, in their order, that take one slot each."""
    slots: int = 1

    def pieces(self) -> Iterator[Piece]:
        """The parts, from left to right."""
        told = self.last_time - self.first_time - sum(end - begin for begin, end in self.folds)
        fold = 1 / self.slots if self.folds else 0.0
        rest = 1 - fold * len(self.folds)
        time, left = self.first_time, 0.0
        for begin, end in (*self.folds, (self.last_time, self.last_time)):
            right = left + (rest * (begin - time) / told if told > 0 else 0.0)
            yield Piece(time, begin, left, right, folded=False)
            if end > begin:
                yield Piece(begin, end, right, right + fold, folded=True)
            time, left = end, right + fold

    def place(self, time: float) -> float:
        """Where a time lies, 0 to 1."""
        at = 0.0
        for piece in self.pieces():
            if time < piece.begin:
                break
            length = piece.end - piece.begin
            share = min(1.0, (time - piece.begin) / length) if length > 0 else 0.0
            at = piece.left + share * (piece.right - piece.left)
        return min(1.0, max(0.0, at))

    def time(self, place: float) -> float:
        """The time at a place, 0 to 1."""
        last = self.first_time
        for piece in self.pieces():
            wide = piece.right - piece.left
            if wide <= 0:
                continue
            share = min(1.0, max(0.0, (place - piece.left) / wide))
            last = piece.begin + share * (piece.end - piece.begin)
            if place <= piece.right:
                break
        return min(self.last_time, max(self.first_time, last))


def folded(silences: Sequence[Stretch], first_time: float, last_time: float, slots: int) -> Axis:
    """The axis on which every silence that would take much of the strip takes one slot."""
    told, folds = last_time - first_time, list[Stretch]()
    for begin, end in sorted(silences, key=lambda stretch: stretch[0] - stretch[1]):
        length = end - begin
        if length < LEAST_S or len(folds) >= slots // 4 or length <= _WORTH * told / max(1, slots):
            break
        folds.append((begin, end))
        told -= length
    return Axis(first_time, last_time, tuple(sorted(folds)), slots)
