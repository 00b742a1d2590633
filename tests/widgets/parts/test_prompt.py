"""What the footer asks, where there is little room for it."""

from __future__ import annotations

import pytest

from widgets.draw.cells import pad, plain
from widgets.parts.prompt import MAX_TYPED, Typing


@pytest.mark.parametrize("cells", [200, 80, 40, 20])
def test_who_types_sees_what_is_typed_and_the_cursor(cells: int) -> None:
    line = Typing("go to", "src/" * 40 + "pool.py").line(cells, "12 panes")
    shown = plain(pad(line, cells, "text on bar"))
    assert "l.py " in shown
    assert ("src/src" in shown) == (cells >= 40)
    assert ("12 panes" in shown) == (cells >= 40)


def test_a_short_text_is_shown_whole_with_what_was_found_and_what_to_press() -> None:
    assert plain(Typing("/", "pool").line(80, "1 pane")) == " / pool    1 pane   enter keeps   esc drops"
    assert plain(Typing("/", "").line(1, "1 pane")).startswith(" /  ")


def test_what_is_pasted_is_one_harmless_line_of_bounded_length() -> None:
    typing = Typing("/", "a")
    typing.paste("b\x1b[2J\nc" + "d" * 2 * MAX_TYPED)
    assert typing.text.startswith("ab cd")
    assert len(typing.text) == MAX_TYPED
    assert not typing.type("d", "d")
