"""Heads and commits: thousands, strange ones, damaged ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.branches.git import refs
from sessions.branches.git.run import Git
from tests.support.branches.git import START, TestRepository

STRANGE: tuple[str | bytes, ...] = (
    "a'b",
    'quo"te',
    "a$(touch)",
    "-dash",
    "--help",
    "semi;colon",
    "größe-🙂",
    "a\u202eb",
    "zero\u200bwidth",
    b"raw\xff\xfe",
    "x" * 200,
    "deep/" * 40 + "leaf",
    "%(refname)",
    "HEAD",
    "b]old{1}@here",
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": "1\n"}, "First commit\nwith a second line\n\nand a body")
    return made


def git(repository: TestRepository) -> Git:
    return Git(repository.path)


@pytest.mark.parametrize("packed", [False, True])
def test_strange_names_are_all_read_and_resolved(repository: TestRepository, packed: bool) -> None:
    for name in STRANGE:
        repository.branch(name)
    if packed:
        repository.git("pack-refs", "--all", "--prune")
    heads = refs.heads(git(repository))
    assert len(heads) == len(STRANGE) + 1
    tip = heads["main"]
    for name in heads:
        assert name.isprintable()
        assert refs.resolve(git(repository), name) == tip


def test_aliases_are_left_out(repository: TestRepository) -> None:
    repository.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    assert list(refs.heads(git(repository))) == ["main"]


def test_what_does_not_exist_resolves_to_nothing(repository: TestRepository) -> None:
    for name in ("gone", "", "-x", "main..main", "@{", "a\\x00b", "HEAD:a.txt"):
        assert refs.resolve(git(repository), name) == ""


def test_commits_are_read(repository: TestRepository) -> None:
    head = repository.git("rev-parse", "HEAD")
    assert refs.commits(git(repository), [head]) == {
        head: refs.Commit("Ada Author", "First commit with a second line", START + 60.0)
    }
    assert refs.commits(git(repository), []) == {}


def test_thousands_of_heads_take_one_process_each(repository: TestRepository) -> None:
    repository.fast_import((f"many/b{number}", {"b.txt": f"{number}\n"}) for number in range(2_000))
    heads = refs.heads(git(repository))
    assert len(heads) == 2_001
    commits = refs.commits(git(repository), heads.values())
    assert commits[heads["many/b1999"]].subject == "work on many/b1999"


def test_missing_and_damaged_commits_hide_no_others(repository: TestRepository) -> None:
    heads = [repository.commit({"a.txt": f"{number}\n"}, f"commit {number}") for number in range(4)]
    damaged = repository.path / ".git" / "objects" / heads[1][:2] / heads[1][2:]
    damaged.chmod(0o644)
    damaged.write_bytes(b"garbage")
    wanted = [heads[0], "0" * 39 + "1", heads[1], heads[2], heads[3]]
    found = refs.commits(git(repository), wanted)
    assert [found[head].subject for head in wanted] == [
        "commit 0",
        refs.UNREADABLE,
        refs.UNREADABLE,
        "commit 2",
        "commit 3",
    ]


def test_an_object_that_is_no_commit_is_unreadable(repository: TestRepository) -> None:
    blob = repository.git("rev-parse", "HEAD:a.txt")
    assert refs.commits(git(repository), [blob]) == {blob: refs.Commit(subject=refs.UNREADABLE)}


@given(st.binary())
def test_no_commit_object_raises(raw: bytes) -> None:
    commit = refs.parse(raw)
    assert commit.subject.isprintable()
    assert commit.author.isprintable()


@pytest.mark.parametrize(
    ("raw", "commit"),
    [
        (b"author A <a> 1 +0000\ncommitter C <c> 1700000000 +0100\n\nsubject\n", refs.Commit("A", "subject", 1.7e9)),
        (b"author A > B <a> 1 +0000\ncommitter C <c> 5 +0000\n\n\n\nlate\n\nbody", refs.Commit("A > B", "late", 5.0)),
        (b"author \xe9 <a> 1 +0\nencoding latin-1\n\n\xfc", refs.Commit("é", "ü")),
        (b"author \xe9 <a> 1 +0\nencoding nonsense\n\n\x1b]52;c;evil\x07ok", refs.Commit("\ufffd", "ok")),
        (b"committer C <c> -7 +0000\n\nbefore 1970", refs.Commit("", "before 1970", -7.0)),
        (b"committer C <c> 99999999999999999999999 +0000\n\nx", refs.Commit("", "x", 999999999999999.0)),
        (b"committer C <c> soon +0000\n\nx", refs.Commit("", "x")),
        (b"", refs.Commit()),
    ],
)
def test_commit_objects(raw: bytes, commit: refs.Commit) -> None:
    assert refs.parse(raw) == commit


def test_distances_and_merges(repository: TestRepository) -> None:
    repository.git("checkout", "--quiet", "-b", "work")
    repository.commit({"b.txt": "1\n"})
    work = repository.commit({"b.txt": "2\n"})
    repository.git("checkout", "--quiet", "main")
    base = repository.commit({"c.txt": "1\n"})
    repository.branch("old", "main~1")
    assert refs.ahead_behind(git(repository), base, work) == (2, 1)
    assert refs.ahead_behind(git(repository), base, "0" * 39 + "1") is None
    assert refs.merged(git(repository), base) == {"main", "old"}
