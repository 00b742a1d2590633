"""Themes: every style has its colours, and without colour or Unicode nothing is lost."""

from __future__ import annotations

import ast
import locale

import pytest
from msgspec.structs import fields
from rich.cells import cell_len
from rich.color import Color, ColorSystem, ColorType

from console.terminal.theme import (
    ALL,
    THEMES,
    TWO_HUNDRED,
    colours_of,
    first_theme,
    make_look,
    shows_signs,
    textual_theme,
    theme_names,
)
from sessions.errors import UsageError
from sessions.floor.state import Status
from sessions.views.conflicts.matrix import Severity
from tests import ROOT
from widgets.conflicts.matrix_lines import COLOURS, GLYPHS
from widgets.draw.glyphs import STATUS, ascii_twin
from widgets.draw.look import Colours


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def in_256(colours: Colours) -> Colours:
    """The colours as a terminal of 256 shows them."""
    shown = {
        field.name: Color.parse(getattr(colours, field.name)).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex
        for field in fields(Colours)
    }
    return Colours(**shown)


PALETTES = {**THEMES, **{f"{name} in 256": in_256(colours) for name, colours in TWO_HUNDRED.items()}}


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
def test_every_word_can_be_read(colours: Colours) -> None:
    for ground in (colours.ground, colours.bar):
        for word in ("text", "soft", "faint", "accent", *(status.value for status in Status)):
            assert contrast(getattr(colours, word), ground) >= 4.5, f"{word} on {ground}"
        assert contrast(colours.line, ground) >= 2.8, "seen, not read"
    for status, ground in (("needs_me", colours.alarm), ("failed", colours.fault)):
        assert contrast(getattr(colours, status), ground) >= 4.5
    assert contrast(colours.text, colours.cursor) >= 4.5


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
def test_grounds_and_cells_of_the_matrix_are_told_apart(colours: Colours) -> None:
    grounds = [colours.ground, colours.bar, colours.cursor, colours.alarm, colours.fault]
    assert len(set(grounds)) == len(grounds)
    steps = [colours.clean, colours.shared, colours.clash_few, colours.clash_some, colours.clash_many, colours.pending]
    assert len({*steps, colours.cross}) == len(steps) + 1
    for step in ("clash_few", "clash_some", "clash_many"):
        assert contrast(getattr(colours, step), colours.ground) >= 3, f"{step} is a sign, too"


@pytest.mark.parametrize("name", ["colour-blind", "colour-blind in 256"])
def test_to_eyes_that_do_not_see_red_what_is_worse_is_brighter(name: str) -> None:
    colours = PALETTES[name]
    steps = [luminance(step) for step in (colours.clash_few, colours.clash_some, colours.clash_many)]
    assert steps == sorted(steps)


def test_a_severity_has_one_colour_in_both_zooms_of_the_matrix() -> None:
    for step in (Severity.FEW, Severity.SOME, Severity.MANY):
        assert GLYPHS[step][1] == COLOURS[step]


@pytest.mark.parametrize("colours", [16, 256, ALL])
@pytest.mark.parametrize("name", theme_names())
def test_words_can_be_read_on_every_ground(name: str, colours: int) -> None:
    look = make_look(name, ascii_only=False, colour=True, colours=colours)
    system = ColorSystem.EIGHT_BIT if colours == 256 else ColorSystem.TRUECOLOR
    for word in ("text", "soft", "faint", "accent", *(status.value for status in Status)):
        for ground in ("cursor", "alarm", "fault"):
            style = look.style(f"{word} on {ground}")
            assert style.color is not None and style.bgcolor is not None
            if colours > 16:  # what 16 colours look like is the terminal's choice
                fore, back = (c.downgrade(system).get_truecolor().hex for c in (style.color, style.bgcolor))
                assert contrast(fore, back) >= (4.5 if colours == ALL else 4), f"{word} on {ground}"


@pytest.mark.parametrize("name", theme_names())
def test_every_segment_has_a_ground(name: str) -> None:
    look = make_look(name, ascii_only=False, colour=True)
    for field in fields(Colours):
        style = look.style(f"bold {field.name}")
        assert style.bgcolor is not None
        assert style.bold


