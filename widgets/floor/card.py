"""A pane as lines of text: one line, a card, or a large card. Pure: the same pane, room and moment, the same lines."""

from __future__ import annotations

from sessions.floor.state import Status
from sessions.views.floor.panes import SPARK_POINTS, Pane
from sessions.views.ours import Ours
from widgets.draw.cells import Line, Span, cut, fill, fit, line_width, pad, short, spread, width
from widgets.draw.glyphs import BAR, BRANCH, DOT, MARK, OUTSIDE, STATUS
from widgets.draw.numbers import age, age_clock, ago, count, money, percent, rate
from widgets.draw.spark import bar, spark
from widgets.floor.pane_text import (
    ELSEWHERE,
    badges,
    clash_text,
    cost_text,
    directory_text,
    divergence,
    doing_line,
    indented_name,
    place_text,
    state_style,
    status_age,
    status_word,
    tokens_text,
)
from widgets.floor.rows import Widths, branch_row, row, widths_of

HEIGHTS = (1, 5, 10)
"""Lines of a pane at each zoom."""
FULL_CONTEXT = 0.85
"""From this share on the context gauge is bold."""
SPARK = 8
LEAST_MODEL = 4
"""Cells from which on the beginning of a model's name says something."""
_GROUNDS = {Status.NEEDS_ME: " on alarm", Status.FAILED: " on fault"}


def clock_of(pane: Pane, now: float) -> tuple[int, int]:
    """What changes when an age in the pane's drawing may change, or a rate."""
    newest = max(pane.since, pane.seen)
    if pane.tools:
        newest = max(newest, pane.tools[-1].since)
    return age_clock(newest, now), pane.beat(now)


def branch_card(pane: Pane, cells: int, now: float, cursor: bool = False, widths: Widths | None = None) -> list[Line]:
    """A branch without a station below cards: one line of exactly `cells` cells."""
    edge: Span = (BAR, "accent") if cursor else (" ", "text")
    return [branch_row(pane, cells, now, edge, " on cursor" if cursor else "", widths or widths_of([pane]))]


def card(
    pane: Pane,
    cells: int,
    zoom: int,
    now: float,
    cursor: bool = False,
    widths: Widths | None = None,
    marked: bool = False,
) -> list[Line]:
    """`HEIGHTS[zoom]` lines of exactly `cells` cells; without `widths` rows are laid out for this pane alone."""
    edge: Span = (BAR, "accent") if cursor else (" ", "text")
    first: Span = (MARK, "bold accent" + " on cursor" * cursor) if marked else edge
    if zoom == 0:
        return [row(pane, cells, now, first, " on cursor" if cursor else "", widths or widths_of([pane]))]
    ground = " on cursor" if cursor else _GROUNDS.get(pane.status, " on bar")
    # Gutter and right margin; words keep one more cell free on both sides, so that they align under the title bar.
    bar_cells, room = cells - 2, cells - 5
    body = _body(pane, room, now) if zoom == 1 else _large_body(pane, room, now)
    lines = [pad([first, *_title(pane, bar_cells, now, ground)], cells, "text")]
    for at in range(HEIGHTS[zoom] - 1):
        line = body[at] if at < len(body) else ()
        lines.append(pad([edge, ("  ", "text"), *pad(line, room, "text")], cells, "text"))
    return lines


def _title(pane: Pane, cells: int, now: float, ground: str) -> Line:
    right = [
        (" " + status_word(pane) + " ", state_style(pane) + ground),
        (fit(status_age(pane, now), 4, right=True) + " ", "soft" + ground),
    ]
    glyph = STATUS[pane.status] if pane.station else BRANCH
    calm = not pane.station or pane.status in (Status.IDLE, Status.UNKNOWN)
    name = short(indented_name(pane), cells - width(glyph) - 1 - line_width(right))
    left = [(glyph + " ", state_style(pane) + ground), (name, ("soft" if calm else "bold text") + ground)]
    return spread(left, right, cells, "text" + ground)


def gauge(pane: Pane, cells: int) -> list[Span]:
    """The context window as a bar of `cells` cells and a share; nothing when it is not known."""
    share = pane.context_share
    if share is None:
        return []
    full, rest = bar(share, cells)
    style = "bold text" if share >= FULL_CONTEXT else "soft"
    return [(full, style), (rest, "faint"), (fit(percent(share), 5, right=True), style)]


def _body(pane: Pane, cells: int, now: float) -> list[Line]:
    """Four lines: where, what with and how fast, how much, doing what."""
    if not pane.station:
        return _branch_body(pane, cells)
    return [
        _where(pane, cells),
        spread(_maker(pane, cells - SPARK - 9), _flow(pane, SPARK, now), cells, "text"),
        spread(_sums(pane), gauge(pane, max(4, min(12, cells - 21))), cells, "text"),
        doing_line(pane, cells, now),
    ]


def _where(pane: Pane, cells: int) -> Line:
    name, style = (pane.branch, "text") if pane.branch else ("no branch", "faint")
    if pane.ours is not None and pane.ours.task and pane.branch == f"station/{pane.key.removeprefix('station:')}":
        return _task(pane, pane.ours, cells)
    right = [(ELSEWHERE, "faint")] if pane.elsewhere else _apart(pane, cells - width(name) - 2)
    room = cells - line_width(right) - 2 if right else cells
    return spread([(short(name, room), style)], right, cells, "text")


