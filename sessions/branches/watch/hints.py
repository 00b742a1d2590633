"""Judges what a batch of changed files means: which refs or worktrees to read again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sessions.branches.watch.survey import WatchedTree, WatchPlan
from sessions.watching.listener import ADDED, Change


@dataclass(frozen=True)
class Hint:
    """Something may have changed: refs (and with them everything about branches), or files in these worktrees."""

    refs: bool = False
    worktrees: frozenset[Path] = frozenset()
    unwatched: frozenset[Path] = frozenset()
    """Worktrees whose files cannot be watched, for want of watches; they are read again at intervals."""
    trouble: str = ""
    """What an operator reads of that, with the cure."""

    def __bool__(self) -> bool:
        return self.refs or bool(self.worktrees)


@dataclass
class Verdict:
    """What a batch of changes means, before git was asked which of the new files it ignores."""

    refs: bool = False
    new_layout: bool = False
    """Worktrees came or went: what is watched must be planned again."""
    new_refs: list[str] = field(default_factory=list)
    """Refs that appeared, or directories of refs such as `feature/`, which are not watched yet."""
    worktrees: set[str] = field(default_factory=set)
    """Worktrees in which something known, or git's index, changed."""
    new: dict[str, list[str]] = field(default_factory=dict)
    """Files and directories that appeared, by worktree."""
    rules: set[str] = field(default_factory=set)
    """Worktrees whose rules for ignoring changed."""


def judge(plan: WatchPlan, changes: Iterable[Change]) -> Verdict:
    """Sort the changes. What cannot matter to the floor (objects, locks, logs, ignored files) is dropped here."""
    verdict = Verdict()
    private = {str(ground.git_dir): root for root, ground in plan.grounds.items()}
    for kind, path in changes:
        ground = _ground(plan, path)
        # The repository usually lies in the main worktree; worktrees may also lie in a bare repository.
        if ground is not None and (not _inside(path, plan.common_dir) or len(str(ground.root)) > len(plan.common_dir)):
            _judge_file(verdict, ground, kind, path)
        elif _inside(path, plan.common_dir):
            _judge_git(verdict, plan.common_dir, private, kind, path)
    return verdict


def _inside(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory + "/")


def _judge_git(verdict: Verdict, common_dir: str, private: dict[str, str], kind: int, path: str) -> None:
    parent, _, name = path.rpartition("/")
    place = path.removeprefix(common_dir + "/")
    if name.endswith(".lock"):
        return
    if name == "index" and parent in private:
        verdict.worktrees.add(private[parent])
    elif place.startswith("refs/") or "reftable/" in place:
        verdict.refs = True
        if kind == ADDED:
            verdict.new_refs.append(path)
    elif name in ("HEAD", "packed-refs") and (parent == common_dir or parent in private):
        verdict.refs = True
    elif place in ("worktrees", "reftable", "refs") or (
        place.startswith("worktrees/") and (place.count("/") == 1 or name == "gitdir")
    ):
        verdict.refs = verdict.new_layout = True


def _ground(plan: WatchPlan, path: str) -> WatchedTree | None:
    """The worktree that a file is in: the innermost, as one may lie inside another."""
    while path:
        path = path.rpartition("/")[0]
        if path in plan.grounds:
            return plan.grounds[path]
    return None


def _judge_file(verdict: Verdict, ground: WatchedTree, kind: int, path: str) -> None:
    root = str(ground.root)
    name = path.rpartition("/")[2]
    if "/.git/" in f"{path.removeprefix(root)}/":
        return
    if name == ".gitignore":
        verdict.rules.add(root)
        verdict.worktrees.add(root)
    elif not _known_ignored(ground, path):
        if kind == ADDED:
            verdict.new.setdefault(root, []).append(path)
        else:
            verdict.worktrees.add(root)


def _known_ignored(ground: WatchedTree, path: str) -> bool:
    root = str(ground.root)
    while len(path) > len(root):
        if path in ground.ignored:
            return True
        path = path.rpartition("/")[0]
    return False
