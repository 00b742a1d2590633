"""What a terminal shows, as lines of ours: its letters in the colours of the theme, so that they can be read in each.

Pure. Colours mean what programs mean by them: red is what failed, green what went well; all others are told apart by
their hue, and grounds by being turned round.
"""

from __future__ import annotations

from functools import lru_cache

from sessions.floor.ours.picture import Ink, Picture
from widgets.draw.cells import Line, Span, cut, line_width

GREY, STEPS = 232, (0, 95, 135, 175, 215, 255)
"""From where on the 256 colours are greys, and the steps of the cube below them."""
SIXTEEN = (
    *("faint", "failed", "working", "needs_me", "accent", "waiting", "accent", "text"),
    *("faint", "failed", "working", "needs_me", "accent", "waiting", "accent", "text"),
)
"""Black (which would not be seen), red, green, yellow, blue, magenta, cyan and white, and the bright ones."""
DULL = 40
"""A colour whose parts differ by less is a grey."""


def picture_lines(picture: Picture, cells: int, rows: int) -> list[Line]:
    """The rows around its cursor, or the last ones with something on them, cut to fit."""
    last = max((at for at, line in enumerate(picture.lines) if line), default=0)
    end = min(len(picture.lines), max(last, picture.row) + 1)
    first = max(0, end - rows)
    return [_line(picture, row, cells) for row in range(first, end)]


def _line(picture: Picture, row: int, cells: int) -> Line:
    spans = [(run.text, style(run.ink)) for run in picture.lines[row]]
    if row == picture.row:
        spans = _with_cursor(spans, picture.column)
    line: list[Span] = []
    for text, named in spans:
        room = cells - line_width(line)
        if room <= 0:
            break
        line.append((cut(text, room), named))
    return tuple(line)


def _with_cursor(spans: list[Span], column: int) -> list[Span]:
    """The same with the letter under the cursor turned round."""
    found: list[Span] = []
    left = column
    for at, (text, named) in enumerate(spans):
        if left < line_width(((text, named),)) and text[:left].isascii():
            found += [(text[:left], named), (text[left : left + 1], f"reverse {named}"), (text[left + 1 :], named)]
            return [span for span in (*found, *spans[at + 1 :]) if span[0]]
        found.append((text, named))
        left -= line_width(((text, named),))
    return [*found, (" " * max(0, left), "text"), (" ", "reverse text")]


@lru_cache(1_000)
def style(ink: Ink) -> str:
    """The name of the style that letters of this ink are shown in."""
    words = [
        *(["bold"] if ink.bold else []),
        *(["italic"] if ink.italic else []),
        *(["underline"] if ink.underline else []),
        *(["reverse"] if ink.reversed or ink.back else []),
        "faint" if ink.faint else colour(ink.front or ink.back),
    ]
    return " ".join(words)


def colour(name: str) -> str:
    """The colour of the theme that stands for one of a terminal."""
    if not name:
        return "text"
    if not name.startswith("#"):
        number = int(name)
        if number < len(SIXTEEN):
            return SIXTEEN[number]
        if number >= GREY:
            return _of(*(8 + 10 * (number - GREY),) * 3)
        red, rest = divmod(number - len(SIXTEEN), 36)
        return _of(STEPS[red], STEPS[rest // 6], STEPS[rest % 6])
    return _of(*bytes.fromhex(name[1:]))


def _of(red: int, green: int, blue: int) -> str:
    most, least = max(red, green, blue), min(red, green, blue)
    if most - least < DULL:
        return "text" if most >= 190 else "soft" if most >= 110 else "faint"
    middle = (most + least) // 2
    bits = (red > middle) | (green > middle) << 1 | (blue > middle) << 2
    return SIXTEEN[bits]
