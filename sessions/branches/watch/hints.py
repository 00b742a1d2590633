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
class Meaning:
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


def judge(plan: WatchPlan, changes: Iterable[Change]) -> Meaning:
    """Sort the changes. What cannot matter to the floor (objects, locks, logs, ignored files) is dropped here."""
    meaning = Meaning()
    private = {str(tree.git_dir): root for root, tree in plan.trees.items()}
    for kind, path in changes:
        parent, _, name = path.rpartition("/")
        if plan.places and parent == plan.places:
            if not name.startswith("."):
                meaning.refs = meaning.new_layout = True
            continue
        tree = _tree_at(plan, path)
        # The repository usually lies in the main worktree; worktrees may also lie in a bare repository.
        if tree is not None and (not _inside(path, plan.common_dir) or len(str(tree.root)) > len(plan.common_dir)):
            _judge_file(meaning, tree, kind, path)
        elif _inside(path, plan.common_dir):
            _judge_git(meaning, plan.common_dir, private, kind, path)
    return meaning


def _inside(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory + "/")


def _judge_git(meaning: Meaning, common_dir: str, private: dict[str, str], kind: int, path: str) -> None:
    parent, _, name = path.rpartition("/")
    place = path.removeprefix(common_dir + "/")
    if name.endswith(".lock"):
        return
    if name == "index" and parent in private:
        meaning.worktrees.add(private[parent])
    elif place.startswith("refs/") or "reftable/" in place:
        meaning.refs = True
        if kind == ADDED:
            meaning.new_refs.append(path)
    elif name in ("HEAD", "packed-refs") and (parent == common_dir or parent in private):
        meaning.refs = True
    elif place in ("worktrees", "reftable", "refs") or (
        place.startswith("worktrees/") and (place.count("/") == 1 or name == "gitdir")
    ):
        meaning.refs = meaning.new_layout = True


def _tree_at(plan: WatchPlan, path: str) -> WatchedTree | None:
    """The worktree that a file is in: the innermost, as one may lie inside another."""
    while path:
        path = path.rpartition("/")[0]
        if path in plan.trees:
            return plan.trees[path]
    return None


def _judge_file(meaning: Meaning, tree: WatchedTree, kind: int, path: str) -> None:
    root = str(tree.root)
    parent, _, name = path.rpartition("/")
    if tree.mirror is not None and parent == str(tree.git_dir) and name == "index":
        meaning.worktrees.add(root)
    if "/.git/" in f"{path.removeprefix(root)}/":
        return
    if name == ".gitignore":
        meaning.rules.add(root)
        meaning.worktrees.add(root)
    elif not _known_ignored(tree, path):
        if kind == ADDED:
            meaning.new.setdefault(root, []).append(path)
        else:
            meaning.worktrees.add(root)


def _known_ignored(tree: WatchedTree, path: str) -> bool:
    root = str(tree.root)
    while len(path) > len(root):
        if path in tree.ignored:
            return True
        path = path.rpartition("/")[0]
    return False
