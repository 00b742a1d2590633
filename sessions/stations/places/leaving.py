"""What may not leave a station: paths outside its scope, links that lead out of the work tree, other repositories.

Every new commit is looked at, not only what they come to: what one adds and the next takes away is in the history. Of a
merge counts what it says beyond git's own merge of its parents, so that taking in the base is no violation, and undoing
the work of others under cover of one is.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sessions.branches.git.names import shown
from sessions.branches.git.run import Git, GitError
from sessions.floor.patterns import matches

MOST_BYTES = 64_000_000
"""Of the list of changed paths; a branch that changes more is refused as a whole."""
_MOST_WRITTEN = 1_000_000_000
"""Bytes of that list before it is ended, and of each file of a merge that is made anew."""
TIMEOUT_S = 60.0
LINK, GITLINK = b"120000", b"160000"
_MOST_PARENTS = 2


@dataclass(frozen=True, slots=True)
class Breach:
    """Something that may not leave."""

    path: str
    """As `sessions.branches.git.names.shown` writes it."""
    act: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of looking at new commits."""

    commits: int = 0
    breaches: tuple[Breach, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a path, as git says it."""

    mode: bytes
    blob: bytes
    path: bytes


def check(git: Git, head: str, known: Iterable[str], patterns: Sequence[str]) -> Checked:
    """Look at the commits of `head` that are not of the `known` ones.

    `git` must have settings of ours only, as merges are made anew. Raises GitError when they cannot be read.
    """
    words = (
        "log", "--stdin", "--diff-merges=remerge", "--raw", "-z", "--no-renames", "--no-abbrev", "--topo-order",
        "--format=%x00commit %H %P",
    )  # fmt: skip
    out = _bounded(git, words, "".join([f"{head}\n", *(f"^{commit}\n" for commit in known)]).encode())
    commits, changes, wide = _parsed(out)
    breaches = [Breach("", "merge of more than two branches")] * wide
    breaches += [breach for change in changes if (breach := _outside(change, patterns))]
    links = [change for change in changes if change.mode == LINK]
    targets = targets_of(git, links)
    breaches += [Breach(shown(link.path), "link out of the work tree") for link in links if leads_out(link, targets)]
    return Checked(commits, tuple(dict.fromkeys(breaches)))


def _bounded(git: Git, words: tuple[str, ...], asked: bytes) -> bytes:
    with tempfile.TemporaryFile() as target:
        git.pour(*words, source=asked, target=target, timeout=TIMEOUT_S, most=_MOST_WRITTEN)
        if os.fstat(target.fileno()).st_size > MOST_BYTES:
            raise GitError("the branch changes more files than can be looked at")
        target.seek(0)
        return target.read()


def _parsed(out: bytes) -> tuple[int, list[Change], bool]:
    """Commits, what they change, and whether one has more parents than git makes a merge of anew."""
    fields = iter(out.split(b"\0"))
    commits, wide = 0, False
    changes: dict[Change, None] = {}
    for field in fields:
        line = field.lstrip(b"\n")
        if line.startswith(b"commit "):
            commits += 1
            wide = wide or len(line.split()) > 2 + _MOST_PARENTS
        elif line.startswith(b":"):
            _, mode, _, blob, _ = line.split(b" ")
            changes[Change(mode, blob, next(fields))] = None
    return commits, list(changes), wide


def _outside(change: Change, patterns: Sequence[str]) -> Breach | None:
    path = shown(change.path)
    if change.mode == GITLINK:
        return Breach(path, "another repository")
    if not matches(patterns, change.path.decode("utf-8", "surrogateescape")):
        return Breach(path, "commit")
    return None


def targets_of(git: Git, links: Sequence[Change]) -> dict[bytes, bytes]:
    """What links say, by their blob."""
    blobs = list({link.blob for link in links})
    if not blobs:
        return {}
    out = git.run("cat-file", "--batch", "--buffer", stdin=b"\n".join(blobs) + b"\n", timeout=TIMEOUT_S)
    found, at = {}, 0
    for blob in blobs:
        end = out.index(b"\n", at)
        fields = out[at:end].split(b" ")
        if len(fields) != 3:  # of a repository that has not all: it cannot be said to be harmless
            found[blob], at = b"/", end + 1
            continue
        size = int(fields[2])
        found[blob] = out[end + 1 : end + 1 + size]
        at = end + 2 + size
    return found


def leads_out(link: Change, targets: dict[bytes, bytes]) -> bool:
    """Whether a link may lead out of the work tree, or into `.git`.

    `..` may only stand first: then no other link on the way can make it mean another directory.
    """
    parts = [part for part in targets[link.blob].split(b"/") if part not in (b"", b".")]
    up = next((number for number, part in enumerate(parts) if part != b".."), len(parts))
    below = parts[up:]
    is_deep = up > link.path.count(b"/")
    return (
        targets[link.blob].startswith(b"/")
        or is_deep
        or b".." in below
        or any(part.lower() == b".git" for part in below)
    )
