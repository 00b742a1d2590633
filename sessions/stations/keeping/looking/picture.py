"""The screen of a terminal as values, for a pane that shows it: nothing of what drew it reaches another terminal.

Drawn by `pyavt` (35 MB a second here; 1 of 100,000 hostile streams breaks it, and costs that picture), or where that is
not installed by `pyte` (1 MB a second).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from importlib.util import find_spec

from sessions.errors import FactoryError
from sessions.floor.ours.picture import PLAIN, Ink, Picture, Run
from sessions.stations.keeping.looking.again import ALTERNATE, begin_of, modes_at, set_again
from sessions.stations.keeping.looking.emulator import Cell, Make
from sessions.stations.keeping.values import Kept, Size
from sessions.text import clean_lines

SMALLEST = Size(4, 2)
"""Of a terminal that is drawn: narrower ones break emulators."""
LARGEST = Size(500, 200)
MOST = 1 << 18
"""Bytes of old output that are drawn at most."""


class Screen:
    """The screen of one program, drawn from what it writes."""

    def __init__(self, size: Size, make: Make | None = None) -> None:
        """Raises `FactoryError` where no emulator is installed."""
        self.asked = size
        self.size = Size(
            min(max(size.columns, SMALLEST.columns), LARGEST.columns),
            min(max(size.lines, SMALLEST.lines), LARGEST.lines),
        )
        self._make = make or emulator()
        self._emulator = self._make(self.size)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def begin(self, kept: Kept) -> None:
        """Draw all that is seen of what is kept."""
        start = begin_of(kept.data)
        modes = modes_at(kept, start)
        own = [mode for mode in ALTERNATE if modes.get(mode)]
        first = b"".join(b"\x1b[?%dh" % mode for mode in own[-1:]) + set_again(modes)
        self.feed(first + kept.data[start:][-MOST:])

    def feed(self, data: bytes) -> None:
        """Draw. What breaks the emulator is left out, and begins a new screen."""
        text = self._decoder.decode(data)
        try:
            self._emulator.feed(text)
        except BaseException as error:  # a panic of a library in another language is no Exception
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            self._emulator = self._make(self.size)

    def picture(self) -> Picture:
        """What it shows now."""
        row, column = self._emulator.cursor() or (-1, 0)
        lines = tuple(tuple(_runs(cells)) for cells in self._emulator.rows())
        return Picture(self.size.columns, self.size.lines, lines, row, column)


def emulator() -> Make:
    """The best that is installed. Raises `FactoryError` where none is."""
    if find_spec("avt") is not None:
        from sessions.stations.keeping.looking.by_avt import Avt

        return Avt
    if find_spec("pyte") is not None:
        from sessions.stations.keeping.looking.by_pyte import Pyte

        return Pyte
    raise FactoryError("nothing is installed that draws terminals", "attach to it; or install pyte beside factory-tui")


def _runs(cells: Iterator[Cell]) -> Iterator[Run]:
    """A line in runs of one ink, without blanks at its end."""
    runs: list[tuple[list[str], Ink]] = []
    for letter, ink in cells:
        if not runs or runs[-1][1] != ink:
            runs.append(([], ink))
        runs[-1][0].append(letter)
    while runs and runs[-1][1] == PLAIN:
        text = "".join(runs[-1][0]).rstrip(" ")
        if text:
            runs[-1] = ([text], PLAIN)
            break
        runs.pop()
    for letters, ink in runs:
        yield Run(" ".join(clean_lines("".join(letters))), ink)
