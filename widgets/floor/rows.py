"""A pane as one line of a table: the floor at its widest view, and on small terminals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import attrgetter

import msgspec

from sessions.views.floor.panes import Pane
from widgets.draw.cells import Line, Span, fit, line_width, pad, short, spread, width
from widgets.draw.glyphs import BRANCH, RULE, STATUS
from widgets.draw.numbers import percent, rate
from widgets.draw.spark import spark
from widgets.floor.pane_text import (
    LOUD,
    alarms,
    badges,
    clash_text,
    cost_text,
    divergence,
    doing_line,
    indented_name,
    place_text,
    state_style,
    status_age,
    status_word,
    tokens_text,
)

HEAD = 3
"""Cells before the first column: gutter, glyph, blank."""
EDGES = HEAD + 1
"""Cells that no column gets: those before the first, and the right margin."""

ROOMY = 160
"""Cells from which on a branch's line has its author and with whom it collides."""
LAST_SHARE, LAST = 2 / 5, 24
"""What a station does keeps so much of the cells that content decides on, up to so many, whatever names need."""
APART = 12
"""Cells for how far branches are apart, where any are: these figures often grow, and their column should not."""
LEAST_NAME = 8
"""Cells that names keep in any case."""

Draw = Callable[[Pane, int, float], list[Span]]


class Widths(msgspec.Struct, frozen=True):
    """Cells that the content of columns needs, all panes together."""

    station: int = 0
    branch: int = 0
    apart: int = 0
    model: int = 0
    place: int = 0
    name: int = 0
    """Of branches without a station, below cards."""


class Column(msgspec.Struct, frozen=True):
    """A column. One of 0 `cells` is as wide as its content needs, or takes what is left; it is shown on lines of at
    least `since` cells."""

    title: str
    cells: int
    draw: Draw
    right: bool = False
    since: int = 0
    need: str = ""
    """The field of `Widths` that says how wide it is."""
    most: int = 0
    """It never is wider."""
    least: int = 0
    """So much of what it needs it keeps beside names that are long; names themselves have 0."""


def _station(pane: Pane, cells: int, now: float) -> list[Span]:
    weight = "bold text" if pane.status in LOUD else "text" if pane.station else "faint"
    return [(fit(short(indented_name(pane), cells), cells), weight)]


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
    speed = pane.rate(now)
    return [(fit(rate(speed) if speed else "", cells, right=True), "text")]


def _spark(pane: Pane, cells: int, now: float) -> list[Span]:
    return [(fit(" " + spark(pane.spark(now)[-(cells - 1) :]), cells), "flow")]


def _tokens(pane: Pane, cells: int, now: float) -> list[Span]:
    return [(fit(tokens_text(pane) if pane.calls else "", cells, right=True), "text")]


def _cost(pane: Pane, cells: int, now: float) -> list[Span]:
    return [(fit(cost_text(pane) if pane.calls else "", cells, right=True), "text")]


def _context(pane: Pane, cells: int, now: float) -> list[Span]:
    share = pane.context_share
    return [(fit("" if share is None else percent(share), cells, right=True), "soft")]


def _place(pane: Pane, cells: int, now: float) -> list[Span]:
    if pane.ours is not None:
        return list(pad(badges(pane, cells), cells, "text"))
    return [(fit(place_text(pane, cells), cells), "faint")]


def _last(pane: Pane, cells: int, now: float) -> list[Span]:
    return list(pad(doing_line(pane, cells, now), cells, "text"))


def _warned(pane: Pane, cells: int, now: float) -> list[Span]:
    """The same where there is no column for what is to be known of one of ours: what must be seen stands at its end."""
    warned = alarms(pane)
    room = cells - line_width(warned) - 1
    if not warned or room < LEAST_NAME:
        return _last(pane, cells, now)
    return list(spread(doing_line(pane, room, now), warned, cells, "text"))


COLUMNS = (
    Column("station", 0, _station, need="station", most=40),
    Column("state", 15, _state),
    Column("branch", 0, _branch, since=118, need="branch", most=48),
    Column("↑↓±", 0, _divergence, since=150, need="apart", most=18, least=12),
    Column("model", 0, _model, since=104, need="model", most=24, least=9),
    Column("tok/s", 7, _rate, right=True),
    Column("", 9, _spark, since=100),
    Column("tokens", 6, _tokens, right=True, since=74),
    Column("cost", 7, _cost, right=True, since=46),
    Column("ctx", 4, _context, right=True, since=88),
    Column("directory", 0, _place, since=170, need="place", most=40, least=12),
    Column("last", 0, _last),
)


def widths_of(panes: Iterable[Pane], least: Widths | None = None) -> Widths:
    """What the content of these panes needs, and not less than `least`."""
    return _widest((_needs(pane) for pane in panes), least or Widths())


