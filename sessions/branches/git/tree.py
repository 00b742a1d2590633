"""The files of a commit, as the check of a scope sees those of a work tree (`sessions.floor.scopes.reach`)."""

from __future__ import annotations

from sessions.branches.git.run import Git
from sessions.floor.scopes.reach import Kind

_KINDS = {b"040000": Kind.FOLDER, b"160000": Kind.FOLDER, b"100644": Kind.FILE, b"100755": Kind.FILE}
"""By mode; the content of a submodule is no part of it, but its directory is."""


class CommitTree:
    """Asks git for each path."""

    def __init__(self, git: Git, commit: str) -> None:
        self._git, self._commit = git, commit

    def kind(self, path: str) -> Kind:
        """What lies there once it is checked out. Raises `GitError`."""
        if not path:
            return Kind.FOLDER
        entry = self._git.run("ls-tree", "-z", "--full-tree", self._commit, "--", path)
        return _KINDS.get(entry.partition(b" ")[0], Kind.OTHER) if entry else Kind.NOTHING
