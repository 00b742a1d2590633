"""A row of the queue in one line: its sign and kind, its age, whom it is about, the cause, and what it is. Pure."""

from __future__ import annotations

from collections.abc import Callable

from sessions.floor.triage import wakes
from sessions.floor.triage.case import Act, Case, Cause, Kind, Settled
from sessions.text import clean
from sessions.views.triage.queue import Item
from widgets.draw.cells import Line, Span, cut, fit, pad, short
from widgets.draw.glyphs import CLASH, DOT, MARK, TOOL
from widgets.draw.numbers import age

Named = Callable[[str], str]
"""A station's name, by its id."""
SIGNS: dict[Kind, tuple[str, str]] = {
    Kind.PERMISSION: ("◆", "needs_me"),
    Kind.DISK: ("▲", "failed"),
    Kind.MEMORY: ("▲", "failed"),
    Kind.PROVIDER: ("◐", "waiting"),
    Kind.CRASH_LOOP: ("✖", "failed"),
    Kind.FAILED: ("✖", "failed"),
    Kind.SCOPE: ("✗", "failed"),
    Kind.BUDGET: ("$", "needs_me"),
    Kind.CHECK: ("✖", "needs_me"),
    Kind.REVIEW: ("◆", "accent"),
    Kind.STUCK: ("◌", "stale"),
    Kind.CONFLICT: (CLASH, "failed"),
    Kind.SIGNAL: ("◆", "needs_me"),
    Kind.RESULT: ("○", "idle"),
}
"""By kind the sign and its colour. The word beside it says the same."""
WORDS: dict[Kind, str] = {
    Kind.PERMISSION: "asks",
    Kind.CRASH_LOOP: "crashes",
    Kind.SCOPE: "scope",
    Kind.CHECK: "check",
}
"""Where the kind's own name is no word to read."""
_CAUSELESS = (Kind.PERMISSION, Kind.REVIEW, Kind.SIGNAL, Kind.RESULT)
"""Kinds that need no cause: somebody asks, or tells something."""
ROOMY = 90
"""Cells from which on the cause has a column; below, it stands before what the case is."""
DAY_S = 86_400
LEAST = 24
"""Cells that what it is has at least."""


def word(kind: Kind) -> str:
    """What a kind is called on the screen."""
    return WORDS.get(kind, kind.value.replace("_", " "))


def cause_word(case: Case) -> str:
    """Its cause; nothing where nobody asks for one, as of a question."""
    return "" if case.cause is Cause.UNKNOWN and case.kind in _CAUSELESS else case.cause.value


def who(name: str) -> str:
    """An operator, or a standing rule, in a word: `ann`, `rule:auth`."""
    return clean(name if name.startswith("rule:") else name.partition("@")[0], 40)


def item_line(item: Item, name: Named, now: float, cells: int, ground: str, marked: bool, refused: str = "") -> Line:
    """A row in exactly `cells` cells; `refused` is why the last key for it did nothing."""
    edge: Span = (MARK if marked else " ", "bold accent" + ground)
    if item.expected is not None:
        return _expected(item.expected, name, edge, cells, ground)
    case = item.cases[0]
    names, causes = _widths(cells)
    sign, style = SIGNS[case.kind]
    since = case.since if item.settled is None else item.settled.time
    if item.settled is not None:
        sign, style = ("✓", "idle") if item.settled.act is not None else ("○", "idle")
    weight = "text" if item.settled is None else "soft"
    spans: list[Span] = [
        edge,
        (sign + " ", f"bold {style}{ground}"),
        (fit(age(since, now), 5, right=True) + " ", "soft" + ground),
        (fit(word(case.kind), 8) + " ", f"{style if item.settled is None else 'soft'}{ground}"),
        (fit(_stations(item, name, names), names) + " ", f"bold {weight}{ground}"),
    ]
    if causes:
        spans.append((fit(cause_word(case), causes) + " ", "soft" + ground))
    elif item.settled is None and not (case.note or refused) and cause_word(case) not in ("", word(case.kind)):
        spans.append((f"{cause_word(case)} {DOT} ", "soft" + ground))
    return pad([*spans, *_what(item, now, ground, refused)], cells, "text" + ground)


