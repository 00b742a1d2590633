"""Remembered verdicts: across restarts, by trees, bounded, and begun anew when the file is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sessions.branches.merges.verdicts import CLEAN, FORMAT, Merged, Verdicts, key
from sessions.errors import FactoryError
from sessions.floor.conflicts import FileConflict, Outcome

RULES = b"rules"
CLASH = Merged(Outcome.CONFLICT, (FileConflict("a.txt", "content", 3),), 2)


@contextmanager
def opened(path: Path) -> Iterator[Verdicts]:
    verdicts = Verdicts(path)
    try:
        yield verdicts
    finally:
        verdicts.close()


def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "conflicts.db"
    with opened(path) as verdicts:
        verdicts.keep(RULES, {("a", "b"): (b"1", CLASH), ("a", "c"): (b"2", CLEAN)})
        verdicts.keep_note("name", b"body")
    with opened(path) as verdicts:
        wanted = [("a", "b"), ("b", "a"), ("a", "c"), ("x", "y")]
        assert verdicts.find(RULES, wanted) == {("a", "b"): CLASH, ("a", "c"): CLEAN}
        assert verdicts.find(b"other rules", wanted) == {}
        assert verdicts.results([b"1", b"2", b"3"]) == {b"1": CLASH, b"2": CLEAN}
        assert (verdicts.note("name"), verdicts.note("none")) == (b"body", None)


def test_small_facts_are_done_without_where_they_cannot_be_had(tmp_path: Path) -> None:
    with opened(tmp_path / "conflicts.db") as verdicts:
        verdicts.keep_note("name", b"body")
        with sqlite3.connect(tmp_path / "conflicts.db") as other:
            other.execute("DROP TABLE notes")
        other.close()
        assert verdicts.note("name") is None
        verdicts.keep_note("name", b"body")


def test_the_same_trees_are_kept_once_for_many_commits(tmp_path: Path) -> None:
    with opened(tmp_path / "conflicts.db") as verdicts:
        verdicts.keep(RULES, {(str(number), "b"): (b"same", CLASH) for number in range(100)})
        verdicts.keep(RULES, {("again", "b"): (b"same", CLEAN)})
        assert verdicts.find(RULES, [("7", "b"), ("again", "b")]) == {("7", "b"): CLASH, ("again", "b"): CLASH}


def test_only_the_youngest_are_kept(tmp_path: Path) -> None:
    with opened(tmp_path / "conflicts.db") as verdicts:
        for number in range(10):
            verdicts.keep(RULES, {(str(number), "b"): (bytes([number]), CLASH)})
        verdicts.bound(3)
        left = verdicts.find(RULES, [(str(number), "b") for number in range(10)])
        assert sorted(left) == [("7", "b"), ("8", "b"), ("9", "b")]


def test_more_pairs_than_one_question_takes(tmp_path: Path) -> None:
    with opened(tmp_path / "conflicts.db") as verdicts:
        pairs = [(str(number), "b") for number in range(35_000)]
        verdicts.keep(RULES, {pair: (key(RULES, *pair), CLEAN) for pair in pairs})
        assert len(verdicts.find(RULES, pairs)) == len(pairs)


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "conflicts.db"
    path.write_bytes(b"no database at all, and long enough to be looked at" * 100)
    with opened(path) as verdicts:
        verdicts.keep(RULES, {("a", "b"): (b"1", CLASH)})
        assert verdicts.find(RULES, [("a", "b")]) == {("a", "b"): CLASH}


def test_another_format_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "conflicts.db"
    with opened(path) as verdicts:
        verdicts.keep(RULES, {("a", "b"): (b"1", CLASH)})
    other = sqlite3.connect(path)
    other.execute(f"PRAGMA user_version = {FORMAT + 1}")
    other.close()
    with opened(path) as verdicts:
        assert verdicts.find(RULES, [("a", "b")]) == {}


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "conflicts.db") as verdicts:
        verdicts.keep(RULES, {("a", "b"): (b"1", CLASH)})
        assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(FactoryError, match="cannot be used"):
        Verdicts(tmp_path / "none" / "conflicts.db")


def test_names_depend_on_every_word_and_their_order() -> None:
    names = {key(RULES, *words) for words in (("a", "b"), ("b", "a"), ("ab",), ("a", "b", ""), ("a\nb",))}
    assert len(names) == 4  # an object's name never has a line break
    assert key(b"other", "a", "b") not in names
