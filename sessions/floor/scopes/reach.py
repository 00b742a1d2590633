"""What of a scope mounts can hold: which files and directories of a tree are made writable, and which stay shut. Pure.

A mount says a whole directory, or a file that exists. A directory in which files that do not exist yet may come
(`*.py`, a file that is to be made) is opened, and what is in it and not allowed is shut again. What else comes there
can only be asked (`Reach.asked`): by the agent's own hook, and when the work leaves the station.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sessions.floor.patterns import DEEP, Pattern, matches, parsed, quoted
from sessions.floor.scopes.sets import TooManyStates, beyond, inside, overlaps

MOST_SHUT = 100
"""Mounts that shut something: each takes some tenths of a millisecond whenever a command is run."""
MOST_LOOKED_AT = 2_000
"""Names that are looked at."""
_MOST_EXCEPTIONS = 20


class Kind(StrEnum):
    """What lies at a path; links are never followed."""

    NOTHING = ""
    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"
    """A link, a socket: nothing that may be mounted."""


class Kinds(Protocol):
    """What lies where in a work tree, or in one that is to be. Paths are relative to its root, which is ""."""

    def kind(self, path: str) -> Kind: ...


class Tree(Kinds, Protocol):
    """The files of a work tree."""

    def names(self, folder: str) -> Iterable[str]:
        """What lies in a directory; nothing where it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class Reach:
    """What is to be mounted over a read-only tree. What lies deeper wins; the root is ""."""

    open: tuple[str, ...] = ()
    """Directories, with all below, and files, to be made writable."""
    shut: tuple[str, ...] = ()
    """Directories and files in those that stay read-only. Landlock cannot do this: what it holds then ends there."""
    make: tuple[str, ...] = ()
    """Directories of `open` that are to be made first, in this order; git does not see empty ones."""
    asked: tuple[str, ...] = ()
    """Patterns that mounts say wider than they are meant."""


@dataclass(slots=True)
class _Plan:
    patterns: tuple[str, ...]
    tree: Tree
    open: list[str] = field(default_factory=list)
    shut: list[str] = field(default_factory=list)
    make: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    looked_at: int = 0


def roots(patterns: Sequence[str], tree: Tree) -> Reach:
    """How mounts hold these patterns. Raises `PatternError`."""
    plan = _Plan(tuple(patterns), tree)
    for path in _missing(plan):
        plan.make.append(path)
    _visit(plan, "", False)
    shut = sorted(plan.shut)
    if len(shut) > MOST_SHUT:
        folders = [path for path in shut if tree.kind(path) is Kind.FOLDER]
        shut = sorted((folders + [path for path in shut if path not in set(folders)])[:MOST_SHUT])
        plan.asked.update(patterns)
    asked = tuple(text for text in patterns if text in plan.asked)
    return Reach(tuple(sorted(plan.open)), tuple(shut), tuple(plan.make), asked)


def _missing(plan: _Plan) -> list[str]:
    """Directories that patterns name and nobody has made, with those above them first."""
    found: list[str] = []
    for pattern in map(parsed, plan.patterns):
        fixed = pattern.fixed if pattern.segments[-1:] == (DEEP,) else pattern.fixed[:-1]
        if pattern.takes_away or not fixed:
            continue
        folder = ""
        for name in fixed:
            known = _named(plan.tree, folder, name)
            folder = f"{folder}/{known or name}" if folder else known or name
            if not known and plan.tree.kind(folder.rpartition("/")[0]) in (Kind.FOLDER, Kind.NOTHING):
                if folder not in found:
                    found.append(folder)
            elif plan.tree.kind(folder) is not Kind.FOLDER:
                break
    return found


def _named(tree: Tree, folder: str, name: str) -> str:
    """The name as it is on the disk, where letters may be decomposed; "" where nothing has it."""
    if tree.kind(f"{folder}/{name}" if folder else name) is not Kind.NOTHING:
        return name
    if name.isascii():
        return ""
    return next((known for known in tree.names(folder) if unicodedata.normalize("NFC", known) == name), "")


