"""Where something was found, as a line: it fits, and what was searched is seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessions.asking.questions import Hit
from sessions.floor.zone import Zone
from sessions.observe.conversation.entries import EntryKind
from widgets.draw.cells import line_width, plain
from widgets.session.passages import FOUND
from widgets.session.place_lines import place_line, told_lines

NOW = 1_763_730_000.0
texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Mn", "Me", "Zl", "Zp"]), max_size=300)


@given(texts, texts, st.integers(1, 200), st.booleans(), st.sampled_from(EntryKind))
def test_a_line_fits_whatever_stands_in_it(text: str, pattern: str, cells: int, marked: bool, kind: EntryKind) -> None:
    line = place_line(Hit(1, kind, NOW - 9, text), text, pattern, NOW, cells, " on cursor", marked)
    assert line_width(line) == cells
    for each in told_lines(Hit(1, kind, NOW - 9, text), [("station", text)], pattern, Zone(), max(20, cells)):
        assert line_width(each) <= max(20, cells)


def test_what_was_searched_is_seen_however_late_it_stands() -> None:
    hit = Hit(1, EntryKind.TOOL, NOW - 3_700, "word " * 30 + "Needle " + "more " * 20, "Bash")
    for cells in (60, 80, 120):
        line = place_line(hit, "ship-04", "needle", NOW, cells, "", False)
        assert "Needle" in plain(line) and "1h01" in plain(line) and "Bash" in plain(line)
        assert [text for text, style in line if style == FOUND] == ["Needle"]
