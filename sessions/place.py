"""Where the things of one repository's supervisor lie, found without running git: a console paints before that."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from sessions import paths
from sessions.errors import FactoryError


class Place(msgspec.Struct, frozen=True):
    """The files of one repository's supervisor. `common_dir` is git's common directory, the repository's identity."""

    repo: Path
    """The directory it was found from."""
    common_dir: Path
    state_dir: Path

    @property
    def journal(self) -> Path:
        return paths.journal_path(self.state_dir)

    @property
    def last_floor(self) -> Path:
        return paths.last_floor_path(self.state_dir)

    @property
    def socket(self) -> Path:
        return paths.socket_path(self.state_dir)

    @property
    def lock(self) -> Path:
        return paths.lock_path(self.state_dir)

    @property
    def log(self) -> Path:
        return paths.log_path(self.state_dir)


def place_of(repo: Path) -> Place:
    """The place for the repository that `repo` lies in; its state directory is made when missing."""
    common = common_dir(repo)
    return Place(repo=repo, common_dir=common, state_dir=paths.repo_state_dir(common))


def common_dir(start: Path) -> Path:
    """Git's common directory of the repository around `start`, also from a linked worktree, submodule or bare one.

    Follows the rules of gitrepository-layout(5); raises `FactoryError` outside a repository.
    """
    try:
        start = Path(os.path.realpath(start))
    except FileNotFoundError as error:
        raise FactoryError("the current directory has been removed", "go into another one") from error
    try:
        for directory in (start, *start.parents):
            for candidate in (directory / ".git", directory):
                git_dir = _pointed(candidate) if candidate.is_file() else candidate
                if git_dir is not None and _is_git_dir(git_dir):
                    return _common(git_dir)
    except OSError as error:
        raise FactoryError(f"{error.filename} cannot be looked into ({error.strerror})", "see its mode") from error
    raise FactoryError(f"{start} is in no git repository", "go into one, or name one with --repo")


def _pointed(file: Path) -> Path | None:
    """Where a `.git` file points to, as linked worktrees and submodules have one."""
    first = _line(file)
    return Path(os.path.realpath(file.parent / first[8:])) if first.startswith("gitdir: ") else None


def _is_git_dir(directory: Path) -> bool:
    common = _common(directory)
    return (directory / "HEAD").is_file() and (common / "objects").is_dir() and (common / "refs").is_dir()


def _common(git_dir: Path) -> Path:
    pointer = git_dir / "commondir"
    return Path(os.path.realpath(git_dir / _line(pointer))) if pointer.is_file() else git_dir


def _line(file: Path) -> str:
    try:
        line = os.fsdecode(file.read_bytes()[:8_192]).split("\n", 1)[0].rstrip("\r")
    except OSError:
        return ""
    return "" if "\0" in line else line
