"""Foreign text made harmless: what agents print, name or commit, before it reaches a line of the screen or a log."""

from __future__ import annotations

import re
import unicodedata

EXCERPT = 200

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b\x9c]{0,10000}(?:\x07|\x1b\\|\x9c)?"  # OSC, such as 52 (clipboard) and 8 (links)
    r"|\x1b[PX^_].{0,10000}?(?:\x1b\\|\x9c)"  # DCS, SOS, PM, APC
    r"|[\x1b\x9b]\[?[0-?]*[ -/]*[@-~]"  # CSI and two-character escapes
    r"|\x1b",
    re.DOTALL,
)
_SPACES = re.compile(r"\s+")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that draw nothing, reorder their neighbours or have no agreed width."""
_PLAIN = re.compile(r"[ -~]*")


def clean(text: str, limit: int = EXCERPT) -> str:
    """One line of visible characters: no escapes, controls, bidi marks, zero-width or private characters.

    White space is folded to single blanks; longer text ends in `…` and is at most `limit` characters.
    """
    text = text[: limit * 8]
    if not _PLAIN.fullmatch(text):
        text = _ESCAPES.sub("", text)
        text = _SPACES.sub(" ", text)
        if not text.isascii() or not text.isprintable():
            text = "".join(c for c in text if not _invisible(c))
    text = _SPACES.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _invisible(char: str) -> bool:
    if char.isascii():
        return not char.isprintable()
    # A lone combining mark is legal; a pile of them ("zalgo") overflows into other lines, so all are dropped
    # but for those that a normalised letter already contains.
    return unicodedata.category(char) in _INVISIBLE or unicodedata.combining(char) != 0


def clean_lines(text: str, limit: int = 100_000) -> list[str]:
    """Many lines of foreign text, each made harmless; tabs become four blanks and indentation stays."""
    lines = text[:limit].replace("\r\n", "\n").split("\n")
    return [_clean_keeping_blanks(line) for line in lines]


def _clean_keeping_blanks(line: str) -> str:
    if _PLAIN.fullmatch(line):
        return line
    line = _ESCAPES.sub("", line.replace("\t", "    "))
    line = unicodedata.normalize("NFC", line)
    return "".join(c for c in line if not _invisible(c))
