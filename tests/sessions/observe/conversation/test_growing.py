"""A conversation whose file grows, is cut, replaced or very long."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions.observe.conversation.entries import Entry
from sessions.observe.conversation.file import BLOCK, MAX_LINE
from tests.sessions.observe.conversation.written import (
    K,
    asked,
    claude_file,
    entries,
    opened,
    result,
    said,
    use,
    words,
)


def test_a_session_that_grows(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(asked("one") + said("assistant", use("a")))
    with opened(path) as conversation:
        assert not conversation.refresh()
        with path.open("ab") as file:
            later = said("assistant", words("between")) + said("user", result("a"))
            file.write(later[:-9])
            file.flush()
            assert conversation.refresh()
            assert [e.kind for e in entries(conversation)] == [K.PROMPT, K.TOOL, K.TEXT]
            file.write(later[-9:])
        assert conversation.refresh()
        assert [e.kind for e in entries(conversation)] == [K.PROMPT, K.TOOL, K.RESULT, K.TEXT]


def test_a_whole_last_line_without_its_end_is_shown_once(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(asked("one") + asked("two")[:-1])
    with opened(path) as conversation:
        assert [e.title for e in entries(conversation)] == ["one", "two"]
        with path.open("ab") as file:
            file.write(b"\n" + asked("three"))
        assert conversation.refresh()
        assert [e.title for e in entries(conversation)] == ["one", "two", "three"]


def test_a_file_that_is_cut_rewritten_replaced_or_gone(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(asked("one") + asked("two"))
    with opened(path) as conversation:
        path.write_bytes(asked("cut"))
        assert conversation.refresh()
        assert [e.title for e in entries(conversation)] == ["cut"]
        path.write_bytes(asked("written anew") + asked("and longer"))
        assert conversation.refresh()
        assert [e.title for e in entries(conversation)] == ["written anew", "and longer"]
        other = tmp_path / "other"
        other.write_bytes(asked("replaced"))
        other.rename(path)
        assert conversation.refresh()
        assert [e.title for e in entries(conversation)] == ["replaced"]
        path.unlink()
        assert not conversation.refresh()
        assert [e.title for e in entries(conversation)] == ["replaced"]


def test_a_cut_file_is_told_where_it_was_not_yet_noticed(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(asked("one") + asked("two"))
    with opened(path) as conversation:
        path.write_bytes(b"")
        assert conversation.entry(1) == Entry(kind=K.NOTE, title="this part of the transcript is gone")
        with pytest.raises(IndexError):
            conversation.entry(2)
        with pytest.raises(IndexError):
            conversation.entry(-1)


def test_a_hundred_thousand_lines_are_not_decoded_to_be_scrolled(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    with path.open("wb") as file:
        for i in range(25_000):
            file.write(said("assistant", use(f"c{i}", f"step {i}")) + said("user", result(f"c{i}", f"came {i}")))
            file.write(b'{"type":"progress","data":1}\n' * 2)
    with claude_file(path) as conversation:
        assert len(conversation) == 50_000
        assert conversation.decoded == 0
        assert conversation.entry(49_999).title == "came 24999"
        assert [conversation.entry(i).title for i in range(20_000, 20_002)] == ["step 10000", "came 10000"]
        assert conversation.decoded <= 4
        assert conversation.find("STEP 17000", 0) == 34_000
        assert conversation.find("came 5", 40_000, -1) == 11_999
        assert conversation.find("not in it", 0) is None
        assert conversation.decoded < 10
        for i in range(0, 50_000, 50):
            conversation.entry(i)
        assert len(conversation._cache) <= 256


def test_a_line_beyond_all_measure_is_a_note_and_not_held(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    with path.open("wb") as file:
        file.write(asked("before"))
        file.write(b'{"type":"user","message":{"content":"')
        file.write(b"x" * (MAX_LINE + BLOCK) + b'"}}\n')
        file.write(asked("after"))
    with claude_file(path) as conversation:
        assert [e.title for e in entries(conversation)] == ["before", "a line of 20 MB is not shown", "after"]
        assert conversation.find("xxx", 0) is None


def test_lines_at_the_edges_of_blocks_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    first = asked("y" * (BLOCK - 200))
    with path.open("wb") as file:
        for cut in range(180):
            file.write(first if cut == 0 else asked(f"line {cut}"))
    with opened(path) as conversation:
        assert [conversation.entry(i).title for i in range(1, 180)] == [f"line {i}" for i in range(1, 180)]