def _widths(cells: int) -> tuple[int, int]:
    """Of the stations and of the cause."""
    if cells >= ROOMY:
        return min(30, max(20, cells // 5)), 12
    return max(8, min(18, cells - LEAST - 18)), 0


def _stations(item: Item, name: Named, cells: int) -> str:
    """Whom it is about; of a group the first, and how many more: it can be taken apart."""
    case, more = item.cases[0], len(item.cases) - 1
    first = clean(name(case.station), 80) if case.station else "the floor"
    if not more:
        return short(first, cells)
    return f"{TOOL} {short(first, max(4, cells - 4 - len(str(more))))} +{more}"


def _what(item: Item, now: float, ground: str, refused: str) -> list[Span]:
    """What it is: before that, why it is back, how it was settled, or which rule will do it."""
    case = item.cases[0]
    if (settled := item.settled) is not None:
        return [(_how(settled) + f" {DOT} ", "text" + ground), (clean(case.title, 400), "soft" + ground)]
    spans: list[Span] = []
    if refused:
        spans.append((f"not done: {clean(refused, 80)} {DOT} ", "bold failed" + ground))
    if case.note:
        spans.append((f"back: {clean(case.note, 60)} {DOT} ", "bold failed" + ground))
    if case.snoozed > now:
        spans.append((_until(case, now) + f" {DOT} ", "accent" + ground))
    if case.plan:
        spans.append((f"{planned(case, now)} {DOT} ", "accent" + ground))
    spans.append((clean(case.title, 400), "text" + ground))
    return spans


def planned(case: Case, now: float) -> str:
    """`retry in 40s by rate-limit`."""
    left = max(0, round(case.plan_at - now))
    span = f"{left}s" if left < 60 else f"{left // 60}m"
    return f"{case.plan_act.value} in {span} by {clean(case.plan, 40)}"


def _until(case: Case, now: float) -> str:
    left = max(0, round(case.snoozed - now))
    span = f"{left}s" if left < 60 else f"{left // 60}m" if left < 3_600 else f"{left // 3_600}h{left // 60 % 60:02d}"
    if not case.wakes:
        return f"back in {span}"
    return f"back when {clean(wakes.words(case.wakes), 60)}" + f", or in {span}" * (left < DAY_S)


def _how(settled: Settled) -> str:
    """`allowed by ann`, or that it was over by itself."""
    if settled.act is None:
        return f"over: {clean(settled.why, 80)}" if settled.why else "over by itself"
    by = clean(settled.rule, 40) and f"rule:{clean(settled.rule, 40)}"
    reason = f", “{clean(settled.why, 60)}”" if settled.why else ""
    return f"{DONE.get(settled.act, settled.act.value)} by {by or who(settled.who) or '?'}{reason}"


DONE: dict[Act, str] = {
    Act.ALLOW: "allowed",
    Act.ALWAYS: "allowed for good",
    Act.DENY: "denied",
    Act.ANSWER: "answered",
    Act.RETRY: "retried",
    Act.MORE: "given more",
    Act.FRESH: "begun afresh",
    Act.RESCOPE: "rescoped",
    Act.HAND_OVER: "handed over",
    Act.REQUEUE: "put back into the queue",
    Act.GIVE_UP: "given up",
    Act.KILL: "killed",
    Act.HOLD: "held",
    Act.SNOOZE: "snoozed",
    Act.EXPECTED: "expected",
    Act.SEEN: "seen",
}
"""What was done, before ` by `."""


def _expected(pair: tuple[str, Kind], name: Named, edge: Span, cells: int, ground: str) -> Line:
    station, kind = pair
    sign, _ = SIGNS[kind]
    return pad(
        [
            edge,
            (sign + " ", "idle" + ground),
            (fit("", 6), "soft" + ground),
            (fit(word(kind), 8) + " ", "soft" + ground),
            (cut(clean(name(station), 80), max(8, cells // 3)), "bold soft" + ground),
            ("  expected: cases of this kind are not shown for it", "faint" + ground),
        ],
        cells,
        "text" + ground,
    )


def settled_lines(settled: Settled, now: float, cells: int, undoable: bool = False) -> list[Line]:
    """How a case left the queue, above what is known of it."""
    sign, style = ("✓", "working") if settled.act is not None else ("○", "idle")
    return [
        pad(
            [
                (f" {sign} ", f"bold {style}"),
                (_how(settled), "bold text"),
                (f"  {age(settled.time, now)} ago", "soft"),
                ("  u undoes it" if undoable else "", "faint"),
            ],
            cells,
            "text",
        ),
        (),
    ]
