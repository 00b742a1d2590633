"""Themes: every style has its colours, and without colour or Unicode nothing is lost."""

from __future__ import annotations

import pytest
from msgspec.structs import fields

from console.theme import THEMES, first_theme, make_look, theme_names
from sessions.errors import UsageError
from sessions.floor.state import Status
from widgets.look import Colours


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", theme_names())
def test_every_word_can_be_read(name: str) -> None:
    colours = THEMES[name]
    for ground in (colours.ground, colours.bar):
        for word in ("text", "soft", "accent", *(status.value for status in Status)):
            assert contrast(getattr(colours, word), ground) >= 4.5, f"{word} on {ground}"
        assert contrast(colours.faint, ground) >= 3
    for status, ground in (("needs_me", colours.alarm), ("failed", colours.fault)):
        assert contrast(getattr(colours, status), ground) >= 4.5
    assert contrast(colours.text, colours.cursor) >= 4.5


@pytest.mark.parametrize("name", theme_names())
def test_every_segment_has_a_ground(name: str) -> None:
    look = make_look(name, ascii_only=False, colour=True)
    for field in fields(Colours):
        style = look.style(f"bold {field.name}")
        assert style.bgcolor is not None
        assert style.bold


def test_without_colour_no_style_has_one() -> None:
    look = make_look("dark", ascii_only=False, colour=False)
    for name in ("failed on fault", "bold text on cursor", "faint", "working"):
        assert look.style(name).color is None
        assert look.style(name).bgcolor is None
    assert look.style("text on cursor").reverse
    assert look.style("failed").bold
    assert look.style("faint").dim


def test_blanks_cost_no_change_of_style() -> None:
    look = make_look("dark", ascii_only=False, colour=True)
    strip = look.strip((("a", "text"), (" ", "faint"), ("b", "text"), ("  ", "faint"), ("c", "soft")), 10)
    assert [segment.text for segment in strip] == ["a b", "  ", "c", "    "]
    assert strip.cell_length == 10


def test_ascii_only_is_ascii_only() -> None:
    look = make_look("dark", ascii_only=True, colour=True)
    strip = look.strip((("◆ ▁▇ ━─ ≥3 漢", "text"),), 14)
    assert strip.text.isascii()
    assert strip.cell_length == 14


def test_the_terminal_s_ground_chooses_the_first_theme() -> None:
    assert first_theme({"COLORFGBG": "0;15"}) == "light"
    assert first_theme({"COLORFGBG": "15;0"}) == "dark"
    assert first_theme({}) == "dark"


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(UsageError, match="colour-blind"):
        make_look("pink", ascii_only=False, colour=True)
