"""Where panels lie: all of the room is used, nothing lies on anything else, and the chosen panel is in view."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Size

from console.screens.conflicts.layout import FILE, NAMES, ORDER, PAIR, SPOTS, lay_out


@given(
    width=st.integers(1, 300), height=st.integers(1, 120), needed=st.integers(3, 240), chosen=st.integers(0, 3),
    reading=st.booleans(),
)  # fmt: skip
def test_panels_tile_the_room(width: int, height: int, needed: int, chosen: int, reading: bool) -> None:
    size = Size(width, height)
    places = lay_out(size, needed, chosen, reading)
    assert (FILE if reading else NAMES[chosen]) in places
    assert sum(place.area for place in places.values()) == size.area
    assert all(size.region.contains_region(place) for place in places.values())
    assert not any(one.overlaps(other) for one, other in combinations(places.values(), 2))


def test_fifty_branches_and_all_panels_are_in_view_at_200_by_60() -> None:
    places = lay_out(Size(200, 58), 56, 0, reading=False)
    assert set(places) == set(NAMES)
    assert places["matrix"].height >= 56
    assert places["matrix"].width >= 2 + 1 + 26 + 2 + 2 * 50
    assert min(place.height for name, place in places.items() if name != "matrix") >= 10


def test_a_small_matrix_leaves_the_room_below_it_to_hot_spots() -> None:
    places = lay_out(Size(200, 58), 15, 0, reading=False)
    assert (places["matrix"].height, places["spots"].y, places["spots"].height) == (15, 15, 43)


def test_hot_spots_and_order_share_the_room_below_a_small_matrix_where_it_is_not_high() -> None:
    places = lay_out(Size(130, 16), 8, 0, reading=False)
    assert {name: tuple(place) for name, place in places.items()} == {
        "matrix": (0, 0, 82, 8),
        "pair": (82, 0, 48, 16),
        "spots": (0, 8, 41, 8),
        "order": (41, 8, 41, 8),
    }
    assert lay_out(Size(160, 16), 8, 0, reading=False)["pair"].width == 64


def test_the_column_beside_the_matrix_is_filled() -> None:
    assert set(lay_out(Size(160, 38), 56, 0, reading=False)) == set(NAMES)
    assert set(lay_out(Size(120, 22), 56, 0, reading=False)) == {"matrix", "pair", "order"}
    assert set(lay_out(Size(120, 22), 56, SPOTS, reading=False)) == {"matrix", "pair", "spots"}


def test_where_no_column_has_room_the_chosen_panel_takes_the_place_of_the_matrix() -> None:
    assert set(lay_out(Size(120, 17), 56, 0, reading=False)) == {"matrix", "pair"}
    assert set(lay_out(Size(120, 17), 56, PAIR, reading=False)) == {"matrix", "pair"}
    assert set(lay_out(Size(120, 17), 56, SPOTS, reading=False)) == {"spots", "pair"}
    assert set(lay_out(Size(80, 22), 56, ORDER, reading=False)) == {"order"}
