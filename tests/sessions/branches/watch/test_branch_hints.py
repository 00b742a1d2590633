"""What is watched of a worktree, and what a batch of changed files means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessions.branches.watch.hints import Hint, judge
from sessions.branches.watch.repo import Repository
from sessions.branches.watch.survey import WatchedTree, WatchPlan, git_directories, newly_ignored, plan, survey
from tests.support.branches.git import TestRepository

GIT = "/p/.git"
PLAN = WatchPlan(
    GIT,
    (GIT,),
    {
        "/p": WatchedTree(Path("/p"), Path(GIT), ignored={"/p/build", "/p/debug.log"}),
        "/p/.trees/w": WatchedTree(Path("/p/.trees/w"), Path(f"{GIT}/worktrees/w")),
    },
    frozenset(),
)
ADDED, MODIFIED, DELETED = 1, 2, 3


@pytest.mark.parametrize(
    "path",
    [f"{GIT}/refs/heads/main", f"{GIT}/packed-refs", f"{GIT}/HEAD", f"{GIT}/worktrees/w/HEAD", f"{GIT}/reftable/1.ref"],
)
def test_refs_are_refs(path: str) -> None:
    verdict = judge(PLAN, [(MODIFIED, path)])
    assert (verdict.refs, verdict.new_layout, verdict.worktrees) == (True, False, set())


def test_new_refs_may_be_directories_of_refs() -> None:
    assert judge(PLAN, [(ADDED, f"{GIT}/refs/heads/feature")]).new_refs == [f"{GIT}/refs/heads/feature"]
    assert judge(PLAN, [(MODIFIED, f"{GIT}/refs/heads/feature")]).new_refs == []


@pytest.mark.parametrize("path", [f"{GIT}/worktrees", f"{GIT}/worktrees/new", f"{GIT}/worktrees/w/gitdir"])
def test_worktrees_that_come_and_go_change_the_layout(path: str) -> None:
    verdict = judge(PLAN, [(ADDED, path)])
    assert (verdict.refs, verdict.new_layout) == (True, True)


@pytest.mark.parametrize(
    ("path", "root"),
    [
        (f"{GIT}/index", "/p"),
        (f"{GIT}/worktrees/w/index", "/p/.trees/w"),
        ("/p/src/a.py", "/p"),
        ("/p/.trees/w/src/a.py", "/p/.trees/w"),
        ("/p/.trees/w/build/x", "/p/.trees/w"),
    ],
)
def test_files_belong_to_the_innermost_worktree(path: str, root: str) -> None:
    verdict = judge(PLAN, [(MODIFIED, path)])
    assert (verdict.refs, verdict.worktrees) == (False, {root})


@pytest.mark.parametrize(
    "path",
    [
        f"{GIT}/index.lock",
        f"{GIT}/HEAD.lock",
        f"{GIT}/refs/heads/main.lock",
        f"{GIT}/objects/ab/cdef",
        f"{GIT}/FETCH_HEAD",
        f"{GIT}/logs/HEAD",
        f"{GIT}/worktrees/w/logs/HEAD",
        f"{GIT}/worktrees/w/index.lock",
        GIT,
        "/p/.trees/w/.git",
        "/p/sub/.git/index",
        "/p/build/deep/out.o",
        "/p/debug.log",
        "/elsewhere/x",
        "",
    ],
)
def test_what_cannot_matter_is_dropped(path: str) -> None:
    verdict = judge(PLAN, [(ADDED, path), (MODIFIED, path), (DELETED, path)])
    assert (verdict.refs, verdict.new_layout, verdict.worktrees, verdict.new) == (False, False, set(), {})


def test_new_files_wait_for_git_to_say_whether_it_ignores_them() -> None:
    verdict = judge(PLAN, [(ADDED, "/p/new.o"), (ADDED, "/p/src")])
    assert (verdict.worktrees, verdict.new) == (set(), {"/p": ["/p/new.o", "/p/src"]})


def test_rules_for_ignoring_make_the_survey_stale() -> None:
    verdict = judge(PLAN, [(MODIFIED, "/p/src/.gitignore")])
    assert (verdict.rules, verdict.worktrees) == ({"/p"}, {"/p"})


def test_worktrees_inside_a_bare_repository() -> None:
    tree = WatchedTree(Path("/bare.git/w"), Path("/bare.git/worktrees/w"))
    bare = WatchPlan("/bare.git", (), {"/bare.git/w": tree}, frozenset())
    assert judge(bare, [(MODIFIED, "/bare.git/w/HEAD")]).worktrees == {"/bare.git/w"}
    assert judge(bare, [(MODIFIED, "/bare.git/HEAD")]).refs


def test_a_hint_without_content_is_false() -> None:
    assert not Hint(unwatched=frozenset({Path("/p")}))
    assert Hint(refs=True)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    repository = TestRepository(tmp_path / "p")
    repository.commit({"a.txt": "1\n", "src/x/y/b.txt": "1\n", ".gitignore": "cache/\n*.log\nheavy/\n"})
    return repository


def tree_of(repository: TestRepository, limit: int = 1_000) -> tuple[WatchedTree, set[str], set[str]]:
    """The survey of the main worktree, with its directories relative to the root."""
    tree = survey(Repository.open(repository.path).worktrees()[0], limit)
    root = str(repository.path)
    return (
        tree,
        {path.removeprefix(root) for path in tree.shallow},
        {path.removeprefix(root) for path in tree.deep},
    )


def test_plain_trees_are_watched_as_a_whole(made: TestRepository) -> None:
    (made.path / "empty").mkdir()
    made.write({"src/cache/x.bin": "", "noise.log": ""})
    tree, shallow, deep = tree_of(made)
    assert (shallow, deep, tree.size) == ({""}, {"/src", "/empty"}, 6)
    assert tree.ignored == {f"{made.path}/src/cache", f"{made.path}/noise.log"}


def test_large_ignored_directories_links_and_other_repositories_are_left_out(
    made: TestRepository, tmp_path: Path
) -> None:
    for number in range(40):
        (made.path / "src" / "x" / "heavy" / str(number)).mkdir(parents=True)
    (made.path / "docs").mkdir()
    (made.path / "docs" / "link").symlink_to("/")
    made.worktree(made.path / "trees" / "w", "work")
    tree, shallow, deep = tree_of(made)
    assert shallow == {"", "/src", "/src/x", "/docs", "/trees"}
    assert deep == {"/src/x/y"}
    assert tree.size == 6


def test_a_survey_ends_soon_after_its_limit(made: TestRepository) -> None:
    for number in range(50):
        (made.path / "many" / str(number)).mkdir(parents=True)
    assert tree_of(made, limit=10)[0].size == 11


def test_the_smallest_worktrees_are_watched_first(made: TestRepository) -> None:
    git_dirs = len(list(git_directories(made.path / ".git")))
    watched = [
        WatchedTree(Path("/large"), Path("/large/.git"), shallow=("/large",), size=100),
        WatchedTree(Path("/small"), Path("/small/.git"), shallow=("/small",), size=5),
    ]
    planned = plan(made.path / ".git", watched, git_dirs + 50)
    assert planned.unwatched == {Path("/large")}
    assert "/small" in planned.shallow
    assert "/large" not in planned.shallow
    assert f"{made.path}/.git" in planned.shallow
    assert plan(made.path / ".git", watched, 0).unwatched == {Path("/large"), Path("/small")}


def test_git_says_what_it_ignores(made: TestRepository) -> None:
    root = made.path
    made.write({"cache/kept.txt": "1\n"})
    made.git("add", "--force", "cache/kept.txt")
    paths = [f"{root}/{name}" for name in ("x.log", "new.txt", "src/cache", "cache/kept.txt", "-odd\nname.log")]
    (root / "src" / "cache").mkdir()
    assert newly_ignored(WatchedTree(root, root / ".git"), paths) == {
        f"{root}/x.log",
        f"{root}/src/cache",
        f"{root}/-odd\nname.log",
    }
    assert newly_ignored(WatchedTree(root / "gone", root / "gone" / ".git"), paths) == set()
