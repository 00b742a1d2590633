"""Reads what a branch holds for somebody who looks into it: commits, uncommitted work, files and lines.

Everything is read through a private git directory over the repository (see `scratch`): no configuration of the
repository takes part, so none of its drivers, text converters, filters or signature programs runs, and the agent's
index is only ever copied. Every call is bounded in time and size, and may be called off.
"""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path

from sessions.branches.contents import listing
from sessions.branches.contents.patch import patch
from sessions.branches.git import worktrees
from sessions.branches.git.names import ref_bytes, shown
from sessions.branches.git.room import Room
from sessions.branches.git.run import CalledOffError, Git, GitError, GitTimeoutError, Reins
from sessions.branches.git.scratch import Scratch
from sessions.branches.git.worktrees import Worktree
from sessions.branches.merges import snapshot
from sessions.floor.branches.contents import BranchContents, Commit, FileChange, Files, Patch, Sides

MOST_COMMITS = 1_000
"""Commits that are listed."""
MOST_FILES = 5_000
"""Files that are listed."""
MOST_LIST_BYTES = 32 * 1024 * 1024
MOST_PATCH_BYTES = 4 * 1024 * 1024
_MOST_WORDS = 100_000
"""Bytes of a commit's message that are read."""
LIST_S = 10.0
"""How long counting the lines of all files may take; beyond it they are listed uncounted."""
PATCH_S = 10.0
_LATEST = 100
"""Commits that are listed of a branch that has none of its own."""
_NAME = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_DIFF = (
    "diff-tree",
    "-r",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--ignore-submodules=none",
    "-l1000",
)


