"""Foreign text made harmless: what agents print, name or commit, before it reaches a line of the screen or a log."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

Words = Annotated[str, "words of somebody"]
"""The type of a text that a person, an agent or a program chose freely, and that may hold a secret: the journal takes
it out of every field of this type (see `sessions.secrets`). Names, paths and ids are plain `str`: things are known by
them."""

EXCERPT = 200

_ESCAPES = (
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, such as 52 (clipboard) and 8 (links)
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|\x1b[ -/]*[0-~]?"  # all others, and a lone one
)
"""Terminal sequences, seven and eight bits wide, also unfinished ones. Each stops at the next escape: it runs in
linear time on anything, and no rest of it can form another sequence. Compiled when the first text has one."""
_PLAIN = re.compile("[ -~\u00a1-\u00ac\u00ae-\u017f\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2500-\u27bf]*")
"""Text of Latin letters and the symbols that agents like, which is visible as it is. It is told several times faster
than by looking up each character."""
_INTRODUCERS = re.compile(r"[\x1b\x90\x98\x9b\x9d-\x9f]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that draw nothing, reorder their neighbours or have no agreed width."""
_UNSEEN = (
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x115F, 0x11FF),  # Hangul fillers, and jamo that no syllable took up: they pile up in one cell
    (0x17B4, 0x17B5),  # Khmer vowels that are not drawn
    (0x180B, 0x180F),  # Mongolian variation selectors
    (0x3164, 0x3164),  # Hangul filler
    (0xD7B0, 0xD7FF),  # more jamo
    (0xFE00, 0xFE0F),  # variation selectors: they change the width of what is before them
    (0xFFA0, 0xFFA0),  # half-width Hangul filler
    (0x1F3FB, 0x1F3FF),  # skin tones: a cell of their own, or none
    (0xE0000, 0xE0FFF),  # tags, and more variation selectors
)
"""Letters, marks and symbols that draw nothing or change the width of their neighbours."""
_MARKS_IN_A_ROW = 2
"""Marks that one letter may carry; a pile of them ("zalgo") overflows into other lines."""


def clean(text: str, limit: int = EXCERPT) -> str:
    """One line of visible characters: no escapes, controls, bidi marks, zero-width or private characters.

    White space is folded to single blanks; longer text ends in `…` and is at most `limit` characters.
    """
    cleaned = _folded(text[: limit * 2])
    if len(cleaned) <= limit and len(text) > limit * 2:
        # Much of it was invisible: what was cut off may still have a word to say.
        cleaned = _folded(text[: limit * 8])
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"


def clean_lines(text: str, limit: int = 100_000) -> list[str]:
    """Many lines of foreign text, each made harmless; tabs become four blanks and indentation stays."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return [_clean_keeping_blanks(line) for line in text[:limit].split("\n")]


def _folded(text: str) -> str:
    if text.isascii() and text.isprintable():
        if "  " not in text and text[:1] != " " and text[-1:] != " ":
            return text  # as most are
    elif text.isascii() and "\x1b" not in text:
        text = " ".join(text.split())
        return text if text.isprintable() else " ".join(_visible(text).split())
    else:
        text = " ".join(_without_escapes(text).split())
        if not (text.isascii() and text.isprintable()):
            text = _visible(text)
    return " ".join(text.split())


def is_visible(text: str) -> bool:
    """Whether every character of `text` is visible by itself, and no mark on another."""
    return text.translate(_VISIBLE) == text and _VISIBLE.marks.isdisjoint(text)


def _clean_keeping_blanks(line: str) -> str:
    if line.isascii() and line.isprintable():
        return line
    return _visible(_without_escapes(line.replace("\t", "    ")))


def _without_escapes(text: str) -> str:
    return re.sub(_ESCAPES, "", text) if _INTRODUCERS.search(text) else text


def _visible(text: str) -> str:
    """The text without what is invisible; letters and their marks in their shortest form, without piles."""
    if _PLAIN.fullmatch(text):
        return text
    text = text.translate(_VISIBLE)
    if text.isascii():
        return text
    if not unicodedata.is_normalized("NFC", text):
        # A second look: the shortest form of a letter may have marks that were not looked up yet.
        text = unicodedata.normalize("NFC", text).translate(_VISIBLE)
    return text if _VISIBLE.marks.isdisjoint(text) else _without_piles(text)


def _without_piles(text: str) -> str:
    """Marks only where there is something to carry them, and not more than it can carry."""
    kept: list[str] = []
    room = 0
    for char in text:
        if char in _VISIBLE.marks:
            room -= 1
            if room < 0:
                continue
        else:
            room = 0 if char == " " else _MARKS_IN_A_ROW
        kept.append(char)
    return "".join(kept)


def _is_invisible(code: int) -> bool:
    if code < 0x80:
        return not 0x20 <= code < 0x7F
    return unicodedata.category(chr(code)) in _INVISIBLE or any(first <= code <= last for first, last in _UNSEEN)


class _Visible(dict[int, int | None]):
    """A table for `str.translate` that drops what is invisible. It remembers what it looked up, within bounds."""

    _REMEMBERED = 10_000

    def __init__(self) -> None:
        super().__init__()
        self.marks: set[str] = set()
        """The marks among the characters that were looked up."""

    def __missing__(self, code: int) -> int | None:
        category = unicodedata.category(chr(code))
        kept = None if _is_invisible(code) else 0x20 if category == "Zs" else code
        if kept is not None and category.startswith("M"):
            self.marks.add(chr(code))
        if len(self) < self._REMEMBERED:
            self[code] = kept
        return kept


_VISIBLE = _Visible()
