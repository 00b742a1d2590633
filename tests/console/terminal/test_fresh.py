"""Which whole lines are written from their segments, and which must be looked at cell by cell."""

from __future__ import annotations

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from console.terminal.fresh import fresh_strokes

PLAIN, LOUD, LINED = Style.parse("white on black"), Style.parse("red on black"), Style.parse("white on black underline")
CELLS = 20


def written(*parts: tuple[str, Style]) -> list[tuple[int, str]] | None:
    """Where something is written on an empty line, and what."""
    strokes = fresh_strokes(0, Strip([Segment(*part) for part in parts]), CELLS, ColorSystem.TRUECOLOR)
    return None if strokes is None else [(stroke.x, "".join(stroke.texts)) for stroke in strokes]


def test_of_a_line_its_words_alone_are_written_on_the_ground() -> None:
    assert written(("ab      ", PLAIN), ("cd", LOUD), (" " * 10, PLAIN)) == [(0, ""), (0, "ab"), (8, "cd")]
    assert written(("ab", PLAIN), (" ", PLAIN), ("cd", PLAIN), (" " * 15, PLAIN)) == [(0, ""), (0, "ab cd")]
    assert written(("ab", PLAIN), ("   ", LINED), (" " * 15, PLAIN)) == [(0, ""), (0, "ab"), (2, "   ")], (
        "a line is seen"
    )


@pytest.mark.parametrize(
    "parts",
    [
        [("a" * CELLS, PLAIN)],
        [("a" * (CELLS - 1), PLAIN)],
        [("a", PLAIN), (" " * (CELLS - 1), LINED)],
        [("漢\u0301", PLAIN), (" " * (CELLS - 2), PLAIN)],
        [("e\u0301", PLAIN), (" " * (CELLS - 2), PLAIN)],
        [],
    ],
)
def test_what_is_not_so_simple_is_looked_at_cell_by_cell(parts: list[tuple[str, Style]]) -> None:
    """It ends in a sign, is of another width, has a ground that cannot be erased, or signs that take no one cell."""
    assert written(*parts) is None
