"""The signs of the screen: one glyph and one colour for each meaning, and an ASCII twin for poor fonts.

Lines are always built with the Unicode sign; `ascii_twin` replaces it cell for cell when the terminal asks for it.
"""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len

from sessions.floor.state import Status

STATUS = {
    Status.WORKING: "●",
    Status.WAITING: "◐",
    Status.NEEDS_ME: "◆",
    Status.FAILED: "✖",
    Status.IDLE: "○",
    Status.STALE: "◌",
    Status.UNKNOWN: "?",
}
"""A status's colour has the status's own name as its style."""
WORD = {
    Status.WORKING: "works",
    Status.WAITING: "waits",
    Status.NEEDS_ME: "needs me",
    Status.FAILED: "failed",
    Status.IDLE: "idle",
    Status.STALE: "stale",
    Status.UNKNOWN: "unknown",
}
AWAY = "↗"
"""Before the name of a station that works in another repository."""
BRANCH = "┄"
"""In place of a status: a branch that no station works on."""
AHEAD, BEHIND, DIRTY = "↑", "↓", "±"
CLASH = "⚔"
INSIDE, OUTSIDE = "✓ ", "✗ "
"""Before what a scope allows, and what it does not."""
FAMILY = "⊢"
"""Before how many stations work for one."""
TWIG = "└"
"""Before the name of a station that works for the one above it."""
ORPHAN = "⊣"
"""Before whom one works for who is there no more."""
TOOL = "▸"
BAR = "▌"
MARK = "▶"
"""At the edge of what is marked."""
VERSUS = " × "
RULE = "─"
THICK, THIN = "━", "─"
DOT = "·"
LEVELS = "▁▂▃▄▅▆▇"
"""A full block is not among them: sparklines in lines under each other must not grow together."""
UNPRICED, ESTIMATED, AT_LEAST, REPORTED = "—", "~", "≥", "°"

_TWINS = {
    "●": "*",
    "◐": "w",
    "◆": "!",
    "✖": "X",
    "○": "o",
    "◌": "z",
    "┄": "-",
    "↑": "+",
    "↓": "-",
    "±": "~",
    "▸": ">",
    "▾": "v",
    "▌": "|",
    "─": "-",
    "□": "c",
    "▣": "C",
    "■": "@",
    "◂": "<",
    "━": "=",
    "│": "|",
    "┃": "#",
    "┊": ":",
    "·": ".",
    "▁": "_",
    "▂": ".",
    "▃": ":",
    "▄": "-",
    "▅": "=",
    "▆": "+",
    "▇": "*",
    "█": "#",
    "▒": "x",
    "▓": "X",
    "▀": '"',
    "∘": "o",
    "⚔": "x",
    "⊢": "+",
    "└": "`",
    "⊣": "%",
    "—": "-",
    "–": "-",
    "≥": ">",
    "°": "'",
    "¢": "c",
    "↗": "^",
    "≡": "=",
    "−": "-",
    "…": ">",
    "×": "x",
    "→": ">",
    "←": "<",
    "▶": ">",
    "▲": "^",
    "▼": "v",
    "⏸": "=",
    "║": "|",
    "«": "<",
    "»": ">",
    "↷": ">",
    "•": "*",
    "✓": "v",
    "✗": "x",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
}
_TABLE = str.maketrans(_TWINS)


def ascii_twin(text: str) -> str:
    """`text` in ASCII, cell for cell: known signs by their twin, letters without their accents, all else by `?`."""
    if text.isascii():
        return text
    text = text.translate(_TABLE)
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _letter(c) for c in text)


def _letter(character: str) -> str:
    plain, cells = unicodedata.normalize("NFD", character)[0], cell_len(character)
    return plain if plain.isascii() and cells == 1 else "?" * cells
