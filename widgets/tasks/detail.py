"""All that is known of one task, as lines with labels: what is to be done, its check, its tries. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sessions.floor.scope import Budget
from sessions.floor.state import FloorState, name_of
from sessions.floor.tasks.task import Learned, Task, TaskState
from sessions.text import clean, clean_lines
from sessions.views.forms.words import budget_text, patterns_text
from sessions.views.tasks.words import STATE, STATUS, after_words, check_words, source_words, standing, title_of
from widgets.draw.cells import Line, Span, cut, fit, pad, width
from widgets.draw.numbers import age, ago, exact_age
from widgets.draw.wrap import wrap
from widgets.parts.panel import rule
from widgets.tasks.rows import sign_of

_LABEL = 9
_LEAD = 2 + _LABEL + 1
OUTPUT = 60
"""Lines of what a failed check printed: the end of it."""
_RULE = re.compile(r"([=\-_*~#])\1{7,}")
_TEXT, _NAMED = 40, 8
"""Lines of its text; tasks, stations and files that are named."""


def detail_lines(
    state: FloorState, task: Task, now: float, cells: int, waits: str = "", takers: Sequence[str] = (),
    overlaps: Sequence[str] = (), place: int = 0,
) -> list[Line]:  # fmt: skip
    """Everything; `waits` says why nobody works at it, `takers` who may, `overlaps` what writes where it does."""
    lines = [*_head(task, now, cells), *_state(state, task, now, cells, waits, place)]
    if takers:
        lines += _rows("takers", takers, cells, "soft")
    lines += _rows("overlaps", overlaps, cells, "soft")
    if task.output and not task.over:
        lines += [(), rule("what its last check said", cells), *_output(task.output, cells)]
    if task.spec.text.strip():
        lines += [(), rule("what is to be done", cells), *_text(task.spec.text, cells)]
    lines += [(), rule("accepted when", cells), *_check(task, cells)]
    lines += [(), rule("bounds", cells), *_bounds(state, task, now, cells)]
    if task.lease:
        lines += [(), rule("tries", cells), *_tries(state, task, now, cells)]
    return lines


def _head(task: Task, now: float, cells: int) -> list[Line]:
    return [pad([(f"  {row}", "bold text")], cells, "text") for row in wrap(title_of(task, 1_000), max(8, cells - 3))]


def _state(state: FloorState, task: Task, now: float, cells: int, waits: str, place: int) -> list[Line]:
    sign, style = sign_of(task.state)
    at = f"{place}. in the queue" if place else STATE[task.state]
    spans: list[Span] = [(f"{sign} ", style), (at, style), (f"  {age(task.since, now)}", "soft")]
    lines = [_row("state", spans, cells)]
    told = waits or standing(task)
    style = "failed" if task.bounces else STATUS[task.state].value
    lines += _rows("because", [told] if told else [], cells, style)
    if task.under_way and task.station:
        lines += _rows("station", [clean(name_of(state, task.station), 60)], cells)
    elif task.assigned:
        lines += _rows("for", [f"{clean(name_of(state, task.assigned), 60)} alone"], cells)
    return lines


def _output(output: str, cells: int) -> list[Line]:
    """The end of it, where what went wrong stands."""
    room = max(8, cells - 4)
    rows = [row for line in clean_lines(output.strip("\n"), 20_000) for row in wrap(in_room(line, room), room)]
    more: list[Line] = [((f"  {len(rows) - OUTPUT:,} lines before", "faint"),)] if len(rows) > OUTPUT else []
    return [*more, *(pad([("  " + row, "text")], cells, "text") for row in rows[-OUTPUT:])]


def in_room(line: str, room: int) -> str:
    """A printed line; one that is too long only since it was drawn as a rule is a shorter rule."""
    return line if width(line) <= room else _RULE.sub(r"\1\1\1", line)


def _text(text: str, cells: int) -> list[Line]:
    rows = [row for line in clean_lines(text.strip("\n"), 20_000) for row in wrap(line, max(8, cells - 4))]
    more: list[Line] = [((f"  {len(rows) - _TEXT:,} more lines: e shows them", "faint"),)] if len(rows) > _TEXT else []
    return [*(pad([("  " + row, "text")], cells, "text") for row in rows[:_TEXT]), *more]


def _check(task: Task, cells: int) -> list[Line]:
    words = check_words(task.spec.check)
    if not words:
        return _rows("", ["it has no check: a person accepts it"], cells, "soft")
    rows = [line for word in words for line in _rows("", [word], cells)]
    return rows + _rows("", [f"in {exact_age(1.0, 1.0 + task.spec.check.seconds)} at most"], cells, "soft")


def _bounds(state: FloorState, task: Task, now: float, cells: int) -> list[Line]:
    spec = task.spec
    lines = _rows("writes", [patterns_text(spec.write) or "whatever its station may"], cells,
                  "text" if spec.write else "soft")  # fmt: skip
    lines += _rows("role", [clean(spec.role, 60)] if spec.role else [], cells)
    lines += _rows("budget", [budget_text(spec.budget)] if spec.budget != Budget() else [], cells)
    if spec.priority:
        lines += _rows("priority", [str(spec.priority)], cells)
    lines += _rows("retries", [str(spec.retries)], cells)
    lines += _after(state, task, cells)
    told = f"{source_words(state, task)}, {ago(task.added, now) or 'some time ago'}"
    return lines + _rows("added", [told], cells, "soft")


def _after(state: FloorState, task: Task, cells: int) -> list[Line]:
    """What must be finished before, with where that is."""
    rows: list[Line] = []
    found = after_words(state, task)
    for at, (told, known) in enumerate(found[:_NAMED]):
        sign, style = sign_of(known) if known is not None else ("?", "unknown")
        word = STATE[known] if known is not None else "nobody knows it"
        room = max(4, cells - _LEAD - 3 - width(word) - 3)
        rows.append(
            _row("after" * (not at), [(f"{sign} ", style), (cut(told, room), "text"), (f"  {word}", "soft")], cells)
        )
    return rows + (_rows("", [f"and {len(found) - _NAMED} more"], cells, "soft") if len(found) > _NAMED else [])


def _tries(state: FloorState, task: Task, now: float, cells: int) -> list[Line]:
    """Each taking and what it came to, the present one first."""
    lines: list[Line] = []
    if told := task.under_way or task.state is TaskState.FINISHED:
        checked = f", checked {task.checks} ×" if task.checks else ""
        word = STATE[task.state] if task.under_way else "finished it"
        head = f" at {clean(task.head, 8)}" if task.head else f" from {clean(task.base, 8)}" if task.base else ""
        who = clean(name_of(state, task.station), 40)
        lines += _rows("now" if task.under_way else "last", [f"{who}: {word}{head}{checked}"], cells)
    for learned in reversed(task.learned):
        lines += _learned(state, learned, cells)
    untold = task.lease - len(task.learned) - told
    return lines + (_rows("", [f"and {untold} more"], cells, "soft") if untold > 0 else [])


def _learned(state: FloorState, learned: Learned, cells: int) -> list[Line]:
    lines = _rows("before", [clean(name_of(state, learned.by), 40) or "somebody"], cells)
    lines += _rows("", [clean(learned.notes, 1_000)] if learned.notes else [], cells, "soft")
    if learned.files:
        more = f" and {len(learned.files) - _NAMED} more" if len(learned.files) > _NAMED else ""
        lines += _rows("", [f"touched {clean(' '.join(learned.files[:_NAMED]), 400)}{more}"], cells, "soft")
    last = [line for line in clean_lines(learned.output.strip("\n"), 20_000) if line.strip()][-3:]
    lines += [row for line in last for row in _rows("", [line], cells, "failed")]
    return lines + _rows("", [f"kept on {clean(learned.branch, 120)}"] if learned.branch else [], cells, "soft")


def _rows(label: str, values: Sequence[str], cells: int, style: str = "text") -> list[Line]:
    """Values, each wrapped, under one label."""
    rows = [row for value in values for row in wrap(value, max(8, cells - _LEAD - 1))]
    return [_row(label * (not at), [(row, style)], cells) for at, row in enumerate(rows)]


def _row(label: str, value: Sequence[Span], cells: int) -> Line:
    return pad([("  " + fit(label, _LABEL) + " ", "faint"), *value], cells, "text")
