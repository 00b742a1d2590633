"""A case in full: what it is and what led to its cause, the whole of what is asked, and what each key will do. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from sessions.floor.ours.lives import Asks
from sessions.floor.triage.case import Kind
from sessions.text import clean, clean_lines
from sessions.views.questions import text_lines, touched
from sessions.views.triage.told import Asked, Told
from widgets.draw.cells import Line, Span, cut, fit, line_width, pad, width
from widgets.draw.glyphs import OUTSIDE
from widgets.draw.numbers import exact_age
from widgets.draw.paths import path_spans
from widgets.draw.wrap import wrap
from widgets.parts.panel import rule
from widgets.question.lines import body_rows, summary
from widgets.triage.end_lines import INDENT
from widgets.triage.row_lines import SIGNS, cause_word, planned, word

LABEL = 8
ROOMY = 24
"""Rows from which on there are blank lines between the parts."""
TITLE_ROWS = 3
SAID = 5
"""Rows of what was said before, where there is room."""
SAID_BEFORE = "said before: "
NAMED = 12
"""Stations of a group that are named."""


FEW = 3
"""Lines of the end of what its station said, where there is little room."""


class KeyTold(msgspec.Struct, frozen=True):
    """What a key will do, or why it cannot."""

    key: str
    title: str
    words: str
    why_not: str = ""


class Ending(msgspec.Struct, frozen=True):
    """The end of what its station shows or said: what that is, of whom, and its last lines for cells and rows."""

    title: str
    name: str
    lines: Callable[[int, int], Sequence[Line]]


class CaseLines(msgspec.Struct, frozen=True):
    """All lines, and how many of them have to be seen before what is asked is allowed."""

    lines: tuple[Line, ...]
    whole: int


def case_lines(
    told: Told,
    keys: Sequence[KeyTold],
    now: float,
    cells: int,
    rows: int,
    refused: str = "",
    ending: Ending | None = None,
) -> CaseLines:
    """What is known of a row, the most important first; `refused` is why the last key for it did nothing.

    The `ending` fills what room is left. Where there is none, of what nothing is asked a few lines of it stand before
    the keys, always as many: nothing moves when they come.
    """
    gap: list[Line] = [()] if rows >= ROOMY else []
    lines = [*_head(told, now, cells, refused), *_also(told, cells), *_asked(told, cells, gap)]
    whole = len(lines)
    lines += [*_said(told, cells, rows), *_evidence(told, cells, gap)]
    if ending is not None and not (gap or told.asked):
        lines += _few(ending, cells)
        ending = None
    lines += _keys(keys, cells, gap)
    facts = [*_facts(told, cells), *_group(told, cells)]
    lines += [*(gap if facts else ()), *facts]
    if ending is not None:
        room = max(FEW, rows - len(lines) - len(gap) - 1)
        lines += [*gap, rule(ending.title, cells, ending.name), *ending.lines(cells, room)]
    return CaseLines(tuple(lines), whole)


def _few(ending: Ending, cells: int) -> list[Line]:
    """Its last lines under a label, where there is little room."""
    lines = ending.lines(cells - LABEL, FEW)
    return [
        (("   " + fit("end" * (not at), LABEL - INDENT), "faint"), *(lines[at] if at < len(lines) else ()))
        for at in range(FEW)
    ]


def _head(told: Told, now: float, cells: int, refused: str) -> list[Line]:
    case = told.cases[0]
    sign, style = SIGNS[case.kind]
    title = clean(case.title, 1_000) or word(case.kind)
    rows = wrap(title, max(8, cells - 4))
    if len(rows) > TITLE_ROWS:
        rows = [*rows[: TITLE_ROWS - 1], cut(" ".join(rows[TITLE_ROWS - 1 :]), max(8, cells - 4))]
    lines: list[Line] = [
        ((f" {sign} " if not at else "   ", f"bold {style}"), (row, "bold text")) for at, row in enumerate(rows)
    ]
    many = f"{len(told.cases)} cases of one cause" if len(told.cases) > 1 else told.names[0]
    facts: list[Span] = [
        ("   ", "text"),
        (word(case.kind), style),
        (f"  {many}", "text"),
        (f"  for {exact_age(case.since, now)}", "soft") if case.since else ("", "soft"),
    ]
    why: list[Span] = [(cause_word(case), "bold text")] if cause_word(case) else []
    why += [(f"  by the rule {clean(case.rule, 60)}", "soft")] if case.rule else []
    if line_width(facts) + line_width(why) + len("  cause ") <= cells:
        lines.append(pad([*facts, *([("  cause ", "faint"), *why] if why else [])], cells, "text"))
    else:
        lines += [pad(facts, cells, "text"), _row("cause", why, cells)]
    if refused:
        lines += _labelled("not done", clean(refused, 400), cells, "bold failed")
    if case.note:
        lines += _labelled("back", clean(case.note, 400), cells, "bold failed")
    if case.plan:
        lines += _labelled("rule", f"will {planned(case, now)}; a key of yours goes before it", cells, "accent")
    if told.observed:
        lines += _labelled("ours", "no: it was started by somebody else", cells, "soft")
        lines += _labelled("answer", told.observed.removeprefix("answer it "), cells, "bold text")
    return lines


def _also(told: Told, cells: int) -> list[Line]:
    """What else was tried outside of a scope: a key allows all of it."""
    if told.asked or told.cases[0].kind is not Kind.SCOPE:
        return []
    others = dict.fromkeys(clean(case.title, 1_000) for case in told.cases[1:] if case.title != told.cases[0].title)
    return [line for at, title in enumerate(others) for line in _labelled("also" * (not at), title, cells, "bold text")]


def _asked(told: Told, cells: int, gap: Sequence[Line]) -> list[Line]:
    """What is asked, all of it: nobody allows what was not seen."""
    lines: list[Line] = []
    for asked in told.asked:
        lines += [*gap, *_question(asked, len(told.asked) > 1, cells)]
    return lines


def _question(asked: Asked, several: bool, cells: int) -> list[Line]:
    question = asked.question
    lines: list[Line] = []
    if question.asks is not Asks.WORDS:
        paths = touched(asked.known, question)
        label, spans = summary(question, paths, asked.ours)
        head = [(f"{asked.name}  ", "bold text"), (f"{clean(question.tool, 40)}  ", "text")] if several else []
        lines.append(pad([("   " + fit(label, LABEL), "faint"), *head, *spans], cells, "text"))
        for path in paths if question.asks is Asks.PERMISSION else ():
            if not path.inside:
                room = max(8, cells - 8 - width(path.why))
                lines.append((("   ", "text"), (OUTSIDE, "failed"), *path_spans(path.path, room),
                              (f"  {path.why}", "failed")))  # fmt: skip
    if question.subagent:
        lines += _labelled("child", f"{clean(question.subagent, 80)}, a sub-agent of it", cells, "text")
    body = body_rows(text_lines(question, asked.known.directory), cells)
    return [*lines, *(body or [(("   nothing is told of it", "faint"),)])]


def _said(told: Told, cells: int, rows: int) -> list[Line]:
    """What was said before it was asked, as much of it as there is room for."""
    said = [line for asked in told.asked[:1] for line in clean_lines(asked.question.said, 4_000) if line.strip()]
    wrapped = [row for line in said for row in wrap(line, max(8, cells - LABEL - 4))]
    most = SAID if rows >= ROOMY else 1
    shown = [*wrapped[: most - 1], cut(" ".join(wrapped[most - 1 :]), max(8, cells - LABEL - 4))] if wrapped else []
    return [_row("said" * (not at), [(row, "soft")], cells) for at, row in enumerate(shown)]


def _evidence(told: Told, cells: int, gap: Sequence[Line]) -> list[Line]:
    # What was said before a question stands at the question.
    evidence = [line for line in told.cases[0].evidence if not (told.asked and line.startswith(SAID_BEFORE))]
    lines: list[Line] = []
    for at, line in enumerate(evidence):
        lines += _labelled("because" * (not at), clean(line, 1_000), cells, "text")
    for at, line in enumerate(told.output):
        lines.append(_row("check" * (not at), [(line, "soft")], cells))
    return [*gap, *lines] if lines else []


def _keys(keys: Sequence[KeyTold], cells: int, gap: Sequence[Line]) -> list[Line]:
    if not keys:
        return []
    names = max(width(key.key) for key in keys)
    titles = max(width(key.title) for key in keys)
    lines: list[Line] = []
    for key in keys:
        able = not key.why_not
        said = key.words if able else f"cannot: {key.why_not}"
        head: Line = (
            ("   ", "text"),
            (fit(key.key, names) + " ", "bold accent" if able else "faint"),
            (fit(key.title, titles) + "  ", "bold text" if able else "faint"),
        )
        lines.append((*head, (cut(said, max(8, cells - line_width(head) - 1)), "soft" if able else "faint")))
    return [*gap, *lines]


def _facts(told: Told, cells: int) -> list[Line]:
    whose = f"{told.names[0]}: " if len(told.cases) > 1 and told.names else ""
    lines: list[Line] = []
    for label, text in told.facts:
        lines += _labelled(label, whose * (label == "station") + text, cells, "text")
    return lines


def _group(told: Told, cells: int) -> list[Line]:
    if len(told.cases) < 2:
        return []
    more = f" and {len(told.names) - NAMED} more" if len(told.names) > NAMED else ""
    return _labelled("all", ", ".join(told.names[:NAMED]) + more + ": → takes them apart", cells, "text")


def _labelled(label: str, text: str, cells: int, style: str) -> list[Line]:
    rows = wrap(text, max(8, cells - LABEL - 4)) if text else []
    return [_row(label * (not at), [(row, style)], cells) for at, row in enumerate(rows)]


def _row(label: str, value: Sequence[Span], cells: int) -> Line:
    return pad([("   " + fit(label, LABEL), "faint"), *value], cells, "text")
