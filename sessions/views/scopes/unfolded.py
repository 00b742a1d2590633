"""Which rows of the tree are shown: some directories are unfolded. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from sessions.views.scopes.ground import Ground, ancestors

MOST_ROWS = 100_000
"""Rows that are shown of what is unfolded."""


class Row(msgspec.Struct, frozen=True):
    """A row of the tree."""

    path: str
    depth: int
    open: bool = False


def rows(ground: Ground, unfolded: frozenset[str]) -> Sequence[Row]:
    """The rows in view when these directories are unfolded: the whole tree first, which is "" and never folded."""
    found = [Row("", 0, open=True)]
    for row in _below(ground, "", 1, unfolded):
        found.append(row)
        if len(found) >= MOST_ROWS:
            break
    return found


def _below(ground: Ground, folder: str, depth: int, unfolded: frozenset[str]) -> Iterator[Row]:
    stack = [iter(ground.children(folder))]
    while stack:
        path = next(stack[-1], None)
        if path is None:
            stack.pop()
            continue
        opens = path in unfolded and path.endswith("/")
        yield Row(path, depth + len(stack) - 1, opens)
        if opens:
            stack.append(iter(ground.children(path)))


def fitting(ground: Ground, most: int) -> frozenset[str]:
    """What to unfold first: level by level, as long as all rows have room; a level that has none stays folded."""
    unfolded, level = frozenset[str](), [path for path in ground.children("") if path.endswith("/")]
    number = 1 + len(ground.children(""))
    while level:
        below = [child for folder in level for child in ground.children(folder)]
        number += len(below)
        if number > most:
            break
        unfolded |= frozenset(level)
        level = [path for path in below if path.endswith("/")]
    return unfolded


def leading_to(path: str) -> frozenset[str]:
    """What has to be unfolded so that a place has a row."""
    return frozenset(folder for folder in ancestors(path) if folder)
