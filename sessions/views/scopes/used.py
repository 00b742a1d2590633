"""What of a scope was really used. Pure."""

from __future__ import annotations

from itertools import combinations

import msgspec

from sessions.floor.patterns import matches
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
    wrote = ground.written(owner.id)
    return tuple(
        text
        for text in owner.owned.scope.write
        if not text.startswith("!") and not any(matches([text], path) for path in wrote)
    )


def pairs(ground: Ground, first: int = 3) -> list[Pair]:
    """All of them, the ones with most files in common first."""
    found = []
    for one, other in combinations(ground.owners, 2):
        if (one.id, other.id) not in ground.apart:
            continue
        both = one.mask & other.mask
        if both:
            found.append(Pair(one, other, both.bit_count(), tuple(ground.paths.first(both, first))))
        elif might := _might(one, other):
            found.append(Pair(one, other, 0, (), might))
    return sorted(found, key=lambda pair: (-pair.files, pair.one.name, pair.other.name))


def _might(one: Owner, other: Owner) -> str:
    try:
        return common(one.owned.scope.write, other.owned.scope.write)
    except TooManyStates:
        return "**"
