"""Surveys which directories to watch: all of a worktree that git does not ignore, and git's own few.

Watching is not free: every directory takes one of the kernel's watches, and half of them at most are taken. A
directory tree without anything to leave out is watched as a whole (`deep`); one that holds a large ignored directory,
another repository or a link to a directory, which a recursive watch would follow, is watched level by level
(`shallow`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sessions import paths
from sessions.branches.git import beneath
from sessions.branches.git.run import GitError
from sessions.branches.git.worktrees import Worktree, git_in
from sessions.errors import FactoryError

LIGHT = 20
"""An ignored directory with at most this many directories in it is watched along with what surrounds it."""
_WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")
_WATCHES_ELSEWHERE = 100_000
"""Where there is no inotify, a bound on the time that a survey takes."""


@dataclass(frozen=True)
class WatchedTree:
    """The directories of one worktree that are watched, and what in them is not looked at."""

    root: Path
    git_dir: Path
    mirror: Path | None = None
    """Of the clone of a station (see `sessions.branches.git.worktrees.Worktree`)."""
    inode: int = 0
    """Which directory was surveyed: another one may take its place."""
    shallow: tuple[str, ...] = ()
    deep: tuple[str, ...] = ()
    size: int = 0
    """Watches that it takes."""
    ignored: set[str] = field(default_factory=set)
    """Files and directories that git ignores, as far as they are known; it grows by what is learned later."""


@dataclass(frozen=True)
class WatchPlan:
    """Everything that is watched."""

    common_dir: str
    git_dirs: tuple[str, ...]
    trees: dict[str, WatchedTree]
    """By the worktree's path; those in `unwatched` have nothing but their git directory watched."""
    unwatched: frozenset[Path]
    """Worktrees for which there are not enough watches."""
    places: str = ""
    """Where clones of stations come and go; "" where there are none yet."""

    @property
    def shallow(self) -> list[str]:
        return [*self.git_dirs, *(path for tree in self.trees.values() for path in tree.shallow)]

    @property
    def deep(self) -> list[str]:
        return [path for tree in self.trees.values() for path in tree.deep]


def affordable() -> int:
    """How many directories may be watched: half of what the kernel grants the user, whose agents watch as well."""
    try:
        return int(_WATCHES.read_text()) // 2
    except (OSError, ValueError):
        return _WATCHES_ELSEWHERE


def plan(common_dir: Path, watched: Iterable[WatchedTree], limit: int) -> WatchPlan:
    """As many worktrees as `limit` watches allow, the smallest first."""
    watched = list(watched)
    git_dirs = (
        *git_directories(common_dir),
        # The index of a clone tells what is staged; what comes to its branch is told by the repository's own refs.
        *(str(tree.git_dir) for tree in watched if tree.mirror is not None and tree.git_dir.is_dir()),
    )
    left = limit - len(git_dirs)
    chosen, unwatched = {}, set()
    for tree in sorted(watched, key=lambda tree: tree.size):
        left -= tree.size
        if left >= 0:
            chosen[str(tree.root)] = tree
        else:
            unwatched.add(tree.root)
            chosen[str(tree.root)] = WatchedTree(tree.root, tree.git_dir, tree.mirror, tree.inode)
    places = places_of(common_dir)
    return WatchPlan(str(common_dir), git_dirs, chosen, frozenset(unwatched), str(places or ""))


def git_directories(common_dir: Path) -> Iterator[str]:
    """The directories in which refs, HEADs and indexes change."""
    for place in (common_dir, common_dir / "refs", common_dir / "reftable", common_dir / "worktrees"):
        if place.is_dir():
            yield str(place)
    for tree in ("refs/heads", "refs/remotes"):
        yield from (path for path, _, _ in os.walk(common_dir / tree))
    if (places := places_of(common_dir)) is not None and places.is_dir():
        yield str(places)
    if (common_dir / "worktrees").is_dir():
        for private in (common_dir / "worktrees").iterdir():
            yield from (str(place) for place in (private, private / "reftable") if place.is_dir())


def places_of(common_dir: Path) -> Path | None:
    """The directory in which clones of stations come and go; None where there can be none."""
    try:
        return paths.places_dir(paths.state_dir_of(common_dir))
    except FactoryError:
        return None


def survey(worktree: Worktree, limit: int) -> WatchedTree:
    """Find the directories to watch in a worktree; it stops counting soon after `limit`.

    A worktree that vanishes meanwhile gives an empty tree.
    """
    root = str(worktree.path)
    ignored = _ignored(worktree)
    split: set[str] = {root}
    visited: list[str] = []
    size = 0
    for here, below, files in beneath.walk(root):
        if here != root and (".git" in below or ".git" in files):
            below.clear()  # another repository: a submodule, or a worktree inside this one
            _split(split, here)
            continue
        visited.append(here)
        size += 1
        if size > limit:
            break
        below[:] = [name for name in below if name != ".git" or here != root]
        for name in list(below):
            path = f"{here}/{name}"
            link = Path(path).is_symlink()
            weight = _weight(path) if path in ignored else 0
            if link or weight > LIGHT or not os.access(path, os.R_OK | os.X_OK):
                _split(split, path)
            else:
                size += weight
            if link or path in ignored:
                below.remove(name)
    # Whatever is not split is deep, and covered by its parent unless that is split.
    shallow = tuple(path for path in visited if path in split)
    deep = tuple(path for path in visited if path not in split and path.rpartition("/")[0] in split)
    whole = inode(worktree.path)
    return WatchedTree(worktree.path, worktree.git_dir, worktree.mirror, whole, shallow, deep, size, ignored)


def inode(path: Path) -> int:
    """Identity of a directory; 0 when it is gone."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _split(split: set[str], path: str) -> None:
    """All directories above `path` are watched level by level; the root is already."""
    parent = path.rpartition("/")[0]
    while parent not in split:
        split.add(parent)
        parent = parent.rpartition("/")[0]


def _weight(path: str) -> int:
    """Directories in an ignored directory, itself included; not counted further than needed."""
    count = 0
    for here, below, _ in beneath.walk(path):
        count += 1
        if count > LIGHT or any(Path(here, name).is_symlink() for name in below):
            return LIGHT + 1
    return count


def _ignored(worktree: Worktree) -> set[str]:
    root = worktree.path
    try:
        out = git_in(worktree).run("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    except GitError:
        return set()
    return {f"{root}/{os.fsdecode(name)}".rstrip("/") for name in out.split(b"\0") if name}


def newly_ignored(tree: WatchedTree, paths: Iterable[str]) -> set[str]:
    """Those of the `paths` in a worktree that git ignores."""
    stdin = b"".join(os.fsencode(path) + b"\0" for path in paths)
    try:
        git = git_in(Worktree(tree.root, tree.git_dir, mirror=tree.mirror))
        out = git.run("check-ignore", "-z", "--stdin", stdin=stdin, ok=(0, 1))
    except GitError:
        return set()
    return {os.fsdecode(path) for path in out.split(b"\0") if path}