class Measure:
    """Measures the columns of one set of panes after another; a pane that is the same object is not measured again."""

    def __init__(self) -> None:
        self._needs: dict[str, tuple[Pane, tuple[int, ...]]] = {}
        self.measured = 0
        """Panes measured so far, for measurements."""

    def widths(self, panes: Iterable[Pane]) -> Widths:
        """What the content of these panes needs; all others are forgotten."""
        before, self._needs = self._needs, {}
        for pane in panes:
            known = before.get(pane.key)
            if known is None or known[0] is not pane:
                known = (pane, _needs(pane))
                self.measured += 1
            self._needs[pane.key] = known
        return _widest((needs for _, needs in self._needs.values()), Widths())


measured = attrgetter(
    *(
        "station",
        "name",
        "depth",
        "elsewhere",
        "branch",
        "ahead",
        "behind",
        "dirty",
        "clashes",
        "model",
        "directory",
        "ours",
    )
)
"""What of a pane columns are measured by: where these are equal, it needs what it did."""


def _needs(pane: Pane) -> tuple[int, ...]:
    """What one pane needs, in the order of `Widths`."""
    apart, clash = divergence(pane), clash_text(pane, 0)
    return (
        width(indented_name(pane)),
        width(pane.branch) if pane.station else 0,
        max(APART, width(apart) + width(clash) + 1) if apart or clash else 0,
        width(pane.model),
        width(place_text(pane, 1_000)) if pane.ours is None else line_width(badges(pane, 1_000)),
        0 if pane.station else width(pane.name),
    )


def _widest(needs: Iterable[tuple[int, ...]], least: Widths) -> Widths:
    return Widths(*map(max, zip(msgspec.structs.astuple(least), *needs, strict=True)))


@lru_cache(maxsize=64)
def layout(cells: int, widths: Widths) -> list[tuple[Column, int]]:
    """The columns that fit into `cells`, each with its width; `gap` blanks stand between two.

    Columns are as wide as their content needs. Where that is too much names come first, and the widest are cut.
    """
    shown = [column for column in COLUMNS if cells >= column.since]
    free = max(0, cells - sum(column.cells for column in shown) - gap(cells) * (len(shown) - 1))
    room = max(min(free, LEAST_NAME), free - min(LAST, int(free * LAST_SHARE)))
    wanted = {c.title: min(c.most, max(width(c.title), getattr(widths, c.need))) for c in shown if c.need}
    kept = {c.title: min(c.least, wanted[c.title]) for c in shown if c.least}
    names = {title: need for title, need in wanted.items() if title not in kept}
    given = _shared(names, max(min(room, LEAST_NAME), room - sum(kept.values())))
    given |= _shared({title: wanted[title] for title in kept}, room - sum(given.values()))
    given["last"] = free - sum(given.values())
    return [(c, c.cells or given[c.title]) for c in shown]


def _shared(wanted: dict[str, int], room: int) -> dict[str, int]:
    """What each gets of `room`: all it wants, or, where that is too much, as much as the others that want more."""
    given: dict[str, int] = {}
    for title in sorted(wanted, key=wanted.__getitem__):
        given[title] = min(wanted[title], room // (len(wanted) - len(given)))
        room -= given[title]
    return given


def gap(cells: int) -> int:
    """Blanks between two columns."""
    return 2 if cells >= 90 else 1


def heading(cells: int, widths: Widths) -> Line:
    """The titles of the columns."""
    spans: list[Span] = [(" " * HEAD, "faint")]
    for i, (column, wide) in enumerate(layout(cells - EDGES, widths)):
        spans.append((" " * (gap(cells - EDGES) if i else 0) + fit(column.title, wide, column.right), "faint"))
    return pad(spans, cells, "faint")


def fold_line(
    elsewhere: int, resting: int, days: float, branches: int, cells: int, key: str = "E", removed: int = 0
) -> Line:
    """What is not shown, with the `key` that shows it; nothing where everything is."""
    spans: list[Span] = [(" " * HEAD, "faint")]
    folded = [f"{elsewhere:,} elsewhere"] * bool(elsewhere)
    folded += [f"{resting:,} idle for more than {days:g} day{'s' * (days != 1)}"] * bool(resting)
    folded += [f"{removed:,} removed"] * bool(removed)
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


def branch_row(pane: Pane, cells: int, now: float, gutter: Span, ground: str, widths: Widths) -> Line:
    """A branch without a station as one line below cards: its name, age and distance, and what was committed last."""
    name = min(max(12, cells // 3), max(12, widths.name))
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


def row(pane: Pane, cells: int, now: float, gutter: Span, ground: str, widths: Widths) -> Line:
    """The pane in one line; `ground` is added to every style, as ` on cursor`."""
    glyph = STATUS[pane.status] if pane.station else BRANCH
    spans: list[Span] = [gutter, (glyph + " ", state_style(pane) + ground)]
    columns = layout(cells - EDGES, widths)
    placed = any(column.draw is _place for column, _ in columns)
    for i, (column, wide) in enumerate(columns):
        if i:
            spans.append((" " * gap(cells - EDGES), "text" + ground))
        draw = _warned if column.draw is _last and not placed else column.draw
        spans.extend((text, style + ground) for text, style in draw(pane, wide, now))
    return pad(spans, cells, "text" + ground)
