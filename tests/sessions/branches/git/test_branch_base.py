"""Which branch others are measured against, and what a repository is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessions.branches.git.base import choose, named, read_settings, repository_name
from sessions.branches.git.run import Git
from sessions.branches.merges.subjects import subjects
from sessions.branches.watch.repo import Repository
from sessions.errors import UsageError
from tests.support.branches.git import TestRepository


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / "config"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


@pytest.mark.parametrize(
    ("heads", "origin_head", "main_worktree", "base"),
    [
        ({"main", "next"}, "next", "topic", "next"),
        ({"main", "topic"}, "gone", "topic", "main"),
        ({"master", "develop", "topic"}, "", "topic", "master"),
        ({"trunk", "develop"}, "", "develop", "trunk"),
        ({"develop", "topic"}, "", "topic", "develop"),
        ({"one", "two"}, "", "two", "two"),
        ({"one", "two"}, "", "", ""),
        ({"only"}, "", "", "only"),
        (set(), "", "main", "main"),
        (set(), "", "", ""),
    ],
)
def test_the_choice(heads: set[str], origin_head: str, main_worktree: str, base: str) -> None:
    assert choose(heads, origin_head=origin_head, main_worktree=main_worktree) == base


@pytest.mark.parametrize(
    ("origin", "directory", "name"),
    [
        ("", "/home/ada/project", "project"),
        ("", "/srv/project.git", "project"),
        ("", "/home/ada/project/.git", "project"),
        ("https://user:secret@host.example/ada/tool.git", "/x/y", "ada/tool"),
        ("git@host.example:ada/tool.git", "/x/y", "ada/tool"),
        ("ssh://git@host.example:2222/group/sub/tool/", "/x/y", "sub/tool"),
        ("host:tool", "/x/y", "tool"),
        ("/srv/other", "/x/y", "y"),
        ("file:///srv/other", "/x/y", "y"),
        ("../other", "/x/y", "y"),
        ("https://host/\x1b[31m/evil", "/x/y", "/evil"),
        ("https://host", "/x/y", "y"),
    ],
)
def test_the_name(origin: str, directory: str, name: str) -> None:
    assert repository_name(origin, Path(directory)) == name


def test_given_over_configured_over_chosen(tmp_path: Path) -> None:
    repository = TestRepository(tmp_path / "r")
    repository.commit()
    for name in ("next", "release"):
        repository.branch(name)
    assert Repository.open(repository.path).base == "main"
    repository.git("config", "factory.base", "next")
    assert Repository.open(repository.path).base == "next"
    assert Repository.open(repository.path, base="release").base == "release"
    with pytest.raises(UsageError, match=r"there is no base branch gone: name one of main, next"):
        Repository.open(repository.path, base="gone")
    repository.git("config", "factory.base", "lost")
    with pytest.raises(UsageError, match=r"which the setting factory\.base names"):
        Repository.open(repository.path)


def test_the_default_of_origin(tmp_path: Path) -> None:
    upstream = TestRepository(tmp_path / "up", branch="stable")
    upstream.commit()
    upstream.branch("main")
    clone = tmp_path / "clone"
    upstream.git("clone", "--quiet", str(upstream.path), str(clone))
    upstream.git("branch", "main", cwd=clone)
    assert Repository.open(clone).base == "stable"
    assert Repository.open(clone, base="origin/main").base == "origin/main"


def test_broken_configuration_is_as_if_unset(tmp_path: Path) -> None:
    repository = TestRepository(tmp_path / "r")
    (repository.path / ".git" / "config").write_bytes(b"[core\nbroken = \xff\n")
    assert read_settings(repository.path / ".git").base == ""


BIDI = "work/\u202ex"


@pytest.mark.parametrize("given", [BIDI, "work/\\u202ex", f"refs/heads/{BIDI}", ""])
def test_a_base_has_the_name_of_its_branch_however_it_was_given(tmp_path: Path, given: str) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit()
    made.branch(BIDI)
    made.branch(b"l\xff")
    made.git("config", "factory.base", BIDI)
    assert Repository.open(made.path, given).base == "work/\\u202ex"
    chosen = subjects(Git(made.path), made.path / ".git", given, ["**"])
    assert chosen.base == "work/\\u202ex"
    assert {item.name for item in chosen.others} == {"main", "l\\xff"}, "it is not compared with itself"
    assert subjects(Git(made.path), made.path / ".git", os.fsdecode(b"l\xff")).base == "l\\xff"


def test_a_base_that_is_no_branch_keeps_its_name() -> None:
    heads = {"main", "refs/heads/main", "v"}
    for name in ("HEAD~2", "origin/main", "refs/heads/main", "refs/tags/v", ""):
        assert named(name, heads) == name
    assert named("refs/heads/v", heads) == "v"
