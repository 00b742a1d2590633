"""Reading a real repository in every shape it comes in, and leaving it as it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from sessions.branches.git import refs
from sessions.branches.git.run import Git, version
from sessions.branches.git.worktrees import counted
from sessions.branches.watch import relations
from sessions.branches.watch.relations import UNKNOWN, Relation
from sessions.branches.watch.repo import Repository
from sessions.floor.events import BranchChanged, BranchRemoved, Event, SourceSkipped
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import Branch, FloorState
from sessions.place import common_dir
from tests.support.branches.git import TestRepository, unchanged


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    repository = TestRepository(tmp_path / "project")
    repository.commit({"a.txt": "1\n", "src/b.txt": "1\n"}, "first")
    return repository


def rows(repository: Repository, known: Mapping[str, Branch] | None = None) -> Mapping[str, Branch]:
    """The floor's branches after one reading."""
    return grown(known or {}, repository.read(known or {}, 100.0))


def grown(known: Mapping[str, Branch], events: list[Event]) -> Mapping[str, Branch]:
    return fold_all(FloorState(branches=known), events).branches


def test_a_branch_says_all_about_itself(made: TestRepository, tmp_path: Path) -> None:
    linked = made.worktree(tmp_path / "linked", "work")
    made.commit({"w.txt": "1\n"}, "on work", cwd=linked)
    head = made.commit({"w.txt": "2\n"}, "more \x1b[31mwork\n\nbody", cwd=linked)
    made.commit({"a.txt": "2\n"}, "on main")
    made.write({"w.txt": "3\n", "new.txt": "1\n", "dir/one.txt": "1\n", "dir/two.txt": "1\n"}, linked)
    assert rows(Repository.open(made.path))["work"] == Branch(
        "work",
        head=head,
        ahead=2,
        behind=1,
        author="Ada Author",
        subject="more work",
        committed=float(made.clock - 60),
        worktree=str(linked),
        dirty=3,
        changed=100.0,
    )


def test_the_base_is_neither_ahead_nor_merged(made: TestRepository) -> None:
    made.branch("old")
    found = rows(Repository.open(made.path))
    assert (found["main"].ahead, found["main"].behind, found["main"].merged) == (0, 0, False)
    assert (found["old"].ahead, found["old"].behind, found["old"].merged) == (0, 0, True)


@pytest.mark.parametrize("inside", ["", "src", "src/b.txt", ".git", ".git/refs"])
def test_opened_from_anywhere_inside(made: TestRepository, inside: str) -> None:
    repository = Repository.open(made.path / inside)
    assert (repository.root, repository.common_dir) == (made.path, made.path / ".git")
    assert (repository.name, repository.base) == ("project", "main")
    assert common_dir(made.path / inside) == repository.common_dir, "told without asking git"


