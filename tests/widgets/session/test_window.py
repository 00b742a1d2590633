"""The window over content addressed by entry and line: it agrees with a plain list of all lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.session.window import Spot, Window

HEIGHTS = st.lists(st.integers(0, 5), max_size=30)


def window(heights: list[int]) -> tuple[Window, list[Spot]]:
    """A window and, to compare with, every line there is."""
    spots = [Spot(entry, line) for entry, height in enumerate(heights) for line in range(height)]
    return Window(lambda: len(heights), lambda i: heights[i]), spots


@given(HEIGHTS, st.integers(0, 200), st.integers(1, 40))
def test_the_lines_in_view_are_a_slice_of_all(heights: list[int], at: int, rows: int) -> None:
    view, spots = window(heights)
    if spots:
        at %= len(spots)
        assert view.lines(spots[at], rows) == spots[at : at + rows]


@given(HEIGHTS, st.integers(0, 200), st.integers(-200, 200))
def test_moving_is_moving_along_the_slice(heights: list[int], at: int, by: int) -> None:
    view, spots = window(heights)
    if spots:
        at %= len(spots)
        moved = view.lines(view.moved(spots[at], by), 1)
        assert moved == [spots[max(0, min(len(spots) - 1, at + by))]]


@given(HEIGHTS, st.integers(1, 40))
def test_the_bottom_shows_the_end(heights: list[int], rows: int) -> None:
    view, spots = window(heights)
    assert view.lines(view.bottom(rows), rows) == spots[-rows:]


@given(HEIGHTS, st.integers(-5, 50), st.integers(-5, 50))
def test_any_spot_is_brought_back_to_the_content(heights: list[int], entry: int, line: int) -> None:
    view, spots = window(heights)
    found = view.clamped(Spot(entry, line))
    assert found in spots or not spots or heights[found.entry] == 0


def test_only_what_is_looked_at_is_measured() -> None:
    asked: list[int] = []

    def height(i: int) -> int:
        asked.append(i)
        return 3

    view = Window(lambda: 1_000_000, height)
    view.lines(view.bottom(50), 50)
    view.lines(view.moved(Spot(500_000), -20), 50)
    assert len(asked) < 100
