"""Terminals drawn by pyte (0.8.2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

import pyte
from pyte.screens import Char

from sessions.floor.ours.picture import PLAIN, Ink
from sessions.stations.keeping.looking.emulator import Cell, sequences
from sessions.stations.keeping.values import Size

_NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
_NUMBERS = {name: str(number) for number, name in enumerate(_NAMES)} | {
    f"bright{name}": str(number) for number, name in enumerate(_NAMES, 8)
}


class Pyte:
    """An emulator. Sequences that it does not stand are left out."""

    def __init__(self, size: Size) -> None:
        self._screen = pyte.Screen(size.columns, size.lines)
        self._stream = pyte.Stream(self._screen)

    def feed(self, text: str) -> None:
        for piece in sequences(text):
            with suppress(Exception):
                self._stream.feed(piece)

    def rows(self) -> Iterator[Iterator[Cell]]:
        columns = self._screen.columns
        for y in range(self._screen.lines):
            line = self._screen.buffer[y]
            yield ((line[x].data, _ink(line[x])) for x in range(columns))

    def cursor(self) -> tuple[int, int] | None:
        cursor = self._screen.cursor
        return None if cursor.hidden else (cursor.y, min(cursor.x, self._screen.columns - 1))


@lru_cache(1_000)
def _made(char: tuple[str, str, bool, bool, bool, bool, bool]) -> Ink:
    front, back, bold, italic, underline, struck, reverse = char
    return Ink(_colour(front), _colour(back), bold, False, italic, underline, struck, reverse)


def _ink(char: Char) -> Ink:
    made = _made((char.fg, char.bg, char.bold, char.italics, char.underscore, char.strikethrough, char.reverse))
    return PLAIN if made == PLAIN else made


def _colour(name: str) -> str:
    if name == "default":
        return ""
    return _NUMBERS.get(name) or (f"#{name}" if len(name) == 6 else "")
