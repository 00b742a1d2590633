"""What of a station's work is in its place and not in what is checked: files without a commit, commits elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

from sessions.branches.git import beneath, worktrees
from sessions.branches.git.names import ref_bytes, shown
from sessions.branches.git.run import Git, GitError, quiet_filters
from sessions.branches.git.worktrees import Worktree, git_in
from sessions.stations.checking.judging import names
from sessions.stations.places.git import worktree_of
from sessions.stations.places.keeping import REASONS
from sessions.stations.places.layout import Place, place_of, root_of
from sessions.text import clean

_HEADS = "refs/heads/"
GONE = "its place is gone: what was not committed there is not known"


def left(state_dir: Path, station: str, head: str) -> tuple[list[str], list[str]]:
    """What of it fails the check of `head`, and what is only to be told; each in words. Raises `FactoryError`."""
    if not root_of(state_dir, station).exists():
        return [], [GONE]
    place = place_of(state_dir, station)
    try:
        tree = _tree(place)
        if tree is None:
            return [], [GONE]
        return [*_elsewhere(place, tree, head), *_uncommitted(tree)], []
    except GitError as error:
        return [f"what is not committed in its place cannot be known: {error.message}"], []


def _tree(place: Place) -> Worktree | None:
    """The place as a worktree; None where its directory is gone."""
    if place.record.clone:
        return worktree_of(place) if place.work.is_dir() else None
    git = Git(Path(place.record.common_dir))
    found = worktrees.read(git, git.directory, worktrees.main_root(git, git.directory))
    return next((tree for tree in found if tree.path == place.work and not tree.missing), None)


def _elsewhere(place: Place, tree: Worktree, head: str) -> list[str]:
    """Commits that are not in what is checked."""
    wanted = _HEADS + os.fsdecode(ref_bytes(place.record.branch))
    ref, _ = beneath.head(tree.git_dir)
    branch = clean(place.record.branch, 80)
    if ref != wanted:
        where = clean(shown(os.fsencode(ref.removeprefix(_HEADS))), 80) if ref else "no branch"
        return [f"its place stands on {where}: bring what was done there to {branch}, and check that out"]
    there = beneath.ref_of(place.git_dir, wanted) if place.record.clone else head
    if there and there != head:
        kept = place.record.kept.rpartition("-")[2] if place.record.refused == there else ""
        why = REASONS.get(kept, "")
        return [f"its newest commit, {there[:12]}, has not arrived" + (f": {why}" if why else "")]
    return []


def _uncommitted(tree: Worktree) -> list[str]:
    git = git_in(tree)
    if tree.mirror is None:
        git = git.with_settings(*quiet_filters(git))
    words = ("status", "--porcelain=v2", "-z", "--untracked-files=normal", "--no-renames", "--ignore-submodules=dirty")
    out, more = git.first(*words, most=1_000_000, timeout=worktrees.STATUS_TIMEOUT_S)
    found = list(dict.fromkeys(shown(path) for entry in out.split(b"\0") if (path := _path(entry))))
    if not found:
        return []
    return [f"not committed: {names(found)}{' or more' * more}: commit them, or take them away"]


def _path(entry: bytes) -> bytes:
    """What a line of the status is about; b"" for what is none."""
    match entry[:2]:
        case b"? ":
            return entry[2:]
        case b"1 ":
            return entry.split(b" ", 8)[-1]
        case b"u ":
            return entry.split(b" ", 10)[-1]
    return b""
