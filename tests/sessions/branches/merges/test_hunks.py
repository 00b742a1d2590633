"""Hunks: read from git's marks, counted, and found again in both sides' files."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.branches.merges import hunks
from sessions.branches.merges.hunks import Hunk, Lines, count, locate, placed, read, split
from tests.support.branches.git import environment

A, B = "a" * 40, "b" * 40


def marked(*parts: str, size: int = 7) -> bytes:
    """A text in which `<`, `|`, `=` and `>` alone stand for the marks."""
    marks = {"<": f"{'<' * size} {A}", "|": f"{'|' * size} 1234567", "=": "=" * size, ">": f"{'>' * size} {B}"}
    return "".join(marks.get(part, part) + "\n" for part in parts).encode()


def test_a_hunk_with_and_without_the_base() -> None:
    (hunk,) = read(marked("1", "<", "x", "y", "=", "z", ">", "2"), A, B).hunks
    assert (hunk.ours, hunk.theirs, hunk.base, hunk.lines) == ((b"x", b"y"), (b"z",), (), 2)
    (hunk,) = read(marked("<", "x", "|", "old", "=", ">"), A, B).hunks
    assert (hunk.ours, hunk.theirs, hunk.base, hunk.lines) == ((b"x",), (), (b"old",), 1)


def test_text_that_looks_like_a_mark_is_text() -> None:
    text = marked("<<<<<<< HEAD", "=======", ">>>>>>> other", "<", "<<<<<<< x", "=", "||||||| y", ">>>>>>> y", ">")
    (hunk,) = read(text, A, B).hunks
    assert hunk.ours == (b"<<<<<<< x",)
    assert hunk.theirs == (b"||||||| y", b">>>>>>> y")


def test_marks_of_another_size_with_paths_and_carriage_returns() -> None:
    text = marked("1", "<", "x", "=", "y", ">", size=12)
    assert count(text, A, B) == 1
    text = f"<<<<<<< {A}:old.txt\r\nx\r\n=======\r\ny\r\nz\r\n>>>>>>> {B}:new.txt\r\n".encode()
    (hunk,) = read(text, A, B).hunks
    assert hunk.theirs == (b"y\r", b"z\r")


@pytest.mark.parametrize("text", [b"", marked("<"), marked("<", "x", "="), marked("<", "x", ">"), marked("=", ">")])
def test_marks_that_are_not_complete_are_no_hunk(text: bytes) -> None:
    found = read(text, A, B)
    assert found.hunks == ()
    assert found.between == (split(text),)


@given(st.binary())
def test_nothing_raises(text: bytes) -> None:
    assert count(text + marked("<") + text, A, B) == 0
    assert b"\n".join(split(text)) in (text, text.removesuffix(b"\n"))


def test_many_beginnings_without_an_end_are_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[int] = []
    search = hunks._hunk

    def counting(lines: Lines, begin: int, size: int, theirs: bytes) -> tuple[Hunk, int] | None:
        searched.append(size)
        return search(lines, begin, size, theirs)

    monkeypatch.setattr(hunks, "_hunk", counting)
    assert read(marked(*"<x" * 9) + marked(*"<x" * 9, size=9) + marked(*"<x=" * 9), A, B).hunks == ()
    assert searched == [7, 9]


def test_places_when_nothing_else_changed() -> None:
    both = read(marked("1", "<", "x", "=", ">", "2", "3", "<", "y", "=", "z", "z", ">"), A, B)
    first, second = placed(both, b"1\nx\n2\n3\ny\n", b"1\n2\n3\nz\nz")
    assert (first.ours_at, first.theirs_at) == (2, 2)
    assert (second.ours_at, second.theirs_at) == (5, 4)


def test_places_when_the_other_side_changed_something_too() -> None:
    both = read(marked("new", "new", "1", "<", "x", "=", "y", ">", "9"), A, B)
    (hunk,) = placed(both, b"1\nx\n9\n", b"new\nnew\n1\ny\n9\n")
    assert (hunk.ours_at, hunk.theirs_at) == (2, 4)


def test_in_a_file_too_long_to_align_the_nearest_such_lines_are_it(monkeypatch: pytest.MonkeyPatch) -> None:
    both = read(marked("new", "new", "new", "<", "x", "=", "y", ">", "9"), A, B)
    ours, theirs = b"x\n9\n1\n2\nx\n", b"new\nnew\nnew\ny\n9\n"
    assert [hunk.ours_at for hunk in placed(both, ours, theirs)] == [1]
    monkeypatch.setattr(hunks, "MOST_ALIGNED", 4)
    assert [hunk.ours_at for hunk in placed(both, ours, theirs)] == [5]


def test_a_side_that_is_another_file_still_gives_places_in_it() -> None:
    assert locate([(b"x",), ()], [(b"1",), (b"2",), ()], (b"q",)) == [1, 1]


def merge_file(folder: Path, ours: bytes, base: bytes, theirs: bytes) -> bytes:
    """What git makes of three versions of a file."""
    for name, text in (("ours", ours), ("base", base), ("theirs", theirs)):
        (folder / name).write_bytes(text)
    words = ["git", "merge-file", "-p", "--zdiff3", "-L", A, "-L", "base", "-L", B, "ours", "base", "theirs"]
    done = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, check=False)
    assert done.returncode < 128, done.stderr
    return done.stdout


def edited(lines: list[str], chance: random.Random, mark: str) -> list[str]:
    """The lines after some random edits."""
    lines = list(lines)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines)) if lines else 0
        act = chance.randrange(3)
        if act == 0 and lines:
            lines[at] = f"{mark} {chance.randrange(10_000)}"
        elif act == 1 and lines:
            del lines[at : at + chance.randint(1, 3)]
        else:
            lines[at:at] = [f"{mark} {chance.randrange(10_000)}" for _ in range(chance.randint(1, 3))]
    return lines


@pytest.mark.parametrize("seed", range(40))
def test_every_hunk_of_git_stands_where_it_is_said_to(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    # Few different lines in every other case: then a line alone does not tell its place.
    base = [f"line {number if seed % 2 else number % 4}" for number in range(20)]
    ours, theirs = edited(base, chance, "ours"), edited(base, chance, "theirs")
    texts = ["".join(line + "\n" for line in lines).encode() for lines in (ours, base, theirs)]
    found = read(merge_file(tmp_path, *texts), A, B)
    for hunk in placed(found, texts[0], texts[2]):
        assert lines_at(texts[0], hunk.ours_at, hunk) == hunk.ours
        assert lines_at(texts[2], hunk.theirs_at, hunk, theirs=True) == hunk.theirs
    if seed % 2:
        _numbers_are_exact(found.hunks, placed(found, texts[0], texts[2]), ours)


def lines_at(text: bytes, start: int, hunk: Hunk, theirs: bool = False) -> tuple[bytes, ...]:
    length = len(hunk.theirs if theirs else hunk.ours)
    return split(text)[start - 1 : start - 1 + length]


def _numbers_are_exact(raw: tuple[Hunk, ...], found: tuple[Hunk, ...], ours: list[str]) -> None:
    """Where every line occurs once, its place is certain."""
    for before, after in zip(raw, found, strict=True):
        if before.ours:
            assert after.ours_at == ours.index(before.ours[0].decode()) + 1
