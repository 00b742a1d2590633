"""Frames: a terminal shows the same, from far fewer bytes."""

from __future__ import annotations

import io

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from console.frames import LeanUpdate, Shown, lean

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


def segments(letters: str) -> st.SearchStrategy[list[tuple[str, Style]]]:
    texts = st.text(st.sampled_from(letters), min_size=1, max_size=9)
    return st.lists(st.tuples(texts, st.sampled_from(STYLES)), min_size=1, max_size=8)


SEGMENTS = segments("ab 漢●")
NARROW = segments("ab ●")
"""No letter that an update could cut in half: what half of one looks like is the terminal's choice."""


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
    return LeanUpdate(ChopsUpdate([{0: strip}], [(0, x1, x2)], [[CELLS]]), Shown())


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
    assert lean(None, Shown()) is None
    assert lean("text", Shown()) == "text"


def full(shown: Shown, *strips: Strip) -> str:
    update = LayoutUpdate([[strip] for strip in strips], Region(0, 0, CELLS, len(strips)))
    return LeanUpdate(update, shown).render_segments(console())


def part(shown: Shown, strip: Strip, x1: int, x2: int) -> str:
    return LeanUpdate(ChopsUpdate([{0: strip}], [(0, x1, x2)], [[CELLS]]), shown).render_segments(console())


@settings(max_examples=60)
@given(st.lists(st.tuples(NARROW, st.booleans(), st.integers(0, CELLS), st.integers(0, CELLS)), max_size=6))
def test_leaving_out_what_is_shown_changes_nothing_on_the_screen(
    updates: list[tuple[list[tuple[str, Style]], bool, int, int]],
) -> None:
    shown, sparing, usual = Shown(), list[str](), list[str]()
    for parts, whole, x1, x2 in updates:
        strip = strip_of(parts)
        for frames, known in ((sparing, shown), (usual, Shown())):
            frames.append(full(known, strip) if whole else part(known, strip, x1, x2))
    assert screen_of(sparing) == screen_of(usual)


def test_what_is_shown_is_not_sent_again_until_it_may_be_gone() -> None:
    first, second = strip_of([("first", STYLES[0])]), strip_of([("second", STYLES[2])])
    shown = Shown()
    assert full(shown, first, second)
    assert full(shown, first, second) == part(shown, first, 2, 9) == ""
    assert full(shown, second, second).count("second") == 1, "only the first line is new"
    assert part(shown, first, 0, 5)
    assert full(shown, first, second), "what a part has changed is not known"
    shown.forget()
    assert full(shown, first, second)
    screen = object()
    assert full(shown.on(screen), first, second), "another screen"
    assert full(shown.on(screen), first, second) == ""
