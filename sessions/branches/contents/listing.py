"""Reads git's lists: the commits of a branch, and the files in which two trees differ. Pure; nothing here runs git."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from sessions.branches.git.names import shown
from sessions.floor.branches.contents import Change, Commit, FileChange
from sessions.text import clean

COMMIT_FORMAT = "%H%x00%P%x00%an%x00%ct%x00%s%x00"
"""What `commits` reads, for `rev-list --no-commit-header`."""
_FIELDS = 5


def commits(out: bytes) -> list[Commit]:
    """The commits in the output of `rev-list` with `COMMIT_FORMAT`; one that was cut off is left out."""
    fields = out.split(b"\0")[:-1]
    found = []
    for at in range(0, len(fields) - _FIELDS + 1, _FIELDS):
        name, parents, author, time, subject = (field.decode("utf-8", "replace") for field in fields[at : at + _FIELDS])
        found.append(
            Commit(
                name.lstrip("\n"),
                tuple(parents.split()),
                clean(author, 80),
                _seconds(time),
                clean(subject) or "(no words)",
            )
        )
    return found


def _seconds(text: str) -> float:
    try:
        return float(int(text[:15]))
    except ValueError:
        return 0.0


def files(out: bytes) -> list[FileChange]:
    """The files in the output of `diff-tree -r -z --raw`, with their lines where `--numstat` was asked for, too.

    What was cut off at the end is left out.
    """
    fields = iter(out.split(b"\0"))
    found: dict[bytes, FileChange] = {}
    for field in fields:
        if field.startswith(b":"):
            found |= _raw(field, fields)
        elif field.count(b"\t") == 2:
            _count(found, field, fields)
    return list(found.values())


def _raw(meta: bytes, fields: Iterator[bytes]) -> dict[bytes, FileChange]:
    """One file by its path: two modes, two objects and a letter, then the path, or two of them where it was moved."""
    words = meta[1:].decode("ascii", "replace").split(" ")
    if len(words) != 5:
        return {}
    old, new, _before, _after, letter = words
    change = Change(letter[:1]) if letter[:1] in _LETTERS else Change.UNKNOWN
    source = next(fields, b"") if change in (Change.RENAMED, Change.COPIED) else b""
    path = next(fields, b"")
    before_it = shown(source) if source else ""
    return {path: FileChange(shown(path), change, before_it, modes=(old, new))} if path else {}


_LETTERS = frozenset(Change) - {Change.UNKNOWN}


def _count(found: dict[bytes, FileChange], field: bytes, fields: Iterator[bytes]) -> None:
    """Lines added and removed, and a path; where it was moved the two paths follow. `-` is a file without lines."""
    added, removed, path = field.split(b"\t")
    if not path:
        next(fields, b"")
        path = next(fields, b"")
    file = found.get(path)
    if file is not None and added.isdigit() and removed.isdigit():
        found[path] = replace(file, added=int(added), removed=int(removed))
