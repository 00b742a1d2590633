"""The shape of `scopes --json`, versioned: what scripts may rely on. Pure: a tree of scopes in, values out.

Field names and meanings are documented in README.md. Within one version fields are only ever added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from sessions.floor.state import name_of
from sessions.views.scopes.ground import Ground, Node, Owner
from sessions.views.scopes.marks import Mark
from sessions.views.scopes.prevent import prevention, who
from sessions.views.scopes.spots import Why, spots
from sessions.views.scopes.used import pairs, unused

VERSION = 1


class TimesShape(msgspec.Struct, frozen=True, kw_only=True):
    """A path, or a pattern that was asked for, and how often."""

    path: str
    times: int
    waits: bool = False
    """It was asked for, and waits for an answer."""


class BoundedShape(msgspec.Struct, frozen=True, kw_only=True):
    """A station of ours with what it may write."""

    name: str
    id: str
    life: str
    lives: bool
    write: tuple[str, ...]
    exclusive: bool
    since: float
    """Seconds since 1970; 0 where that is not known."""
    by: str
    files: int
    """That it may write."""
    touched: int
    times: int
    unused: tuple[str, ...]
    outside: list[TimesShape]
    wanted: list[TimesShape]


class PairShape(msgspec.Struct, frozen=True, kw_only=True):
    """Two that may write the same; their names."""

    a: str
    b: str
    files: int
    first: tuple[str, ...]
    might: str


class OwnerShape(msgspec.Struct, frozen=True, kw_only=True):
    """A station that may write in a place."""

    name: str
    files: int


class PlaceShape(msgspec.Struct, frozen=True, kw_only=True):
    """A file, or a directory: its path ends in `/`, that of the whole tree is ""."""

    path: str
    files: int
    owners: list[OwnerShape]
    overlap: int
    gap: int
    touched: int
    times: int
    outside: int
    wanted: int
    collisions: int


class RuleShape(msgspec.Struct, frozen=True, kw_only=True):
    """A place that stations, or branches without one, should have left to others."""

    place: str
    leave: list[str]
    keep: list[str]
    pairs: int


class ScopesShape(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `scopes --json`."""

    version: int = VERSION
    repo: str
    base: str
    base_head: str
    tree: str
    """Where the files are from: `repository`, or `floor` where only what is known there could be looked at."""
    files: int
    more: bool
    """There are files that were not looked at."""
    stations: list[BoundedShape]
    overlaps: list[PairShape]
    overlap_files: int
    gaps: list[str]
    """The largest places that nobody may write."""
    gap_files: int
    places: list[PlaceShape]
    colliding_pairs: int
    suggestions: list[RuleShape]


def scopes(ground: Ground, depth: int) -> ScopesShape:
    """What is told of a tree, with its places down to a depth."""
    state, root, prevented = ground.state, ground.node(""), prevention(ground.state, ground.known)
    return ScopesShape(
        repo=state.repo,
        base=state.base,
        base_head=state.base_head,
        tree="repository" if len(ground.tree) else "floor",
        files=ground.files,
        more=ground.paths.more,
        stations=[_bounded(ground, owner) for owner in (*ground.owners, *ground.resting)],
        overlaps=[
            PairShape(a=it.one.name, b=it.other.name, files=it.files, first=it.first, might=it.might)
            for it in pairs(ground)
        ],
        overlap_files=root.overlap,
        gaps=[spot.path for spot in spots(ground) if spot.why is Why.GAP],
        gap_files=root.gap,
        places=[_place(ground.node(path)) for path in _down_to(ground, "", depth)],
        colliding_pairs=prevented.pairs,
        suggestions=[
            RuleShape(place=rule.place, leave=who(state, rule.leave), keep=who(state, rule.keep), pairs=rule.pairs)
            for rule in prevented.rules
        ],
    )


def _bounded(ground: Ground, owner: Owner) -> BoundedShape:
    own, known = owner.owned, ground.known
    touched = [mark for mark in known.touched.all if mark.station == owner.id]
    waiting = {mark.path for mark in known.open.all if mark.station == owner.id}
    return BoundedShape(
        name=name_of(ground.state, owner.id),
        id=owner.id,
        life=own.life.value,
        lives=own.lives,
        write=own.scope.write,
        exclusive=own.scope.exclusive,
        since=own.scoped,
        by=own.scoped_by,
        files=owner.mask.bit_count(),
        touched=len(touched),
        times=sum(mark.times for mark in touched),
        unused=unused(ground, owner),
        outside=_times((*known.outside.all, *known.beyond), owner.id),
        wanted=_times(known.wanted.all, owner.id, waiting),
    )


def _times(marks: Iterable[Mark], station: str, waiting: Collection[str] = ()) -> list[TimesShape]:
    own = sorted((mark for mark in marks if mark.station == station), key=lambda mark: (-mark.times, mark.path))
    return [TimesShape(path=mark.path, times=mark.times, waits=mark.path in waiting) for mark in own]


def _place(node: Node) -> PlaceShape:
    return PlaceShape(
        path=node.path,
        files=node.files,
        owners=[OwnerShape(name=share.owner.name, files=share.files) for share in node.shares],
        overlap=node.overlap,
        gap=node.gap,
        touched=node.touched,
        times=node.times,
        outside=node.outside,
        wanted=node.wanted,
        collisions=node.hot,
    )


def _down_to(ground: Ground, folder: str, depth: int) -> Iterator[str]:
    yield folder
    if depth and (folder == "" or folder.endswith("/")):
        for path in ground.children(folder):
            yield from _down_to(ground, path, depth - 1)
