"""The places of a file where two branches collide, both sides and the base beside each other, as lines. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import zip_longest

import msgspec

from sessions.text import clean, clean_lines
from widgets.draw.cells import Line, Span, cut, fit, width
from widgets.draw.wrap import wrap

BESIDE = 100
"""From this width on the base stands between the two sides; below, above them."""
LONGEST = 400
"""Lines of one side of a hunk that are shown."""
GAP = " │ "


class Part(msgspec.Struct, frozen=True):
    """One side of a hunk: its lines as they are in the file, and the number of the first, from 1."""

    start: int = 0
    lines: tuple[str, ...] = ()


class Hunk(msgspec.Struct, frozen=True):
    """One place of a file where the two sides differ from the base and from each other."""

    ours: Part
    base: Part
    theirs: Part
    same: bool = False
    """Both wrote the same."""


class FileHunks(msgspec.Struct, frozen=True):
    """What is known of one file of a pair."""

    path: str
    hunks: tuple[Hunk, ...] = ()
    note: str = ""
    """Why there are none, or not all."""


def hunk_lines(found: FileHunks, ours: str, theirs: str, cells: int) -> list[Line]:
    """All hunks of a file; `ours` and `theirs` are the labels of the two sides."""
    lines: list[Line] = []
    for number, hunk in enumerate(found.hunks, 1):
        if lines:
            lines.append(())
        note = f"hunk {number} of {len(found.hunks)}" + ("  both wrote the same" if hunk.same else "")
        lines.append(((" " + note, "soft"),))
        lines += (_beside if cells >= BESIDE else _below)(hunk, ours, theirs, cells - 2)
    if found.note:
        told = (part for note in clean_lines(found.note, 2_000) for part in wrap(note, cells - 2))
        lines += [((" " + part, "soft"),) for part in told]
    return lines


def _span(part: Part) -> str:
    """`@ 88–101`, `@ 88`, nothing where the numbers are not known."""
    if not part.lines:
        return f"@ {part.start}, nothing" if part.start else "nothing"
    if not part.start:
        return ""
    last = part.start + len(part.lines) - 1
    return f"@ {part.start}" if last == part.start else f"@ {part.start}–{last}"


def _beside(hunk: Hunk, ours: str, theirs: str, cells: int) -> list[Line]:
    """Three columns: one side, the base, the other."""
    wide = (cells - 2 * len(GAP)) // 3
    columns = (
        (ours, hunk.ours, "text", "accent"),
        ("base", hunk.base, "soft", "soft"),
        (theirs, hunk.theirs, "text", "accent"),
    )  # fmt: skip
    return _columns(columns, wide, hunk.base.lines)


def _below(hunk: Hunk, ours: str, theirs: str, cells: int) -> list[Line]:
    """The base over the whole width, and under it two columns."""
    above = _columns((("base", hunk.base, "soft", "soft"),), cells)
    sides = ((ours, hunk.ours, "text", "accent"), (theirs, hunk.theirs, "text", "accent"))
    return above + _columns(sides, (cells - len(GAP)) // 2, hunk.base.lines)


def _columns(columns: Sequence[tuple[str, Part, str, str]], wide: int, base: Sequence[str] = ()) -> list[Line]:
    heads = [_fitted(title, " " + _span(part), wide, style) for title, part, _, style in columns]
    bodies = [_body(part, wide, style, frozenset(base)) for _, part, style, _ in columns]
    rows = [heads, *(list(row) for row in zip_longest(*bodies, fillvalue=(" " * wide, "text")))]
    lines: list[Line] = []
    for row in rows:
        spans: list[Span] = [(" ", "text")]
        for i, span in enumerate(row):
            spans += [(GAP, "line")] * bool(i) + [span]
        lines.append(tuple(spans))
    return lines


def _fitted(title: str, tail: str, wide: int, style: str) -> Span:
    return fit(cut(clean(title, 80), max(1, wide - width(tail))) + tail, wide), style


def _body(part: Part, wide: int, style: str, base: Collection[str]) -> list[Span]:
    """The lines of a side; what the base has, too, is behind what is new."""
    shown = [clean_lines(line, 2_000)[0].expandtabs(4) if line else "" for line in part.lines[:LONGEST]]
    more = len(part.lines) - LONGEST
    body = [(fit(line, wide), "soft" if raw in base else style) for raw, line in zip(part.lines, shown, strict=False)]
    return body + ([(fit(f"… {more:,} more line{'s' * (more != 1)}", wide), "faint")] if more > 0 else [])
