"""A pane as one line of a table: the floor at its widest view, and on small terminals."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import msgspec

from sessions.floor.panes import Pane
from widgets.cells import Line, Span, fit, pad, short, width
from widgets.glyphs import BRANCH, RULE, STATUS
from widgets.numbers import percent, rate
from widgets.pane_text import (
    LOUD,
    clash_text,
    cost_text,
    divergence,
    doing_line,
    place_text,
    shown_name,
    state_style,
    status_age,
    status_word,
    tokens_text,
)
from widgets.spark import spark

HEAD = 3
"""Cells before the first column: gutter, glyph, blank."""
EDGES = HEAD + 1
"""Cells that no column gets: those before the first, and the right margin."""

ROOMY = 160
"""Cells from which on long models are told apart."""

Draw = Callable[[Pane, int, float], list[Span]]


class Column(msgspec.Struct, frozen=True):
    """A column. One of 0 `cells` takes a share of what is left; it is shown on lines of at least `since` cells."""

    title: str
    cells: int
    draw: Draw
    right: bool = False
    since: int = 0
    roomy: int = 0
    """Its cells on lines of at least `ROOMY`, when they are more."""


def _station(pane: Pane, cells: int, now: float) -> list[Span]:
    weight = "bold text" if pane.status in LOUD else "text" if pane.station else "faint"
    return [(fit(short(shown_name(pane), cells), cells), weight)]


def _state(pane: Pane, cells: int, now: float) -> list[Span]:
    old = " " + fit(status_age(pane, now), 4, right=True)
    return [(fit(status_word(pane), cells - 5), state_style(pane)), (old, "soft" if pane.station else "faint")]


def _branch(pane: Pane, cells: int, now: float) -> list[Span]:
    return [(fit(short(pane.branch, cells) if pane.station else "", cells), "soft")]


def _divergence(pane: Pane, cells: int, now: float) -> list[Span]:
    clash, apart = clash_text(pane, 0), divergence(pane)
    if not clash:
        return [(fit(apart, cells), "soft" if pane.station else "faint")]
    room = max(0, cells - width(clash) - 1)
    return [(fit(apart, room) + " ", "soft"), (fit(clash, cells - room - 1), "bold text")]


def _model(pane: Pane, cells: int, now: float) -> list[Span]:
    return [(fit(pane.model, cells), "soft")]


def _rate(pane: Pane, cells: int, now: float) -> list[Span]:
    return [(fit(rate(pane.rate) if pane.rate else "", cells, right=True), "text")]


def _spark(pane: Pane, cells: int, now: float) -> list[Span]:
    return [(fit(" " + spark(pane.spark[-(cells - 1) :]), cells), "flow")]


def _tokens(pane: Pane, cells: int, now: float) -> list[Span]:
    return [(fit(tokens_text(pane) if pane.calls else "", cells, right=True), "text")]


def _cost(pane: Pane, cells: int, now: float) -> list[Span]:
    return [(fit(cost_text(pane) if pane.calls else "", cells, right=True), "text")]


def _context(pane: Pane, cells: int, now: float) -> list[Span]:
    share = pane.context_share
    return [(fit("" if share is None else percent(share), cells, right=True), "soft")]


def _place(pane: Pane, cells: int, now: float) -> list[Span]:
    return [(fit(place_text(pane, cells), cells), "faint")]


def _last(pane: Pane, cells: int, now: float) -> list[Span]:
    return list(pad(doing_line(pane, cells, now), cells, "text"))


COLUMNS = (
    Column("station", 0, _station),
    Column("state", 15, _state),
    Column("branch", 0, _branch, since=118),
    Column("↑↓±", 12, _divergence, since=150),
    Column("model", 13, _model, since=104, roomy=18),
    Column("tok/s", 7, _rate, right=True),
    Column("", 9, _spark, since=100),
    Column("tokens", 6, _tokens, right=True, since=74),
    Column("cost", 7, _cost, right=True, since=46),
    Column("ctx", 4, _context, right=True, since=88),
    Column("directory", 18, _place, since=170),
    Column("last", 0, _last),
)


@lru_cache(maxsize=64)
def layout(cells: int) -> list[tuple[Column, int]]:
    """The columns that fit into `cells`, each with its width; `gap` blanks stand between two."""
    shown = [column for column in COLUMNS if cells >= column.since]
    fixed = {c.title: max(c.cells, c.roomy if cells >= ROOMY else 0) for c in shown}
    room = max(0, cells - sum(fixed.values()) - gap(cells) * (len(shown) - 1))
    branched = any(c.title == "branch" for c in shown)
    station = min(28, max(12, room * 22 // 100)) if branched else min(20, max(8, room * 2 // 5))
    branch = min(34, room * 26 // 100) if branched else 0
    shares = {"station": station, "branch": branch, "last": max(0, room - station - branch)}
    return [(c, fixed[c.title] or shares[c.title]) for c in shown]


def gap(cells: int) -> int:
    """Blanks between two columns."""
    return 2 if cells >= 90 else 1


def heading(cells: int) -> Line:
    """The titles of the columns."""
    spans: list[Span] = [(" " * HEAD, "faint")]
    for i, (column, wide) in enumerate(layout(cells - EDGES)):
        spans.append((" " * (gap(cells - EDGES) if i else 0) + fit(column.title, wide, column.right), "faint"))
    return pad(spans, cells, "faint")


def fold_line(elsewhere: int, resting: int, days: float, branches: int, cells: int, key: str = "E") -> Line:
    """What is not shown, with the `key` that shows it; nothing where everything is."""
    spans: list[Span] = [(" " * HEAD, "faint")]
    folded = [f"{elsewhere:,} elsewhere"] * bool(elsewhere)
    folded += [f"{resting:,} idle for more than {days:g} day{'s' * (days != 1)}"] * bool(resting)
    if folded:
        spans += [(", ".join(folded) + "  ", "soft"), (key, "bold accent"), (" shows them", "faint")]
    if branches:
        gap = "   " * bool(folded)
        spans += [(f"{gap}+{branches:,} older branch{'es' * (branches > 1)} hidden  ", "soft")]
        spans += [("f b", "bold accent"), (" shows them" if branches > 1 else " shows it", "faint")]
    return pad(spans, cells, "faint") if folded or branches else ()


def group_heading(title: str, panes: int, cells: int) -> Line:
    """The title of a group on a thin line, with the number of its panes."""
    number = f" {panes} "
    tail = RULE * max(0, cells - width(title) - width(number) - 6)
    return pad(
        [(" ", "text"), (RULE, "line"), (f" {title} ", "bold soft"), (RULE, "line"), (number, "faint"), (tail, "line")],
        cells,
        "faint",
    )


def branch_row(pane: Pane, cells: int, now: float, gutter: Span, ground: str) -> Line:
    """A branch without a station as one line below cards: its name, age and distance, and what was committed last."""
    name = min(40, max(12, cells // 4))
    apart = divergence(pane)
    clash = clash_text(pane, 24 if cells >= ROOMY else 0)
    made = [(pane.author, "faint")] if cells >= ROOMY else []
    fixed = 2 + name + 7 + 16
    room = max(0, cells - HEAD - fixed - sum(width(text) + 2 for text, _ in made) - 2 * bool(clash) - width(clash))
    spans: list[Span] = [
        (BRANCH + " ", "faint"),
        (fit(short(pane.name, name), name), "soft"),
        (fit(status_age(pane, now), 6, right=True) + "  ", "faint"),
        (fit(apart, 15) + " ", "soft"),
        (clash + "  " * bool(clash), "bold text"),
        (fit(pane.activity, room), "faint"),
        *(("  " + text, style) for text, style in made),
    ]
    line = [gutter, *((text, style + ground) for text, style in spans if text)]
    return pad(line, cells, "text" + ground)


def row(pane: Pane, cells: int, now: float, gutter: Span, ground: str) -> Line:
    """The pane in one line; `ground` is added to every style, as ` on cursor`."""
    glyph = STATUS[pane.status] if pane.station else BRANCH
    spans: list[Span] = [gutter, (glyph + " ", state_style(pane) + ground)]
    for i, (column, wide) in enumerate(layout(cells - EDGES)):
        if i:
            spans.append((" " * gap(cells - EDGES), "text" + ground))
        spans.extend((text, style + ground) for text, style in column.draw(pane, wide, now))
    return pad(spans, cells, "text" + ground)
