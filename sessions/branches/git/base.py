"""Chooses the branch that all others are measured against.

In this order: the one the operator named; the setting `factory.base` of git's configuration; the local branch that
`origin/HEAD` stands for; `main`, `master`, `trunk` or `develop`, the first that exists; the branch of the main
worktree; the only branch. Configuration is read with GitPython, which parses it without running anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sessions.branches.git.names import shown
from sessions.text import clean

USUAL = ("main", "master", "trunk", "develop")


@dataclass(frozen=True)
class GitConfig:
    """What the repository's configuration says that matters here."""

    base: str = ""
    """`factory.base`, set by `git config factory.base NAME`."""
    origin: str = ""
    """The address of the remote `origin`."""


def read_settings(common_dir: Path) -> GitConfig:
    """The settings of the repository with this common directory; what cannot be read is as if it were not set."""
    # GitPython takes 111 ms to import: only those who open a repository for observing pay it.
    import configparser

    import git

    try:
        with git.Repo(common_dir) as repo, repo.config_reader() as config:
            return GitConfig(
                base=str(config.get_value("factory", "base", "")).strip(),
                origin=str(config.get_value('remote "origin"', "url", "")).strip(),
            )
    except (git.GitError, configparser.Error, OSError, ValueError):
        return GitConfig()


def choose(heads: Collection[str], *, origin_head: str = "", main_worktree: str = "") -> str:
    """The base when nobody named one; "" when there is nothing to choose from.

    `origin_head` is the branch that the remote calls its default, `main_worktree` the branch checked out there; it
    may be unborn, and is then the base of a repository without commits.
    """
    for name in (origin_head, *USUAL, main_worktree):
        if name and name in heads:
            return name
    if len(heads) == 1:
        return next(iter(heads))
    return "" if heads else main_worktree


def named(given: str, heads: Collection[str]) -> str:
    """The base as its branch is called on the floor (see `names.shown`), however it was written; else as it was."""
    # No ref holds a backslash: a name with one is written as on the floor already.
    name = given if given.isprintable() else shown(given.encode("utf-8", "surrogateescape"))
    short = name.removeprefix("refs/heads/")
    return short if short in heads and name not in heads else name


def repository_name(origin: str, directory: Path) -> str:
    """`owner/name` from the address of `origin`, else the name of the directory; without credentials, cleaned."""
    path = re.sub(r"^[a-z+]+://[^/]*/?|^[^/:]+@?[^/:]*:(?!//)", "", origin.strip())
    parts = [part for part in path.removesuffix("/").removesuffix(".git").split("/") if part not in ("", ".", "..")]
    foreign = "://" in origin or (":" in origin and not origin.startswith(("/", ".")))
    if foreign and not origin.startswith("file:") and parts:
        return clean("/".join(parts[-2:]), 80)
    name = directory.parent.name if directory.name in (".git", ".bare") else directory.name
    return clean(name.removesuffix(".git") or name, 80)
