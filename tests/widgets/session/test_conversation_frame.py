"""What stands around a conversation: nothing is cut in the middle of a word, and the thumb says where one is."""

from __future__ import annotations

import pytest

from widgets.draw.cells import line_width, plain
from widgets.session.conversation_frame import thumb, title
from widgets.session.window import Spot

NOTE = "from the transcript"


def test_the_title_drops_what_does_not_fit_as_a_whole() -> None:
    shown = {cells: plain(title(NOTE, 1_234, True, 0, "", cells)) for cells in (80, 58, 45, 30)}
    assert shown[80].startswith(" conversation  from the transcript  1,234 entries  ")
    assert all(line.endswith("  ● following ") for line in shown.values())
    assert shown[58].split("  ")[:2] == [" conversation", NOTE]
    assert "entr" not in shown[58]
    assert shown[45].startswith(" conversation  from the tra")


def test_the_title_says_what_is_new_and_what_went_wrong() -> None:
    behind = plain(title(NOTE, 1, False, 3, "", 90))
    assert "  1 entry  " in behind
    assert behind.endswith("  paused, 3 new  G follows ")
    assert "new" not in plain(title(NOTE, 9, False, 0, "", 90))
    assert plain(title(NOTE, 9, True, 0, "cannot read: gone", 90)).endswith(" cannot read: gone ")


@pytest.mark.parametrize("cells", range(0, 100, 7))
def test_the_title_has_exactly_its_cells(cells: int) -> None:
    assert line_width(title(NOTE, 5, False, 2, "", cells)) == cells


def test_the_thumb_is_where_the_view_is() -> None:
    assert thumb(Spot(0), Spot(9), 10, 20, False) == range(0)
    assert thumb(Spot(0), Spot(9), 100, 20, False) == range(2)
    assert thumb(Spot(50), Spot(59), 100, 20, False) == range(10, 12)
    assert thumb(Spot(99_990), Spot(99_999), 100_000, 20, True) == range(19, 20)