def test_opened_through_a_link(made: TestRepository, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(made.path)
    assert Repository.open(tmp_path / "link").common_dir == made.path / ".git"


def test_opened_from_a_linked_worktree(made: TestRepository, tmp_path: Path) -> None:
    linked = made.worktree(tmp_path / "linked", "work")
    repository = Repository.open(linked / "src")
    assert (repository.root, repository.common_dir) == (made.path, made.path / ".git")
    assert [tree.path for tree in repository.worktrees()] == [made.path, linked]
    assert [tree.git_dir for tree in repository.worktrees()] == [
        made.path / ".git",
        made.path / ".git" / "worktrees" / "linked",
    ]


def test_a_bare_repository_with_worktrees(made: TestRepository, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    made.git("clone", "--quiet", "--bare", str(made.path), str(bare))
    made.git("worktree", "add", "--quiet", "-b", "work", str(bare / "work"), cwd=bare)
    (bare / "work" / "a.txt").write_text("2\n")
    for place in (bare, bare / "work"):
        repository = Repository.open(place)
        assert (repository.root, repository.common_dir, repository.bare) == (bare, bare, True)
        found = rows(repository)
        assert found["main"].worktree == ""
        assert (found["work"].worktree, found["work"].dirty) == (str(bare / "work"), 1)


def test_a_submodule_is_its_own_repository(made: TestRepository, tmp_path: Path) -> None:
    inner = TestRepository(tmp_path / "inner")
    inner.commit({"i.txt": "1\n"})
    made.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    made.commit(message="with submodule")
    made.git("worktree", "add", "--quiet", "-b", "work", str(tmp_path / "subwork"), cwd=made.path / "sub")
    outer, sub = Repository.open(made.path), Repository.open(made.path / "sub")
    assert [tree.path for tree in outer.worktrees()] == [made.path]
    assert sub.common_dir == made.path / ".git" / "modules" / "sub"
    assert sub.root == made.path / "sub"
    assert Repository.open(tmp_path / "subwork").root == made.path / "sub"
    assert [tree.path for tree in sub.worktrees()] == [made.path / "sub", tmp_path / "subwork"]
    (made.path / "sub" / "i.txt").write_text("2\n")
    assert rows(outer)["main"].dirty == 0
    assert rows(sub)["main"].dirty == 1
    made.git("commit", "--quiet", "--all", "-m", "inner", cwd=made.path / "sub")
    assert rows(outer)["main"].dirty == 1


def test_a_separated_git_directory(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "tree")
    made.commit({"a.txt": "1\n"})
    made.git("init", "--quiet", "--separate-git-dir", str(tmp_path / "store"))
    repository = Repository.open(made.path)
    assert (repository.root, repository.common_dir) == (made.path, tmp_path / "store")
    assert rows(repository)["main"].worktree == str(made.path)


def test_without_commits_the_floor_is_empty(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "new", branch="trunk")
    repository = Repository.open(made.path)
    assert (repository.base, repository.base_head, repository.read({}, 1.0)) == ("trunk", "", [])
    made.commit({"a.txt": "1\n"})
    assert list(rows(repository)) == ["trunk"]


def test_detached_worktrees_have_rows_of_their_own(made: TestRepository, tmp_path: Path) -> None:
    made.branch("twin")
    for place in ("one/twin", "two/twin"):
        made.worktree(tmp_path / place)
    found = rows(Repository.open(made.path))
    assert sorted(found) == ["main", "twin", "twin (detached)", "twin1 (detached)"]
    row = found["twin (detached)"]
    assert (row.detached, row.worktree, row.head) == (True, str(tmp_path / "one/twin"), found["main"].head)
    made.git("checkout", "--quiet", "--detach")
    assert "project (detached)" in rows(Repository.open(made.path))


def test_during_a_rebase_the_worktree_stays_on_its_branch(made: TestRepository, tmp_path: Path) -> None:
    linked = made.worktree(tmp_path / "linked", "work")
    made.commit({"a.txt": "work\n"}, cwd=linked)
    made.commit({"a.txt": "main\n"})
    with pytest.raises(AssertionError, match="git"):
        made.git("rebase", "--quiet", "main", cwd=linked)
    found = rows(Repository.open(made.path))
    assert sorted(found) == ["main", "work"]
    assert (found["work"].worktree, found["work"].dirty) == (str(linked), 1)


def test_a_worktree_that_is_gone_is_no_trouble(made: TestRepository, tmp_path: Path) -> None:
    linked = made.worktree(tmp_path / "linked", "work")
    detached = made.worktree(tmp_path / "loose")
    repository = Repository.open(made.path)
    known = rows(repository)
    shutil.rmtree(linked)
    shutil.rmtree(detached)
    events = repository.read_worktree(linked, known, 5.0)
    found = grown(known, events)
    assert found["work"].worktree == ""
    assert found["work"].dirty == 0
    assert "loose (detached)" not in found
    assert [tree.missing for tree in repository.worktrees()] == [False, True, True]


def test_a_hostile_directory_name_is_made_visible(made: TestRepository, tmp_path: Path) -> None:
    made.worktree(tmp_path / "evil\x1b[2J\u202e")
    found = rows(Repository.open(made.path))
    assert all(name.isprintable() and row.worktree.isprintable() for name, row in found.items())
    assert any(row.detached for row in found.values())


def test_only_what_changed_becomes_an_event(made: TestRepository, tmp_path: Path) -> None:
    linked = made.worktree(tmp_path / "linked", "work")
    repository = Repository.open(made.path)
    known = rows(repository)
    assert repository.read(known, 2.0) == []
    assert repository.read_worktree(linked, known, 2.0) == []
    made.write({"a.txt": "edited\n"}, linked)
    (event,) = repository.read_worktree(linked, known, 3.0)
    assert isinstance(event, BranchChanged)
    assert (event.branch, event.dirty, event.time) == ("work", 1, 3.0)
    assert repository.read(known, 3.0, touched=()) == []
    known = grown(known, [event])
    made.commit(cwd=linked)
    (event,) = repository.read(known, 4.0, touched=())
    assert isinstance(event, BranchChanged)
    assert (event.dirty, event.ahead) == (0, 1)
    made.git("worktree", "remove", str(linked))
    made.git("branch", "--quiet", "-D", "work")
    assert repository.read(grown(known, [event]), 5.0) == [BranchRemoved(time=5.0, source="git", branch="work")]


def test_another_branch_in_the_same_worktree(made: TestRepository) -> None:
    repository = Repository.open(made.path)
    known = rows(repository)
    made.git("checkout", "--quiet", "-b", "topic")
    found = grown(known, repository.read_worktree(made.path, known, 2.0))
    assert (found["main"].worktree, found["topic"].worktree) == ("", str(made.path))


def test_packed_refs_are_read_alike(made: TestRepository) -> None:
    made.fast_import((f"b{number}", {"f.txt": f"{number}\n"}) for number in range(30))
    known = rows(Repository.open(made.path))
    made.git("pack-refs", "--all", "--prune")
    made.git("gc", "--quiet")
    assert Repository.open(made.path).read(known, 2.0) == []


def test_beyond_a_bound_distances_are_unknown_but_merges_are_not(made: TestRepository) -> None:
    made.branch("landed")
    made.commit()
    made.fast_import((f"b{number}", {"f.txt": f"{number}\n"}) for number in range(3))
    git = Git(made.path)
    heads = refs.heads(git)
    order = ["b2", "b1", "b0", "landed", "main"]
    counted = relations.Relations(git, one_walk=False, counted=2).read(heads, "main", heads["main"], {}, order)
    assert counted == {
        "b2": Relation(1, 0),
        "b1": Relation(1, 0),
        "b0": Relation(UNKNOWN, UNKNOWN),
        "landed": Relation(UNKNOWN, UNKNOWN, merged=True),
        "main": Relation(0, 0),
    }


@pytest.mark.skipif(version() < (2, 41), reason="needs git 2.41")
def test_one_walk_counts_alike(made: TestRepository) -> None:
    made.branch("landed")
    made.commit()
    made.fast_import((f"b{number}", {"f.txt": f"{number}\n"}) for number in range(9))
    git = Git(made.path)
    heads = refs.heads(git)
    one, many = (
        relations.Relations(git, one_walk=walk).read(heads, "main", heads["main"], {}, sorted(heads))
        for walk in (True, False)
    )
    assert one == many


def test_the_base_moves_and_all_distances_follow(made: TestRepository) -> None:
    made.fast_import((f"b{number}", {"f.txt": f"{number}\n"}) for number in range(5))
    repository = Repository.open(made.path)
    known = rows(repository)
    made.git("reset", "--quiet", "--hard", "b0")
    found = rows(repository, known)
    assert {name: (row.ahead, row.behind, row.merged) for name, row in found.items()} == {
        "main": (0, 0, False),
        "b0": (0, 0, True),
        **{f"b{number}": (1, 1, False) for number in range(1, 5)},
    }
    assert rows(Repository.open(made.path, base="b1"), found)["main"].ahead == 1


def test_damaged_branches_hide_no_others(made: TestRepository) -> None:
    made.fast_import([("good", {"f.txt": "1\n"})])
    (made.path / ".git" / "refs" / "heads" / "bad").write_text("0" * 39 + "1\n")
    (made.path / ".git" / "refs" / "heads" / "worse").write_text("not a commit\n")
    found = rows(Repository.open(made.path))
    assert found["good"].ahead == 1
    assert (found["bad"].ahead, found["bad"].subject) == (UNKNOWN, "(commit cannot be read)")


def test_an_unreadable_worktree_is_said_once(made: TestRepository, tmp_path: Path) -> None:
    linked = made.worktree(tmp_path / "linked", "work")
    repository = Repository.open(made.path)
    known = rows(repository)
    index = made.path / ".git" / "worktrees" / "linked" / "index"
    good = index.read_bytes()
    index.write_bytes(b"garbage")
    events = repository.read(known, 2.0)
    assert [type(event) for event in events] == [SourceSkipped]
    assert isinstance(events[0], SourceSkipped)
    assert events[0].detail.startswith(str(linked))
    assert repository.read(known, 3.0) == []
    index.write_bytes(good)
    assert repository.read(known, 4.0) == []


def test_nothing_in_the_repository_changes(made: TestRepository, tmp_path: Path) -> None:
    linked = made.worktree(tmp_path / "linked", "work")
    made.worktree(tmp_path / "loose")
    made.write({"a.txt": "2\n", "new.txt": "1\n"}, linked)
    # An index whose times are out of date is what git would like to refresh on disk.
    for path in (made.path / "a.txt", linked / "src" / "b.txt"):
        os.utime(path, (1, 1))
    (made.path / ".git" / "index.lock").write_bytes(b"held")

    def observe() -> None:
        repository = Repository.open(linked)
        known = rows(repository)
        repository.read(known, 2.0)
        for tree in repository.worktrees():
            repository.read_worktree(tree.path, known, 3.0)

    unchanged(tmp_path, observe)
    assert rows(Repository.open(made.path))["work"].dirty == 2


def test_the_index_would_change_without_care(made: TestRepository) -> None:
    """What the test above relies on: plain git does write the index here."""
    os.utime(made.path / "a.txt", (1, 1))
    with pytest.raises(AssertionError):
        unchanged(made.path, lambda: made.git("status"))


@pytest.mark.parametrize(
    ("out", "files"),
    [
        (b"? x\0", 1),
        (b"1 .M N... 100644 100644 100644 a b # branch.x\0u UU\0? 1 \n\0! i\0", 3),
        (b"", 0),
    ],
)
def test_the_words_of_status(out: bytes, files: int) -> None:
    assert counted(out) == files


def test_many_branches_and_worktrees_take_few_processes(
    made: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.fast_import((f"b{number}", {"f.txt": f"{number}\n"}) for number in range(500))
    repository = Repository.open(made.path)
    known = rows(repository)
    calls = []
    call = Git.call

    def counted(self: Git, *arguments: str, **options: object) -> tuple[int, bytes, bytes]:
        calls.append(arguments[0])
        return call(self, *arguments, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Git, "call", counted)
    made.fast_import([("b7", {"g.txt": "1\n"})], start="refs/heads/b7")
    repository.read(known, 2.0, touched=())
    assert sorted(calls) == ["cat-file", "for-each-ref", "rev-list", "worktree"]
