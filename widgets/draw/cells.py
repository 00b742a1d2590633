"""Lines made of cells: how wide text is, how it is cut to fit, and which cells of a line have changed.

A line is a tuple of spans, each a text and the name of its style (see `widgets.draw.look`). Everything here is pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress, count, repeat
from operator import itemgetter, ne

from rich.cells import cell_len, set_cell_size

Span = tuple[str, str]
Line = tuple[Span, ...]

MORE = "…"
_JOIN = 10
"""Unchanged cells between two changed ones that are cheaper to send again than to jump over."""
_SINGLE = re.compile(r"[ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u2319\u2500-\u25fc]*")
"""Text of which every character takes one cell: letters, and what lines, bars and matrices are drawn with."""
_SELECTORS = re.compile("[\ufe00-\ufe0f]")
"""Variation selectors: no cell of their own, yet terminals widen the letter before them."""


def width(text: str) -> int:
    """Cells that `text` takes on the screen."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, cells: int, right: bool = False) -> str:
    """`text` cut or padded to exactly `cells` cells; a cut ends in `…`."""
    if cells <= 0:
        return ""
    text = cut(text, cells)
    blanks = " " * (cells - width(text))
    return blanks + text if right else text + blanks


def cut(text: str, cells: int) -> str:
    """`text` in at most `cells` cells, wide characters kept whole."""
    if not text.isascii():
        text = _SELECTORS.sub("", text[: cells * 4 + 8])
    if width(text) <= cells:
        return text
    if cells <= 1:
        return MORE[:cells]
    return set_cell_size(text[: cells * 2], cells - 1).rstrip() + MORE


def short(text: str, cells: int) -> str:
    """A name in at most `cells` cells: what is cut is its middle, since names are told apart by their ends too."""
    if width(text) <= cells or cells < 8:
        return cut(text, cells)
    text = _SELECTORS.sub("", text)
    end = cells // 2 - 1
    tail = text[-end:]
    while width(tail) > end:
        tail = tail[1:]
    return cut(text, cells - width(tail)) + tail


def end(text: str, cells: int) -> str:
    """The end of `text` in at most `cells` cells, after `…` where its beginning was cut."""
    if width(text) <= cells:
        return text
    room = max(0, cells - 1)
    while width(text) > room:
        text = text[max(1, len(text) - room) if text.isascii() else 1 :]
    return MORE[: max(0, cells)] + text


def line_width(line: Sequence[Span]) -> int:
    text = plain(line)
    return len(text) if _SINGLE.fullmatch(text) else sum(width(text) for text, _ in line)


def plain(line: Sequence[Span]) -> str:
    """The line's text without its styles."""
    return "".join(text for text, _ in line)


def pad(line: Sequence[Span], cells: int, style: str) -> Line:
    """The line in exactly `cells` cells, cut or filled with blanks of `style`."""
    whole = plain(line)
    if len(whole) <= cells and _SINGLE.fullmatch(whole):
        kept = tuple(line) if all(map(itemgetter(0), line)) else tuple(span for span in line if span[0])
        return kept if len(whole) == cells else (*kept, (" " * (cells - len(whole)), style))
    room, spans = cells, list[Span]()
    for text, name in line:
        wide = width(text)
        if wide > room:
            if room > 0:
                spans.append((fit(text, room), name))
            return tuple(spans)
        if text:
            spans.append((text, name))
        room -= wide
    if room:
        spans.append((" " * room, style))
    return tuple(spans)


def spread(left: Sequence[Span], right: Sequence[Span], cells: int, style: str) -> Line:
    """`left` and `right` at the two ends of `cells` cells; when both do not fit, the left one is cut."""
    tail = line_width(right)
    if tail >= cells:
        return pad(right, cells, style)
    return (*pad(left, cells - tail, style), *(span for span in right if span[0]))


def fill(pieces: Sequence[tuple[int, Sequence[Span]]], cells: int, gap: str, style: str) -> list[Span]:
    """As many `pieces` as fit into `cells`, in their order, those with the lowest priority number kept longest."""
    chosen = list(range(len(pieces)))
    wide = [line_width(piece) + len(gap) for _, piece in pieces]
    total = sum(wide) - len(gap)
    while len(chosen) > 1 and total > cells:
        last = max(chosen, key=lambda i: (pieces[i][0], i))
        chosen.remove(last)
        total -= wide[last]
    spans: list[Span] = []
    for i in chosen:
        if spans:
            spans.append((gap, style))
        spans.extend(pieces[i][1])
    return spans


def changes(old: Sequence[Span], new: Sequence[Span]) -> list[tuple[int, int]]:
    """Where two lines of the same width differ, as (first cell, number of cells), close ones joined."""
    if old == new:
        return []
    # What both begin and end with is not looked at cell by cell.
    most = min(len(old), len(new))
    first = next(compress(count(), map(ne, old, new)), most)
    last = min(most - first, next(compress(count(), map(ne, reversed(old), reversed(new))), most))
    before, after = _cells(old[first : len(old) - last]), _cells(new[first : len(new) - last])
    if len(before) != len(after):
        return [(0, max(line_width(old), line_width(new)))]
    runs: list[list[int]] = []
    for x in compress(count(), map(ne, before, after)):
        if runs and x - runs[-1][1] <= _JOIN:
            runs[-1][1] = x + 1
        else:
            runs.append([x, x + 1])
    begin = line_width(old[:first])
    return [(begin + x, cells) for x, cells in (_whole(before, after, start, stop) for start, stop in runs)]


def _cells(line: Sequence[Span]) -> list[Span]:
    """One entry a cell; the second cell of a wide character has an empty text."""
    cells: list[Span] = []
    for text, style in line:
        if _SINGLE.fullmatch(text):
            cells.extend(zip(text, repeat(style)))
            continue
        for char in text:
            wide = cell_len(char)
            if wide:
                cells.append((char, style))
            if wide == 2:
                cells.append(("", style))
    return cells


def _whole(before: Sequence[Span], after: Sequence[Span], start: int, stop: int) -> tuple[int, int]:
    """A run widened so that it cuts no wide character of either line in two."""
    while start > 0 and (before[start][0] == "" or after[start][0] == ""):
        start -= 1
    while stop < len(after) and (before[stop][0] == "" or after[stop][0] == ""):
        stop += 1
    return start, stop - start
