"""The places of a tree that are worth a look: overlaps, gaps, what was tried outside of a scope and what is asked for.

Of an overlap and of a gap it is the largest directory in which it is the same all over, so that a thousand files that
nobody may write are one place. Pure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import combinations, islice

import msgspec

from sessions.floor.patterns import DEEP, parsed
from sessions.views.scopes.ground import Ground, Owner

MOST = 5_000


class Why(StrEnum):
    """Why a place is worth a look, the worst first."""

    OUTSIDE = "outside"
    ASKED = "asked"
    OVERLAP = "overlap"
    GAP = "gap"


class Spot(msgspec.Struct, frozen=True, order=True):
    """Such a place."""

    path: str
    why: Why


def spots(ground: Ground) -> Sequence[Spot]:
    """All of them in the order of the tree, up to a bound."""
    found = {Spot(mark.path, Why.OUTSIDE) for mark in ground.known.outside.all}
    found |= {Spot(_place(mark.path), Why.ASKED) for mark in ground.known.open.all}
    if ground.owners:
        found.update(islice(_uneven(ground), MOST))
    return sorted(found)


def after(found: Sequence[Spot], path: str, step: int) -> Spot | None:
    """The next place behind a row, or before it; round the end. None where there is none."""
    if not found:
        return None
    if step > 0:
        at = bisect_right(found, path, key=_path)
        return found[at % len(found)]
    return found[bisect_left(found, path, key=_path) - 1]


def _path(spot: Spot) -> str:
    return spot.path


def _place(text: str) -> str:
    """Where in the tree a pattern begins to be one."""
    pattern = parsed(text)
    if len(pattern.fixed) == len(pattern.segments):
        return "/".join(pattern.fixed)
    return "".join(f"{name}/" for name in pattern.fixed if name != DEEP)


def _uneven(ground: Ground) -> Iterator[Spot]:
    """Overlaps and gaps."""
    stack: list[tuple[str, tuple[Owner, ...], tuple[Owner, ...]]] = [("", (), tuple(ground.owners))]
    while stack:
        path, whole, part = stack.pop()
        start, stop = ground.span(path)
        ones = (1 << stop - start) - 1
        rest: list[Owner] = []
        everywhere = list(whole)
        for owner in part:
            here = owner.mask >> start & ones
            if here == ones:
                everywhere.append(owner)
            elif here:
                rest.append(owner)
        if rest:
            below = ground.children(path)
            stack += [(child, tuple(everywhere), tuple(rest)) for child in reversed(below) if _holds(ground, child)]
        elif not everywhere:
            yield Spot(path, Why.GAP)
        elif any(_apart(ground, one, other) for one, other in combinations(everywhere, 2)):
            yield Spot(path, Why.OVERLAP)


def _holds(ground: Ground, path: str) -> bool:
    start, stop = ground.span(path)
    return start < stop


def _apart(ground: Ground, one: Owner, other: Owner) -> bool:
    return (one.id, other.id) in ground.apart or (other.id, one.id) in ground.apart
