"""What the station screen says of a station that this factory runs: life, boundary, budget, family. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor.ours.budget import given, used
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.floor.state import FloorState, name_of
from sessions.text import clean
from sessions.views.floor.panes import Pane
from sessions.views.ours import Ours, mend_of
from widgets.draw.cells import Line, Span, cut, fit, pad, width
from widgets.draw.glyphs import OUTSIDE
from widgets.draw.numbers import age, count, money, percent
from widgets.draw.spark import bar
from widgets.draw.wrap import wrap
from widgets.floor.pane_text import LIFE, NEARLY

_LABEL = 11
_ROOM = 3 + _LABEL + 1
_ROWS = 3
"""Rows at most that a text takes."""
_NAMED = 4
"""Children that are named."""
_UNIT = {"tokens": "tokens", "turns": "turns"}
_FAILED = (Life.HELD, Life.LOST)
_FROZEN = "the floor is frozen"


def ours_lines(state: FloorState, pane: Pane, now: float, cells: int) -> list[Line]:
    """All of it, in rows with labels; nothing of a station that is only observed."""
    ours, known = pane.ours, state.owned.get(pane.station)
    if ours is None or known is None:
        return []
    loud = ours.life in _FAILED
    frozen = ours.frozen and not ours.reason.startswith(_FROZEN)
    life = LIFE.get(ours.life, "runs") + f"  {_FROZEN}" * frozen
    rows = _text("life", life + (f": {ours.reason}" if ours.reason else ""), cells, "failed" if loud else "text")
    rows += _task(ours, known, cells)
    if ours.questions:
        asks = f"{ours.questions} question" + "s" * (ours.questions != 1)
        rows.append(_row("asks", [(asks, "needs_me"), ("  Q shows it", "faint")], cells))
    if ours.violations:
        rows += _text("outside", f"{OUTSIDE}{ours.violations}, the last: {ours.violated}", cells, "bold failed")
        rows += _text("", mend_of(ours.violated, "S widens its scope"), cells, "soft")
    rows += _boundary(ours, known, cells)
    rows += _budget(state, pane.station, known, now, cells)
    rows += _place(known, cells)
    rows += _family(state, ours, pane.station, known, cells)
    if known.kept:
        rows += _text("kept", "  ".join(clean(ref, 120) for ref in known.kept[-_NAMED:]), cells, "soft")
    return rows


def _task(ours: Ours, known: Owned, cells: int) -> list[Line]:
    """What it has in hand of the queue, or that it takes from that."""
    if not ours.task:
        return _text("task", "takes tasks from the queue whenever it is free", cells, "soft") if known.takes else []
    rows = _text("task", f"{ours.task} {ours.task_title}", cells)
    return rows + _text("", ours.task_note, cells, "failed" if ours.bounces else "waiting")


def _boundary(ours: Ours, known: Owned, cells: int) -> list[Line]:
    style = "bold failed" if ours.loose else "bold text" if ours.bound == "full" else "text"
    beside = width(f"{ours.bound}  {ours.held}") <= cells - _ROOM
    rows = [_row("boundary", [(ours.bound, style), (f"  {ours.held}" * beside, "soft")], cells)]
    rows += _text("", ours.held * (not beside), cells, "soft")
    rows += _text("", ours.why, cells, "failed" if ours.loose else "soft")
    rows += _text(
        "", "another boundary from its next start: the kernel holds the old one" * ours.next_start, cells, "soft"
    )
    rows += _text("writes", " ".join(known.scope.write) + "  (no other may)" * known.scope.exclusive, cells)
    for text in known.held.unheld if known.held is not None else ():
        rows += _text("", text, cells, "soft")
    if known.scope.read != ("**",):
        rows += _text("reads", " ".join(known.scope.read), cells)
    if known.scope.tools:
        rows += _text("tools", " ".join(known.scope.tools), cells)
    return [*rows, *_text("network", ours.network, cells)]


def _place(known: Owned, cells: int) -> list[Line]:
    """What its place has not, and what went wrong in it."""
    lacks = "without " + ", ".join(known.lacks) if known.lacks else ""
    rows = _text("place", clean(lacks, 1_000), cells, "soft")
    return rows + _text("set up", known.trouble, cells, "failed")


def _budget(state: FloorState, station: str, known: Owned, now: float, cells: int) -> list[Line]:
    """A gauge for each measure that has a bound."""
    own, away = used(state, station, now), given(state, station, now)
    rows: list[Line] = []
    for what in known.budget.__struct_fields__:
        most, spent = getattr(known.budget, what), getattr(own, what)
        if not most:
            continue
        gave = getattr(away, what)
        share = min(9.99, spent / (most - gave)) if most > gave else 1.0
        full, rest = bar(share, 10)
        style = "bold text" if share >= NEARLY else "text"
        figures = f" {percent(share)}  {_amount(what, spent)} of {_amount(what, most - gave)}"
        figures += f" {_UNIT[what]}" if what in _UNIT else ""
        figures += f", {_amount(what, gave)} given away" if gave else ""
        rows.append(_row("budget" * (not rows), [(full, style), (rest, "faint"), (figures, style)], cells))
    return rows or [_row("budget", [("no bound", "soft")], cells)]


def _amount(what: str, amount: float) -> str:
    match what:
        case "dollars":
            return money(amount)
        case "seconds":
            return age(1.0, amount + 1.0) or "0s"
    return count(amount)


def _family(state: FloorState, ours: Ours, station: str, known: Owned, cells: int) -> list[Line]:
    rows: list[Line] = []
    if ours.parent_name:
        gone = f"  which is {ours.orphaned}: nobody waits for it" * bool(ours.orphaned)
        rows.append(_row("works for", [(ours.parent_name, "text"), (gone, "bold failed")], cells))
        rows += _text("not told", ours.untold, cells)
    children = [child.id for child in state.stations.values() if child.parent == station]
    for at, child in enumerate(children[:_NAMED]):
        own = state.owned.get(child)
        word = LIFE.get(own.life, "runs") if own is not None else ""
        more = f"  and {ours.children - _NAMED} more" if at == _NAMED - 1 and ours.children > _NAMED else ""
        part = _given_to(own, known) if own is not None else ""
        spans: list[Span] = [(clean(name_of(state, child), 60), "text"), (f"  {word}{part}{more}", "soft")]
        rows.append(_row("children" * (not at), spans, cells))
    waiting = [(child, result) for child, result in known.results.items() if not result.delivered]
    for at, (child, result) in enumerate(waiting[:_NAMED]):
        told = f"{clean(name_of(state, child), 40)}: {clean(result.text, 160) or 'ended'}"
        rows += _text("came back" * (not at), told, cells, "text" if result.ok else "failed")
    return rows


def _given_to(child: Owned, parent: Owned) -> str:
    """What of the parent's budget a child that lives has: all of its own, in the measures in which that is bounded."""
    if not child.lives:
        return ""
    budget = parent.budget
    bounded = [what for what in budget.__struct_fields__ if getattr(budget, what) and getattr(child.budget, what)]
    parts = [f"{_amount(what, getattr(child.budget, what))} {_UNIT.get(what, '')}".rstrip() for what in bounded]
    return f", with {', '.join(parts)} of its budget" if parts else ""


def _text(label: str, text: str, cells: int, style: str = "text") -> list[Line]:
    """A text in at most `_ROWS` rows; none of an empty one."""
    room = max(8, cells - _ROOM)
    rows = wrap(clean(text, 2_000), room) if text else []
    if len(rows) > _ROWS:
        rows[_ROWS - 1 :] = [cut(" ".join(rows[_ROWS - 1 :]), room)]
    return [_row(label * (not at), [(row, style)], cells) for at, row in enumerate(rows)]


def _row(label: str, value: Sequence[Span], cells: int) -> Line:
    room = max(0, cells - _ROOM)
    shown = [value[0] if width(value[0][0]) <= room else (cut(value[0][0], room), value[0][1]), *value[1:]]
    return pad([("   " + fit(label, _LABEL), "faint"), *pad(shown, room, "text")], cells, "text")
