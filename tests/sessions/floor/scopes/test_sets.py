"""Sets of paths, against every path of a small world."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given

from sessions.floor.patterns import matches
from sessions.floor.scopes.sets import TooManyStates, beyond, common, inside, overlaps, trouble, useless
from tests.sessions.floor.scopes.test_patterns import LISTS

_NAMES = ["".join(letters) for size in (1, 2) for letters in itertools.product("ab", repeat=size)]
WORLD = ["/".join(names) for size in (1, 2, 3) for names in itertools.product(_NAMES, repeat=size)]


@given(LISTS, LISTS)
def test_what_is_common_is_found_if_and_only_if_there_is_any(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    both = [path for path in WORLD if matches(one, path) and matches(other, path)]
    path = common(one, other)
    assert overlaps(one, other) is overlaps(other, one) is (path != "")
    assert path != "" or both == []
    if path:
        assert matches(one, path)
        assert matches(other, path)


@given(LISTS, LISTS)
def test_what_lies_beyond_is_found_if_and_only_if_there_is_any(child: tuple[str, ...], parent: tuple[str, ...]) -> None:
    outside = [path for path in WORLD if matches(child, path) and not matches(parent, path)]
    path = beyond(child, parent)
    assert inside(child, parent) is (path == "")
    assert path != "" or outside == []
    if path:
        assert matches(child, path)
        assert not matches(parent, path)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("src/**", "src/a.py", True),
        ("src/**", "tests/**", False),
        ("src", "src/**", False),
        ("*.py", "test_*", True),
        ("**/*.py", "src/**", True),
        ("**/*.py", "src/*.c", False),
        ("src/** !src/gen/**", "src/gen/**", False),
        ("src/** !src/gen/** src/gen/keep.py", "src/gen/**", True),
        ("?", ".?", False),  # only `.` and `..` would be both
        ("?git", ".*", False),  # only git's own
    ],
)
def test_overlaps(one: str, other: str, expected: bool) -> None:
    assert overlaps(one.split(), other.split()) is expected


@pytest.mark.parametrize(
    ("child", "parent", "expected"),
    [
        ("src/ui/**", "src/**", True),
        ("src/**", "src/ui/**", False),
        ("src/*.py", "src/** !src/gen/**", True),
        ("src/**", "src/** !src/gen/**", False),
        ("src/** !src/**/*.key", "** !**/*.key", True),
        ("src/a.py src/b.py", "src/?.py", True),
        ("**", "* */**", True),
        ("**", "** !docs", False),
    ],
)
def test_inside(child: str, parent: str, expected: bool) -> None:
    assert inside(child.split(), parent.split()) is expected


def test_a_minus_that_takes_nothing_is_found() -> None:
    assert useless(["src/**", "!src/gen/**"]) == ""
    assert useless(["src/**", "!docs/**"]) == "!docs/**"
    assert useless(["docs/**", "!src/gen/**", "src/**"]) == "!src/gen/**"
    assert "takes nothing away" in trouble(["src/**", "!docs/**"])
    assert "outside" in trouble(["**", "!/etc/**"])
    assert trouble(["src/**", "!src/gen/**"]) == ""


def test_hostile_patterns_cannot_make_a_search_long_and_the_answer_is_then_the_safe_one() -> None:
    one = [f"{'*' + letter}{'?' * 12}*" for letter in "abcdefgh"]
    other = ["**", *(f"!*{letter}{'?' * 11}*" for letter in "abcdefgh")]
    before = time.process_time()
    meet, lies_in = overlaps(one, other), inside(one, other)
    assert time.process_time() - before < 5
    assert (meet, lies_in) == (True, False)
    with pytest.raises(TooManyStates):
        beyond(["**/*a" + "?" * 14], ["**", "!**/*b" + "?" * 14 + "*"])


def test_forty_stations_are_compared_with_each_other_at_once() -> None:
    scopes = [
        (f"sessions/room{n}/**", f"tests/room{n}/**", "README.md", f"!sessions/room{n}/gen/**") for n in range(40)
    ]
    before = time.process_time()
    assert all(overlaps(one, other) for one, other in itertools.combinations(scopes, 2))
    assert time.process_time() - before < 1
