"""An agent's screen in the colours of the theme: letters stay letters, and every colour stands for one of the theme."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.ours.picture import Ink, Picture, Run
from widgets.draw.cells import line_width, plain
from widgets.draw.look import READ
from widgets.terminal.lines import colour, picture_lines, style


def picture(*lines: str, row: int = -1, column: int = 0) -> Picture:
    return Picture(80, len(lines), tuple((Run(line),) if line else () for line in lines), row, column)


def test_the_rows_around_the_cursor_are_shown_cut_to_fit() -> None:
    lines = picture_lines(picture("one", "two", "three is long", "", ""), 8, 2)
    assert [plain(line) for line in lines] == ["two", "three i…"]
    lines = picture_lines(picture("one", "two", "", "", row=2, column=1), 8, 2)
    assert [plain(line) for line in lines] == ["two", "  "]
    assert lines[1][-1] == (" ", "reverse text")


def test_the_letter_under_the_cursor_is_turned_round() -> None:
    (line,) = picture_lines(picture("abc", row=0, column=1), 10, 5)
    assert line == (("a", "text"), ("b", "reverse text"), ("c", "text"))
    (line,) = picture_lines(picture("漢字", row=0, column=2), 10, 5)
    assert plain(line).startswith("漢字")


def test_colours_mean_what_programs_mean_by_them() -> None:
    assert style(Ink("1", bold=True)) == "bold failed"
    assert style(Ink("#10c020", italic=True, underline=True)) == "italic underline working"
    assert style(Ink(back="4")) == "reverse accent"
    assert style(Ink("9", faint=True)) == "faint"
    assert (colour("#eeeeee"), colour("#888888"), colour("#000000"), colour("")) == ("text", "soft", "faint", "text")
    assert {colour(str(number)) for number in range(256)} <= READ


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_every_colour_stands_for_one_of_the_theme(name: str) -> None:
    assert colour(name) in READ


@given(st.lists(st.text(max_size=12), max_size=6), st.integers(-1, 6), st.integers(0, 20), st.integers(1, 12))
def test_nothing_is_wider_than_its_place(lines: list[str], row: int, column: int, cells: int) -> None:
    for line in picture_lines(picture(*lines, row=row, column=column), cells, 4):
        assert line_width(line) <= cells
