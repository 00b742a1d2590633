"""Whom a scope meets, and what a word of a pattern may become."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor.conflicts import FileConflict, Outcome, Verdict, key_of
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Scope
from sessions.floor.scopes.meeting import completions, meetings
from sessions.floor.state import EMPTY, FloorState

TREE = ("README.md", "src/api/a.py", "src/api/b.py", "src/ui/c.py", "tests/t.py", "odd [a-z]/x*y.py", "docs/\udcff.md")


def floor(**write: tuple[str, ...]) -> FloorState:
    owned = {
        name: Owned(life=Life.RUNNING, branch=f"b/{name}", scope=Scope(write=patterns))
        for name, patterns in write.items()
    }
    return replace(EMPTY, owned=owned)


def test_whom_a_scope_meets_in_files_and_in_branches() -> None:
    state = floor(one=("src/api/**",), two=("tests/**",), three=("src/new/**",), me=("**",))
    files = (FileConflict("tests/t.py", "content", 7),)
    verdict = Verdict("b/me", "b/two", Outcome.CONFLICT, files)
    state = replace(state, verdicts={key_of("b/me", "b/two"): verdict})
    two, one, three = meetings(state, "me", "b/me", ("src/**",), TREE)
    assert (one.station, one.files, one.count, one.collides) == ("one", ("src/api/a.py", "src/api/b.py"), 2, False)
    assert (two.station, two.count, two.collides, two.lines, two.example) == ("two", 0, True, 7, "")
    assert (three.station, three.count) == ("three", 0)
    assert three.example.startswith("src/new/")


def test_who_has_ended_or_has_another_place_is_not_met() -> None:
    state = floor(one=("src/**",), two=("docs/**",))
    ended = replace(state.owned["one"], life=Life.STOPPED)
    assert meetings(replace(state, owned={**state.owned, "one": ended}), "", "main", ("src/**",), TREE) == ()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("", ("docs/**", "odd ?a-z]/**", "src/**", "tests/**", "README.md")),
        ("s", ("src/**",)),
        ("src", ("src/**",)),
        ("src/", ("src/api/**", "src/ui/**")),
        ("src/api/", ("src/api/a.py", "src/api/b.py")),
        ("!src/u", ("!src/ui/**",)),
        ("odd [a-z]/", ("odd ?a-z]/x?y.py",)),
        ("docs/", ("docs/?.md",)),
        ("src/*", ()),
        ("nowhere", ()),
    ],
)
def test_completions(word: str, expected: tuple[str, ...]) -> None:
    assert completions(word, TREE) == expected
