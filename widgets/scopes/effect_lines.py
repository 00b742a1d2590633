"""What is proposed, for whom, and what would come of it, as lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sessions.floor.state import Status
from sessions.text import clean
from sessions.views.scopes.effect import Effect, Met, Turn
from widgets.draw.cells import Line, Span, cut, line_width, pad, short, width
from widgets.draw.glyphs import OUTSIDE, STATUS
from widgets.draw.numbers import count
from widgets.draw.wrap import wrap

MOST = 8
"""Rows of one kind."""


class Candidate(msgspec.Struct, frozen=True):
    """A station for which it may be done."""

    station: str
    name: str
    status: Status
    scope: str
    """What it may write now."""
    refused: str = ""
    """Why it cannot be done for this one."""


def candidate_lines(candidates: Sequence[Candidate], at: int, cells: int, rows: int) -> list[Line]:
    """Those to choose from, around the one that is chosen."""
    top = max(0, min(at - rows // 2, len(candidates) - rows))
    shown = candidates[top : top + rows]
    name = min(max((width(it.name) for it in shown), default=0), max(12, cells // 3))
    lines: list[Line] = []
    for number, it in enumerate(shown, top):
        ground = " on cursor" if number == at else ""
        below = len(candidates) - top - len(shown)
        more = f"  and {below} more" if below and number == top + len(shown) - 1 else ""
        tone = "faint" if it.refused else "text"
        sign: Span = (OUTSIDE, "failed" + ground) if it.refused else (STATUS[it.status] + " ", it.status.value + ground)
        spans: list[Span] = [
            ("▌" if number == at else " ", "accent" + ground),
            sign,
            *pad([(short(clean(it.name, 60), name), "bold " * (number == at) + tone + ground)], name, "text" + ground),
        ]
        room = max(0, cells - line_width(spans) - width(more) - 3)
        words = clean(it.refused or it.scope, 300)
        spans += [("  " + cut(words, room), ("faint" if it.refused else "soft") + ground), (more, "faint" + ground)]
        lines.append(pad(spans, cells, "text" + ground))
    return lines


def effect_lines(found: Effect, trouble: str, cells: int) -> list[Line]:
    """What would come of it: what stands in its way first, then each station, then who meets whom."""
    if trouble:
        return [((" " + row, "needs_me"),) for row in wrap(clean(trouble, 500), max(8, cells - 2))]
    lines: list[Line] = []
    if found.refused:
        lines += [
            ((" " + row, "bold failed"),) for row in wrap("refused: " + clean(found.refused, 500), max(8, cells - 2))
        ]
    for turn in found.turns[:MOST]:
        lines += _turn(turn, cells)
    lines += _more(len(found.turns), cells)
    lines.append(_sum(found))
    for met in found.begins[:MOST]:
        lines.append(_met("begins", met, "needs_me", cells))
    lines += _more(len(found.begins), cells)
    for met in found.ends[:MOST]:
        lines.append(_met("ends", met, "working", cells))
    lines += _more(len(found.ends), cells)
    return lines


def _turn(turn: Turn, cells: int) -> list[Line]:
    name = short(clean(turn.name, 60), max(10, cells // 3))
    tone = "working" if turn.after > turn.before else "needs_me" if turn.after < turn.before else "text"
    head: list[Span] = [
        (" " + name, "bold text"),
        (f"  {turn.before:,} → ", "soft"),
        (f"{turn.after:,}", "bold " + tone),
        (f" file{'s' * (turn.after != 1)}", "soft"),
    ]
    room = cells - line_width(head) - 3
    lines: list[Line] = [(*head, ("  " + cut(clean("  ".join(turn.changes), 300), max(0, room)), "text"))]
    if turn.lost:
        more = f" and {turn.lost - len(turn.loses):,} more" if turn.lost > len(turn.loses) else ""
        words = f"   loses what it wrote: {clean(', '.join(turn.loses), 300)}{more}"
        lines.append(((cut(words, cells - 1), "needs_me"),))
    if turn.answered:
        words = f"   has what it asks for: {clean(' '.join(turn.answered), 200)}"
        lines.append(((cut(words, cells - 1), "working"),))
    lines.append(((cut(f"   from {turn.when}", cells - 1), "faint"),))
    return lines


def _sum(found: Effect) -> Line:
    def change(word: str, figures: tuple[int, int]) -> list[Span]:
        before, after = figures
        if before == after:
            return [(f" {word} stays {count(before)}  ", "faint")]
        tone = "working" if after < before else "needs_me"
        return [(f" {word} {count(before)} → ", "soft"), (count(after), "bold " + tone), ("  ", "text")]

    return (*change("shared", found.shared), *change("free", found.gaps))


def _met(word: str, met: Met, tone: str, cells: int) -> Line:
    room = max(6, cells // 4)
    spans: list[Span] = [
        (f" {word} ", tone),
        (short(clean(met.one, 60), room), "text"),
        (" × ", "faint"),
        (short(clean(met.other, 60), room), "text"),
        (f"  {met.files:,} file{'s' * (met.files != 1)}", "soft"),
    ]
    names = "  ".join(clean(path.rpartition("/")[2], 60) for path in met.first)
    left = cells - line_width(spans) - 3
    return (*spans, ("  " + cut(names, left), "faint")) if left > 6 else tuple(spans)


def _more(number: int, cells: int) -> list[Line]:
    return [((cut(f"   and {number - MOST:,} more", cells - 1), "faint"),)] if number > MOST else []
