"""One station's private clone with its boundary, in a world of its own that can be looked at from outside."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from unittest.mock import patch

from sessions.floor.scope import Scope
from sessions.stations.boundary import groups, system
from sessions.stations.boundary.bounds import Boundary, Bounds
from sessions.stations.boundary.draw import draw
from sessions.stations.boundary.machine import Machine
from sessions.stations.places import origin
from tests import ROOT
from tests.support.branches.git import ENVIRONMENT, TestRepository

NOBODY = 65_534
SECRET = "s3cret-of-the-operator"
LIMIT_S = 30.0
PYTHON = Path("/usr/bin/python3")
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all", "--")
AUTHOR = {key: value for key, value in ENVIRONMENT.items() if key.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))}
FILES = {
    "src/a.py": "a\n",
    "src/gen/made.py": "made\n",
    "src/deep/er/made.py": "made\n",
    "lib/b.py": "b\n",
    "README.md": "read me\n",
    ".claude/settings.json": "{}\n",
}
SCOPE = Scope(write=("src/**", "!src/gen/**", "!src/deep/er/**"))


def _nobody_reads(folder: Path) -> bool:
    return all(above.stat().st_mode & stat.S_IXOTH for above in (folder, *folder.parents))


@cache
def _shared() -> Path:
    """A directory for what the boundaries of all sites have alike, until the tests have ended."""
    folder = Path(tempfile.mkdtemp(prefix="ft-shared-"))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Site:
    """A repository, a station in a private clone of it, a sibling, and an operator's home; all below one directory.

    Where the tests run as root it belongs to another user, and so does all that runs in it, unless `root` says no.
    """

    def __init__(self, *, root: bool = False, scope: Scope = SCOPE) -> None:
        # Landlock leaves `/dev/shm` to all, where temporary files may lie.
        self.base = Path(os.path.realpath(tempfile.mkdtemp(prefix="ft-site-", dir="/tmp")))
        self.base.chmod(0o755)
        self.before = AS_NOBODY if os.getuid() == 0 and not root and _nobody_reads(ROOT) else ()
        self.repository = TestRepository(self.base / "repo")
        self.repository.commit(FILES)
        self.repository.git("branch", "other")
        self.repository.git("config", "remote.x.url", f"https://user:{SECRET}@example.com/")
        self.common = self.repository.path / ".git"
        self.station = self.base / "places/one"
        self.place = self.station / "work"
        for name in ("home", "private", "outbox"):
            (self.station / name).mkdir(parents=True)
        self.repository.git("clone", "--quiet", "--shared", "--no-tags", str(self.repository.path), str(self.place))
        self.git_dir = self.place / ".git"
        for sample in (*self.common.glob("hooks/*.sample"), *self.git_dir.glob("hooks/*.sample")):
            sample.unlink()
        source = origin.refresh(self.common, self.base, "main")
        self.repository.git("config", "remote.origin.url", str(source), cwd=self.place)
        (self.git_dir / "commondir").write_text(".\n")
        (self.git_dir / "config.worktree").touch()
        self.repository.write(
            {
                "places/two/work/secret.txt": SECRET + "\n",
                "home/.ssh/id_ed25519": SECRET + "\n",
                "home/.bashrc": "plain\n",
                "fired-not": "",
            },
            cwd=self.base,
        )
        self.fired = self.base / "fired"
        self.bounds = Bounds(
            place=self.place,
            git_dir=self.git_dir,
            home=self.station / "home",
            private=self.station / "private",
            shared=_shared(),
            readable=origin.readable(self.common, self.base),
            scope=scope,
            outbox=self.station / "outbox",
            pinned=(".claude/settings.json", "src/settings.json"),
        )
        if self.before:
            self.give(self.base)

    def give(self, path: Path) -> None:
        """Give a directory, with all below, to the user that it all runs as."""
        if self.before:
            for below in (path, *path.rglob("*")):
                os.chown(below, NOBODY, NOBODY, follow_symlinks=False)

    def close(self) -> None:
        groups.leave(self.place)
        shutil.rmtree(self.base, ignore_errors=True)

    def draw(self, on: Machine | None = None) -> Boundary:
        """Its boundary; what that writes belongs to the user too."""
        if not self.before:
            return draw(self.bounds, on)
        # The Python of the tests may lie where only root can reach it.
        with (
            patch.object(system, "interpreter", lambda: system.Interpreter(PYTHON)),
            patch.object(sys, "executable", PYTHON),
            patch.object(os, "getuid", lambda: NOBODY),
        ):
            boundary = draw(self.bounds, on)
        self.give(self.station)
        return boundary

    def run(
        self,
        argv: Sequence[str],
        boundary: Boundary | None = None,
        *,
        env: dict[str, str] | None = None,
        around: Boundary | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run words in the place, inside the boundary or, to see that an attack is one, outside of any.

        `around` is one that the words name themselves.
        """
        words = argv if boundary is None else boundary.wrap(argv)
        plain = {"PATH": os.environ["PATH"], "HOME": str(self.bounds.home), **ENVIRONMENT}
        around = boundary or around
        named = plain if around is None else {**AUTHOR, **around.environment}
        return subprocess.run(
            [*self.before, *words],
            cwd=self.place,
            env={**named, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT_S,
            check=False,
        )

    def sh(self, script: str, boundary: Boundary | None = None) -> str:
        """What a script prints in the place, errors too."""
        return self.run(["/bin/sh", "-c", script], boundary).stdout.decode(errors="replace")

    def host_git(self, *words: str) -> str:
        """Git as the host runs it in an agent's place."""
        named = {"GIT_DIR": str(self.git_dir), "GIT_WORK_TREE": str(self.place), "GIT_COMMON_DIR": str(self.git_dir)}
        quiet = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "protocol.allow=never")
        done = self.run(["git", *quiet, *words], env=named)
        return done.stdout.decode(errors="replace")

    def outside(self) -> str:
        """A fingerprint of all that lies outside of what the station may change."""
        digest = hashlib.sha256()
        kept = ("config", "hooks", "commondir", "config.worktree", "objects/info/alternates")
        roots = [
            self.base / "repo",
            self.base / "home",
            self.base / "places/two",
            self.base / "origin.git",
            self.place / "lib",
            self.place / "src/gen",
            self.place / "src/deep/er",
        ]
        roots += [self.git_dir / name for name in kept] + [self.place / ".claude", self.place / "README.md"]
        for root in roots:
            for path in sorted([root, *root.rglob("*")]):
                digest.update(bytes(path.relative_to(self.base)))
                digest.update(str(path.lstat().st_mode).encode() if os.path.lexists(path) else b"-")
                if path.is_file():
                    digest.update(path.read_bytes())
        there = [folder for folder in (self.base, self.place) if folder.is_dir()]
        top = sorted(path.name for folder in there for path in folder.iterdir())
        digest.update(repr((top, self.place.is_dir(), self.git_dir.is_symlink())).encode())
        return digest.hexdigest()
