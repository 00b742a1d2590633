"""Growing files are read line by line, from where reading stopped, whatever happens to them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.observe.files.tail import Change, Position, Tail


class Reader:
    """A file that is read again and again."""

    def __init__(self, path: Path, longest: int = 1 << 20, block: int = 7) -> None:
        self.path, self.longest, self.block = path, longest, block
        self.position = Position()
        self.too_long = 0
        self.last = Change.NONE

    def read(self) -> list[bytes]:
        lines: list[bytes] = []
        fd = os.open(self.path, os.O_RDONLY)
        try:
            tail = Tail(fd, self.position, self.longest, self.block)
            self.last = tail.change
            for piece in tail.pieces():
                at = piece.offset
                for line in piece.lines:
                    assert os.pread(fd, len(line) + 1, at) == line + b"\n"
                    at += len(line) + 1
                self.too_long += piece.too_long
                lines += piece.lines
            self.position = tail.position(done=True)
        finally:
            os.close(fd)
        return lines


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as out:
        out.write(data)


def test_a_torn_last_line_waits_for_its_end(file: Path) -> None:
    file.write_bytes(b"one\ntwo\nthr")
    reader = Reader(file)
    assert reader.read() == [b"one", b"two"]
    append(file, b"ee")
    assert reader.read() == []
    append(file, b"\nfour\n")
    assert reader.read() == [b"three", b"four"]
    assert reader.read() == []
    assert reader.last is Change.NONE


def test_truncation_rotation_and_rewriting_read_from_the_beginning(file: Path) -> None:
    file.write_bytes(b"one\ntwo\n")
    reader = Reader(file)
    reader.read()
    file.write_bytes(b"new\n")
    assert (reader.read(), reader.last) == ([b"new"], Change.TRUNCATED)
    file.write_bytes(b"other and longer\n")
    assert (reader.read(), reader.last) == ([b"other and longer"], Change.REWRITTEN)
    fresh = file.with_name("fresh")
    fresh.write_bytes(b"other and longer\nrotated\n")
    fresh.rename(file)
    assert (reader.read(), reader.last) == ([b"other and longer", b"rotated"], Change.ROTATED)


def test_lines_beyond_the_limit_are_counted_and_skipped(file: Path) -> None:
    file.write_bytes(b"a\n" + b"x" * 101 + b"\n" + b"y" * 100 + b"\nb\n")
    reader = Reader(file, longest=100)
    assert reader.read() == [b"a", b"y" * 100, b"b"]
    assert reader.too_long == 1


def test_a_growing_torn_line_is_searched_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_bytes(b"start\n")
    reader = Reader(file, longest=1_000, block=64)
    reader.read()
    asked = 0
    pread = os.pread

    def counting(fd: int, size: int, offset: int) -> bytes:
        nonlocal asked
        data = pread(fd, size, offset)
        asked += len(data)
        return data

    monkeypatch.setattr(os, "pread", counting)
    for _ in range(100):
        append(file, b"x" * 100)
        assert reader.read() == []
    assert asked < 100 * 100 + 100 * 200
    append(file, b"\nend\n")
    assert reader.read() == [b"end"]
    assert reader.too_long == 1


def test_a_hundred_megabytes_without_a_line_end(file: Path) -> None:
    with file.open("wb") as out:
        out.truncate(100 << 20)
    append(file, b"\nnext\n")
    reader = Reader(file, longest=64 << 20, block=4 << 20)
    assert reader.read() == [b"next"]
    assert reader.too_long == 1


PIECES = st.lists(st.sampled_from([b"\n", b"a", b"\0\xff", b"longer than most"]), max_size=8).map(b"".join)


@given(st.lists(PIECES, max_size=12), st.integers(1, 50), st.integers(0, 60))
def test_any_cutting_gives_the_same_lines(
    tmp_path_factory: pytest.TempPathFactory, writes: list[bytes], block: int, longest: int
) -> None:
    file = tmp_path_factory.mktemp("tail") / "log"
    file.write_bytes(b"")
    reader = Reader(file, longest, block)
    lines = []
    for data in writes:
        append(file, data)
        lines += reader.read()
    expected = b"".join(writes).split(b"\n")[:-1]
    assert lines == [line for line in expected if len(line) <= longest]
    assert reader.too_long == sum(len(line) > longest for line in expected)
