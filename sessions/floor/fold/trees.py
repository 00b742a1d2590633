"""Which worktree a directory lies in, and so what is checked out there. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable

from sessions.floor.state import Branch


def tree_of(directory: str, trees: Container[str]) -> str:
    """The innermost of `trees` that holds a directory, else nothing: looked up along its path, not one by one."""
    folder = directory
    while folder:
        if folder in trees:
            return folder
        above = folder.rpartition("/")[0]
        folder = above or ("/" if folder.startswith("/") and folder != "/" else "")
    return ""


def checked_out(branches: Iterable[Branch]) -> dict[str, str]:
    """By worktree the branch that it has checked out: the one that was told last, where two claim it."""
    found: dict[str, Branch] = {}
    for branch in branches:
        if branch.worktree:
            other = found.get(branch.worktree)
            if other is None or branch.changed >= other.changed:
                found[branch.worktree] = branch
    return {tree: branch.name for tree, branch in found.items()}
