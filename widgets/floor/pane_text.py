"""The words and figures of a pane, the same wherever a pane is drawn."""

from __future__ import annotations

from sessions.floor.ours.lives import Life
from sessions.floor.state import Status
from sessions.views.floor.panes import Pane
from sessions.views.ours import Ours
from sessions.views.status import LIVE
from widgets.draw.cells import Line, Span, cut, end, fill, spread, width
from widgets.draw.glyphs import (
    AHEAD,
    AT_LEAST,
    AWAY,
    BEHIND,
    CLASH,
    DIRTY,
    FAMILY,
    ORPHAN,
    OUTSIDE,
    TOOL,
    TWIG,
    UNPRICED,
    WORD,
)
from widgets.draw.numbers import MARKS, age, count, money, percent
from widgets.draw.spark import bar

LIFE = {
    Life.WAITING: "to start",
    Life.PAUSED: "paused",
    Life.HELD: "held back",
    Life.STOPPED: "stopped",
    Life.KILLED: "killed",
    Life.LOST: "lost",
    Life.REMOVED: "removed",
}
"""Lives that say more than the status does."""
DEEPEST = 6
"""Steps by which a name is indented at most."""
LOUD = (Status.NEEDS_ME, Status.FAILED)
ELSEWHERE = "elsewhere"
ROOMY = 26
"""Cells from which on badges say what they are about."""
NEARLY = 0.8
"""From this part on a budget's gauge is bold."""
LEAST_OUTSIDE = 14
"""Cells from which on the end of a path says where a station left its scope."""
LEAST_ORPHAN = 16
"""Cells from which on it is said what became of whom an orphan works for."""
LEAST_DIRECTORY = 8
"""Cells from which on the end of a directory's name says something."""
SHORT_REASON = 12
"""A machine's name for why a station waits is shown in place of `waits` up to this width."""


def shown_name(pane: Pane) -> str:
    """Its name, with a sign where it works in another repository."""
    return f"{AWAY} {pane.name}" if pane.elsewhere else pane.name


def indented_name(pane: Pane) -> str:
    """The same below whom it works for in a tree."""
    return "  " * min(pane.depth - 1, DEEPEST) + f"{TWIG} {shown_name(pane)}" if pane.depth else shown_name(pane)


def state_style(pane: Pane) -> str:
    """The colour of what it does."""
    return pane.status.value if pane.station else "faint"


def status_word(pane: Pane) -> str:
    """The status in a word or two, a guess with a question mark; of a rest, what somebody must act on comes first."""
    if not pane.station:
        return "merged" if pane.merged else "no station"
    rests = pane.ours is not None and pane.ours.life is Life.PAUSED
    if pane.ours is not None and (word := LIFE.get(pane.ours.life, "")) and not (rests and pane.status in LOUD):
        return word
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
    """All its tokens, with the mark of their certainty; `—` where nobody tells them."""
    if pane.cost is None and not pane.calls:
        return UNPRICED
    return MARKS[pane.certainty] + count(pane.tokens.total)


def cost_text(pane: Pane) -> str:
    """Its dollars; at least so many when some calls have no price, estimated when its tokens are."""
    if pane.cost is None or not pane.calls:
        return money(pane.cost)
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


def badges(pane: Pane, cells: int) -> list[Span]:
    """What is to be known of one of ours at a glance, as much as fits: violations, boundary, budget, family."""
    ours = pane.ours
    if ours is None:
        return []
    outside = f"{OUTSIDE}{ours.violations} outside" if cells >= ROOMY else f"{OUTSIDE.strip()}{ours.violations}"
    pieces: list[tuple[int, list[Span]]] = [
        (0, [(outside, "bold failed")] if ours.violations else []),
        (1, [(ours.bound, "bold failed" if ours.loose else "text" if ours.bound == "full" else "soft")]),
        (2, _budget(ours)),
        (3, [(f"{FAMILY}{ours.children}", "bold text" if pane.within else "soft")] if ours.children else []),
        (0, orphan_spans(ours, cells)),
        (4, [(f"{ours.results} came back", "soft")] if ours.results else []),
        (4, [("not told", "soft")] if ours.untold and not ours.orphaned else []),
    ]
    shown = [piece for piece in pieces if piece[1]]
    return fill(shown, cells, "  ", "text")


def orphan_spans(ours: Ours, cells: int) -> list[Span]:
    """`⊣ boss killed`: whom it works for is there no more."""
    if not ours.orphaned:
        return []
    if cells < LEAST_ORPHAN:
        return [(ORPHAN, "bold failed")]
    whose = f" {cut(ours.parent_name, max(6, cells // 3))}" if cells >= ROOMY else ""
    return [(f"{ORPHAN}{whose} {ours.orphaned}", "bold failed")]


def works_for(ours: Ours) -> str:
    """Whom it works for, in words, and what became of that."""
    if not ours.parent:
        return ""
    return f"works for {ours.parent_name}" + f", which is {ours.orphaned}: nobody waits for it" * bool(ours.orphaned)


def alarms(pane: Pane) -> list[Span]:
    """Of that, what must be seen in the narrowest line, too."""
    ours = pane.ours
    if ours is None:
        return []
    spans: list[Span] = [(f"{OUTSIDE.strip()}{ours.violations}", "bold failed")] if ours.violations else []
    spans += [(" " * bool(spans) + ours.bound, "bold failed")] if ours.loose else []
    spans += [(" " * bool(spans) + percent(ours.share), "bold text")] if ours.share >= NEARLY else []
    spans += [(" " * bool(spans) + f"{FAMILY}{pane.within}", "bold text")] if pane.within else []
    spans += [(" " * bool(spans) + ORPHAN, "bold failed")] if ours.orphaned else []
    return spans


def _budget(ours: Ours) -> list[Span]:
    """How much of its budget is used, as a gauge of three cells and a share."""
    if not ours.share_of:
        return []
    full, rest = bar(ours.share, 3)
    style = "bold text" if ours.share >= NEARLY else "soft"
    return [(full, style), (rest, "faint"), (" " + percent(ours.share), style)]


def _outside(pane: Pane, cells: int) -> str:
    """Where it last left its scope; "" where there is no room for what says anything."""
    if pane.ours is None or not pane.ours.violations or cells < LEAST_OUTSIDE:
        return ""
    act, _, path = pane.ours.violated.partition(" ")
    return OUTSIDE + end(path or act, cells - width(OUTSIDE))


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
    """The same over a whole line, the tool's age at its end; or, of one that left its scope, where it last did."""
    outside = "" if pane.status in LOUD else _outside(pane, cells // 2)
    if outside and pane.ours is not None and pane.ours.violated in pane.activity:  # which says the same
        return ((_outside(pane, cells), "failed"),)
    if outside:
        spans = doing(pane, cells - width(outside) - 1, now)
        return spread(spans, [(outside, "failed")], cells, "text")
    spans = doing(pane, cells, now)
    return spread(spans[:-1], spans[-1:], cells, "text") if len(spans) > 1 else tuple(spans)
