"""Builds real git repositories for tests: quickly, always the same, and apart from the user's own configuration."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

START = 1_700_000_000
"""When the first commit of every repository was made; later ones follow a minute apart."""

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada Author",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Carl Committer",
    "GIT_COMMITTER_EMAIL": "carl@example.com",
    "LC_ALL": "C",
}

ALONE = ("-c", "maintenance.auto=false")
"""No second process after each commit, which looks whether there is anything to tidy up."""


def environment(**extra: str) -> dict[str, str]:
    """The variables for git in tests: nothing of the machine's configuration, a fixed author."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return plain | ENVIRONMENT | extra


class TestRepository:
    """A repository to play with. Commits get times a minute apart, so that object names are the same in every run."""

    __test__ = False

    def __init__(self, path: Path, *, bare: bool = False, branch: str = "main") -> None:
        self.path = path
        self.clock = START
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", f"--initial-branch={branch}", *(["--bare"] if bare else []))

    @classmethod
    def found(cls, path: Path, clock: int = START) -> TestRepository:
        """One that is there already."""
        made = cls.__new__(cls)
        made.path, made.clock = path, clock
        return made

    def git(self, *arguments: str | bytes, stdin: str | bytes | None = None, cwd: Path | None = None) -> str:
        """What `git arguments...` prints, without the last line end; it must succeed."""
        stamp = f"{self.clock} +0000"
        done = subprocess.run(
            ["git", *ALONE, *arguments],
            cwd=cwd or self.path,
            env=environment(GIT_AUTHOR_DATE=stamp, GIT_COMMITTER_DATE=stamp),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"git {arguments}: {done.stderr.decode(errors='replace')}"
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def write(self, files: Mapping[str, str | bytes | None], cwd: Path | None = None) -> None:
        """Write files in the worktree; None deletes one."""
        for name, content in files.items():
            path = (cwd or self.path) / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(
        self, files: Mapping[str, str | bytes | None] | None = None, message: str = "work", cwd: Path | None = None
    ) -> str:
        """Write files and commit everything there is; the new commit's name."""
        self.clock += 60
        self.write(files or {}, cwd)
        self.git("add", "--all", cwd=cwd)
        said = self.git("-c", "core.abbrev=no", "commit", "--allow-empty", "-m", message, cwd=cwd)
        return said.partition("] ")[0].rpartition(" ")[2]

    def branch(self, name: str | bytes, at: str = "HEAD") -> None:
        """Make a branch of any name that git permits, also one that `git branch` refuses."""
        raw = name.encode() if isinstance(name, str) else name
        self.git("update-ref", b"refs/heads/" + raw, at)

    def worktree(self, path: Path, branch: str = "", at: str = "HEAD") -> Path:
        """Add a linked worktree, on a new branch or (without one) detached."""
        self.git("worktree", "add", "--quiet", *(["-b", branch] if branch else ["--detach"]), str(path), at)
        return path

    def fast_import(self, branches: Iterable[tuple[str, Mapping[str, str]]], start: str = "refs/heads/main") -> None:
        """Make many branches in one process, each one commit with the given files on top of `start`."""
        tip = self.git("rev-parse", start)
        lines = []
        for name, files in branches:
            self.clock += 60
            subject = f"work on {name}"
            lines.append(f"commit refs/heads/{name}\ncommitter Ada Author <ada@example.com> {self.clock} +0000")
            lines.append(f"data {len(subject.encode())}\n{subject}\nfrom {tip}")
            for path, content in files.items():
                lines.append(f"M 100644 inline {path}\ndata {len(content.encode())}\n{content}")
        self.git("fast-import", "--quiet", "--force", stdin="\n".join(lines) + "\ndone\n")


def fingerprint(directory: Path, *, times: bool = True) -> dict[str, tuple[int, str, int]]:
    """Every file below `directory` with its mode, a digest of its bytes, and its time of change in nanoseconds."""
    found = {}
    for path in sorted(directory.rglob("*")):
        state = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(state.st_mode) else b""
        digest = hashlib.sha256(content).hexdigest()
        found[str(path.relative_to(directory))] = (state.st_mode, digest, state.st_mtime_ns if times else 0)
    return found


def unchanged(directory: Path, action: Callable[[], object], *, times: bool = True) -> None:
    """Fail unless every file below `directory` is byte for byte the same after `action`, and none was rewritten.

    Without `times` a file may have been touched: git renews the time of an object that it would have written again.
    """
    before = fingerprint(directory, times=times)
    action()
    after = fingerprint(directory, times=times)
    assert {name for name in before | after if before.get(name) != after.get(name)} == set()
