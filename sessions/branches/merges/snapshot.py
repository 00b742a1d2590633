"""A commit of what lies in a worktree now, as if everything had been added: nothing of the agent's is touched.

The agent's index is copied and the copy brought up to date; new objects go to the scratch store. Modified, deleted
and untracked files count, ignored ones and other repositories inside the worktree do not.
"""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

from sessions.branches.git import beneath
from sessions.branches.git.run import Git, GitError, quiet_filters
from sessions.branches.git.scratch import Scratch, alternates
from sessions.branches.git.worktrees import Worktree, git_in

MOST_BYTES = 100 * 1024 * 1024
"""Uncommitted work beyond this is not read: the branch is then unknown, with this as the reason."""
MOST_INDEX = 1_000_000_000
"""Bytes of an index that is copied: of some millions of files."""
TIMEOUT_S = 30.0
PERSON = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "uncommitted work"), ("EMAIL", ""), ("DATE", "@1 +0000"))
}
"""Who made such a commit, and when: always the same, so that the same work gives the same commit."""


def take(worktree: Worktree, scratch: Scratch, head_tree: str = "") -> str:
    """The commit, with the worktree's HEAD as its parent; HEAD itself when nothing is uncommitted.

    The same work on the same HEAD gives the same commit. Raises GitError when the worktree cannot be read or holds
    more than `MOST_BYTES` of uncommitted files. `head_tree` is the tree of the HEAD where that is known.
    """
    if not worktree.head:
        raise GitError(f"{worktree.path} has no commit yet")
    if worktree.mirror is not None:
        scratch.borrow(worktree.git_dir / "objects")
    index = scratch.place / f"index-{worktree.key}"
    git = _private(worktree, scratch, index)
    try:
        git_dir = worktree.git_dir.resolve() if worktree.mirror is None else worktree.git_dir
        before = beneath.copy(git_dir, "index", index, MOST_INDEX)
        # Git looks into a file that is as old as its index: a copy that were younger would hide a change of the same
        # second that left the size as it was.
        os.utime(index, ns=(before.st_atime_ns, before.st_mtime_ns))
    except FileNotFoundError:
        git.run("read-tree", "--empty")
    except OSError as error:
        index.unlink(missing_ok=True)
        raise GitError(f"the index of {worktree.path} cannot be read: {error.strerror}") from error
    try:
        paths = uncommitted(git, worktree.path)
        if paths:
            add(git, paths)
        tree = git.text("write-tree")
        words = ("rev-parse", "--verify", "--end-of-options", f"{worktree.head}^{{tree}}")
        if tree == (head_tree or git.text(*words)):
            return worktree.head
        return git.text("commit-tree", "-p", worktree.head, "-m", "uncommitted work", tree)
    except OSError as error:
        raise GitError(f"{worktree.path} cannot be read: {error}") from error
    finally:
        index.unlink(missing_ok=True)
        Path(f"{index}.lock").unlink(missing_ok=True)


def _private(worktree: Worktree, scratch: Scratch, index: Path) -> Git:
    settings = ("core.splitIndex=false", "core.untrackedCache=false", "commit.gpgSign=false")
    git = git_in(worktree, settings + quiet_filters(git_in(worktree)), scratch.source.wrapper)
    places = {
        "GIT_INDEX_FILE": str(index),
        "GIT_OBJECT_DIRECTORY": str(scratch.objects),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": alternates(scratch.lasting),
    }
    return replace(git, env={**git.env, **places, **PERSON})


def uncommitted(git: Git, root: Path, most: int = 0) -> list[bytes]:
    """Paths at which the worktree differs from the index, relative to its root.

    Those that end in `/` are other repositories, and are left out. Raises GitError for more than `most`
    bytes (0: `MOST_BYTES`).
    """
    out = git.run(
        "status",
        "--porcelain=v2",
        "-z",
        "--untracked-files=all",
        "--no-renames",
        "--ignore-submodules=dirty",
        timeout=TIMEOUT_S,
    )
    paths, size = [], 0
    for entry in out.split(b"\0"):
        if entry.startswith(b"? "):
            path = entry[2:]
        elif entry.startswith(b"1 ") and entry[3:4] != b".":
            path = entry.split(b" ", 8)[8]
        elif entry.startswith(b"u "):
            path = entry.split(b" ", 10)[10]
        else:
            continue
        if path.endswith(b"/"):
            continue  # another repository
        paths.append(path)
        size += _size(root, path)
    if size > (most or MOST_BYTES):
        raise GitError(f"{size / 1e6:.0f} MB of uncommitted files are too much to look into")
    return paths


def _size(root: Path, path: bytes) -> int:
    try:
        state = (root / os.fsdecode(path)).lstat()
    except OSError:
        return 0
    return state.st_size if stat.S_ISREG(state.st_mode) else 0


def add(git: Git, paths: list[bytes]) -> None:
    """Bring the index of `git` up to date at these paths."""
    words = ("update-index", "--add", "--remove", "--replace", "-z", "--stdin")
    git.run(*words, stdin=b"".join(path + b"\0" for path in paths), timeout=TIMEOUT_S)
