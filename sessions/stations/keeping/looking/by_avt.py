"""Terminals drawn by pyavt (0.1.2), the emulator of asciinema."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from avt import Color, Pen, Vt

from sessions.floor.ours.picture import PLAIN, Ink
from sessions.stations.keeping.looking.emulator import Cell
from sessions.stations.keeping.values import Size


class Avt:
    """An emulator."""

    def __init__(self, size: Size) -> None:
        self._vt = Vt(size.columns, size.lines, 0)

    def feed(self, text: str) -> None:
        self._vt.feed_str(text)

    def rows(self) -> Iterator[Iterator[Cell]]:
        return (((cell.char if cell.width else "", _ink(cell.pen)) for cell in line.cells) for line in self._vt.view())

    def cursor(self) -> tuple[int, int] | None:
        cursor = self._vt.cursor
        return (cursor.row, cursor.col) if cursor.visible else None


def _ink(pen: Pen) -> Ink:
    if pen.is_default():
        return PLAIN
    return _made(
        _colour(pen.foreground),
        _colour(pen.background),
        pen.bold,
        pen.faint,
        pen.italic,
        pen.underline,
        pen.strikethrough,
        pen.inverse,
    )


_made = lru_cache(1_000)(Ink)


def _colour(colour: Color | None) -> str:
    if isinstance(colour, Color.RGB):
        return f"#{colour[0]:02x}{colour[1]:02x}{colour[2]:02x}"
    return str(colour[0]) if isinstance(colour, Color.Indexed) else ""
