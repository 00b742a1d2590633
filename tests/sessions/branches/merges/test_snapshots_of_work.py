"""Commits of uncommitted work: what is in them, and that the agent's repository does not change by a byte."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.branches.git.run import GitError
from sessions.branches.git.scratch import Scratch
from sessions.branches.merges import snapshot
from sessions.branches.merges.merges import merge_batch
from sessions.branches.watch.repo import Repository
from sessions.floor.conflicts import Outcome
from tests.support.branches.git import TestRepository, unchanged


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    repository = TestRepository(tmp_path / "r")
    repository.commit({"a.txt": "1\n2\n3\n", "gone.txt": "1\n", "src/b.txt": "1\n", ".gitignore": "*.log\n"})
    return repository


@pytest.fixture
def scratch(made: TestRepository, tmp_path: Path) -> Iterator[Scratch]:
    opened = Scratch(made.path / ".git", tmp_path / "scratch")
    yield opened
    opened.close()


def taken(made: TestRepository, scratch: Scratch, number: int = 0) -> str:
    """The snapshot of a worktree of the repository."""
    return snapshot.take(Repository.open(made.path).worktrees()[number], scratch)


def files(scratch: Scratch, commit: str) -> dict[str, str]:
    """The files of a commit, with their content."""
    names = scratch.git.text("ls-tree", "-r", "--name-only", commit).splitlines()
    return {name: scratch.git.run("cat-file", "-p", f"{commit}:{name}").decode() for name in names}


def test_clean_work_is_its_head(made: TestRepository, scratch: Scratch) -> None:
    head = made.git("rev-parse", "HEAD")
    os.utime(made.path / "a.txt", (1, 1))
    assert taken(made, scratch) == head


def test_what_git_would_commit_is_in_it(made: TestRepository, scratch: Scratch, tmp_path: Path) -> None:
    made.write(
        {"a.txt": "edited\n", "gone.txt": None, "new dir/ü\n'x'.txt": "new\n", "noise.log": "x", "staged.txt": "s\n"}
    )
    made.git("add", "staged.txt")
    made.write({"src/b.txt": None})
    (made.path / "src").rmdir()
    made.write({"src": "a file now\n"})
    made.worktree(made.path / "inner", "inner")
    (made.path / ".git" / "index.lock").write_bytes(b"held by the agent")
    commits: list[str] = []
    unchanged(made.path, lambda: commits.extend(taken(made, scratch) for _ in range(2)), times=False)
    (made.path / ".git" / "index.lock").unlink()
    assert len(set(commits)) == 1
    assert scratch.git.text("rev-parse", f"{commits[0]}^") == made.git("rev-parse", "HEAD")
    made.git("worktree", "remove", "inner")
    made.commit(message="the agent does it")
    assert scratch.git.text("rev-parse", f"{commits[0]}^{{tree}}") == made.git("rev-parse", "HEAD^{tree}")
    assert list(scratch.place.glob("index-*")) == []


def test_an_edit_in_the_second_of_the_commit_is_seen(made: TestRepository, scratch: Scratch) -> None:
    made.git("config", "core.trustctime", "false")
    moment = (1_700_000_000, 1_700_000_000)
    made.write({"a.txt": "one\n"})
    os.utime(made.path / "a.txt", moment)
    made.commit()
    os.utime(made.path / ".git" / "index", moment)
    made.write({"a.txt": "two\n"})
    os.utime(made.path / "a.txt", moment)
    assert files(scratch, taken(made, scratch))["a.txt"] == "two\n"


def test_it_merges_like_a_commit(made: TestRepository, scratch: Scratch, tmp_path: Path) -> None:
    linked = made.worktree(tmp_path / "linked", "work")
    made.write({"a.txt": "1\nagent\n3\n"}, linked)
    other = made.commit({"a.txt": "1\nbase\n3\n"})
    dirty = taken(made, scratch, 1)
    (verdict,) = merge_batch(scratch.git, [(other, dirty)])
    assert (verdict.outcome, [c.path for c in verdict.collisions]) == (Outcome.CONFLICT, ["a.txt"])


def test_unmerged_files_count_as_they_lie(made: TestRepository, scratch: Scratch) -> None:
    made.git("checkout", "--quiet", "-b", "work")
    made.commit({"a.txt": "work\n"})
    made.git("checkout", "--quiet", "main")
    made.commit({"a.txt": "main\n"})
    with pytest.raises(AssertionError):
        made.git("merge", "--quiet", "work")
    assert "<<<<<<<" in files(scratch, taken(made, scratch))["a.txt"]


def test_a_repository_with_a_split_index_gains_none(made: TestRepository, scratch: Scratch) -> None:
    made.git("config", "core.splitIndex", "true")
    made.commit({"b.txt": "1\n"})
    made.write({"b.txt": "2\n", "a.txt": "2\n", "gone.txt": "2\n", "src/b.txt": "2\n", "new.txt": "2\n"})
    unchanged(made.path, lambda: taken(made, scratch), times=False)
    assert files(scratch, taken(made, scratch))["b.txt"] == "2\n"


def test_filters_and_hooks_of_the_repository_do_not_run(made: TestRepository, scratch: Scratch, tmp_path: Path) -> None:
    witness = tmp_path / "ran"
    made.commit({".gitattributes": "*.txt filter=evil\n"})
    for key in ("filter.evil.clean", "core.fsmonitor", "gpg.program"):
        made.git("config", key, f"sh -c 'touch {witness}; cat'")
    made.git("config", "filter.evil.required", "true")
    made.git("config", "commit.gpgSign", "true")
    hook = made.path / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {witness}\n")
    hook.chmod(0o755)
    made.write({"a.txt": "2\n"})
    assert files(scratch, taken(made, scratch))["a.txt"] == "2\n"
    assert not witness.exists()


def test_too_much_work_is_refused_with_a_reason(
    made: TestRepository, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "MOST_BYTES", 1_000)
    made.write({"big.bin": "x" * 2_000_000})
    with pytest.raises(GitError, match="2 MB of uncommitted files are too much"):
        taken(made, scratch)
    made.write({"big.bin": None})
    (made.path / "link").symlink_to("/dev/zero")
    assert files(scratch, taken(made, scratch))["link"] == "/dev/zero"


def test_without_an_index_or_a_commit(made: TestRepository, scratch: Scratch, tmp_path: Path) -> None:
    (made.path / ".git" / "index").unlink()
    assert taken(made, scratch) == made.git("rev-parse", "HEAD")
    new = TestRepository(tmp_path / "new")
    with pytest.raises(GitError, match="no commit yet"):
        snapshot.take(Repository.open(new.path).worktrees()[0], scratch)
