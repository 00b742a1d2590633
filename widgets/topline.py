"""The first lines: the factory in figures, and under them a rule, the columns' titles, or news that cannot wait."""

from __future__ import annotations

import re

from sessions.floor.arrange import ATTENTION
from sessions.floor.commands import Progress
from sessions.floor.totals import Totals
from sessions.text import clean
from widgets.cells import Line, Span, cut, fill, pad, spread, width
from widgets.glyphs import AT_LEAST, RULE, STATUS
from widgets.lined import Lined
from widgets.numbers import MARKS, age, count, money, percent, rate
from widgets.passages import clock
from widgets.spark import bar, spark

LIVE_S = 2.0
_PATH = re.compile(r"(?<!\S)/(?:[^/\s]+/)+([^/\s]+)")


class TopLine(Lined):
    """Two lines at the top of the floor."""

    DEFAULT_CSS = "TopLine { height: 2; dock: top; }"


def figures(t: Totals, now: float, mode: str, cells: int) -> Line:
    """The factory in one line, by priority: what needs me and what it costs stay longest."""
    ground = " on bar"

    def soft(text: str) -> Span:
        return text, "soft" + ground

    def strong(text: str) -> Span:
        return text, "bold text" + ground

    def faint(text: str) -> Span:
        return text, "faint" + ground

    mark = MARKS[t.certainty]
    cost = (AT_LEAST if t.part_priced else mark if t.cost is not None else "") + money(t.cost)
    states = [
        (f"{' ' * bool(i)}{STATUS[status]}{t.statuses[status]}", status.value + ground)
        for i, status in enumerate(s for s in ATTENTION if t.statuses.get(s))
    ]
    name = cut(t.name or "no repository", max(8, cells // 6))
    label = "REPLAY " * (mode == "replay") + "SIMULATED " * (mode == "simulated" or t.simulated)
    pieces: list[tuple[int, list[Span]]] = [
        (9, [("factory-tui", "soft" + ground)]),
        (2, ([(label, "bold accent" + ground)] if label else []) + [strong(name)]),
        (10, [faint("base "), soft(cut(t.base, 24)), faint(" " + t.base_head)] if t.base else []),
        (6, [strong(str(t.stations)), soft(" station" + "s" * (t.stations != 1))]),
        (0, states),
        (1, [strong(rate(t.rate))]),
        (5, [(spark(t.spark), "flow" + ground)] if any(t.spark) else []),
        (11, [faint("1m "), soft(rate(t.rate_1m)), faint("  10m "), soft(rate(t.rate_10m))]),
        (4, [strong(count(t.tokens_today)), soft(" today")]),
        (3, [strong(cost)]),
        (7, [soft(money(t.dollars_per_h) + "/h")]),
        (8, _pace(t, ground)),
    ]
    news = _moment(t, now, cells < 60) if mode == "replay" else _freshness(t, now, cells < 60)
    room = cells - width(news) - 4
    left = fill([piece for piece in pieces if piece[1]], room, "   " if cells >= 120 else "  ", "text" + ground)
    return spread([(" ", "text" + ground), *left], [(" ", "text" + ground), faint(news), (" ", "text" + ground)],
                  cells, "text" + ground)  # fmt: skip


def _pace(t: Totals, ground: str) -> list[Span]:
    """The gauge against five billion tokens a day."""
    full, rest = bar(t.pace_share, 8)
    share = percent(t.pace_share)
    return [(full, "soft" + ground), (rest, "faint" + ground), (f" {share}", "bold text" + ground),
            (" of 5G/day", "faint" + ground)]  # fmt: skip


def _moment(t: Totals, now: float, short: bool) -> str:
    """The moment of a past that is shown."""
    if now <= 0:
        return "no events"
    return clock(now, t.utc_offset) if short else f"as of {clock(now, t.utc_offset)}"


def _freshness(t: Totals, now: float, short: bool) -> str:
    """How old the newest event is; seconds are not counted while events flow."""
    if not t.newest:
        return "no events"
    if now - t.newest < LIVE_S:
        return "live" if short else "events live"
    return age(t.newest, now) if short else f"events {age(t.newest, now)} ago"


def rule(cells: int) -> Line:
    return ((RULE * cells, "faint"),)


def trouble_line(text: str, cells: int) -> Line:
    """Lost connection and the like, with the cure; where it would be cut, paths lose their beginnings first."""
    told = clean(text, 400)
    if width(told) > cells - 4:
        told = _PATH.sub(r"…/\1", told)
    return pad(
        [(" ✖ ", "bold failed on fault"), (cut(told, max(0, cells - 4)), "text on fault")],
        cells,
        "text on fault",
    )


def progress_line(progress: Progress, cells: int, cancel: str) -> Line:
    """Long work with its counts, and the key that ends it."""
    what = f" {clean(progress.what, 60)} " if progress.what else " working "
    unit = clean(progress.unit, 20)
    if progress.total > 0:
        full, rest = bar(progress.done / progress.total, 20)
        counts = f" {count(progress.done)} of {count(progress.total)} {unit}"
    else:
        full, rest = "", ""
        counts = f" {count(progress.done)} {unit}" if progress.done else ""
    left = [(what, "soft"), (full, "waiting"), (rest, "faint"), (counts, "text")]
    return spread(left, [(f"{cancel} ", "faint")] if cancel else [], cells, "text")
