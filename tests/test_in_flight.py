"""Repositories with branches in flight, made of the history of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions.branches.git.run import Git
from sessions.errors import UsageError
from tests.bench.conflicts import real_figures
from tests.bench.in_flight import make
from tests.support.branches.collision import planted
from tests.support.branches.git import TestRepository, unchanged


def test_unmerged_heads_of_branches_and_pull_requests_the_newest_first(tmp_path: Path) -> None:
    source = TestRepository(tmp_path / "from")
    source.commit({"a.txt": "1\n"})
    heads = []
    for number in range(4):
        source.git("checkout", "--quiet", "-b", f"b{number}", "main")
        heads.append(source.commit({f"{number}.txt": "1\n"}))
    source.git("checkout", "--quiet", "main")
    source.git("merge", "--quiet", "--no-edit", "b3")
    for ref in ("refs/pull/7/head", "refs/pull/7/merge"):
        source.git("update-ref", ref, heads[1])
    source.git("branch", "--quiet", "-D", "b1")
    unchanged(source.path, lambda: make(source.path, tmp_path / "into", 3))
    into = Git(tmp_path / "into")
    assert [into.text("rev-parse", f"flight/{number:02}") for number in range(3)] == heads[2::-1]
    assert into.text("rev-parse", "main") == source.git("rev-parse", "main")


def test_where_all_is_merged_it_is_what_the_last_merges_brought_in(tmp_path: Path) -> None:
    source = TestRepository(tmp_path / "from")
    before = source.commit({"a.txt": "1\n"})
    for number in range(3):
        source.git("checkout", "--quiet", "-b", f"b{number}", before)
        source.commit({f"{number}.txt": "1\n"})
        source.git("checkout", "--quiet", "main")
        source.git("merge", "--quiet", "--no-ff", "--no-edit", f"b{number}")
    assert make(source.path, tmp_path / "into", 3) == 3
    into = Git(tmp_path / "into")
    assert into.text("rev-parse", "main") == before


def test_a_repository_without_branches_is_refused(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "alone")
    made.commit({"a.txt": "1\n"})
    with pytest.raises(UsageError):
        make(made.path, tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_figures_of_a_real_repository_name_it_and_agree_with_git(tmp_path: Path) -> None:
    made, pairs = planted(tmp_path / "real")
    for kind in ("rename/rename", "rename/delete", "file/directory", "mode", "directory rename", "submodule"):
        made.git("branch", "--quiet", "-D", *pairs[kind][:2])
    found = {figure.what: figure for figure in real_figures([made.path], quick=True)}
    assert all(what.startswith("real: ") for what in found)
    assert found["real: agreement, every pair, file, kind and line"].value == 100
    assert found["real: CPU against one merge-tree process"].bar == 0.7
    assert found["real: first verdicts"].good