def _task(pane: Pane, ours: Ours, cells: int) -> Line:
    """What it has in hand, in place of a branch that is named as it is itself."""
    note = f"bounced {ours.bounces}×" * bool(ours.bounces) or ours.task_note
    right = [
        *([("  " + note, "failed" if ours.bounces else "waiting")] if note else []),
        ("  ", "text"),
        *_apart(pane, 0),
    ]
    room = cells - line_width(right)
    return spread([(cut(ours.task_title, room), "text")], right, cells, "text")


def _apart(pane: Pane, cells: int, level: str = "") -> list[Span]:
    """How far it is from the base, and with how many it collides; with whom where `cells` have room for it.

    `level` is said when neither is so.
    """
    apart = divergence(pane)
    clash = clash_text(pane, max(0, cells - width(apart) - 1))
    number, blank, partner = clash.partition(" ")
    spans = [
        (apart or level * (not clash), "soft"),
        (" " * bool(apart and clash), "text"),
        (number, "bold text"),
        (blank + partner, "faint"),
    ]
    return [span for span in spans if span[0]]


def _maker(pane: Pane, cells: int) -> list[Span]:
    """The model, and the directory where there is room for it."""
    model = cut(pane.model or pane.kind or "unknown agent", cells)
    if pane.ours is not None:
        # What is to be known of one of ours goes before its model.
        outside = f"{OUTSIDE.strip()}{pane.ours.violations}  " if pane.ours.violations else ""
        room = cells - width(outside + pane.ours.bound) - 2
        head: list[Span] = [(cut(model, room), "soft"), ("  ", "text")] if room >= LEAST_MODEL else []
        return [*head, *badges(pane, cells - line_width(head))]
    place = directory_text(pane, cells - width(model) - 2)
    return [(model, "soft"), ("  " + place, "faint")] if place else [(model, "soft")]


def _flow(pane: Pane, points: int, now: float) -> list[Span]:
    """The present rate and its past."""
    speed = pane.rate(now)
    told = rate(speed) if speed else ""
    return [(" " + fit(told, 7, right=True), "text"), (" " + spark(pane.spark(now)[-points:]), "flow")]


def _sums(pane: Pane) -> list[Span]:
    return [(fit(tokens_text(pane), 7), "text" if pane.calls else "faint"), (fit(cost_text(pane), 8), "soft")]


def _branch_body(pane: Pane, cells: int) -> list[Line]:
    right = _apart(pane, cells - width(pane.author) - 2, "level")
    return [
        spread([(cut(pane.author, cells - line_width(right) - 2), "faint")], right, cells, "text"),
        ((cut(pane.subject, cells), "faint"),),
        ((place_text(pane, cells), "faint"),),
    ]


def _large_body(pane: Pane, cells: int, now: float) -> list[Line]:
    """Nine lines: the card's four, with more room, and what they stand on."""
    if not pane.station:
        return _branch_body(pane, cells)
    points = min(SPARK_POINTS, max(SPARK, cells // 4))
    t = pane.tokens
    means = f"  1 min {rate(pane.rate(now, 60))}   10 min {rate(pane.rate(now, 600))}"
    kinds = (
        f"in {count(t.input)}",
        f"out {count(t.output)}",
        f"cache read {count(t.cache_read)}",
        f"write 5m {count(t.cache_write_5m)}  1h {count(t.cache_write_1h)}",
    )
    pieces = [(place, [(kind, "faint")]) for place, kind in enumerate(kinds)]
    spending = money(pane.pace.dollars_per_h(now)) + "/h" if pane.calls and pane.cost is not None else ""
    work = ", ".join((_many(pane.turns, "turn"), _many(pane.tool_calls, "tool call"), _many(pane.errors, "error")))
    names = "  ".join(name.rsplit("/", 1)[-1] for name in pane.files)
    made = ", ".join(filter(None, (pane.author, ago(pane.committed, now))))
    commit = f"  {DOT} ".join(filter(None, (pane.subject, made)))
    return [
        _where(pane, cells),
        ((cut(commit, cells), "faint"),),
        spread(_maker(pane, cells - points - 9), _flow(pane, points, now), cells, "text"),
        spread([*_sums(pane), (spending, "faint")], gauge(pane, points), cells, "text"),
        spread(fill(pieces, cells - width(means), "  ", "faint"), [(means, "faint")], cells, "text"),
        spread([(work, "soft")], [("  " + _many(pane.file_count, "file"), "soft")], cells, "text"),
        ((cut(names, cells), "faint"),),
        ((cut(_evidence(pane, now), cells), "faint"),),
        doing_line(pane, cells, now),
    ]


def _evidence(pane: Pane, now: float) -> str:
    """Why its status is what it is: since when, who said so, and how long ago."""
    since, seen = age(pane.since, now), ago(pane.seen, now)
    source = ", ".join(filter(None, ("a guess from " * pane.guess + pane.source, f"heard {seen}" if seen else "")))
    return f"  {DOT} ".join(filter(None, (status_word(pane) + (f" for {since}" if since else ""), source)))


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" + "s" * (number != 1)
