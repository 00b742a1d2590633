"""Frames: a terminal shows the same, from far fewer bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from console.terminal.frames import LeanUpdate, Shown, erases, lean
from console.terminal.strokes import BAND
from tests.support.chance import of_hundred

CELLS = 30
STYLES = [
    Style.parse(text)
    for text in (
        "#ffffff on #000000",
        "bold #ffffff on #000000",
        "#ff0000 on #000000",
        "bold underline #00ff00 on #202020",
        "#00ff00 on #303030",
    )
]


def segments(letters: Sequence[str]) -> st.SearchStrategy[list[tuple[str, Style]]]:
    texts = st.lists(st.sampled_from(letters), min_size=1, max_size=9).map("".join)
    return st.lists(st.tuples(texts, st.sampled_from(STYLES)), min_size=1, max_size=8)


SEGMENTS = segments("ab 漢●")
NARROW = segments("ab ●")
"""No letter that an update could cut in half: what half of one looks like is the terminal's choice."""
UNSURE = segments(["a", "b", " ", "👍", "✅", "e\u0301"])
"""Letters of whose width terminals have different opinions."""


def console() -> Console:
    return Console(file=io.StringIO(), color_system="truecolor", force_terminal=True, width=CELLS)


def strip_of(parts: list[tuple[str, Style]], cells: int = CELLS) -> Strip:
    """These parts in so many cells of a line, and blanks behind them."""
    strip = Strip([Segment(text, style) for text, style in parts]).crop_extend(0, cells, STYLES[0])
    return strip.extend_cell_length(CELLS, STYLES[0])


def screen_of(frames: list[str], lines: int = 1) -> list[tuple[str, str, str, bool, bool]]:
    screen = pyte.Screen(CELLS, lines)
    stream = pyte.Stream(screen)
    for frame in frames:
        stream.feed(frame)
    cells = [screen.buffer[y][x] for y in range(lines) for x in range(CELLS)]
    return [
        # Of a blank one sees the ground and the underline, and nothing else.
        (c.data, c.fg if c.data != " " else "", c.bg, c.bold and c.data != " ", c.underscore)
        for c in cells
    ]


def whole(shown: Shown, *strips: Strip) -> str:
    """A frame of the whole screen."""
    update = LayoutUpdate([[strip] for strip in strips], Region(0, 0, CELLS, len(strips)))
    return LeanUpdate(update, shown).render_segments(console())


def part(shown: Shown, strip: Strip, x1: int = 0, x2: int = CELLS) -> str:
    """A frame of a part of a screen of one line."""
    return LeanUpdate(ChopsUpdate([{0: strip}], [(0, x1, x2)], [[CELLS]]), shown).render_segments(console())


def usual(strip: Strip, y: int = 0) -> str:
    """The same as Textual sends it."""
    return f"\x1b[{y + 1};1H{strip.render(console())}"


@settings(max_examples=of_hundred(60))
@given(SEGMENTS)
def test_a_frame_looks_like_the_strip(parts: list[tuple[str, Style]]) -> None:
    strip = strip_of(parts)
    assert screen_of([part(Shown(), strip)]) == screen_of([usual(strip)])


@settings(max_examples=of_hundred(60))
@given(st.text("abc", min_size=CELLS, max_size=CELLS), st.text("abc", min_size=CELLS, max_size=CELLS), st.data())
def test_only_the_span_is_sent(old: str, new: str, data: st.DataObject) -> None:
    x1 = data.draw(st.integers(0, CELLS - 1))
    x2 = data.draw(st.integers(x1 + 1, CELLS))
    before, after = Strip([Segment(old, STYLES[0])]), Strip([Segment(new, STYLES[2])])
    shown = Shown()
    frames = [part(shown, before), part(shown, after, x1, x2)]
    assert "".join(cell[0] for cell in screen_of(frames)) == old[:x1] + new[x1:x2] + old[x2:]
    assert len(frames[1]) < 70 + x2 - x1


def test_of_a_change_the_changed_cells_alone_are_sent() -> None:
    shown, style = Shown(), STYLES[0]
    whole(shown, strip_of([("12 files, 3 of them open", style)]))
    frame = whole(shown, strip_of([("12 files, 4 of them open", style)]))
    assert frame == "\x1b[1;11H\x1b[38;2;255;255;255;48;2;0;0;0m4\x1b[0m"
    assert whole(shown, strip_of([("12 files, 4 of them open", style)])) == ""


