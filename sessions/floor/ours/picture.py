"""What a terminal shows, as values."""

from __future__ import annotations

import msgspec


class Ink(msgspec.Struct, frozen=True, omit_defaults=True):
    """How letters are drawn. A colour is "" for the terminal's own, its number up to 255, or `#rrggbb`."""

    front: str = ""
    back: str = ""
    bold: bool = False
    faint: bool = False
    italic: bool = False
    underline: bool = False
    struck: bool = False
    reversed: bool = False


PLAIN = Ink()


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """Letters of one ink, harmless."""

    text: str
    ink: Ink = PLAIN


class Picture(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a terminal shows. Lines end with their last letter."""

    columns: int
    rows: int
    lines: tuple[tuple[Run, ...], ...]
    row: int = -1
    """Of the cursor, from 0; below 0 while it is hidden."""
    column: int = 0
