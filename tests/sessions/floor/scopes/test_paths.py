"""Which files of a tree patterns allow: the same answers as path by path, with next to nothing read."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.floor.patterns import PatternError, matches, parsed, trouble
from sessions.floor.scopes.paths import PORTION, Paths
from sessions.floor.scopes.reach import Kind, roots

NAMES = st.sampled_from(["a", "b", "ab", "a-b", "a0", "src", "Ä", "A\u0308", "x.py", "y.py", ".dot", "[id]"])
TREES = st.lists(st.lists(NAMES, min_size=1, max_size=4).map("/".join), max_size=30)
SEGMENTS = st.one_of(NAMES, st.sampled_from(["*", "**", "*.py", "a*", "?", "??"]))
PATTERNS = st.lists(
    st.tuples(st.sampled_from(["", "!"]), st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)).map("".join),
    min_size=1,
    max_size=4,
)


def tree(count: int) -> list[str]:
    return [f"src/part{i % 50:02d}/room{i % 7}/file{i}.{'py' if i % 2 else 'md'}" for i in range(count)]


@settings(max_examples=300, deadline=None)
@given(TREES, PATTERNS)
def test_it_is_what_the_patterns_say_of_each_path(paths: list[str], patterns: list[str]) -> None:
    if trouble(patterns):
        return
    known = Paths(paths)
    assert known.first(known.mask(patterns), 100) == [path for path in known.all if matches(patterns, path)]


def test_directories_are_found_without_reading_their_files() -> None:
    known = Paths(tree(50_000))
    assert known.mask(["src/**"]).bit_count() == 50_000
    assert known.mask(["src/part07/", "!src/part07/room0/**"]).bit_count() == 857
    assert known.first(known.mask(["src/part07/room0/file7.md"]), 3) == []
    assert known.first(known.mask(["src/part07/room0/file357.py"]), 3) == ["src/part07/room0/file357.py"]
    assert known.read == 0


def test_what_has_to_be_read_is_read_once_and_in_portions() -> None:
    known = Paths(tree(50_000))
    stops = sum(1 for _ in known.sift(["**/*.py"]))
    assert stops == 50_000 / PORTION
    assert known.read == 50_000
    assert known.mask(["**/*.py", "!**/*.py", "src/part01/*/*.md"]).bit_count() == 0
    assert known.mask(["**/*.py"]).bit_count() == 25_000
    assert known.read == 50_000 + 1_000


def test_completion_goes_from_directory_to_directory_and_writes_names_as_patterns() -> None:
    known = Paths(["src/a.py", "src/api/x.py", "src/api2.py", "docs/[a]/x*y", "docs/[a-z]/x", "README.md"])
    assert known.complete("", 10) == ["README.md", "docs/", "src/"]
    assert known.complete("src/a", 10) == ["src/a.py", "src/api/", "src/api2.py"]
    assert known.complete("src/a", 2) == ["src/a.py", "src/api/"]
    assert known.complete("!src/api/", 10) == ["!src/api/x.py"]
    assert known.complete("docs/", 10) == ["docs/?a-z]/", "docs/[a]/"]
    assert known.complete("docs/[a]/", 10) == ["docs/[a]/x?y"]
    assert known.complete("src/*", 10) == []
    assert known.complete("nowhere/", 10) == []
    for found in known.complete("docs/", 10):
        assert parsed(found)


def test_completion_in_a_large_directory_looks_only_as_far_as_it_shows() -> None:
    known = Paths(f"d{i:05d}/f" for i in range(50_000))
    assert known.complete("", 3) == ["d00000/", "d00001/", "d00002/"]


def test_it_is_a_tree_for_what_mounts_can_hold() -> None:
    known = Paths(["src/a.py", "src/b/c.py", "src-x/d", "e"])
    assert [known.kind(path) for path in ("", "src", "src/a.py", "src/b", "sr", "src-x")] == [
        Kind.FOLDER, Kind.FOLDER, Kind.FILE, Kind.FOLDER, Kind.NOTHING, Kind.FOLDER,
    ]  # fmt: skip
    assert list(known.names("src")) == ["a.py", "b"]
    assert list(known.names("")) == ["e", "src-x", "src"]
    assert roots(["src/**"], known).open == ("src",)
    assert roots(["src/*.py"], known).asked == ("src/*.py",)


def test_a_pattern_that_cannot_be_meant_is_an_error() -> None:
    try:
        Paths(["a"]).mask(["/etc/**"])
    except PatternError as error:
        assert "outside" in str(error)
    else:
        raise AssertionError("it was taken")