def test_a_style_is_sent_only_where_it_changes() -> None:
    strip = strip_of([("a", STYLES[0]), ("b", STYLES[2]), ("c", STYLES[2])])
    frame = part(Shown(), strip)
    assert frame.count("48;2;0;0;0") == 1, "the ground is the same throughout"
    assert frame.count("38;2;255;0;0") == 1


def test_colours_that_alternate_are_sent_once_for_a_band_of_lines() -> None:
    strip = strip_of([("aaaaaaaa", STYLES[0]), ("bbbbbbbb", STYLES[2])] * 2)
    frame = whole(Shown(), *[strip] * BAND)
    assert frame.count("38;2;255;0;0") == frame.count("38;2;255;255;255") == 1
    assert screen_of([frame], BAND) == screen_of([usual(strip, y) for y in range(BAND)], BAND)


def test_blanks_up_to_the_end_of_a_line_are_erased_where_the_terminal_takes_the_ground() -> None:
    line = strip_of([("a", STYLES[0])])
    full = strip_of([("b" * CELLS, STYLES[0])])
    for erasing in (True, False):
        shown = Shown(erasing=erasing)
        frames = [whole(shown, full), whole(shown, line)]
        assert ("\x1b[K" in frames[1]) is erasing
        assert screen_of(frames) == screen_of([usual(line)])
    assert erases({"TERM": "xterm-256color"}) and erases({"TERM": "screen", "TMUX": "/tmp/socket,1,0"})
    assert not erases({"TERM": "screen.xterm-256color"}), "GNU screen erases in its own ground"


def test_other_frames_are_left_alone() -> None:
    assert lean(None, Shown()) is None
    assert lean("text", Shown()) == "text"


@settings(max_examples=of_hundred(100))
@given(st.lists(st.tuples(NARROW, st.booleans(), st.integers(0, CELLS), st.integers(0, CELLS)), max_size=6))
def test_leaving_out_what_is_shown_changes_nothing_on_the_screen(
    updates: list[tuple[list[tuple[str, Style]], bool, int, int]],
) -> None:
    shown, sparing, wasteful = Shown(), list[str](), list[str]()
    for parts, is_whole, x1, x2 in updates:
        strip = strip_of(parts)
        for frames, known in ((sparing, shown), (wasteful, Shown())):
            frames.append(whole(known, strip) if is_whole else part(known, strip, x1, x2))
    assert screen_of(sparing) == screen_of(wasteful)


@settings(max_examples=of_hundred(100))
@given(st.lists(st.tuples(SEGMENTS, SEGMENTS, SEGMENTS), min_size=1, max_size=4))
def test_whole_pictures_after_one_another_end_in_the_last_one(
    pictures: list[tuple[list[tuple[str, Style]], ...]],
) -> None:
    shown = Shown()
    frames = [whole(shown, *map(strip_of, lines)) for lines in pictures]
    last = [usual(strip_of(parts), y) for y, parts in enumerate(pictures[-1])]
    assert screen_of(frames, 3) == screen_of(last, 3)


@settings(max_examples=of_hundred(60))
@given(st.lists(UNSURE, min_size=1, max_size=4))
def test_what_terminals_disagree_about_is_sent_whole_and_placed_anew(lines: list[list[tuple[str, Style]]]) -> None:
    shown = Shown()
    # Up to the last cell but one: for a mark on the letter in the last one, the terminal of this test begins a line.
    strips = [strip_of(parts, CELLS - 1) for parts in lines]
    frames = [whole(shown, strip) for strip in strips]
    letters = [[cell[0] for cell in screen_of(sent)] for sent in (frames, [usual(strips[-1])])]
    assert letters[0] == letters[1]
    thumbs = strip_of([("👍a", STYLES[0])])
    assert "  \x1b[1H👍\x1b[1;3Ha" in whole(shown, thumbs), "blanks first, then where the next letter belongs"
    assert whole(shown, thumbs), "it is never taken for known"


def test_what_is_shown_is_not_sent_again_until_it_may_be_gone() -> None:
    first, second = strip_of([("first", STYLES[0])]), strip_of([("second", STYLES[2])])
    shown = Shown()
    assert whole(shown, first, second)
    assert whole(shown, first, second) == ""
    assert whole(shown, second, second).count("second") == 1, "only the first line is new"
    shown.forget()
    assert whole(shown, first, second)
    assert whole(shown, first), "a screen of another size shows nothing that is known"
