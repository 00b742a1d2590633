"""A question of an agent as lines: who asks, what would be done, what it touches, what was said before. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import chop_cells

from sessions.floor.branches.contents import LineKind, PatchLine
from sessions.floor.ours.lives import Asks
from sessions.floor.ours.owned import Owned, Question
from sessions.text import clean, clean_lines
from sessions.views.ours import Ours
from sessions.views.questions import Touched, text_lines, touched
from widgets.draw.cells import Line, Span, cut, fit, pad, width
from widgets.draw.glyphs import DOT, INSIDE, OUTSIDE
from widgets.draw.numbers import exact_age, percent
from widgets.draw.paths import path_spans
from widgets.draw.wrap import wrap
from widgets.parts.panel import rule

SAID = 5
"""Rows of what was said before that stand above the question; all of it stands at the end."""
_LABEL = 9
_SIGNS = {LineKind.ADDED: ("+ ", "added"), LineKind.REMOVED: ("- ", "removed"), LineKind.HUNK: ("", "hunk")}
_WHAT = {
    Asks.PERMISSION: "may it do this?",
    Asks.SCOPE: "it asks for a wider boundary",
    Asks.WORDS: "i answers in words, a says yes, d says no",
}


def question_lines(question: Question, known: Owned, ours: Ours, now: float, cells: int) -> list[Line]:
    """All there is to know before it is answered, the most important first."""
    paths = touched(known, question)
    said = clean_lines(question.said, 8_000) if question.said.strip() else []
    short = [row for line in said for row in wrap(line, max(8, cells - _LABEL - 4))]
    shown = text_lines(question, known.directory)
    lines: list[Line] = [
        (),
        _row("asks", [(_WHAT[question.asks], "bold needs_me"), (f"  {clean(question.tool, 60)}", "bold text")], cells),
        _row("since", [(f"{exact_age(question.asked, now)} ago", "text")], cells),
    ]
    if question.asks is not Asks.WORDS:
        lines.append(_row(*summary(question, paths, ours), cells))
    if question.subagent:
        lines.append(_row("child", [(clean(question.subagent, 80), "text"), ("  a sub-agent of it", "soft")], cells))
    if ours.parent_name:
        lines.append(_row("for", [(ours.parent_name, "text"), ("  whom it works for", "soft")], cells))
    lines += [_row("said" * (not at), [(row, "soft")], cells) for at, row in enumerate(short[:SAID])]
    lines += [(), rule("what it would do" if question.asks is Asks.PERMISSION else "what it says", cells), ()]
    lines += body_rows(shown, cells) or [(("   nothing is told of it", "faint"),)]
    if paths and question.asks is Asks.PERMISSION:
        lines += [(), rule("what it would write", cells), (), *(_path(path, cells) for path in paths)]
    lines += [(), rule("its boundary", cells), (), *_boundary(known, ours, cells)]
    if len(short) > SAID:
        lines += [(), rule("what it said before", cells), ()]
        lines += [(("   " + row, "soft"),) for line in said for row in wrap(line, max(8, cells - 5))]
    return lines


def body_rows(shown: Sequence[PatchLine], cells: int) -> list[Line]:
    """The whole text; what does not fit into a row goes on in the next, with every blank in it."""
    rows: list[Line] = []
    signed = any(line.kind in _SIGNS for line in shown)
    for line in shown:
        sign, style = _SIGNS.get(line.kind, ("  " * signed, "text"))
        if line.kind is LineKind.WORDS:
            sign, style = "", "bold text"
        parts = chop_cells(line.text, max(2, cells - 5 - len(sign))) or [""]
        for at, part in enumerate(parts):
            left = sign if not at else " " * len(sign)
            rows.append((("   ", "text"), (left, "bold " + style), (part, style)))
    return rows


def summary(question: Question, paths: Sequence[Touched], ours: Ours) -> tuple[str, list[Span]]:
    """What it would write in a few words: loud where it leaves its scope."""
    if question.asks is Asks.SCOPE:
        return "opens", [("more to write, from now on, or from its next start", "bold text")]
    return "touches", _touches(paths, ours)


def _touches(paths: Sequence[Touched], ours: Ours) -> list[Span]:
    out = sum(not path.inside for path in paths)
    if not paths:
        holds = "nobody but the agent holds what it writes" if ours.loose else "its boundary holds what it writes"
        loud = "failed" if ours.loose or ours.bound == "full" else "text"
        return [("not told  ", "soft"), ("it may write what you may" if ours.bound == "full" else holds, loud)]
    many = f"{len(paths)} file" + "s" * (len(paths) != 1)
    if not out:
        return [(f"{INSIDE}{many} inside its scope", "working")]
    return [(f"{OUTSIDE}{out} of {many} outside what it may write", "bold failed")]


def _path(path: Touched, cells: int) -> Line:
    sign, style = (INSIDE, "working") if path.inside else (OUTSIDE, "failed")
    why = f"  {path.why}" if path.why else ""
    room = max(8, cells - 6 - width(why))
    return pad([("   ", "text"), (sign, style), *path_spans(path.path, room), (why, "failed")], cells, "text")


def _boundary(known: Owned, ours: Ours, cells: int) -> list[Line]:
    scope = known.scope
    budget: list[Span] = [("no bound", "soft")]
    if ours.share_of:
        budget = [(f"{percent(ours.share)} of its {ours.share_of} used", "text")]
    rows: list[Line] = [
        _row("mode", [(ours.bound, "bold failed" if ours.loose else "bold text")], cells),
        *_wrapped("holds", ours.held, cells),
        *_wrapped("why", ours.why, cells),
        *_wrapped("writes", " ".join(scope.write), cells),
        _row("network", [(ours.network, "text")], cells),
        _row("budget", budget, cells),
    ]
    return rows


def _wrapped(label: str, text: str, cells: int) -> list[Line]:
    rows = wrap(clean(text, 4_000), max(8, cells - _LABEL - 4)) if text else []
    return [_row(label * (not at), [(row, "text")], cells) for at, row in enumerate(rows)]


def _row(label: str, value: Sequence[Span], cells: int) -> Line:
    return pad([("   " + fit(label, _LABEL), "faint"), *value], cells, "text")


def fits(question: Question, known: Owned, cells: int, rows: int) -> bool:
    """Whether `preview_rows` has all of its text."""
    return len(body_rows(text_lines(question, known.directory), cells)) <= rows - _warns(question, known)


def _warns(question: Question, known: Owned) -> bool:
    return question.asks is Asks.PERMISSION and any(not path.inside for path in touched(known, question))


def preview_rows(question: Question, known: Owned, more: int, cells: int, rows: int) -> list[Line]:
    """A few rows of it, for below the wall: what it touches first where that leaves the scope."""
    if rows <= 0:
        return []
    paths = touched(known, question)
    out = [path for path in paths if not path.inside and question.asks is Asks.PERMISSION]
    head: list[Line] = []
    if out and rows > 1:
        others = f" and {len(out) - 1} more" if len(out) > 1 else ""
        head.append(((OUTSIDE, "failed"), (cut(f"{out[0].path}{others}: {out[0].why}", cells - 2), "failed")))
    body = [line[1:] for line in body_rows(text_lines(question, known.directory), cells)]
    room = rows - len(head)
    if len(body) > room or more:
        left = len(body) - room + 1
        told = (
            [f"{left} more lines"] * (len(body) > room)
            + [f"{more} more question" + "s" * (more != 1)] * bool(more)
            + ["Q all of it"]
        )
        body = [*body[: room - 1], ((f"… {f' {DOT} '.join(told)}", "faint"),)]
    return [*head, *body]
