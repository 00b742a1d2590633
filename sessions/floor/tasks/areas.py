"""Where tasks write, indexed: whether one meets another is found without asking each of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sessions.floor.patterns import parsed
from sessions.floor.scopes.sets import overlaps

Path = tuple[str, ...]


class Areas:
    """Tasks by the directories that their patterns begin with.

    Two patterns can only meet where one of these directories lies in the other; those that may are compared exactly.
    """

    def __init__(self) -> None:
        self._writes: dict[str, tuple[str, ...]] = {}
        self._at: dict[Path, list[str]] = {}
        """By directory the tasks that begin there."""
        self._below: dict[Path, list[str]] = {}
        """By directory the tasks that begin below it."""

    def add(self, task: str, write: tuple[str, ...]) -> None:
        """`task` writes there; one that says nothing of that meets nobody."""
        self._writes[task] = write
        for fixed in _fixed(write):
            self._at.setdefault(fixed, []).append(task)
            for depth in range(len(fixed)):
                self._below.setdefault(fixed[:depth], []).append(task)

    def meeting(self, write: tuple[str, ...]) -> str:
        """The first task that writes where this would be written; "" when none does."""
        near = set(self._near(write))
        return next((task for task, other in self._writes.items() if task in near and _meet(write, other)), "")

    def _near(self, write: tuple[str, ...]) -> Iterator[str]:
        for fixed in _fixed(write):
            yield from self._below.get(fixed, ())
            for depth in range(len(fixed) + 1):
                yield from self._at.get(fixed[:depth], ())


@lru_cache(65_536)
def _meet(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return overlaps(one, other)


def _fixed(write: tuple[str, ...]) -> set[Path]:
    return {pattern.fixed for pattern in map(parsed, write) if not pattern.takes_away}
