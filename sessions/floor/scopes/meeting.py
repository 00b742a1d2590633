"""Where a scope meets those of other stations, before anybody confirms it; and what a word of a pattern may become.

Pure: the paths of the tree, and what a branch touches, are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from sessions.floor.conflicts import Outcome, between
from sessions.floor.patterns import DEEP, matches, quoted
from sessions.floor.scopes.sets import TooManyStates, common
from sessions.floor.state import FloorState, name_of

MOST_FILES = 50
"""Files that a meeting names; it counts all of them."""


class Meeting(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another station that may write where this one may."""

    station: str
    name: str
    branch: str = ""
    files: tuple[str, ...] = ()
    """Files of the tree that both may write, the first ones by name."""
    count: int = 0
    """How many there are."""
    example: str = ""
    """A path that both may write; where no file of the tree is such, it is one that might come."""
    collides: bool = False
    """Their branches cannot both land as they are."""
    lines: int = 0
    """Conflicting lines, then."""
    exclusive: bool = False
    """It has its scope to itself: this one is refused."""


def meetings(
    state: FloorState, station: str, branch: str, write: Sequence[str], tree: Iterable[str]
) -> tuple[Meeting, ...]:
    """Whom a station on this branch meets that may write this; those whose branches collide with it come first.

    `station` is "" for one that is not there yet; `tree` has the paths of all files. Raises `PatternError`.
    """
    mine = [path for path in tree if matches(write, path)]
    found = []
    for other, known in state.owned.items():
        if other == station or not known.lives:
            continue
        example = _common(write, known.scope.write)
        pair = _verdict(state, branch, known.branch)
        if not example and pair is None:
            continue
        both = [path for path in mine if matches(known.scope.write, path)]
        found.append(
            Meeting(
                station=other,
                name=name_of(state, other),
                branch=known.branch,
                files=tuple(sorted(both)[:MOST_FILES]),
                count=len(both),
                example=example,
                collides=pair is not None,
                lines=pair or 0,
                exclusive=known.scope.exclusive and bool(example),
            )
        )
    return tuple(sorted(found, key=lambda each: (not each.exclusive, -each.lines, -each.count, each.name)))


def completions(word: str, tree: Iterable[str], most: int = 50) -> tuple[str, ...]:
    """What a word of a pattern may become: the next directories, as all that lies below them, and files.

    A `!` before it stays. A word that has wildcards already is left alone.
    """
    minus, body = ("!", word[1:]) if word.startswith("!") else ("", word)
    if "*" in body or "?" in body:
        return ()
    found: set[str] = set()
    for path in tree:
        if path.startswith(body):
            name, below, _ = path[len(body) :].partition("/")
            whole = quoted(body + name)
            if below and name:
                found.add(f"{minus}{whole}/{DEEP}")
            elif below:  # the word is the directory itself
                found.add(f"{minus}{quoted(body)}/{DEEP}")
            else:
                found.add(minus + whole)
    return tuple(sorted(found, key=lambda text: (not text.endswith(DEEP), text))[:most])


def _common(one: Sequence[str], other: Sequence[str]) -> str:
    try:
        return common(one, other)
    except TooManyStates:
        return "?"


def _verdict(state: FloorState, branch: str, other: str) -> int | None:
    """Conflicting lines of two branches; None where they do not collide, as far as is known."""
    found = between(state.verdicts, branch, other) if branch and other and branch != other else None
    return found.lines if found is not None and found.outcome is Outcome.CONFLICT else None
