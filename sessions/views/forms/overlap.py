"""Where a scope meets those of other stations, and branches that collide already, before anybody has it. Pure.

It is found in portions, so that a key never waits for it: what yields in between can be called off at any of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from typing import TypeVar

import msgspec

from sessions.floor.conflicts import Outcome, conflicts_of
from sessions.floor.ours.family import above as all_above
from sessions.floor.patterns import matches
from sessions.floor.scope import Scope
from sessions.floor.scopes.paths import Paths
from sessions.floor.scopes.sets import TooManyStates, common
from sessions.floor.state import FloorState, Station

FIRST = 3
"""Files that are named."""
PORTION = 500
"""Paths that are looked at before others get a turn."""

T = TypeVar("T")


class Meeting(msgspec.Struct, frozen=True):
    """Another station that may write what this one may, or wrote there."""

    station: str
    name: str
    files: int = 0
    """Files of the tree that both may write; of one that is only observed, those that it wrote."""
    first: tuple[str, ...] = ()
    might: str = ""
    """Something that both may write, where they share no file that is there."""
    exclusive: bool = False
    """It has that to itself."""
    observed: bool = False
    lines: int = 0
    """Lines in which their branches collide."""


class Hot(msgspec.Struct, frozen=True):
    """A file in the scope in which branches collide."""

    path: str
    pairs: int


class Overlap(msgspec.Struct, frozen=True):
    """What a scope meets."""

    files: int = 0
    """Files of the tree that it may write."""
    of: int = 0
    more: bool = False
    """There are others, which nobody counted."""
    meetings: tuple[Meeting, ...] = ()
    """The worst first."""
    collides: tuple[tuple[str, int], ...] = ()
    """Other branches with which its own collides, and in how many lines."""
    hot: tuple[Hot, ...] = ()


class Where(msgspec.Struct, frozen=True):
    """Who is to have the scope."""

    stations: frozenset[str] = frozenset()
    """None for one that is not there yet."""
    parent: str = ""
    branch: str = ""


Steps = Generator[None, None, T]
"""Work in portions, and what comes of it."""


def finished(steps: Steps[T]) -> T:
    """The result, all portions at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: T = end.value
            return found


def overlap(state: FloorState, scope: Scope, where: Where, tree: Paths) -> Steps[Overlap]:
    """What this scope meets; its patterns are right ones."""
    yield from tree.sift(scope.write)
    mine = tree.mask(scope.write)
    lines = dict(_collides(state, where.branch))
    meetings: list[Meeting] = []
    for station in _others(state, where):
        met = yield from _met(state, scope, tree, mine, station)
        if met is not None:
            branch = station.branch
            meetings.append(msgspec.structs.replace(met, lines=lines.get(branch, 0)) if branch in lines else met)
        yield
    hot = yield from _hot(state, scope)
    return Overlap(
        mine.bit_count(),
        len(tree),
        tree.more,
        tuple(sorted(meetings, key=lambda m: (not m.exclusive, -m.lines, -m.files, m.name))),
        tuple(lines.items()),
        hot,
    )


def _others(state: FloorState, where: Where) -> Iterable[Station]:
    """Stations of this repository that could write there, but for itself and those with which it shares what it has."""
    above = {where.parent} | {name for station in where.stations for name in all_above(state, station)}
    if where.parent:
        above.update(all_above(state, where.parent))
    for station in state.stations.values():
        known = state.owned.get(station.id)
        if station.id in where.stations or station.id in above:
            continue
        if not where.stations.isdisjoint(all_above(state, station.id)):
            continue
        if known.lives if known is not None else (station.files and not station.elsewhere):
            yield station


def _met(state: FloorState, scope: Scope, tree: Paths, mine: int, station: Station) -> Steps[Meeting | None]:
    known = state.owned.get(station.id)
    if known is None:
        found: list[str] = []
        for at, path in enumerate(_own_paths(station), 1):
            if matches(scope.write, path):
                found.append(path)
            if at % PORTION == 0:
                yield
        return Meeting(station.id, station.name, len(found), _first(found), observed=True) if found else None
    try:
        might = common(scope.write, known.scope.write)
    except TooManyStates:
        might = "**"
    if not might:
        return None
    yield from tree.sift(known.scope.write)
    both = mine & tree.mask(known.scope.write)
    return Meeting(
        station.id,
        station.name,
        both.bit_count(),
        tuple(tree.first(both, FIRST)),
        "" if both else might,
        exclusive=known.scope.exclusive,
    )


def _own_paths(station: Station) -> Iterable[str]:
    """The files that it wrote in its work tree, relative to that, the most often written first."""
    root = station.directory.rstrip("/") + "/"
    for path in sorted(station.files, key=station.files.__getitem__, reverse=True):
        if path.startswith(root):
            yield path[len(root) :]
        elif not path.startswith("/"):
            yield path


def own_paths(station: Station) -> list[str]:
    """The files that a station wrote in its work tree, relative to that."""
    return list(_own_paths(station))


def _first(found: Sequence[str]) -> tuple[str, ...]:
    return tuple(found[:FIRST])


def _collides(state: FloorState, branch: str) -> Iterable[tuple[str, int]]:
    if branch:
        yield from ((partner or state.base, verdict.lines) for partner, verdict in conflicts_of(state.verdicts, branch))


def _hot(state: FloorState, scope: Scope) -> Steps[tuple[Hot, ...]]:
    """Files in the scope in which branches collide already, those of most pairs first."""
    pairs: Counter[str] = Counter()
    for verdict in state.verdicts.values():
        if verdict.outcome is Outcome.CONFLICT:
            pairs.update({file.path for file in verdict.files})
    found = []
    for at, (path, count) in enumerate(pairs.most_common(), 1):
        if matches(scope.write, path):
            found.append(Hot(path, count))
            if len(found) == FIRST:
                break
        if at % PORTION == 0:
            yield
    return tuple(found)
