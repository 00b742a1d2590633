"""Places on the wall."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.floor.grid import Grid, shape

COUNTS = st.lists(st.integers(0, 40), max_size=5)


def test_fifty_cards_fit_on_200x60() -> None:
    assert shape(1, 200) == 5
    assert Grid([50], False, 5, 200, 5, 0).height <= 60 - 3


def test_cards_lie_in_reading_order() -> None:
    grid = Grid([7], False, 3, 120, 5, 1)
    assert [grid.place(slot) for slot in range(7)] == [(0, 0), (40, 0), (80, 0), (0, 6), (40, 6), (80, 6), (0, 12)]
    assert grid.height == 17
    assert grid.slot_at(45, 7) == 4
    assert grid.slot_at(45, 5) is None, "a gap is no pane"
    assert grid.slot_at(45, 13) is None, "nothing lies there"


def test_headings_take_a_line() -> None:
    grid = Grid([2, 1], True, 2, 80, 1, 0)
    assert [grid.place(slot) for slot in range(3)] == [(0, 1), (40, 1), (0, 3)]
    row = grid.row_at(2)
    assert row is not None
    assert (row.group, row.count) == (1, 0)


def test_the_cursor_moves_over_headings_and_short_rows() -> None:
    grid = Grid([2, 3], True, 3, 120, 5, 0)
    assert grid.move(1, "down") == 3
    assert grid.move(4, "up") == 1
    assert grid.move(0, "up") == 0
    assert grid.move(4, "down") == 4
    assert (grid.move(2, "home"), grid.move(0, "end")) == (0, 4)
    assert grid.move(0, "pagedown", 60) == 2


@given(COUNTS, st.booleans(), st.integers(1, 6), st.integers(1, 10), st.integers(0, 1))
def test_every_place_leads_back_to_its_slot(
    counts: list[int], headings: bool, columns: int, height: int, gap: int
) -> None:
    grid = Grid(counts, headings, columns, 40 * columns, height, gap)
    for slot in range(grid.slots):
        x, y = grid.place(slot)
        assert grid.slot_at(x, y) == slot
        assert grid.slot_at(x + grid.card_cells - 1, y + height - 1) == slot
        assert y + height <= grid.height


@given(COUNTS, st.booleans(), st.integers(1, 6), st.integers(0, 300), st.integers(1, 60))
def test_what_is_visible_is_what_lies_there(
    counts: list[int], headings: bool, columns: int, top: int, height: int
) -> None:
    grid = Grid(counts, headings, columns, 40 * columns, 5, 0)
    seen = {slot for slot in range(grid.slots) if grid.place(slot)[1] < top + height and grid.place(slot)[1] + 5 > top}
    assert seen <= set(grid.visible(top, height))


@given(COUNTS, st.sampled_from(["up", "down", "left", "right", "pageup", "pagedown", "home", "end"]), st.data())
def test_the_cursor_never_leaves_the_wall(counts: list[int], way: str, data: st.DataObject) -> None:
    grid = Grid(counts, False, 4, 160, 5, 0)
    slot = data.draw(st.integers(0, max(0, grid.slots - 1)))
    assert 0 <= grid.move(slot, way, 50) <= max(0, grid.slots - 1)
