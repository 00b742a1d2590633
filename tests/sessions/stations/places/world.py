"""A repository with places of stations in it."""

from __future__ import annotations

from pathlib import Path

from sessions import paths
from sessions.floor.scope import Mode
from sessions.stations.places.layout import Place
from sessions.stations.places.making import Wanted, make
from tests.support.branches.git import TestRepository

FILES: dict[str, str | bytes | None] = {"README.md": "# Read me\n", "src/a.py": "a = 1\n", "src/deep/b.py": "b = 2\n"}


class World:
    """The operator's repository, and a state directory."""

    def __init__(self, root: Path, *, bare: bool = False) -> None:
        self.root = root
        self.repo = TestRepository(root / "seed" if bare else root / "repo")
        self.repo.commit(FILES, "first")
        if bare:
            self.repo.git("clone", "--quiet", "--bare", str(root / "seed"), str(root / "repo.git"))
        self.common_dir = (root / "repo.git" if bare else root / "repo" / ".git").resolve()
        self.state_dir = paths.repo_state_dir(self.common_dir)

    def place(
        self, station: str = "s1", branch: str = "", base: str = "main", *, new: bool = True, mode: Mode = Mode.SAFE
    ) -> Place:
        return make(self.common_dir, self.state_dir, Wanted(station, branch or f"agent/{station}", base, new, mode))

    def head(self, ref: str) -> str:
        """The commit of a ref in the operator's repository; "" when there is none."""
        found = self.git("for-each-ref", "--format=%(objectname)", ref)
        return found.splitlines()[0] if found else ""

    def git(self, *words: str) -> str:
        return self.repo.git(*words, cwd=self.common_dir)

    def refs(self, under: str = "refs/") -> list[str]:
        return self.git("for-each-ref", "--format=%(refname)", under).splitlines()
