"""A patch as lines for the screen: numbers, signs, and what changed inside a line. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import chop_cells

from sessions.floor.branches.contents import LineKind, PatchLine
from widgets.draw.cells import Line, Span, cut, width
from widgets.draw.glyphs import RULE
from widgets.draw.wrap import wrap

NUMBERED = 60
"""From this width on both numbers of a line stand before it; below, none."""
MOST_PAIRED = 200
"""Lines in a row that are compared with those that took their place."""
_SIGNS = {LineKind.ADDED: "+", LineKind.REMOVED: "-", LineKind.CONTEXT: " "}
_STYLES = {LineKind.ADDED: "added", LineKind.REMOVED: "removed", LineKind.CONTEXT: "soft"}
Emphasis = Mapping[int, tuple[int, int]]
"""By line of a patch, from which to which character it differs from the one in whose place it came."""


def digits(lines: Sequence[PatchLine]) -> int:
    """How many digits the greatest number of a line has."""
    return len(str(max((max(line.old, line.new) for line in lines), default=0)))


def patch_rows(line: PatchLine, numbers: int, cells: int, changed: tuple[int, int] = (0, 0)) -> list[Line]:
    """The rows that a line of a patch takes in `cells`; `numbers` are the digits of its numbers.

    A long line of a file goes on in the next row. Which part of it has `changed` is told by weight, too.
    """
    match line.kind:
        case LineKind.FILE:
            title = cut(line.text, max(1, cells - 4))
            rest = RULE * max(0, cells - width(title) - 4)
            return [(), (("  ", "text"), (title + " ", "bold text"), (rest, "faint"))]
        case LineKind.HUNK:
            return [((_margin(numbers, cells), "faint"), (cut(line.text, max(1, cells - 2)), "hunk"))]
        case LineKind.WORDS | LineKind.NOTE:
            style = "text" if line.kind is LineKind.WORDS else "soft"
            return [(("  ", "text"), (part, style)) for part in wrap(line.text, cells - 3)]
    return _code(line, numbers, cells, changed)


def _margin(numbers: int, cells: int) -> str:
    return " " * (2 * numbers + 3 if cells >= NUMBERED else 1)


def _code(line: PatchLine, numbers: int, cells: int, changed: tuple[int, int]) -> list[Line]:
    margin, sign, style = _margin(numbers, cells), _SIGNS[line.kind], _STYLES[line.kind]
    room = max(1, cells - len(margin) - 3)
    rows: list[Line] = []
    at = 0
    for part in chop_cells(line.text, room) or [""]:
        left = margin
        if not rows and cells >= NUMBERED:
            left = " ".join(["", *(str(number or "").rjust(numbers) for number in (line.old, line.new)), ""])
        body = _weighed(part, style, changed[0] - at, changed[1] - at)
        rows.append(((left, "faint"), (sign + " ", "bold " + style), *body))
        at += len(part)
    return rows


def _weighed(text: str, style: str, start: int, stop: int) -> list[Span]:
    """The text with a part of it in bold."""
    start, stop = max(0, min(start, len(text))), max(0, min(stop, len(text)))
    pieces = ((text[:start], style), (text[start:stop], "bold underline " + style), (text[stop:], style))
    return [piece for piece in pieces if piece[0]] or [("", style)]


def emphasis(lines: Sequence[PatchLine]) -> dict[int, tuple[int, int]]:
    """What changed inside of lines: where as many lines came as went, each is compared with the one it replaced.

    Nothing is told of two that have little in common.
    """
    found: dict[int, tuple[int, int]] = {}
    at = 0
    while at < len(lines):
        gone = _run(lines, at, LineKind.REMOVED)
        came = _run(lines, at + gone, LineKind.ADDED)
        if gone == came and 0 < gone <= MOST_PAIRED:
            for i in range(at, at + gone):
                found |= _between(lines, i, i + gone)
        at += max(1, gone + came)
    return found


def _run(lines: Sequence[PatchLine], at: int, kind: LineKind) -> int:
    end = at
    while end < len(lines) and lines[end].kind is kind:
        end += 1
    return end - at


def _between(lines: Sequence[PatchLine], i: int, j: int) -> dict[int, tuple[int, int]]:
    old, new = lines[i].text, lines[j].text
    start = _alike(old, new)
    end = min(min(len(old), len(new)) - start, _alike(old[::-1], new[::-1]))
    kept = len(old[:start].strip()) + len(old[len(old) - end :].strip())
    if old == new or kept * 2 < max(len(old.strip()), len(new.strip())):
        return {}
    return {i: (start, len(old) - end), j: (start, len(new) - end)}


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
