"""What of its own place a station may not read: which directories are empty inside, and which files closed. Pure.

What it may write it may read. What a pattern says of files that do not exist yet, and more than `MOST`, only its tools
and hooks know.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from sessions.floor.patterns import DEEP, EVERYTHING, matches, quoted
from sessions.floor.scope import Scope
from sessions.floor.scopes.reach import MOST_LOOKED_AT, Kind, Tree
from sessions.floor.scopes.sets import inside, overlaps

MOST = 100
"""Mounts that hide something: each costs every command some tenths of a millisecond."""


@dataclass(slots=True)
class Unread:
    """Paths relative to the root of the work tree."""

    folders: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    more: bool = False
    """There is more than could be hidden."""
    looked_at: int = 0


def unread(scope: Scope, tree: Tree) -> Unread:
    """What is hidden for a scope."""
    found = Unread()
    if scope.read != EVERYTHING:
        _visit(found, scope, tree, "")
        found.more = found.more or len(found.folders) + len(found.files) > MOST
        del found.folders[MOST:], found.files[max(0, MOST - len(found.folders)) :]
    return found


def _visit(found: Unread, scope: Scope, tree: Tree, folder: str) -> None:
    prefix = f"{folder}/" if folder else ""
    for name in sorted(tree.names(folder)):
        path, kind = prefix + name, tree.kind(prefix + name)
        found.looked_at += 1
        if found.looked_at > MOST_LOOKED_AT:
            found.more = True
            return
        if name.lower().startswith(".git"):
            continue  # git itself goes by `.gitattributes` and its like
        if kind is Kind.FOLDER:
            below = [f"{quoted(unicodedata.normalize('NFC', path))}/{DEEP}"]
            if not _any(scope, below):
                found.folders.append(path)
            elif not (inside(below, scope.read) or inside(below, scope.write)):
                _visit(found, scope, tree, path)
        elif kind is Kind.FILE and not matches(scope.read, path) and not matches(scope.write, path):
            found.files.append(path)


def _any(scope: Scope, below: Sequence[str]) -> bool:
    return overlaps(scope.read, below) or overlaps(scope.write, below)
