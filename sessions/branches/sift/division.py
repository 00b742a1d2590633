"""Takes what two sides did to parts that can be merged apart from each other (see `sessions.branches.parts`)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sessions.branches.git.history import bits
from sessions.branches.parts.parts import Part, Rest, named, parents
from sessions.branches.sift.changed import Edit
from sessions.branches.sift.sides import Composed, Side, effort, entangled, is_file, nested, renaming


class Sifted(msgspec.Struct, frozen=True, gc=False):
    """What changed paths say about a pair."""

    suspect: bool = True
    """Whether a merge is needed to know."""
    shared: int = 0
    """Paths that both sides changed."""
    parts: frozenset[Part] | None = None
    """What decides about it; None when only a merge of the whole tells."""


def divided(ours: Composed, theirs: Composed) -> Sifted:
    """What is to be said of two sides that left the same merge base."""
    one, other = ours.side, theirs.side
    common = one.paths & other.paths
    if not common and not entangled(one, other):
        return Sifted(suspect=False)
    changed = {number: (ours.edit(number), theirs.edit(number)) for number in bits(common)}
    odd = sum(1 << number for number, edits in changed.items() if not all(map(is_file, _states(*edits))))
    resting = bool(odd) or nested(one, other) or renaming(one, other) or renaming(other, one)
    plain = _plain(ours, theirs) & ~odd if resting else 0
    parts: list[Part] = []
    for number, ((base, mine), (_, yours)) in changed.items():
        alone = bool(base and mine and yours) or not resting or plain >> number & 1
        if mine != yours and alone and not odd >> number & 1:
            parts.append((ours.path(number), base, mine, yours))
    if resting:
        parts.append(_rest(ours, theirs, odd, plain))
    return Sifted(True, common.bit_count(), frozenset(parts))


def _states(mine: Edit, yours: Edit) -> Iterator[bytes]:
    return filter(None, (*mine, *yours))


def _plain(ours: Composed, theirs: Composed) -> int:
    """Added paths whose content decides nothing in the rest. What both sides added is there from both, or a piece."""
    one, other = ours.plain(theirs), theirs.plain(ours)
    both = ours.side.added & theirs.side.added
    return (one | other) & ~both | one & other


def _rest(ours: Composed, theirs: Composed, odd: int, plain: int) -> Rest:
    """All that was added and deleted, with the edits of what the other side deleted, and `odd` paths.

    Git walks directories that one side left alone later than others, and by that order it chooses between files that
    are equally like a deleted one; nor does it see what is in the way of others in a directory that none changed. So in
    each directory that a side changed it changes something here, too: a file that the other left alone, or else one
    that both change in the same way, which is clean. For the same reason `plain` paths are there, too, but as files
    that git need not compare with others.
    """
    one, other = ours.side, theirs.side
    kept = [_kept(one, other, odd), _kept(other, one, odd)]
    walked = [{above for n in bits(mask) for above in parents(ours.path(n))} for mask in kept]
    for at, (own, beside) in enumerate(((one, other), (other, one))):
        kept[at] |= _cover(ours, own.paths & ~kept[at] & ~beside.paths, walked[at])
    common = one.paths & other.paths & ~kept[0] & ~kept[1]
    same = ours.moves(_cover(ours, common, walked[0]) | _cover(ours, common, walked[1]))
    moves = [own.moves(mask, plain) + same for own, mask in zip((ours, theirs), kept, strict=True)]
    work = effort(one, other, plain) + effort(other, one, plain)
    return Rest(named([ours.base.encode(), *map(named, moves)]), ours.base, moves[0], moves[1], work)


def _kept(one: Side, other: Side, odd: int) -> int:
    return one.added | one.deleted | (one.paths & (other.deleted | odd))


def _cover(composed: Composed, paths: int, walked: set[bytes]) -> int:
    """As few of the paths as lie in all directories around them that are not `walked` yet; they are then."""
    chosen = 0
    for number in bits(paths):
        around = set(parents(composed.path(number)))
        if not around <= walked:
            walked |= around
            chosen |= 1 << number
    return chosen
