"""The first lines: the factory in figures, and under them a rule, the columns' titles, or news that cannot wait."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sessions.floor.commands import PERCENT, Progress
from sessions.floor.ours.changes import machine_stopped
from sessions.floor.state import Status
from sessions.floor.tokens import Certainty
from sessions.text import clean
from sessions.views.floor.arrange import ATTENTION
from sessions.views.floor.totals import Totals
from widgets.draw.cells import Line, Span, cut, fill, line_width, pad, short, spread, width
from widgets.draw.glyphs import AT_LEAST, RULE, STATUS, VERSUS
from widgets.draw.numbers import MARKS, age, clock, count, money, percent, rate
from widgets.draw.spark import bar, spark
from widgets.parts.lined import Lined

LIVE_S = 2.0
PART_CELLS = 24
"""Cells for the name of a branch that is compared."""
NO_LABELS: Mapping[str, str] = {}
SHORT, ROOMY = 70, 100
"""Below the one every word that can be spared is; from the other on figures say of which time they are."""
_PATH = r"(?<!\S)/(?:[^/\s]+/)+([^/\s]+)"


class TopLine(Lined):
    """Two lines at the top of the floor."""

    DEFAULT_CSS = "TopLine { height: 2; dock: top; }"


def figures(t: Totals, now: float, mode: str, cells: int, ago: str = "") -> Line:
    """The factory in one line, by priority: what needs me and what it costs stay longest.

    `ago` says how long ago this was, where it is what was shown last and not yet the present.
    """
    ground = " on bar"

    def soft(text: str) -> Span:
        return text, "soft" + ground

    def strong(text: str) -> Span:
        return text, "bold text" + ground

    def faint(text: str) -> Span:
        return text, "faint" + ground

    states = counters({status: t.statuses.get(status, 0) for status in ATTENTION}, ground)
    label = f"LAST SEEN {ago} " * bool(ago)
    label += "REPLAY " * (mode == "replay") + "SIMULATED " * (mode == "simulated" or t.simulated)
    label += "SCRIPTED MODEL " * t.scripted + "FROZEN " * t.frozen
    short = cells < SHORT
    name = "" if short and label else cut(t.name or ("" if mode == "live" else "no repository"), max(8, cells // 6))
    older = t.tokens != t.tokens_today
    today, ever = _sum(t.cost_today, t.certainty_today, t.part_priced_today), _sum(t.cost, t.certainty, t.part_priced)
    pieces: list[tuple[int, list[Span]]] = [
        (9, [("factory-tui", "soft" + ground)]),
        (1, [(label, "bold accent" + ground), strong(name)] if label or name else []),
        (10, [faint("base "), soft(cut(t.base, 24)), faint(" " + t.base_head)] if t.base else []),
        (6, [strong(str(t.stations)), soft(" station" + "s" * (t.stations != 1))]),
        (0, states),
        (3, [strong(rate(t.rate))]),
        (5, [(spark(t.spark), "flow" + ground)] if any(t.spark) else []),
        (12, [faint("1m "), soft(rate(t.rate_1m)), faint("  10m "), soft(rate(t.rate_10m))]),
        (4, [strong(MARKS[t.certainty_today] + count(t.tokens_today)), soft(" tokens")]),
        (2, [strong(today), soft("" if cells < ROOMY else " today")]),
        (11, [faint("in all "), soft(f"{MARKS[t.certainty]}{count(t.tokens)}  {ever}")] if older else []),
        (7, [soft(money(None if t.cost is None else t.dollars_per_h) + "/h")]),
        (8, _pace(t, ground)),
    ]
    news = _moment(t, now, short) if ago or mode == "replay" else _freshness(t, now, short)
    room = cells - width(news) - 4
    left = fill([piece for piece in pieces if piece[1]], room, "   " if cells >= 120 else "  ", "text" + ground)
    return spread([(" ", "text" + ground), *left], [(" ", "text" + ground), faint(news), (" ", "text" + ground)],
                  cells, "text" + ground)  # fmt: skip


def counters(counts: Mapping[Status, int], ground: str = " on bar") -> list[Span]:
    """`◆2 ✖1 ◐3`: how many stations are in which status, in the order given; nothing of none."""
    shown = [(f"{STATUS[status]}{number}", status.value + ground) for status, number in counts.items() if number]
    gap: Span = (" ", "text" + ground)
    return [span for piece in shown for span in (gap, piece)][1:]


def _sum(cost: float | None, certainty: Certainty, part_priced: bool) -> str:
    """Dollars with the mark of their certainty."""
    return (AT_LEAST if part_priced else MARKS[certainty] if cost is not None else "") + money(cost)


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
    moment = clock(now, t.zone)
    return moment if short else f"as of {moment}"


def _freshness(t: Totals, now: float, short: bool) -> str:
    """How old the newest event is; seconds are not counted while events flow."""
    if not t.newest:
        return "no events"
    if now - t.newest < LIVE_S:
        return "live" if short else "events live"
    return age(t.newest, now) if short else f"events {age(t.newest, now)} ago"


def rule(cells: int) -> Line:
    return ((RULE * cells, "line"),)


def trouble_line(text: str, cells: int, ago: str = "") -> Line:
    """Lost connection and the like, with the cure; where it would be cut, paths lose their beginnings first.

    `ago` as in `figures`, which says it too: it is left out here where the trouble needs the room.
    """
    told = clean(text, 400)
    old = f"as of {ago} · " if ago else ""
    told = old + told if width(old + told) <= cells - 4 else told
    if width(told) > cells - 4:
        told = re.sub(_PATH, r"…/\1", told)
    return pad(
        [(" ✖ ", "bold failed on fault"), (cut(told, max(0, cells - 4)), "text on fault")],
        cells,
        "text on fault",
    )


def frozen_line(cells: int, cure: str) -> Line:
    """All stations of ours rest by the operator's hand, and the key that has them go on."""
    left: list[Span] = [
        (" ║ ", "bold waiting on alarm"),
        ("the floor is frozen: all stations of ours rest as they are", "bold text on alarm"),
    ]
    return spread(left, [(f"{cure} ", "bold text on alarm")] if cure else [], cells, "text on alarm")


