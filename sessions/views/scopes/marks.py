"""What stations did at paths, each with how often, in the order of the paths: what lies in a directory is one slice."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec

_AFTER = chr(ord("/") + 1)
"""The letter after the slash: `src0` comes right behind all that lies in `src/`."""


class Mark(msgspec.Struct, frozen=True):
    """Something that a station did at a path."""

    path: str
    station: str
    times: int = 1
    time: float = 0.0
    """When it did that last; 0 where that is not known."""


class Marks:
    """All of a kind."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self.all: Sequence[Mark] = sorted(marks, key=lambda mark: (mark.path, mark.station))
        self._paths = [mark.path for mark in self.all]
        begins = (before != path for before, path in zip(["", *self._paths], self._paths, strict=False))
        self._files = [0, *accumulate(begins)]
        self._times = [0, *accumulate(mark.times for mark in self.all)]

    def __bool__(self) -> bool:
        return bool(self.all)

    def within(self, path: str) -> Sequence[Mark]:
        """Those at a file, or in a directory, whose path ends in `/`; "" is the whole tree."""
        start, stop = self._span(path)
        return self.all[start:stop]

    def paths(self, path: str) -> int:
        """At how many paths they are there."""
        start, stop = self._span(path)
        return self._files[stop] - self._files[start]

    def times(self, path: str) -> int:
        """How often it was done there in all."""
        start, stop = self._span(path)
        return self._times[stop] - self._times[start]

    def _span(self, path: str) -> tuple[int, int]:
        if not path:
            return 0, len(self.all)
        start = bisect_left(self._paths, path)
        after = path[:-1] + _AFTER if path.endswith("/") else path + "\0"
        return start, bisect_left(self._paths, after, start)
