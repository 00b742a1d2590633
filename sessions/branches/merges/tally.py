"""Counts the colliding lines in files that git marked, many in two processes. What has no text to count is 0."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sessions.branches.git.names import ref_bytes
from sessions.branches.git.run import Git, GitError
from sessions.branches.merges import hunks
from sessions.branches.merges.merges import MergeResult
from sessions.floor.conflicts import FileConflict, Outcome

MOST_BYTES = 8 * 1024 * 1024
"""A larger file is not read; its lines count as 0."""
PORTION_BYTES = 64 * 1024 * 1024
"""What is held in memory at a time."""
_NO_TEXT = frozenset({"binary", "submodule", "modify/delete", "rename/delete", "file/directory"})
"""Kinds without two texts in one file. Of a file that one side deleted no part is in the way more than another."""

Place = tuple[str, str]
"""A merged tree and a path in it as `names.shown` writes it."""


def files_of(
    git: Git, verdicts: Sequence[MergeResult], counted: dict[bytes, int] | None = None
) -> dict[tuple[str, str], tuple[FileConflict, ...]]:
    """The files in which each pair of commits collides, worst first.

    `counted` has the lines of texts that were counted before, by `Verdict.sources`; new ones are added to it.
    """
    known = {} if counted is None else counted
    colliding = [verdict for verdict in verdicts if verdict.outcome == Outcome.CONFLICT]
    places = {
        (verdict.tree, item.path): verdict.sources.get(item.path, b"")
        for verdict in colliding
        for item in verdict.collisions
        if item.kind not in _NO_TEXT
    }
    sides = {verdict.tree: verdict.pair for verdict in colliding}
    lines = {place: known[source] for place, source in places.items() if source in known}
    for place, text in blobs(git, [place for place in places if place not in lines]):
        lines[place] = hunks.count(text, *sides[place[0]]) if b"<" in text else 0
        if source := places[place]:
            known[source] = lines[place]
    return {verdict.pair: tuple(_files(verdict, lines)) for verdict in colliding}


def _files(verdict: MergeResult, lines: Mapping[Place, int]) -> list[FileConflict]:
    return worst_first(
        FileConflict(item.path, item.kind, lines.get((verdict.tree, item.path), 0), item.same)
        for item in verdict.collisions
    )


def worst_first(files: Iterable[FileConflict]) -> list[FileConflict]:
    """The order in which the files of a pair are told."""
    return sorted(files, key=lambda file: (-file.lines, file.path, file.kind))


def blobs(git: Git, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
    """The content of files in trees, a portion at a time. What is not there, no file or too large is left out."""
    asked = {name: place for place in places if b"\n" not in (name := _name(place))}
    if not asked:
        return
    try:
        out = git.run("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", stdin=_lines(asked))
    except GitError:
        return
    found: dict[bytes, list[Place]] = {}
    size = 0
    for place, line in zip(asked.values(), out.split(b"\n"), strict=False):
        words = line.split(b" ")
        if len(words) != 3 or words[1] != b"blob" or not words[2].isdigit() or int(words[2]) > MOST_BYTES:
            continue
        if words[0] not in found:
            size += int(words[2])
        if size > PORTION_BYTES:
            yield from _portion(git, found)
            found, size = {}, int(words[2])
        found.setdefault(words[0], []).append(place)
    yield from _portion(git, found)


def _portion(git: Git, wanted: Mapping[bytes, Sequence[Place]]) -> Iterator[tuple[Place, bytes]]:
    for name, text in contents(git, list(wanted)).items():
        yield from ((place, text) for place in wanted[name])


def contents(git: Git, names: Sequence[bytes]) -> dict[bytes, bytes]:
    """The content of objects by name; those behind a damaged one are left out."""
    if not names:
        return {}
    _, out, _ = git.call("cat-file", "--batch", "--buffer", stdin=_lines(names))
    texts, at = {}, 0
    for name in names:
        end = out.find(b"\n", at)
        words = out[at:end].split(b" ") if end >= 0 else []
        if len(words) != 3:
            at = end + 1
            if end < 0:
                break
            continue
        size = int(words[2])
        if end + 1 + size > len(out):
            break
        texts[name] = out[end + 1 : end + 1 + size]
        at = end + size + 2
    return texts


def _name(place: Place) -> bytes:
    tree, path = place
    return os.fsencode(tree) + b":" + ref_bytes(path)


def _lines(names: Sequence[bytes] | Mapping[bytes, Place]) -> bytes:
    return b"".join(name + b"\n" for name in names)
