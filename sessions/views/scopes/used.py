"""What of a scope was really used. Pure."""

from __future__ import annotations

from itertools import combinations

import msgspec

from sessions.floor.scopes.sets import TooManyStates, common
from sessions.views.scopes.ground import Ground, Owner


class Pair(msgspec.Struct, frozen=True):
    """Two stations that may write the same, and do not work for one another."""

    one: Owner
    other: Owner
    files: int
    first: tuple[str, ...] = ()
    might: str = ""
    """Something that both could make, where they share no file that is there."""


def unused(ground: Ground, owner: Owner) -> tuple[str, ...]:
    """Patterns of a scope in which its station wrote nothing up to now."""
    wrote = 0
    for path in ground.written(owner.id):
        wrote |= 1 << ground.paths.at(path)
    allowing = (text for text in owner.owned.scope.write if not text.startswith("!"))
    return tuple(text for text in allowing if not wrote & ground.paths.mask([text]))


def pairs(ground: Ground, first: int = 3, enough: int = 0) -> list[Pair]:
    """All of them, the ones with most files in common first.

    Where `enough` of them share a file, it is not looked for those that might come to share one, which takes longer.
    """
    found, apart = [], []
    for one, other in combinations(ground.owners, 2):
        if (one.id, other.id) not in ground.apart:
            continue
        both = one.mask & other.mask
        if both:
            found.append(Pair(one, other, both.bit_count(), tuple(ground.paths.first(both, first))))
        else:
            apart.append((one, other))
    if not enough or len(found) < enough:
        found += [Pair(one, other, 0, (), might) for one, other in apart if (might := _might(one, other))]
    return sorted(found, key=lambda pair: (-pair.files, pair.one.name, pair.other.name))


def _might(one: Owner, other: Owner) -> str:
    try:
        return common(one.owned.scope.write, other.owned.scope.write)
    except TooManyStates:
        return "**"
