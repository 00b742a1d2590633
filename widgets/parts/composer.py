"""A text of several lines being written: where its cursor is, what keys do to it, and how it is drawn. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter

from rich.cells import cell_len

from sessions.text import clean_lines
from widgets.draw.cells import Line, pad, width

MOST_CHARS = 200_000
"""As long as a request may be."""
NEWLINES = ("ctrl+j", "shift+enter", "alt+enter", "newline")
"""Keys that begin a line, as far as a terminal tells them from `enter`."""
_SAME = {"ctrl+b": "left", "ctrl+f": "right", "ctrl+a": "home", "ctrl+e": "end"}


class Composer:
    """What was written, and between which of its characters the next one comes."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.at = len(text)
        self._column = -1
        """Where the cursor wants to be while it goes up and down, in cells."""
        self._cells = 1
        self._broken: tuple[str, int, list[tuple[int, int]]] = ("", 0, [])
        """The text, how wide its rows may be, and the rows."""

    def type(self, key: str, character: str | None) -> bool:
        """Take a key; False when it is none of writing."""
        if key in ("up", "down", "pageup", "pagedown"):
            self._vertical({"up": -1, "down": 1, "pageup": -8, "pagedown": 8}[key])
            return True
        self._column = -1
        if key in NEWLINES:
            self._insert("\n")
        elif (goal := self._goal(key)) is not None:
            self.at = goal
        elif (span := self._taken(key)) is not None:
            self.text, self.at = self.text[: span[0]] + self.text[span[1] :], span[0]
        elif character and character.isprintable():
            self._insert(character)
        else:
            return False
        return True

    def paste(self, text: str) -> None:
        """Take several lines at once, without what an eye cannot see: what is sent is what is seen."""
        self._column = -1
        self._insert("\n".join(clean_lines(text, MOST_CHARS)))

    def _insert(self, text: str) -> None:
        text = text[: max(0, MOST_CHARS - len(self.text))]
        self.text, self.at = self.text[: self.at] + text + self.text[self.at :], self.at + len(text)

    def _goal(self, key: str) -> int | None:
        """Where a key takes the cursor."""
        goals = {
            "left": max(0, self.at - 1),
            "right": min(len(self.text), self.at + 1),
            "home": self._line_start(),
            "end": self._line_end(),
            "ctrl+left": self._word_start(),
            "ctrl+right": self._word_end(),
            "ctrl+home": 0,
            "ctrl+end": len(self.text),
        }
        return goals.get(_SAME.get(key, key))

    def _taken(self, key: str) -> tuple[int, int] | None:
        """From where to where a key takes text out."""
        match key:
            case "backspace" | "ctrl+h":
                return max(0, self.at - 1), self.at
            case "delete" | "ctrl+d":
                return self.at, self.at + 1
            case "ctrl+w":
                return self._word_start(), self.at
            case "ctrl+u":
                return self._line_start(), self.at
            case "ctrl+k":
                return self.at, max(self._line_end(), self.at + (self.text[self.at : self.at + 1] == "\n"))
        return None

    def _line_start(self) -> int:
        return self.text.rfind("\n", 0, self.at) + 1

    def _line_end(self) -> int:
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end

    def _word_start(self) -> int:
        before = self.text[: self.at].rstrip()
        words = before.rsplit(None, 1)
        return len(before) - len(words[-1]) if words else 0

    def _word_end(self) -> int:
        rest = self.text[self.at :]
        blanks = len(rest) - len(rest.lstrip())
        word = rest.lstrip()
        return self.at + blanks + next((i for i, char in enumerate(word) if char.isspace()), len(word))

    def _vertical(self, steps: int) -> None:
        rows = self._rows(self._cells)
        row = self._row(rows)
        if self._column < 0:
            self._column = width(self.text[rows[row][0] : self.at])
        goal = max(0, min(row + steps, len(rows) - 1))
        start, end = rows[goal]
        if goal == row:
            self.at = start if steps < 0 else end
            return
        self.at = start
        while self.at < end and width(self.text[start : self.at + 1]) <= self._column:
            self.at += 1

    # How it is drawn

    def rows(self, cells: int) -> Iterator[tuple[int, int]]:
        """From where to where each row of at most `cells` cells goes; a long line goes on in the next one."""
        cells = max(2, cells)
        start = 0
        for line in self.text.split("\n"):
            at = start
            while True:
                fits = _fitting(self.text, at, start + len(line), cells)
                yield at, fits
                if fits >= start + len(line):
                    break
                at = fits
            start += len(line) + 1

    def _rows(self, cells: int) -> list[tuple[int, int]]:
        """All rows: of a long text they are broken once for each change, not for each look."""
        if self._broken[:2] != (self.text, cells):
            self._broken = (self.text, cells, [*self.rows(cells)])
        return self._broken[2]

    def _row(self, rows: list[tuple[int, int]]) -> int:
        """The last row that the cursor may stand in: behind a full one it stands before the next."""
        return bisect_right(rows, self.at, key=itemgetter(0)) - 1

    def lines(self, cells: int, most: int, style: str = "text on bar") -> list[Line]:
        """At most `most` rows around a still cursor, of `cells` cells each."""
        self._cells = max(2, cells - 1)  # the cursor has a place behind a full row
        rows = self._rows(self._cells)
        row = self._row(rows)
        first = max(0, min(row - most // 2, len(rows) - most))
        shown: list[Line] = []
        for i, (start, end) in enumerate(rows[first : first + most], first):
            text = self.text[start:end]
            if i == row:
                before, after = text[: self.at - start], text[self.at - start :]
                spans = [(before, style), (after[:1] or " ", "bold text on cursor"), (after[1:], style)]
                shown.append(pad([span for span in spans if span[0]], cells, style))
            else:
                shown.append(pad([(text, style)], cells, style))
        return shown


def _fitting(text: str, start: int, end: int, cells: int) -> int:
    """The place up to which text from `start` fits into `cells`."""
    if text[start : start + cells].isascii():
        return min(end, start + cells)
    used, at = 0, start
    while at < end:
        used += cell_len(text[at])
        if used > cells:
            return at
        at += 1
    return at
