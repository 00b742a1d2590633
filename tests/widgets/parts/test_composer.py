"""A text being written: keys, rows, and a cursor that is always in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.draw.cells import line_width, plain
from widgets.parts.composer import Composer

KEYS = ["left", "right", "up", "down", "home", "end", "ctrl+left", "ctrl+right", "backspace", "delete", "ctrl+w",
        "ctrl+u", "ctrl+k", "ctrl+j", "pageup", "pagedown", "ctrl+home", "ctrl+end"]  # fmt: skip


def after(text: str, *keys: str) -> Composer:
    composer = Composer(text)
    composer.lines(21, 5)
    for key in keys:
        composer.type(key, key if len(key) == 1 else None)
    return composer


@pytest.mark.parametrize(
    ("text", "keys", "left"),
    [
        ("", ("a", "b"), "ab|"),
        ("ab", ("left", "x"), "ax|b"),
        ("one two", ("ctrl+w",), "one |"),
        ("one two", ("ctrl+left", "x"), "one x|two"),
        ("one two", ("home", "ctrl+right", "x"), "onex| two"),
        ("one\ntwo", ("ctrl+u",), "one\n|"),
        ("one\ntwo", ("home", "backspace"), "one|two"),
        ("one\ntwo", ("ctrl+home", "ctrl+k", "ctrl+k"), "|two"),
        ("one\ntwo", ("up", "ctrl+j"), "one\n|\ntwo"),
        ("long line\nb\nanother", ("up", "up"), "long li|ne\nb\nanother"),
        ("x", ("ctrl+j", "y"), "x\ny|"),
        ("abc", ("ctrl+home", "delete"), "|bc"),
        ("a", ("up",), "|a"),
        ("ab", ("home", "down"), "ab|"),
    ],
)
def test_keys_of_writing(text: str, keys: tuple[str, ...], left: str) -> None:
    composer = after(text, *keys)
    assert composer.text[: composer.at] + "|" + composer.text[composer.at :] == left


def test_a_long_line_goes_on_in_the_next_row_and_the_cursor_goes_up_by_rows() -> None:
    composer = after("x" * 50, "up")
    assert composer.at == 30
    assert [plain(line) for line in composer.lines(21, 5)] == ["x" * 20 + " ", "x" * 20 + " ", "x" * 10 + " " * 11]


@given(st.text(alphabet="ab \n漢", max_size=60), st.lists(st.sampled_from([*KEYS, "z", "漢"]), max_size=30),
       st.integers(4, 30))  # fmt: skip
def test_whatever_is_typed_the_cursor_is_seen(text: str, keys: list[str], cells: int) -> None:
    composer = Composer(text)
    for key in keys:
        composer.lines(cells, 3)
        composer.type(key, key if len(key) == 1 else None)
        assert 0 <= composer.at <= len(composer.text)
        shown = composer.lines(cells, 3)
        assert [line_width(line) for line in shown] == [cells] * len(shown)
        assert sum("cursor" in style for line in shown for _, style in line) == 1
    rows = [*composer.rows(cells)]
    assert "".join(composer.text[start:end] for start, end in rows) == composer.text.replace("\n", "")