@pytest.mark.parametrize("name", theme_names())
def test_with_16_colours_each_word_keeps_a_colour_of_its_own(name: str) -> None:
    look = make_look(name, ascii_only=False, colour=True, colours=16)
    words = ("working", "waiting", "needs_me", "failed", "accent", "text", "soft")
    colours = {word: look.style(word).color for word in words}
    assert len({colour.number for colour in colours.values() if colour}) == len(words)
    steps = [look.style(word).color for word in ("clean", "shared", "clash_few", "clash_some", "clash_many", "pending")]
    assert len(set(steps)) == len(steps)
    for field in fields(Colours):
        colour = look.style(field.name).color
        assert colour is not None
        assert colour.type is ColorType.STANDARD


@pytest.mark.parametrize(
    ("environment", "colours"),
    [
        ({"TERM": "xterm"}, 16),
        ({"TERM": "linux"}, 16),
        ({"TERM": "xterm-256color"}, 256),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, ALL),
        ({"TERM": "xterm", "COLORTERM": "truecolor", "TEXTUAL_COLOR_SYSTEM": "256"}, 256),
    ],
)
def test_the_terminal_says_how_many_colours_it_has(environment: dict[str, str], colours: int) -> None:
    assert colours_of(environment) == colours


def test_a_console_without_the_signs_in_its_font_is_drawn_in_ascii() -> None:
    assert not shows_signs({"LANG": "C.UTF-8", "TERM": "linux"})
    assert not shows_signs({"LANG": "C", "TERM": "xterm"})


@pytest.mark.parametrize(
    ("encoding", "shown"), [("UTF-8", True), ("utf8", True), ("ISO-8859-1", False), ("nonsense", False)]
)
def test_signs_are_shown_where_the_locale_s_encoding_has_them(
    monkeypatch: pytest.MonkeyPatch, encoding: str, shown: bool
) -> None:
    monkeypatch.setattr(locale, "getpreferredencoding", lambda do_setlocale=True: encoding)
    assert shows_signs({"LANG": "de_DE", "TERM": "xterm"}) is shown


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


@pytest.mark.parametrize(("cells", "text"), [(3, "abc"), (5, "abcde"), (7, "abcde  ")])
def test_a_line_takes_its_cells_and_no_other(cells: int, text: str) -> None:
    strip = make_look("dark", ascii_only=False, colour=True).strip((("abc", "text"), ("de", "soft")), cells)
    assert (strip.text, strip.cell_length) == (text, cells)


DRAWING = ("widgets", "console", "sessions/floor", "sessions/views")
"""Where texts stand that are drawn."""


def drawn_signs() -> dict[str, str]:
    """Every sign in a text of the program that is drawn, and where it stands; docstrings and the twins' own are not."""
    signs: dict[str, str] = {}
    for path in (path for place in DRAWING for path in sorted((ROOT / place).rglob("*.py"))):
        tree = ast.parse(path.read_text("utf-8"))
        words = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in words:
                signs |= {sign: f"{path}:{node.lineno}" for sign in node.value if not sign.isascii()}
    return signs


def test_every_sign_that_is_drawn_has_a_twin() -> None:
    signs = drawn_signs()
    assert len(signs) > 50
    assert {sign: place for sign, place in signs.items() if ascii_twin(sign) == "?"} == {}
    assert all(len(ascii_twin(sign)) == cell_len(sign) for sign in signs)
    assert [status for status, sign in STATUS.items() if ascii_twin(sign) == "?"] == [Status.UNKNOWN]
    assert len({ascii_twin(sign) for sign in STATUS.values()}) == len(STATUS)


def test_letters_lose_their_accents_in_ascii() -> None:
    assert ascii_twin("Ünïcode • naïve ✓ 日本 <1¢") == "Unicode * naive v ???? <1c"


def test_ascii_only_is_ascii_only() -> None:
    look = make_look("dark", ascii_only=True, colour=True)
    strip = look.strip((("◆ ▁▇ ━─ ≥3 漢", "text"),), 14)
    assert strip.text.isascii()
    assert strip.cell_length == 14


def test_the_terminal_s_ground_chooses_the_first_theme() -> None:
    assert first_theme({"COLORFGBG": "0;15"}) == "light"
    assert first_theme({"COLORFGBG": "15;0"}) == "dark"
    assert first_theme({}) == "dark"


def test_what_textual_draws_itself_is_dark_where_the_theme_is() -> None:
    assert [name for name in theme_names() if not textual_theme(name).dark] == ["light"]


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(UsageError, match="colour-blind"):
        make_look("pink", ascii_only=False, colour=True)
