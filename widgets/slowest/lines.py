"""A station of the ranking in a line, and all of its figures, its own beside the median of those like it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor.rank.ranking import Cohort, Entry, Figure
from sessions.floor.state import FloorState, Status
from sessions.text import clean
from sessions.views.slowest.kept import kept
from sessions.views.slowest.rows import Place, Row
from sessions.views.status import status_at
from sessions.views.tasks.words import title_of
from widgets.draw.cells import Line, Span, cut, fit, pad, short
from widgets.draw.glyphs import MARK, STATUS, UNPRICED
from widgets.draw.numbers import age, count, exact_age, money
from widgets.draw.wrap import wrap
from widgets.parts.panel import rule

_NAME, _MARGIN = 18, 6
_LABEL = 9
_LEAD = 2 + _LABEL + 1
_VALUE, _AGE = 9, 7
SIGN = {Place.SLOW: (STATUS[Status.NEEDS_ME], "needs_me"), Place.RANKED: (STATUS[Status.WORKING], "working")}


def row_line(state: FloorState, row: Row, now: float, cells: int, ground: str, marked: bool) -> Line:
    """` ◆ cache-13   3.1×  pytest fails in the same way, 14 × in 8 m; would free $5/h`."""
    sign, style = SIGN.get(row.place, ("", "")) if row.place is not Place.UNRANKED else _status(state, row, now)
    margin = f"{row.entry.margin:.1f}×" if row.entry is not None and row.entry.margin is not None else ""
    loud = row.place is Place.SLOW
    name, margins = (_NAME, _MARGIN) if cells >= 60 else (12, 0)  # what it is slow by stands in the words, too
    spans: list[Span] = [
        (MARK if marked else " ", "accent" + ground),
        (sign + " ", style + ground),
        (fit(short(row.name, name), name) + " ", ("bold text" if loud else "text") + ground),
        (fit(margin, margins, right=True) + "  ", ("needs_me" if loud else "soft") + ground),
    ]
    room = max(0, cells - 3 - name - 1 - margins - 2)
    tone = "text" if loud else "faint" if row.place is Place.UNRANKED else "soft"
    return pad([*spans, (cut(row.words, room), tone + ground)], cells, "text" + ground)


def _status(state: FloorState, row: Row, now: float) -> Span:
    station = state.stations.get(row.station)
    status = status_at(station, now).status if station is not None else Status.UNKNOWN
    return STATUS[status], status.value


def told_lines(state: FloorState, row: Row, now: float, cells: int) -> list[Line]:
    """Why it stands where it stands, its figures with their ages, what is not known, and what would be kept."""
    style = "needs_me" if row.place is Place.SLOW else "text"
    lines = [pad([(f"  {each}", f"bold {style}")], cells, "text") for each in wrap(row.words, max(8, cells - 3))]
    task = state.tasks.get(row.task)
    if task is not None:
        lines += _rows("task", [f"{task.id}  {title_of(task, 200)}"], cells)
    if row.entry is None:
        lines += _rows("", ["not ranked: it is charged with none of this"], cells, "soft")
    else:
        lines += _reasons(row.entry, now, cells)
        lines += [(), *figure_lines(row.entry, cells)]
    keeps = kept(state, row.station, now)
    if keeps:
        lines += [(), rule("enter takes its task from it, and keeps", cells)]
        lines += [line for label, words in keeps for line in _rows(label, [words], cells)]
    return lines


def _reasons(entry: Entry, now: float, cells: int) -> list[Line]:
    alone = len(entry.reasons) == 1  # and told above
    lines: list[Line] = []
    for reason in entry.reasons:
        words = "" if alone else f": {clean(reason.words, 300)}"
        lines += _rows(reason.why.value, [f"for {age(reason.since, now) or 'some time'}{words}"], cells)
    if entry.hedged:
        lines += _rows("once only", ["its task was taken from a slow station before: it is not named again"], cells)
    return lines


def figure_lines(entry: Entry, cells: int) -> list[Line]:
    """Each figure beside the median of its cohort, with its age; what is not known is said last."""
    of = entry.cohort
    lines = [rule("figures", cells, _cohort(of))]
    beside = _VALUE if of is not None and of.median is not None else 0
    what = max(10, cells - 2 - _VALUE - beside - _AGE - 3)
    head = fit("", what) + fit("its own", _VALUE, right=True) + fit("median", beside, right=True)
    lines.append(pad([("  " + head + fit("age", _AGE, right=True), "faint")], cells, "text"))
    for figure in entry.figures:
        if figure.value is None or (not figure.value and figure.median is None):
            continue
        lines.append(_figure(figure, what, beside, cells))
    unknown = [clean(each, 60) for each in entry.unknown]
    return lines + _rows("unknown", [", ".join(unknown)] if unknown else [], cells, "soft")


def _cohort(of: Cohort | None) -> str:
    """With whom it is compared: in a title, with how many they are."""
    if of is None or not of.role:
        return "compared with nobody"
    role = f"of role {clean(of.role, 20)}"
    if of.median is None:
        return f"{of.n or 'no'} other{'s' * (of.n != 1)} {role}: too few to compare"
    return f"beside {of.n} {role}"


def _figure(figure: Figure, what: int, beside: int, cells: int) -> Line:
    own, median = _amount(figure.value, figure.unit), _amount(figure.median, figure.unit)
    aged = exact_age(1.0, 1.0 + figure.age) if figure.age is not None else ""
    worse = figure.value is not None and figure.median is not None and figure.value > 2 * figure.median
    return pad(
        [
            ("  " + fit(clean(figure.what, 80), what), "soft"),
            (fit(own, _VALUE, right=True), "bold needs_me" if worse else "text"),
            (fit(median if figure.median is not None else "", beside, right=True), "text"),
            (fit(aged, _AGE, right=True), "faint"),
        ],
        cells,
        "text",
    )


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return UNPRICED
    match unit:
        case "s":
            return _seconds(value)
        case "$":
            return money(value)
    return count(value)


def _seconds(value: float) -> str:
    if value < 60:
        return f"{value:.0f}s"
    minutes = value / 60
    return f"{minutes:.0f}m" if minutes < 600 else f"{minutes / 60:.0f}h"


def _rows(label: str, values: Sequence[str], cells: int, style: str = "text") -> list[Line]:
    rows = [row for value in values for row in wrap(value, max(8, cells - _LEAD - 1))]
    return [
        pad([("  " + fit(label * (not at), _LABEL) + " ", "faint"), (row, style)], cells, "text")
        for at, row in enumerate(rows)
    ]
