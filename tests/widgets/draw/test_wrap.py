"""Text broken into lines: nothing is lost, nothing is too wide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.text import clean_lines
from widgets.draw.cells import width
from widgets.draw.wrap import wrap


@pytest.mark.parametrize(
    ("text", "cells", "lines"),
    [
        ("", 10, [""]),
        ("short", 10, ["short"]),
        ("two words", 5, ["two", "words"]),
        ("    indented words", 14, ["    indented", "    words"]),
        ("      deep in here", 8, ["deep in", "here"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
        ("x " + "y" * 12, 8, ["x", "yyyyyyyy", "yyyy"]),
    ],
)
def test_lines_are_broken_at_blanks(text: str, cells: int, lines: list[str]) -> None:
    assert wrap(text, cells) == lines


@given(st.text(max_size=200), st.integers(2, 60))
def test_no_line_is_too_wide_and_no_letter_is_lost(text: str, cells: int) -> None:
    for line in clean_lines(text):
        parts = wrap(line, cells)
        assert all(width(part) <= cells for part in parts)
        assert "".join(parts).replace(" ", "") == line.replace(" ", "")
