"""What a floor knows of paths in the repository: who wrote there, left a scope there, asks for it, and collides there.

Paths are as in a scope: relative to the root of a work tree. Agents name files by where they work, so each is taken to
lie in the deepest work tree around it. Pure.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from sessions.floor.conflicts import Verdict
from sessions.floor.patterns import PatternError, is_path, parsed
from sessions.floor.state import FloorState, Station
from sessions.views.conflicts.hotspots import collisions
from sessions.views.scopes.marks import Mark, Marks


class Known(msgspec.Struct, frozen=True):
    """All of it, by path."""

    touched: Marks
    """Files that stations of this repository wrote."""
    outside: Marks
    """What was tried, or done, outside of a scope."""
    wanted: Marks
    """Patterns that stations asked to have in their scope."""
    open: Marks
    """Those of them that wait for an answer now."""
    hot: Marks
    """Files at which branches collide: as `station` the branch, as `times` in how many pairs."""
    beyond: tuple[Mark, ...] = ()
    """What was tried outside of the work tree, where no scope reaches."""


NOTHING = Known(Marks(), Marks(), Marks(), Marks(), Marks())


def known(state: FloorState) -> Known:
    """What this floor knows."""
    outside = [
        Mark(path, station, times) for station, own in state.owned.items() for path, times in own.outside.items()
    ]
    return Known(
        Marks(_touched(state)),
        Marks(mark for mark in outside if is_path(mark.path)),
        Marks(_asked(state)),
        Marks(
            Mark(path, station, 1, question.asked)
            for station, own in state.owned.items()
            for question in own.questions.values()
            if question.asks == "scope"
            for path in _placed(question.paths)
        ),
        Marks(_hot(state.verdicts)),
        tuple(mark for mark in outside if not is_path(mark.path)),
    )


def _asked(state: FloorState) -> Iterator[Mark]:
    for station, own in state.owned.items():
        for path in _placed(own.wanted):
            yield Mark(path, station, own.wanted[path])


def _placed(texts: Iterable[str]) -> Iterator[str]:
    """Those that are patterns, so that they have a place in the tree."""
    for text in texts:
        try:
            parsed(text)
        except PatternError:
            continue
        yield text


def _touched(state: FloorState) -> Iterator[Mark]:
    roots = _Roots(state)
    for station in state.stations.values():
        if station.elsewhere or not station.files:
            continue
        times: Counter[str] = Counter()
        last: dict[str, float] = {}
        for file, count in station.files.items():
            if path := roots.relative(station, file):
                times[path] += count
                last[path] = max(last.get(path, 0.0), station.wrote.get(file, 0.0))
        yield from (Mark(path, station.id, count, last[path]) for path, count in times.items())


def _hot(verdicts: Mapping[str, Verdict]) -> Iterator[Mark]:
    pairs: Counter[tuple[str, str]] = Counter()
    for pair, path, _ in collisions(verdicts):
        pairs.update((path, name) for name in pair if name)
    return (Mark(path, name, count) for (path, name), count in pairs.items())


class _Roots:
    """The directories of work trees."""

    def __init__(self, state: FloorState) -> None:
        found = [state.repo, *(branch.worktree for branch in state.branches.values())]
        found += [own.directory for own in state.owned.values()]
        self._roots = frozenset(root.rstrip("/") for root in found if len(root) > 1)

    def relative(self, station: Station, file: str) -> str:
        """The path in its work tree; "" of what lies in none."""
        if file.startswith("/"):
            root = file
            while root and root not in self._roots:
                root = root.rpartition("/")[0]
            root = root or next(
                (home for home in (station.directory, station.home) if len(home) > 1 and file.startswith(home + "/")),
                "",
            )
            file = file[len(root) + 1 :] if root else ""
        path = unicodedata.normalize("NFC", file.removeprefix("./"))
        return path if is_path(path) else ""
