"""What a branch holds, as values: its commits, the files that they change, and the lines of a change. Pure.

All texts are harmless: one line each, cleaned and bounded.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

Sides = tuple[str, str]
"""The names of two commits or trees: before and after."""


class Commit(msgspec.Struct, frozen=True):
    """One commit of a branch."""

    name: str
    parents: tuple[str, ...] = ()
    author: str = ""
    time: float = 0.0
    """When it was committed, in seconds since 1970."""
    subject: str = ""


class Change(StrEnum):
    """What became of a file. Each is its own letter, the one that git uses."""

    ADDED = "A"
    MODIFIED = "M"
    DELETED = "D"
    RENAMED = "R"
    COPIED = "C"
    RETYPED = "T"
    """A file became a link, a submodule, or the other way round."""
    UNKNOWN = "?"


class FileChange(msgspec.Struct, frozen=True):
    """One file that differs between two sides. Paths are as `git.names.shown` writes them."""

    path: str
    change: Change = Change.MODIFIED
    before: str = ""
    """Where it was renamed or copied from."""
    added: int | None = None
    """Lines; None where there are none to count, or nobody counted."""
    removed: int | None = None
    modes: tuple[str, str] = ("", "")
    """Git's modes before and after, such as 100644; all zeros for nothing."""

    @property
    def submodule(self) -> bool:
        return _SUBMODULE in self.modes


_SUBMODULE = "160000"


class Files(msgspec.Struct, frozen=True):
    """The files that differ between two sides."""

    sides: Sides
    files: tuple[FileChange, ...] = ()
    count: int = 0
    """All of them, also those that are not among `files`."""
    added: int = 0
    removed: int = 0
    note: str = ""
    """What is not told here, and why."""
    renames: bool = True
    """Renamed files were looked for."""


class LineKind(StrEnum):
    """What a line of a patch is."""

    WORDS = "words"
    """What a commit says of itself."""
    FILE = "file"
    NOTE = "note"
    HUNK = "hunk"
    CONTEXT = "context"
    ADDED = "added"
    REMOVED = "removed"


class PatchLine(msgspec.Struct, frozen=True):
    """A line of a patch; the numbers are its own in the file before and after, 0 where it has none."""

    kind: LineKind
    text: str
    old: int = 0
    new: int = 0


class Patch(msgspec.Struct, frozen=True):
    """How files differ between two sides, line by line."""

    lines: tuple[PatchLine, ...] = ()
    note: str = ""
    """What is not shown, and why."""


class BranchContents(msgspec.Struct, frozen=True):
    """A branch as it was read: where it left the base, and what it did since."""

    head: str
    start: str = ""
    """Where it left the base; "" when they share no history, or there is no base."""
    commits: tuple[Commit, ...] = ()
    """Newest first."""
    count: int = 0
    """All of them, also those that are not among `commits`."""
    uncommitted: str = ""
    """A commit of what lies in its worktree and is not committed; "" when nothing is."""
    trouble: str = ""
    """Why that cannot be told."""
    latest: bool = False
    """The commits are the newest of its whole history: nothing lies between the base and it."""


class Part(msgspec.Struct, frozen=True):
    """A part of the work that can be looked at by itself."""

    key: str
    """Its identity: `ALL`, `UNCOMMITTED`, or the name of a commit."""
    sides: Sides
    commit: Commit | None = None


ALL, UNCOMMITTED = "all", "uncommitted"


def parts(work: BranchContents) -> list[Part]:
    """All that it holds together, then what is not committed, then its commits, newest first.

    A merge is told by what it brought to its first parent.
    """
    found = []
    if not work.latest:
        found.append(Part(ALL, (work.start, work.uncommitted or work.head)))
    if work.uncommitted:
        found.append(Part(UNCOMMITTED, (work.head, work.uncommitted)))
    return found + [Part(it.name, (it.parents[0] if it.parents else "", it.name), it) for it in work.commits]
