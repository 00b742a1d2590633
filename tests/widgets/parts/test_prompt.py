"""What the footer asks, where there is little room for it."""

from __future__ import annotations

import pytest

from widgets.draw.cells import line_width, pad, plain
from widgets.parts.prompt import MAX_TYPED, Choose, Menu, Typing


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


@pytest.mark.parametrize("cells", [200, 80, 70])
def test_no_choice_of_a_menu_is_left_out_where_its_name_can_be_cut(cells: int) -> None:
    names = ("needs me", "failed", "waits", "works", "stale", "idle", "unknown", "all", "branches", "elsewhere")
    items = tuple(Choose(key, name) for key, name in zip("nxwrsiuabe", names, strict=True))
    line = Menu("show", items, "enter done").line(cells)
    assert line_width(line) <= cells
    shown = plain(line).split()
    assert [word for word in shown if len(word) == 1] == list("nxwrsiuabe")
    assert ("elsewhere" in shown) == (cells == 200)


@pytest.mark.parametrize(("cells", "shown"), [(90, "title hint"), (72, "title"), (50, "")])
def test_what_a_menu_is_about_stays_longer_than_how_it_is_left(cells: int, shown: str) -> None:
    items = (Choose("m", "10 minutes"), Choose("h", "an hour"), Choose("t", "until a turn of it ends"))
    line = plain(Menu("out of sight for", items, "enter m   esc back", enter="m").line(cells))
    assert ("out of sight for" in line, "esc back" in line) == ("title" in shown, "hint" in shown)
    assert all(item.name in line for item in items)