class Reading:
    """Reads branches of one repository. Threads may share it; their readings queue up. `close` it afterwards."""

    def __init__(self, common_dir: Path, state_dir: Path) -> None:
        """Scratch objects lie in `state_dir` until it is closed."""
        self._common_dir = common_dir
        self._rooms = state_dir / "scratch"
        self._room: Room | None = None
        self._scratch: Scratch | None = None
        self._reading = threading.Lock()
        self._closed = False
        self._empty = ""
        self._reins = Reins()

    def halt(self) -> None:
        """Call off what is being read, from any thread: its caller gets a CalledOffError. What comes next is read."""
        before, self._reins = self._reins, Reins()
        before.pull()

    def close(self) -> None:
        """Remove all scratch objects; what is being read is called off, and nothing is read any more."""
        self._closed = True
        self.halt()
        with self._reading:
            if self._room is not None:
                self._room.close()
                self._room = self._scratch = None

    def work(self, head: str, base_head: str, name: str) -> BranchContents:
        """The branch `name` whose head is this commit, measured against the base's commit ("" for none).

        Raises GitError when it cannot be read.
        """
        with self._reading:
            scratch = self._opened()
            scratch.bound()
            scratch.follow(_checked(base_head) if base_head else "")
            git, head = self._git(scratch), _checked(head)
            start = self._start(git, base_head, head) if base_head else ""
            own: tuple[str, ...] = (head, f"^{base_head}") if base_head else (head,)
            commits, count = self._commits(git, own, MOST_COMMITS)
            latest = not commits or not base_head
            if latest:
                commits, _ = self._commits(git, (head,), _LATEST)
                count = len(commits)
            uncommitted, trouble = self._uncommitted(scratch, name, head)
            return BranchContents(head, start, tuple(commits), count, uncommitted, trouble, latest)

    def files(self, sides: Sides) -> Files:
        """The files in which two sides differ; before "" is before the first commit. Raises GitError."""
        with self._reading:
            git = self._git(self._opened())
            both = self._both(git, sides)
            words: tuple[str, ...] = ("-M", "--numstat")
            note = ""
            try:
                out, cut = git.first(*_DIFF, "-z", "--raw", *words, *both, "--", most=MOST_LIST_BYTES, timeout=LIST_S)
            except GitTimeoutError:
                words, note = ("--no-renames",), "Counting lines took too long: they are not told."
                out, cut = git.first(*_DIFF, "-z", "--raw", *words, *both, "--", most=MOST_LIST_BYTES, timeout=LIST_S)
            found = listing.files(out)
            more = len(found) - MOST_FILES
            if cut:
                note = f"There are more than {len(found):,} files; not all were read."
            elif more > 0:
                note = f"{more:,} more files are not listed."
            added, removed = (sum(getattr(file, what) or 0 for file in found) for what in ("added", "removed"))
            return Files(sides, tuple(found[:MOST_FILES]), len(found), added, removed, note, "-M" in words)

    def patch(self, files: Files, file: FileChange | None = None) -> Patch:
        """How the files differ line by line, or one of them. Raises GitError."""
        with self._reading:
            git = self._git(self._opened())
            both = self._both(git, files.sides)
            chosen = () if file is None else tuple(_spoken(path) for path in (file.before, file.path) if path)
            renames = "-M" if files.renames else "--no-renames"
            try:
                out, cut = git.first(
                    *_DIFF, "-p", renames, *both, "--", *chosen, most=MOST_PATCH_BYTES, timeout=PATCH_S
                )  # fmt: skip
            except GitTimeoutError:
                return Patch((), "Comparing took too long: choose a smaller part, such as one file of one commit.")
            return patch(out, [file] if file is not None else files.files, cut)

    def words(self, commit: Commit) -> str:
        """The whole message of a commit, not cleaned. Raises GitError."""
        with self._reading:
            git = self._git(self._opened())
            out, _ = git.first(
                "rev-list", "--no-commit-header", "--max-count=1", "--encoding=UTF-8", "--format=%B",
                _checked(commit.name), "--", most=_MOST_WORDS, timeout=PATCH_S,
            )  # fmt: skip
            return out.decode("utf-8", "replace")

    # Inside

    def _opened(self) -> Scratch:
        if self._closed:
            raise CalledOffError("nobody looks any more")
        if self._scratch is None:
            self._room = Room(self._rooms)
            self._scratch = Scratch(self._common_dir, self._room.path / "git")
        return self._scratch

    def _git(self, scratch: Scratch) -> Git:
        git = scratch.git
        return replace(git, env={**git.env, "GIT_LITERAL_PATHSPECS": "1"}, reins=self._reins)

    def _start(self, git: Git, base_head: str, head: str) -> str:
        status, out, _ = git.call("merge-base", _checked(base_head), head)
        return out.decode().strip() if status == 0 else ""

    def _commits(self, git: Git, own: tuple[str, ...], most: int) -> tuple[list[Commit], int]:
        """The newest commits, and how many there are."""
        out, _ = git.first(
            "rev-list", f"--max-count={most + 1}", "--no-commit-header", "--encoding=UTF-8",
            f"--format={listing.COMMIT_FORMAT}", *own, "--", most=MOST_LIST_BYTES, timeout=LIST_S,
        )  # fmt: skip
        found = listing.commits(out)
        if len(found) <= most:
            return found, len(found)
        return found[:most], int(git.run("rev-list", "--count", *own, "--", timeout=LIST_S))

    def _uncommitted(self, scratch: Scratch, name: str, head: str) -> tuple[str, str]:
        """A commit of what is not committed where the branch is checked out, and why that cannot be told."""
        try:
            tree = self._worktree(name)
            if tree is None:
                return "", ""
            commit = snapshot.take(tree, scratch)
        except GitError as error:
            return "", error.message
        return ("" if commit == tree.head else commit), ""

    def _worktree(self, name: str) -> Worktree | None:
        git = Git(self._common_dir, reins=self._reins)
        trees = worktrees.read(git, self._common_dir, worktrees.main_root(git, self._common_dir))
        return next((tree for tree in trees if tree.row == name and tree.head and not tree.missing), None)

    def _both(self, git: Git, sides: Sides) -> Sides:
        before, after = sides
        return (_checked(before) if before else self._nothing(git)), _checked(after)

    def _nothing(self, git: Git) -> str:
        """The name of the empty tree, which git knows without having it."""
        if not self._empty:
            self._empty = git.run("hash-object", "-t", "tree", "--stdin", stdin=b"").decode().strip()
        return self._empty


def _checked(name: str) -> str:
    """The name of an object, which git can take for nothing else. Raises GitError."""
    if _NAME.fullmatch(name) is None:
        raise GitError(f"{shown(name.encode('utf-8', 'surrogateescape'))[:80]!r} is no name of a commit")
    return name


def _spoken(path: str) -> str:
    """A path as git knows it, for its command line."""
    return ref_bytes(path).decode("utf-8", "surrogateescape")
