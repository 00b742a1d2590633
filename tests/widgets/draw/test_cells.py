"""Text in cells: cutting, padding, and finding what changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from widgets.draw.cells import _SINGLE, Line, changes, cut, end, fill, fit, line_width, pad, plain, short, spread, width
from widgets.draw.glyphs import ascii_twin
from widgets.draw.spark import bar, spark

TEXTS = st.text(st.sampled_from("ab c漢字é…●"), max_size=30)
LINES = st.lists(st.tuples(TEXTS, st.sampled_from(["text", "faint"])), max_size=6).map(tuple)


@given(st.text(max_size=60), st.integers(0, 40), st.booleans())
def test_fitted_text_has_exactly_its_cells(text: str, cells: int, right: bool) -> None:
    assert width(fit(text, cells, right)) == cells


@given(st.text(max_size=60), st.integers(0, 40))
def test_cut_text_never_outgrows_its_cells(text: str, cells: int) -> None:
    assert width(cut(text, cells)) <= cells


def test_a_cut_shows_that_it_is_one() -> None:
    assert cut("station/proxy", 8) == "station…"
    assert cut("漢字漢字", 5) == "漢字…"
    assert cut("漢字漢字", 4) == "漢…"
    assert fit("ab", 4, right=True) == "  ab"


@given(st.text(max_size=60), st.integers(0, 40))
def test_shortened_names_never_outgrow_their_cells(text: str, cells: int) -> None:
    assert width(short(text, cells)) <= cells


def test_a_shortened_name_keeps_both_its_ends() -> None:
    assert short("station/billing-47", 18) == "station/billing-47"
    assert short("station/billing-47", 15) == "station/…ing-47"
    assert short("漢字漢字漢字漢字-47", 12) == "漢字漢…字-47"
    assert short("station/billing-47", 7) == "statio…"


@given(st.text(max_size=60), st.integers(-2, 40))
def test_the_end_of_a_text_never_outgrows_its_cells(text: str, cells: int) -> None:
    assert width(end(text, cells)) <= max(0, cells)


def test_of_a_long_text_the_end_is_kept() -> None:
    assert end("src/proxy/pool.py", 17) == "src/proxy/pool.py"
    assert end("src/proxy/pool.py", 8) == "…pool.py"
    assert end("漢字漢字", 4) == "…字"


def test_variation_selectors_widen_nothing() -> None:
    assert fit("a\ufe0fb", 3) == "ab "


@given(LINES, st.integers(0, 50))
def test_padded_lines_have_exactly_their_cells(line: Line, cells: int) -> None:
    assert line_width(pad(line, cells, "text")) == cells


@given(LINES, LINES, st.integers(0, 50))
def test_both_ends_of_a_line_fit(left: Line, right: Line, cells: int) -> None:
    assert line_width(spread(left, right, cells, "text")) == cells


def test_the_least_important_pieces_go_first() -> None:
    pieces = [(2, [("factory", "text")]), (0, [("●18", "text")]), (1, [("58k", "text")])]
    assert plain(fill(pieces, 20, "  ", "text")) == "factory  ●18  58k"
    assert plain(fill(pieces, 10, "  ", "text")) == "●18  58k"
    assert plain(fill(pieces[::-1], 10, "  ", "text")) == "58k  ●18"
    assert plain(fill(pieces, 4, "  ", "text")) == plain(fill(pieces, 2, "  ", "text")) == "●18"


def test_changes_are_the_cells_that_differ() -> None:
    old: Line = (("●", "working"), (" proxy 12s ", "text"))
    new: Line = (("●", "working"), (" proxy 13s ", "text"))
    assert changes(old, old) == []
    assert changes(old, new) == [(9, 1)]
    assert changes(old, (("●", "stale"), (" proxy 12s ", "text"))) == [(0, 1)]


def test_text_that_is_not_measured_letter_by_letter_takes_a_cell_each() -> None:
    assert [char for char in map(chr, range(0x20, 0x3000)) if _SINGLE.fullmatch(char) and cell_len(char) != 1] == []


def test_far_changes_stay_apart_and_near_ones_join() -> None:
    blank = " " * 40
    assert changes(((blank, "text"),), (("x" + blank[2:] + "y", "text"),)) == [(0, 1), (39, 1)]
    assert changes(((blank, "text"),), (("x  y" + blank[4:], "text"),)) == [(0, 4)]


@given(LINES, LINES, st.integers(1, 40))
def test_sending_the_changes_makes_the_new_line(old: Line, new: Line, cells: int) -> None:
    before, after = _cells(pad(old, cells, "text")), _cells(pad(new, cells, "text"))
    for start, length in changes(pad(old, cells, "text"), pad(new, cells, "text")):
        before[start : start + length] = after[start : start + length]
        assert after[start][0] != "", "a span begins with the second half of a wide character"
    assert before == after


def _cells(line: Line) -> list[tuple[str, str]]:
    return [(c, style) for text, style in line for char in text for c in ([char, ""] if width(char) == 2 else [char])]


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40))
def test_ascii_twins_keep_every_cell(text: str) -> None:
    assert ascii_twin(text).isascii()
    assert width(ascii_twin(text)) == width(text)


@given(st.lists(st.integers(0, 10**9), max_size=30))
def test_a_sparkline_shows_something_exactly_where_something_is(values: list[int]) -> None:
    drawn = spark(values)
    assert [char != " " for char in drawn] == [value > 0 for value in values]


@given(st.floats(0, 2), st.integers(2, 30))
def test_a_bar_is_empty_only_at_none_and_full_only_at_all(share: float, cells: int) -> None:
    full, rest = bar(share, cells)
    assert len(full) + len(rest) == cells
    assert (not full) == (share == 0)
    assert (not rest) == (share >= 1)
