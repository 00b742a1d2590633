"""The files and directories at which branches collide most, and whose scope they could have been. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from sessions.floor.branches.area import directories
from sessions.floor.conflicts import Outcome, Verdict

_Pair = tuple[str, str]


class HotSpot(msgspec.Struct, frozen=True):
    """A file, or a directory (its path ends in /), at which branches collide."""

    path: str
    conflicts: int
    """Pairs of branches that collide here; the base counts as a partner."""
    lines: int
    """Conflicting lines of all these pairs."""
    branches: tuple[str, ...]
    """Who collides here, the one with most collisions first. The base is not among them."""


class Ownership(msgspec.Struct, frozen=True):
    """A suggestion: had this directory (or file at the top) been one branch's alone, collisions would not have been."""

    path: str
    owner: str
    """The branch with most collisions in it."""
    prevented: int
    """Collisions, counted by pair and file, that no earlier suggestion prevents."""
    shut_out: tuple[str, ...]
    """Branches that collided here and would have had to leave it alone."""


class _Place:
    """What happens at one path."""

    def __init__(self) -> None:
        self.pairs: set[_Pair] = set()
        self.collisions = 0
        self.lines = 0
        self.touches: Counter[str] = Counter()

    def add(self, pair: _Pair, lines: int) -> None:
        self.pairs.add(pair)
        self.collisions += 1
        self.lines += lines
        for name in pair:
            if name:
                self.touches[name] += 1

    def include(self, other: _Place) -> None:
        self.pairs |= other.pairs
        self.collisions += other.collisions
        self.lines += other.lines
        self.touches.update(other.touches)

    def ranked(self) -> tuple[str, ...]:
        return tuple(sorted(self.touches, key=lambda name: (-self.touches[name], name)))


def hot_spots(verdicts: Mapping[str, Verdict], limit: int = 10) -> tuple[HotSpot, ...]:
    """The worst files and directories, by the number of pairs that collide there, then by lines.

    A directory is named only when it explains more than the worst file or directory within it.
    """
    files = _files(collisions(verdicts))
    places = files | _directories_of(files)
    worst_within: Counter[str] = Counter()
    for path, place in places.items():
        for above in directories(path):
            worst_within[above] = max(worst_within[above], len(place.pairs))
    found = [
        HotSpot(path, len(place.pairs), place.lines, place.ranked())
        for path, place in places.items()
        if len(place.pairs) > worst_within[path]
    ]
    return tuple(sorted(found, key=lambda spot: (-spot.conflicts, -spot.lines, spot.path))[:limit])


def suggested_scopes(verdicts: Mapping[str, Verdict], limit: int = 5) -> tuple[Ownership, ...]:
    """A few ownerships that together would have prevented many collisions between branches: a suggestion, no proof.

    Greedy: next is always the place that prevents most per branch it shuts out, so that small places go before the
    whole tree; it ends when half of all collisions are prevented, or at `limit`.
    """
    files = _files(found for found in collisions(verdicts) if found[0][1])
    left = sum(place.collisions for place in files.values())
    goal = left // 2
    found: list[Ownership] = []
    while left > goal and len(found) < limit:
        places = _directories_of(files) | {path: place for path, place in files.items() if not directories(path)}
        best = min(places, key=lambda path: (-_gain(places[path]), -len(path), path))
        owner, *others = places[best].ranked()
        found.append(Ownership(best, owner, places[best].collisions, tuple(others)))
        files = {path: place for path, place in files.items() if path != best and best not in directories(path)}
        left -= places[best].collisions
    return tuple(found)


def _gain(place: _Place) -> float:
    return place.collisions / (len(place.touches) - 1)


def _files(found: Iterable[tuple[_Pair, str, int]]) -> dict[str, _Place]:
    files: dict[str, _Place] = {}
    for pair, path, lines in found:
        files.setdefault(path, _Place()).add(pair, lines)
    return files


def _directories_of(files: Mapping[str, _Place]) -> dict[str, _Place]:
    found: dict[str, _Place] = {}
    for path, place in files.items():
        for above in directories(path):
            found.setdefault(above, _Place()).include(place)
    return found


def collisions(verdicts: Mapping[str, Verdict]) -> Iterator[tuple[_Pair, str, int]]:
    """Every file at which a pair collides, with the pair and the conflicting lines."""
    for verdict in verdicts.values():
        if verdict.outcome is Outcome.CONFLICT:
            for file in verdict.files:
                yield (verdict.a, verdict.b), file.path, file.lines
