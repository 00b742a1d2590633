"""What mounts hold of a scope: they and the check say the same of every file, but where it is said that they do not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.patterns import matches
from sessions.floor.scopes.reach import MOST_SHUT, Kind, Reach, doubt, roots
from tests.sessions.floor.scopes.test_patterns import LISTS, PATHS
from tests.sessions.floor.scopes.truth import TRUTH

FILES = ("README.md", "src/a.py", "src/b.c", "src/gen/x.py", "src/deep/er/y.py", "docs/index.md", ".git/config")


class Files:
    """A tree of files by their names."""

    def __init__(self, *paths: str) -> None:
        self.files = set(paths)
        self.folders = {""}
        for path in paths:
            self.folders.update(above_all(path))

    def kind(self, path: str) -> Kind:
        return Kind.FOLDER if path in self.folders else Kind.FILE if path in self.files else Kind.NOTHING

    def names(self, folder: str) -> Iterable[str]:
        return [path.rpartition("/")[2] for path in self.files | self.folders if path and above(path) == folder]


def above(path: str) -> str:
    return path.rpartition("/")[0]


def above_all(path: str) -> Iterable[str]:
    while path := above(path):
        yield path


def writable(reach: Reach, path: str) -> bool:
    """Whether a file at this path can be written, or made, when these mounts stand."""
    while True:
        if path in reach.shut:
            return False
        if path in reach.open:
            return True
        if not path:
            return False
        path = above(path)


def held(patterns: Iterable[str], *files: str) -> Reach:
    return roots(tuple(patterns), Files(*(files or FILES)))


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("**", Reach(open=("",))),
        ("src/**", Reach(open=("src",))),
        ("src/** !src/gen/**", Reach(open=("src",), shut=("src/gen",))),
        ("README.md", Reach(open=("README.md",))),
        ("new/pkg/**", Reach(open=("new/pkg",), make=("new", "new/pkg"))),
        ("src/*.py", Reach(open=("src",), shut=("src/b.c", "src/deep", "src/gen"), asked=("src/*.py",))),
        ("NEW.md", Reach(open=("",), shut=("README.md", "docs", "src"), asked=("NEW.md",))),
        ("** !src/secret.txt", Reach(open=("",), asked=("**", "!src/secret.txt"))),
        ("README.md/x", Reach()),
    ],
)
def test_what_is_mounted(patterns: str, expected: Reach) -> None:
    assert held(patterns.split()) == expected


@pytest.mark.parametrize(("texts", "path", "expected"), TRUTH)
def test_mounts_agree_with_the_published_table(texts: str, path: str, expected: bool) -> None:
    """Of every file that exists; that git's own is not opened is for whoever mounts."""
    if path.startswith(("/", ".git/")) or ".." in path or "/.git/" in path:
        return
    files = [file for file in FILES[:-1] if not file.startswith(path + "/")]
    assert writable(held(texts.split(" "), *files, path), path) is expected


@given(LISTS, st.lists(PATHS, max_size=8), PATHS)
def test_mounts_say_what_the_check_says(texts: tuple[str, ...], files: list[str], path: str) -> None:
    files = [file for file in files if not any(other.startswith(file + "/") for other in files)]
    tree = Files(*files)
    reach = roots(texts, tree)
    for file in files:
        assert writable(reach, file) is matches(texts, file)
    if path in (*tree.folders, *reach.make) or any(tree.kind(part) is Kind.FILE for part in above_all(path)):
        return
    if matches(texts, path):
        assert writable(reach, path)
    elif not reach.asked:
        assert not writable(reach, path)


def test_the_name_on_the_disk_is_mounted_however_its_letters_are_composed() -> None:
    assert held(["caf\u00e9/**"], "cafe\u0301/x").open == ("cafe\u0301",)
    assert held(["cafe\u0301/x"], "caf\u00e9/x").open == ("caf\u00e9/x",)


def test_many_files_are_not_shut_one_by_one() -> None:
    reach = held(["src/*.py"], *(f"src/{number}.c" for number in range(500)), "src/sub/x.c")
    assert len(reach.shut) == MOST_SHUT
    assert "src/sub" in reach.shut
    assert reach.asked == ("src/*.py",)


def test_a_pattern_that_can_match_nothing_here_is_told() -> None:
    tree = Files(*FILES)
    assert "write src/**" in doubt(["src"], tree)
    assert "README.md is a file" in doubt(["README.md/**"], tree)
    assert doubt(["src/**", "NEW.md", "src/a.py", "new/x"], tree) == ""
