"""All that is known of one place of the tree. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from sessions.floor.ours.owned import Owned
from sessions.floor.scopes.sets import inside
from sessions.floor.state import FloorState, Status, name_of
from sessions.views.names import labels
from sessions.views.scopes.ground import Ground, Node, Share, pattern_of
from sessions.views.scopes.marks import Mark
from sessions.views.scopes.used import pairs, unused
from sessions.views.status import status_at

FIRST = 3
"""Files that are named of many."""
ENOUGH = 12
"""Pairs that share files, with which it is not looked for those that might."""


class Writer(msgspec.Struct, frozen=True):
    """A station that may write there, or wrote there."""

    station: str
    name: str
    status: Status = Status.UNKNOWN
    files: int = 0
    """Of the place, that it may write."""
    whole: bool = False
    """It may write all there, also what is not there yet."""
    exclusive: bool = False
    since: float = 0.0
    by: str = ""
    """When it got its scope, and of whom; 0 of one that has none."""
    ours: bool = True
    lives: bool = True
    life: str = ""
    touched: int = 0
    times: int = 0
    """Files that it wrote there, and how often."""
    first: tuple[str, ...] = ()
    """The most written ones."""
    last: float = 0.0
    """When it wrote there last, as far as that is remembered."""
    restricted: bool = False
    """A newer scope waits for its next start."""


class Meeting(msgspec.Struct, frozen=True):
    """Two that may write the same."""

    one: str
    other: str
    files: int
    first: tuple[str, ...] = ()
    might: str = ""
    """A path that both may write, where they share no file; told of the whole tree alone."""


class Trial(msgspec.Struct, frozen=True):
    """What was tried outside of a scope, or asked for."""

    name: str
    path: str
    times: int
    open: bool = False
    """It waits for an answer."""


class HotFile(msgspec.Struct, frozen=True):
    """A file at which branches collide."""

    path: str
    branches: tuple[str, ...]


class Detail(msgspec.Struct, frozen=True):
    """One place."""

    node: Node
    writers: tuple[Writer, ...] = ()
    """Who lives and may write there."""
    others: tuple[Writer, ...] = ()
    """Who wrote there and may not, or is only observed, or has ended."""
    meetings: tuple[Meeting, ...] = ()
    outside: tuple[Trial, ...] = ()
    wanted: tuple[Trial, ...] = ()
    hot: tuple[HotFile, ...] = ()
    unused: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Of the whole tree: patterns in which stations wrote nothing, by their names."""


def detail(ground: Ground, path: str, now: float) -> Detail:
    """What is known of a place."""
    state, node, known = ground.state, ground.node(path), ground.known
    touches: dict[str, list[Mark]] = {}
    for mark in known.touched.within(path):
        touches.setdefault(mark.station, []).append(mark)
    shares = {share.owner.id: share.files for share in node.shares}
    pattern = pattern_of(path)
    writers = [
        _writer(state, share.owner.id, now, touches.get(share.owner.id, ()), share, _if_all(share, node, pattern))
        for share in node.shares
    ]
    resting = ground.shares(path, ground.resting)
    others = [
        _writer(state, share.owner.id, now, touches.get(share.owner.id, ()), share, _if_all(share, node, pattern))
        for share in resting
    ]
    seen = {*shares, *(other.station for other in others)}
    others += [_writer(state, name, now, marks) for name, marks in touches.items() if name not in seen]
    beyond = known.beyond if not path else ()
    asked_now = {(mark.station, mark.path) for mark in known.open.within(path)}
    return Detail(
        node,
        tuple(writers),
        tuple(sorted(others, key=lambda writer: (-writer.last, -writer.times, writer.name))),
        tuple(_meetings(ground, path)),
        tuple(_trial(state, mark) for mark in _often((*known.outside.within(path), *beyond))),
        tuple(
            _trial(state, mark, (mark.station, mark.path) in asked_now) for mark in _often(known.wanted.within(path))
        ),
        _hot(known.hot.within(path)),
        () if path else tuple((it.name, patterns) for it in ground.owners if (patterns := unused(ground, it))),
    )


def as_of(found: Detail, state: FloorState, now: float) -> Detail:
    """The same with what its stations do now; the same value where that is no other."""

    def told(writers: tuple[Writer, ...]) -> tuple[Writer, ...]:
        now_so = tuple(_status(state, writer.station, now) for writer in writers)
        if all(writer.status is status for writer, status in zip(writers, now_so, strict=True)):
            return writers
        return tuple(replace(writer, status=status) for writer, status in zip(writers, now_so, strict=True))

    writers, others = told(found.writers), told(found.others)
    if writers is found.writers and others is found.others:
        return found
    return replace(found, writers=writers, others=others)


def _status(state: FloorState, station: str, now: float) -> Status:
    seen = state.stations.get(station)
    return status_at(seen, now).status if seen is not None else Status.UNKNOWN


def _meetings(ground: Ground, path: str) -> Iterator[Meeting]:
    if not path:
        for pair in pairs(ground, FIRST, ENOUGH):
            yield Meeting(pair.one.name, pair.other.name, pair.files, pair.first, pair.might)
        return
    for one, other, files in ground.meetings(path):
        yield Meeting(one.name, other.name, files, tuple(ground.first(one.mask & other.mask, path, FIRST)))


def _if_all(share: Share, node: Node, pattern: str) -> str:
    """The pattern of a place; nothing where it is seen at once that not all of it may be written."""
    return pattern if share.files == node.files else ""


def _writer(
    state: FloorState,
    station: str,
    now: float,
    marks: Sequence[Mark],
    share: Share | None = None,
    pattern: str = "",
) -> Writer:
    """`pattern` is that of the place, where it may be that it may write all of it."""
    own = state.owned.get(station, Owned())
    return Writer(
        station,
        name_of(state, station),
        _status(state, station, now),
        share.files if share is not None else 0,
        pattern != "" and inside([pattern], own.scope.write),
        share is not None and own.scope.exclusive,
        own.scoped if share is not None else 0.0,
        own.scoped_by,
        station in state.owned,
        own.lives if station in state.owned else True,
        own.life.value if station in state.owned else "",
        len(marks),
        sum(mark.times for mark in marks),
        tuple(mark.path for mark in sorted(marks, key=lambda mark: -mark.times)[:FIRST]),
        max((mark.time for mark in marks), default=0.0),
        own.next_start and share is not None,
    )


def _often(marks: Sequence[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: (-mark.times, mark.path))


def _trial(state: FloorState, mark: Mark, open_: bool = False) -> Trial:
    return Trial(name_of(state, mark.station), mark.path, mark.times, open_)


def _hot(marks: Sequence[Mark]) -> tuple[HotFile, ...]:
    found: dict[str, Counter[str]] = {}
    for mark in marks:
        found.setdefault(mark.path, Counter())[mark.station] += mark.times
    names = sorted({name for counts in found.values() for name in counts})
    label = dict(zip(names, labels(names), strict=True))
    worst = sorted(found.items(), key=lambda item: (-item[1].total(), item[0]))
    return tuple(HotFile(path, tuple(label[name] for name, _ in counts.most_common())) for path, counts in worst)
