"""A task in one line of the queue. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sessions.floor.state import Status
from sessions.floor.tasks.task import TaskState
from sessions.views.tasks.words import LOUD, STATUS
from widgets.draw.cells import Line, Span, cut, fit, line_width, pad, short
from widgets.draw.glyphs import MARK
from widgets.draw.glyphs import STATUS as GLYPHS
from widgets.draw.numbers import age

OVER = {TaskState.FINISHED: "✓", TaskState.DROPPED: "–"}
BROAD = 92
"""Cells from which on a row has a column for its station."""
_AGE, _WHO = 5, 14


class Shown(msgspec.Struct, frozen=True):
    """What a row says; texts are harmless."""

    state: TaskState
    title: str
    since: float
    place: int = 0
    """In the queue, from 1; 0 of what is not in it: its age stands there."""
    who: str = ""
    bounced: bool = False
    """Its check failed, and it goes on with that."""
    why: str = ""
    marked: bool = False


def sign_of(state: TaskState) -> Span:
    """Its sign, and the style that goes with it."""
    status: Status = STATUS[state]
    return OVER.get(state, GLYPHS[status]), status.value


def counts_line(counts: Sequence[tuple[int, str, TaskState]], cells: int) -> list[Span]:
    """`  ✖ 1 failed  ○ 2 queued`, for the bar; where that has no room, words are left out from the end, then counts."""
    for words in range(len(counts), -1, -1):
        spans = [span for at, each in enumerate(counts) for span in _count(*each, worded=at < words)]
        if line_width(spans) <= cells:
            return spans
    return counts_line(counts[:-1], cells) if counts else []


def _count(number: int, word: str, state: TaskState, worded: bool) -> list[Span]:
    sign, style = sign_of(state)
    return [("  ", "text on bar"), (f"{sign} {number:,}" + f" {word}" * worded, style + " on bar")]


def task_line(row: Shown, now: float, cells: int, ground: str = "") -> Line:
    """` ● 12m  Make the pool retry   proxy-03  bounced 1 of 2: 3 fail`: in columns, which a narrow one has not."""
    sign, style = sign_of(row.state)
    quiet = row.state in OVER
    moment = f"{row.place}." if row.place else age(row.since, now)
    room = cells - _AGE - 6
    who = _WHO if cells >= BROAD else 0
    beside = room - (who + 2 if who else 0)
    told = "  ".join(filter(None, (row.who * (not who), row.why)))
    title = beside * 4 // 7 if beside >= 30 else beside
    tone = "soft" if quiet else "bold text" if row.state in LOUD else "text"
    spans: list[Span] = [
        (MARK if row.marked else " ", "accent" + ground),
        (sign + " ", style + ground),
        (fit(moment, _AGE, right=True) + "  ", "soft" + ground),
        (fit(row.title, title), tone + ground),
    ]
    if who:
        spans += [("  " + fit(short(row.who, who), who), "soft" + ground)]
    why = beside - title - 2
    if why > 0:
        loud = "failed" if row.state is TaskState.FAILED or row.bounced else "faint" if quiet else "soft"
        spans += [("  " + fit(cut(told, why), why), loud + ground)]
    return pad(spans, cells, "text" + ground)
