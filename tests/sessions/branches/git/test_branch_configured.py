"""Settings and worktrees as git itself tells of them, with fewer questions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sessions.branches.git import configured, refs, worktrees
from sessions.branches.git.run import Git
from tests.support.branches.git import TestRepository

Work = Callable[[TestRepository], object]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    (tmp_path / "mine").write_text("[merge]\n\tconflictStyle = diff3\n[core]\n\tautocrlf\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "mine"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": "1\n"})
    return made


def test_what_matters_is_read_at_once_and_the_last_word_counts(made: TestRepository) -> None:
    for key, value in (
        ("merge.renames", "false"),
        ("merge.renames", "true"),
        ("factory.base", "größe"),
        ("user.x", "1"),
    ):
        made.git("config", "--add", key, value)
    known = configured.read(Git(made.path / ".git"))
    assert known.base == "größe"
    assert known.bare is False
    assert known.steering == {
        b"merge.conflictstyle": b"diff3", b"core.autocrlf": b"true", b"merge.renames": b"true"
    }  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [("--add", "core.bare", "true"), ("core.worktree", ".."), ("--unset", "core.bare"), ("core.bare", "no")],
    ids="-".join,
)
def test_where_only_git_can_tell_nothing_is_said_of_bareness(made: TestRepository, words: tuple[str, ...]) -> None:
    made.git("config", *words)
    assert configured.read(Git(made.path / ".git")).bare is None


def rebasing(made: TestRepository) -> None:
    made.git("checkout", "--quiet", "--detach")
    place = made.path / ".git" / "rebase-merge"
    place.mkdir()
    (place / "head-name").write_text("refs/heads/main\n")


LAYOUTS: dict[str, Work] = {
    "on a branch": lambda made: None,
    "packed": lambda made: made.git("pack-refs", "--all"),
    "a branch with a strange name": lambda made: made.git("checkout", "--quiet", "-b", "größe/x'y"),
    "detached": lambda made: made.git("checkout", "--quiet", "--detach"),
    "on an alias": lambda made: (
        made.git("symbolic-ref", "refs/heads/alias", "refs/heads/main"),
        made.git("symbolic-ref", "HEAD", "refs/heads/alias"),
    ),
    "not born": lambda made: made.git("symbolic-ref", "HEAD", "refs/heads/none"),
    "rebasing": rebasing,
    "with another worktree": lambda made: made.worktree(made.path.parent / "two", "two"),
    "with one that is gone": lambda made: (
        made.worktree(made.path.parent / "two", "two"),
        (made.path.parent / "two").rename(made.path.parent / "three"),
    ),
    "bare": lambda made: made.git("config", "core.bare", "true"),
}


@pytest.mark.parametrize("work", LAYOUTS.values(), ids=LAYOUTS)
def test_worktrees_are_those_that_git_lists(made: TestRepository, work: Work) -> None:
    work(made)
    common = made.path / ".git"
    git = Git(common)
    known = configured.read(git)
    root = worktrees.main_root(git, common)
    assert worktrees.main_root(git, common, known.bare) == root
    assert worktrees.read(git, common, root, refs.heads(git)) == worktrees.read(git, common, root)


def test_commits_come_with_their_trees_in_one_process_unless_one_is_damaged(made: TestRepository) -> None:
    first = made.git("rev-parse", "HEAD")
    second = made.commit({"b.txt": "2\n"}, "second")
    tree = made.git("rev-parse", f"{second}^{{tree}}")
    git = Git(made.path / ".git")
    found, trees = refs.commits_with_trees(git, [first, second])
    assert found == refs.commits(git, [first, second])
    assert trees == {oid: made.git("rev-parse", f"{oid}^{{tree}}") for oid in (first, second)}

    def place(oid: str) -> Path:
        return made.path / ".git" / "objects" / oid[:2] / oid[2:]

    place(tree).unlink()
    found, trees = refs.commits_with_trees(git, [first, second])
    assert [commit.subject for commit in found.values()] == ["work", "second"]
    assert set(trees) == {first}, "what is not there is no tree to go by"
    place(second).chmod(0o644)
    place(second).write_bytes(b"nonsense")
    found, trees = refs.commits_with_trees(git, [first, second, "0" * 40])
    assert [commit.subject for commit in found.values()] == ["work", refs.UNREADABLE, refs.UNREADABLE]
