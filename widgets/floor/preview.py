"""A few lines about the pane under the cursor: why it is as it is, and its last words in full."""

from __future__ import annotations

from sessions.floor.ours.owned import Owned, Question
from sessions.floor.state import Status
from sessions.views.floor.panes import Pane
from sessions.views.ours import mend_of
from sessions.views.status import LIVE
from widgets.draw.cells import Line, Span, cut, pad, spread, width
from widgets.draw.glyphs import BRANCH, DOT, RULE, STATUS, TOOL
from widgets.draw.numbers import age, ago, percent
from widgets.draw.wrap import wrap
from widgets.floor.pane_text import LOUD, divergence, shown_name, state_style, status_word, works_for
from widgets.parts.lined import Lined

LARGE, SMALL = 6, 3
"""Its lines on screens of at least `ROOMY` lines, and on lower ones."""
ROOMY = 40
LOWEST = 20
"""On a screen of fewer lines there is none."""


class Preview(Lined):
    """Stands between the wall and the footer."""

    DEFAULT_CSS = "Preview { height: 0; }"

    def fit(self, height: int, wanted: bool) -> int:
        """Take as many lines as suit a screen of `height` lines; returns how many."""
        lines = 0 if not wanted or height < LOWEST else LARGE if height >= ROOMY else SMALL
        if self.styles.height is None or self.styles.height.value != lines:
            self.styles.height = lines
        return lines


Asked = tuple[Question, Owned]
"""What it asks, and of whom it is known what that touches."""


def preview_lines(pane: Pane | None, cells: int, rows: int, now: float, asked: Asked | None = None) -> list[Line]:
    """`rows` lines of `cells` cells: who and why under a thin line, then what was said or asked, in full as far as
    there is room, and where it works."""
    if rows <= 0:
        return []
    if pane is None:
        return [((RULE * cells, "line"),), *[()] * (rows - 1)]
    said = [pad([("   ", "text"), *line], cells, "text") for line in _words(pane, cells - 6, rows - 1, now, asked)]
    return [_head(pane, cells, now), *said, *[()] * (rows - 1 - len(said))]


def shows_whole(asked: Asked, cells: int, rows: int) -> bool:
    """Whether all of what is asked stands in `rows` lines of `cells` cells."""
    from widgets.question.lines import fits

    return fits(*asked, cells - 6, rows - 1 - (rows - 1 > 2))


def _head(pane: Pane, cells: int, now: float) -> Line:
    """`── ◆ proxy-07  needs me for 2m · permission prompt · heard 2s ago, by claude:4d5611e5 ─────`"""
    glyph = STATUS[pane.status] if pane.station else BRANCH
    since = age(pane.since, now)
    seen = ago(pane.seen, now)
    by = " by " * bool(pane.source) + pane.source
    facts = [f"{status_word(pane)} for {since}" if since and pane.station else status_word(pane)]
    if pane.station and pane.status not in LOUD:
        facts.append(pane.reason)
    facts.append(f"heard {seen}{by}" if seen and pane.station else "")
    left: list[Span] = [
        (RULE * 2 + " ", "line"),
        (glyph + " ", state_style(pane)),
        (cut(shown_name(pane), cells // 3), "bold text"),
        ("  " + cut(f" {DOT} ".join(filter(None, facts)), max(0, cells * 2 // 3 - 12)) + " ", "soft"),
    ]
    rest = max(0, cells - sum(width(text) for text, _ in left))
    return pad([*left, (RULE * rest, "line")], cells, "line")


def _words(pane: Pane, cells: int, rows: int, now: float, asked: Asked | None) -> list[Line]:
    """What it says, in at most `rows` lines; the last one is where it works, where there is room for that, too."""
    if rows <= 0:
        return []
    own = [_bounds(pane, cells)] if pane.ours is not None else []
    lines = _asking(pane, asked, cells, rows - (rows > 2)) if asked is not None else []
    lines = lines or _saying(pane, cells, rows - (rows > 2) - len(own) * (rows > 3), now)
    return [*lines, *own, _place(pane, cells)][:rows]


def _asking(pane: Pane, asked: Asked, cells: int, rows: int) -> list[Line]:
    """What it asks, as much as there is room for: whoever answers here has seen it."""
    question, known = asked
    from widgets.question.lines import preview_rows  # few floors have a question when they are first drawn

    more = pane.ours.questions - 1 if pane.ours is not None else 0
    return preview_rows(question, known, more, cells, rows)


def _bounds(pane: Pane, cells: int) -> Line:
    """Its boundary, its budget and its family in a line."""
    ours = pane.ours
    assert ours is not None
    mend = mend_of(ours.violated, "S widens it")
    task = f"{ours.task} “{cut(ours.task_title, 50)}”" + f", {ours.task_note}" * bool(ours.task_note)
    parts = (
        task * bool(ours.task),
        f"{ours.violations} outside its scope, the last: {ours.violated}, {mend}" * bool(ours.violations),
        ": ".join(filter(None, (ours.bound, ours.why * ours.loose, ours.held or ours.why * (not ours.loose))))
        + ", another boundary from its next start" * ours.next_start,
        f"network {ours.network}",
        f"{percent(ours.share)} of its {ours.share_of}" if ours.share_of else "no budget",
        works_for(ours),
        f"{ours.parent_name} was not told what it came to" * bool(ours.untold),
        f"{ours.children} work for it" * bool(ours.children),
        f"{ours.results} came back and it was not told" * bool(ours.results),
        f"{ours.kept} kept" * bool(ours.kept),
    )
    style = "failed" if ours.violations or ours.loose else "soft"
    first, *rest = [part for part in parts if part]
    return pad([(first, style), *((f"  {DOT} {part}", "soft") for part in rest)], cells, "text")


def _saying(pane: Pane, cells: int, rows: int, now: float) -> list[Line]:
    style = pane.status.value if pane.station and pane.status in LOUD else "text"
    lines: list[Line] = []
    if pane.station and pane.status in LOUD and pane.reason:
        lines += _paragraph(pane.reason, style, cells, rows)
    if pane.station and pane.status in (*LIVE, Status.STALE):
        for tool in reversed(pane.tools[-2:]):
            text = f"{TOOL} {tool.name} {tool.detail}".rstrip()
            tail = [("  " + age(tool.since, now), "faint")]
            lines.append(spread([(text, "text")], tail, cells, "text"))
    if pane.activity and pane.activity != pane.reason and len(lines) < rows:
        lines += _paragraph(pane.activity, "soft", cells, rows - len(lines))
    return lines[:rows]


def _paragraph(text: str, style: str, cells: int, rows: int) -> list[Line]:
    lines = wrap(text, cells)
    if len(lines) > rows:
        lines = [*lines[: rows - 1], cut(" ".join(lines[rows - 1 :]), cells)]
    return [((line, style),) for line in lines]


def _place(pane: Pane, cells: int) -> Line:
    """Directory, branch and how far it is, model and title of the conversation."""
    branch, model = f"{pane.branch} {divergence(pane)}".strip(), f"by {pane.model}" * bool(pane.model)
    parts = (pane.directory, branch, model, pane.title)
    return ((cut(f"  {DOT} ".join(filter(None, parts)), cells), "faint"),)
