"""The words and figures of a pane, the same wherever a pane is drawn."""

from __future__ import annotations

from sessions.floor.state import Status
from sessions.views.floor.panes import Pane
from sessions.views.status import LIVE
from widgets.draw.cells import Line, Span, cut, end, spread, width
from widgets.draw.glyphs import AHEAD, AT_LEAST, AWAY, BEHIND, CLASH, DIRTY, TOOL, WORD
from widgets.draw.numbers import MARKS, age, count, money

LOUD = (Status.NEEDS_ME, Status.FAILED)
ELSEWHERE = "elsewhere"
LEAST_DIRECTORY = 8
"""Cells from which on the end of a directory's name says something."""
SHORT_REASON = 12
"""A machine's name for why a station waits is shown in place of `waits` up to this width."""


def shown_name(pane: Pane) -> str:
    """Its name, with a sign where it works in another repository."""
    return f"{AWAY} {pane.name}" if pane.elsewhere else pane.name


def state_style(pane: Pane) -> str:
    """The colour of what it does."""
    return pane.status.value if pane.station else "faint"


def status_word(pane: Pane) -> str:
    """The status in a word or two, a guess with a question mark."""
    if not pane.station:
        return "merged" if pane.merged else "no station"
    word = WORD[pane.status]
    if pane.status is Status.WAITING and 0 < width(pane.reason) <= SHORT_REASON:
        word = pane.reason
    return word + "?" * pane.guess


def status_age(pane: Pane, now: float) -> str:
    """For what works, how long ago it was heard; for all else, since when it is so."""
    return age(pane.aged_from, now)


def divergence(pane: Pane) -> str:
    """`↑7 ↓2 ±3`: commits ahead of and behind the base, files not committed; `?` for what was not counted."""
    figures = ((AHEAD, pane.ahead), (BEHIND, pane.behind), (DIRTY, pane.dirty))
    return " ".join(sign + (count(number) if number > 0 else "?") for sign, number in figures if number)


def clash_text(pane: Pane, cells: int) -> str:
    """`⚔3 tests-11`: with how many branches its own collides, and the worst of them; nothing when with none."""
    if not pane.clashes:
        return ""
    number = CLASH + count(pane.clashes)
    room = cells - width(number) - 1
    return f"{number} {cut(pane.clash_with, room)}" if room >= 6 else number


def tokens_text(pane: Pane) -> str:
    """All its tokens, with the mark of their certainty."""
    return MARKS[pane.certainty] + count(pane.tokens.total)


def cost_text(pane: Pane) -> str:
    """Its dollars; at least so many when some calls have no price, estimated when its tokens are."""
    if pane.cost is None or not pane.calls:
        return money(pane.cost if pane.calls else 0.0)
    return (AT_LEAST if pane.part_priced else MARKS[pane.certainty]) + money(pane.cost)


def place_text(pane: Pane, cells: int) -> str:
    """The directory in so many cells, after `elsewhere` where it is outside of the repository."""
    if not pane.elsewhere:
        return directory_text(pane, cells)
    if width(ELSEWHERE) > cells:
        return ""
    return f"{ELSEWHERE} {directory_text(pane, cells - width(ELSEWHERE) - 1)}".rstrip()


def directory_text(pane: Pane, cells: int) -> str:
    """The directory in so many cells: all of it, or its end; nothing only where that says nothing."""
    if width(pane.directory) <= cells:
        return pane.directory
    last = "…/" + pane.directory.rsplit("/", 1)[-1]
    return last if width(last) <= cells else end(last, cells) if cells >= LEAST_DIRECTORY else ""


def doing(pane: Pane, cells: int, now: float) -> list[Span]:
    """What it does or did last, in at most `cells` cells: the running tool with its age, else its last activity."""
    if pane.tools and pane.status in (*LIVE, Status.STALE):
        tool = pane.tools[-1]
        more = f" +{len(pane.tools) - 1}" if len(pane.tools) > 1 else ""
        tail = f"{more} {age(tool.since, now)}"
        text = f"{TOOL} {tool.name} {tool.detail}".rstrip()
        return [(cut(text, max(0, cells - width(tail))), "soft"), (cut(tail, cells), "faint")]
    if pane.status in LOUD:
        return [(cut(pane.reason or pane.activity, cells), pane.status.value)]
    return [(cut(pane.activity, cells), "soft" if pane.status in LIVE else "faint")]


def doing_line(pane: Pane, cells: int, now: float) -> Line:
    """The same over a whole line, the tool's age at its end."""
    spans = doing(pane, cells, now)
    return spread(spans[:-1], spans[-1:], cells, "text") if len(spans) > 1 else tuple(spans)
