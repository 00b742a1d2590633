"""A line of which nothing is known is erased, and written from its segments: its cells need not be told apart."""

from __future__ import annotations

import re

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

from console.terminal.ink import Ink, ink_of, is_single
from console.terminal.strokes import BRIDGE, Stroke

_WORDS = re.compile(rf"[^ ]+(?: {{1,{BRIDGE}}}[^ ]+)*")


def fresh_strokes(y: int, strip: Strip, columns: int, system: ColorSystem) -> list[Stroke] | None:
    """The strokes of a whole line; None where its cells must be looked at: it ends in a sign, or holds wide ones."""
    runs = [(text, ink_of(style or Style.null(), system)) for text, style, control in strip if text and not control]
    if not runs or sum(len(text) for text, _ in runs) != columns:
        return None
    last, ink = runs[-1]
    ground = ink.blank
    if not last.endswith(" ") or not ground.is_blank or not all(map(_is_plain, (text for text, _ in runs))):
        return None
    drawn, x = [Stroke(y, 0, ground, [])], 0
    for text, ink in runs:
        if ink.bare and ink.ground == ground.ground:
            for words in _WORDS.finditer(text):
                _add(drawn, x + words.start(), words[0], ink, ground)
        else:
            _add(drawn, x, text, ink if text.strip(" ") else ink.blank, ground)
        x += len(text)
    return drawn


def _is_plain(text: str) -> bool:
    return text.isascii() or all(map(is_single, {*text}))


def _add(drawn: list[Stroke], x: int, text: str, ink: Ink, ground: Ink) -> None:
    """Write on from the stroke before, where one ink suits both and what is between; else begin another."""
    before = drawn[-1]
    between = x - before.end
    if before.texts and between <= BRIDGE:
        suits = before.ink if before.ink.draws(ink) else ink if ink.draws(before.ink) and before.ink.is_blank else None
        if suits is not None and (not between or suits.draws(ground)):
            before.ink = suits
            before.texts += [" "] * between + [*text]
            return
    drawn.append(Stroke(before.y, x, ink, [*text]))