def _visit(plan: _Plan, folder: str, is_open: bool) -> None:
    """Plan a directory; `is_open` says whether what lies around it is writable."""
    prefix = f"{folder}/" if folder else ""
    below = f"{quoted(unicodedata.normalize('NFC', folder))}/{DEEP}" if folder else DEEP
    if not overlaps(plan.patterns, [below]):
        if is_open:
            plan.shut.append(folder)
        return
    if inside([below], plan.patterns):
        if not is_open:
            plan.open.append(folder)
        return
    names = sorted(name for name in plan.tree.names(folder) if name.lower() != ".git")
    names += [path[len(prefix) :] for path in plan.make if path.rpartition("/")[0] == folder]
    newcomers = _newcomers(plan, folder, {unicodedata.normalize("NFC", name) for name in names})
    plan.looked_at += len(names)
    if newcomers or plan.looked_at > MOST_LOOKED_AT:
        if not is_open:
            plan.open.append(folder)
        is_open = True
        if plan.looked_at > MOST_LOOKED_AT:
            plan.asked.update(plan.patterns)
            return
    elif is_open:
        plan.shut.append(folder)
        is_open = False
    for name in names:
        path = prefix + name
        kind = Kind.FOLDER if path in plan.make else plan.tree.kind(path)
        if kind is Kind.FOLDER:
            _visit(plan, path, is_open)
        elif kind is Kind.FILE and matches(plan.patterns, path) != is_open:
            (plan.shut if is_open else plan.open).append(path)
        elif kind is Kind.OTHER and is_open and not matches(plan.patterns, path):
            plan.asked.update(plan.patterns)


def _newcomers(plan: _Plan, folder: str, known: set[str]) -> bool:
    """Whether something that is not there yet may come in a directory. What mounts say too wide then is asked."""
    prefix = f"{quoted(unicodedata.normalize('NFC', folder))}/" if folder else ""
    depth = folder.count("/") + 1 if folder else 0
    below = prefix + DEEP
    here = [text for text in plan.patterns if overlaps([text.removeprefix("!")], [below])]
    if not any(_may_name_others(parsed(text), depth, known) for text in here if not text.startswith("!")):
        return False
    if not _exact(plan.patterns, prefix, known):
        plan.asked.update(here)
    return True


def _may_name_others(pattern: Pattern, depth: int, known: set[str]) -> bool:
    if DEEP in pattern.segments[: depth + 1]:
        return True
    segment = pattern.segments[depth]
    return "*" in segment or "?" in segment or segment not in known


def _exact(patterns: Sequence[str], prefix: str, known: set[str]) -> bool:
    """Whether all newcomers are allowed. What goes through a known name is none, and is planned by itself."""
    newcomers = [prefix + DEEP]
    for _ in range(_MOST_EXCEPTIONS):
        try:
            witness = beyond(newcomers, patterns)
        except TooManyStates:
            return False
        name = witness[len(prefix) :].partition("/")[0]
        if name not in known:
            return not witness
        newcomers += [f"!{prefix}{quoted(name)}", f"!{prefix}{quoted(name)}/{DEEP}"]
    return False


def doubt(patterns: Sequence[str], tree: Kinds) -> str:
    """Why a pattern can match nothing in this tree, whatever is written there; "" when none is such."""
    for text in patterns:
        pattern = parsed(text)
        folder = ""
        for number, name in enumerate(pattern.fixed):
            path = f"{folder}/{name}" if folder else name
            kind = tree.kind(path)
            if number + 1 < len(pattern.segments) and kind is Kind.FILE:
                return f"{text} can match nothing, as {path} is a file"
            if number + 1 == len(pattern.segments) and kind is Kind.FOLDER:
                return f"{text} can match nothing, as {path} is a directory: write {text}/** for all below it"
            folder = path
    return ""