def stopped_line(count: int, cells: int, cure: str) -> Line:
    """So many stations ran when the machine stopped, and the key that brings them back."""
    left: list[Span] = [(" ! ", "bold waiting"), (machine_stopped(count), "waiting")]
    return spread(left, [(f"{cure} ", "bold text")] if cure else [], cells, "text")


def slow_part(progress: Progress, now: float, labels: Mapping[str, str] = NO_LABELS) -> str:
    """`api-x × web-y 40s`: what of long work takes long, and for how long; `labels` are those of branches."""
    names = (short(labels.get(name) or clean(name, 60) or "the base", PART_CELLS) for name in progress.part)
    return f"{VERSUS.join(names)} {age(progress.since, now)}"


def progress_line(progress: Progress, cells: int, cancel: str, ago: str = "", now: float = 0.0) -> Line:
    """Long work with its counts, what of it takes long, and the key that ends it; `ago` as in `figures`."""
    what = f" {clean(progress.what, 60)} " if progress.what else " working "
    old: list[Span] = [(f" as of {ago}", "bold accent"), (" ·", "faint")] if ago else []
    unit = clean(progress.unit, 20)
    if progress.total > 0:
        full, rest = bar(progress.done / progress.total, 20)
        counts = f" {count(progress.done)} of {count(progress.total)} {unit}"
        if unit == PERCENT:
            counts = f" {progress.done} %"
    else:
        full, rest = "", ""
        counts = f" {count(progress.done)} {unit}" if progress.done else ""
    part = f"  {slow_part(progress, now)}" if progress.since else ""
    if part and line_width(old) + width(what + full + rest + counts + part + cancel) > cells - 2:
        full = rest = ""
    left = [*old, (what, "soft"), (full, "waiting"), (rest, "faint"), (counts, "text"), (part, "waiting")]
    return spread(left, [(f"{cancel} ", "faint")] if cancel else [], cells, "text")
