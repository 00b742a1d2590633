"""Frames: a terminal shows the same, from far fewer bytes."""

from __future__ import annotations

import io

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.strip import Strip

from console.frames import LeanUpdate, lean

CELLS = 30
STYLES = [
    Style.parse(text)
    for text in (
        "#ffffff on #000000",
        "bold #ffffff on #000000",
        "#ff0000 on #000000",
        "bold underline #00ff00 on #202020",
    )
]
SEGMENTS = st.lists(
    st.tuples(st.text(st.sampled_from("ab 漢●"), min_size=1, max_size=9), st.sampled_from(STYLES)),
    min_size=1,
    max_size=8,
)


def console() -> Console:
    return Console(file=io.StringIO(), color_system="truecolor", force_terminal=True, width=CELLS)


def strip_of(parts: list[tuple[str, Style]]) -> Strip:
    return Strip([Segment(text, style) for text, style in parts]).crop_extend(0, CELLS, STYLES[0])


def screen_of(frames: list[str]) -> list[tuple[str, str, str, bool, bool]]:
    screen = pyte.Screen(CELLS, 1)
    stream = pyte.Stream(screen)
    for frame in frames:
        stream.feed(frame)
    cells = [screen.buffer[0][x] for x in range(CELLS)]
    return [
        # Of a blank one sees the ground and the underline, and nothing else.
        (c.data, c.fg if c.data != " " else "", c.bg, c.bold and c.data != " ", c.underscore)
        for c in cells
    ]


def update(strip: Strip, x1: int = 0, x2: int = CELLS) -> LeanUpdate:
    return LeanUpdate(ChopsUpdate([{0: strip}], [(0, x1, x2)], [[CELLS]]))


@settings(max_examples=60)
@given(SEGMENTS)
def test_a_frame_looks_like_the_strip(parts: list[tuple[str, Style]]) -> None:
    strip = strip_of(parts)
    usual = "\x1b[1;1H" + strip.render(console())
    assert screen_of([update(strip).render_segments(console())]) == screen_of([usual])


@settings(max_examples=60)
@given(st.text("abc", min_size=CELLS, max_size=CELLS), st.text("abc", min_size=CELLS, max_size=CELLS), st.data())
def test_only_the_span_is_sent(old: str, new: str, data: st.DataObject) -> None:
    x1 = data.draw(st.integers(0, CELLS - 1))
    x2 = data.draw(st.integers(x1 + 1, CELLS))
    before, after = Strip([Segment(old, STYLES[0])]), Strip([Segment(new, STYLES[2])])
    frame = update(after, x1, x2).render_segments(console())
    shown = "".join(cell[0] for cell in screen_of([update(before).render_segments(console()), frame]))
    assert shown == old[:x1] + new[x1:x2] + old[x2:]
    assert len(frame) < 70 + x2 - x1


def test_a_style_is_sent_only_where_it_changes() -> None:
    strip = strip_of([("a", STYLES[0]), ("b", STYLES[2]), ("c", STYLES[2])])
    frame = update(strip).render_segments(console())
    assert frame.count("48;2;0;0;0") == 1, "the ground is the same throughout"
    assert frame.count("38;2;255;0;0") == 1


def test_other_frames_are_left_alone() -> None:
    assert lean(None) is None
    assert lean("text") == "text"
