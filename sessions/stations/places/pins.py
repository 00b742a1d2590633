"""What keeps a clone from being a way out, and its history from being cleared away.

*Pins* are files of the clone's repository that decide what git runs and reads. A boundary binds them read-only inside;
here they are laid, and looked at again from outside: where no mount holds them, an agent may have changed them. They
lead nobody astray on the host, which never goes by them (see `git`), but the operator may run git there by hand.

*Base refs*, `refs/factory-tui/places/<station>/…` in the operator's repository, hold the commits that the clone borrows
from there: whatever becomes of branches, `git gc --prune=now` leaves them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from sessions.branches.git import beneath
from sessions.branches.git.run import Git, GitError
from sessions.stations.places.layout import Place

REFS = "refs/factory-tui/places"
READ_ONLY = ("config", "hooks", "commondir", "config.worktree", "objects/info/alternates")
"""Paths below `.git` that a boundary binds read-only; `.git` and `.git/objects` themselves it binds, so that they
cannot be moved away. All of them exist in a new clone."""
_COMMONDIR = b".\n"
_SEEN = {"config": "config", "commondir": "commondir", "config.worktree": "", "objects/info/alternates": "alternates"}
"""Each with the file of ours that says how it was made; "" for an empty one."""


def lay(git_dir: Path, ours: Path, config: bytes, alternates: bytes) -> None:
    """Make the pins of a new clone, and remember them in `ours`."""
    for folder in ("hooks", "objects/info", "objects/pack", "refs/heads", "info"):
        (git_dir / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in (("config", config), ("commondir", _COMMONDIR), ("alternates", alternates)):
        (ours / name).write_bytes(content)
    for name, kept in _SEEN.items():
        (git_dir / name).write_bytes((ours / kept).read_bytes() if kept else b"")


def loose(place: Path, ours: Path) -> list[str]:
    """The pins that are not as they were laid, as paths in the work tree; a link in the way counts."""
    found = []
    for name, kept in _SEEN.items():
        wanted = (ours / kept).read_bytes() if kept else b""
        if beneath.read(place, f".git/{name}") != wanted:
            found.append(f".git/{name}")
    return found + [f".git/hooks/{name}" for name, _ in beneath.names(place, ".git/hooks")]


def hold(place: Place, commits: Iterable[str]) -> None:
    """Let the operator's repository keep commits for as long as the place is there. Raises GitError."""
    git = Git(Path(place.record.common_dir))
    named = dict.fromkeys(commits)  # git takes each ref once
    lines = "".join(f"update {ref_of(place.record.station, commit)} {commit}\n" for commit in named)
    if lines:
        git.run("update-ref", "--no-deref", "--stdin", stdin=lines.encode())


def held(place: Place) -> dict[str, str]:
    """The refs that hold commits for a place."""
    return _held(Git(Path(place.record.common_dir)), place.record.station)


def _held(git: Git, station: str) -> dict[str, str]:
    out = git.run("for-each-ref", "--format=%(refname) %(objectname)", f"{REFS}/{station}/")
    return dict(line.split(" ") for line in os.fsdecode(out).splitlines())


def let_go(common_dir: Path, station: str) -> None:
    """The station's place is gone: its commits are no longer held by it. Raises GitError."""
    git = Git(common_dir)
    lines = "".join(f"delete {ref} {commit}\n" for ref, commit in _held(git, station).items())
    if lines:
        git.run("update-ref", "--no-deref", "--stdin", stdin=lines.encode())


def hold_what_is_borrowed(place: Place, refs: Iterable[str]) -> None:
    """Hold every one of these commits that the operator's repository has, such as those that a fetch brought."""
    known = set(held(place).values())
    wanted = sorted(set(refs) - known)
    if not wanted:
        return
    git = Git(Path(place.record.common_dir))
    out = git.run("cat-file", "--batch-check=%(objecttype) %(objectname)", stdin="\n".join(wanted).encode() + b"\n")
    there = [line.split()[1].decode() for line in out.splitlines() if line.startswith(b"commit ")]
    for commit in there:
        try:
            hold(place, [commit])
        except GitError:
            continue  # it was cleared away just now


def arrived_ref(station: str) -> str:
    """The ref that holds what arrived last, whatever becomes of the branch."""
    return f"{REFS}/{station}/arrived"


def ref_of(station: str, commit: str) -> str:
    """The ref that holds a commit for a station."""
    return f"{REFS}/{station}/{commit[:16]}"
