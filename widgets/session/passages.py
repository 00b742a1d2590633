"""How one entry of a conversation looks, as lines: pure, and independent of where the entry was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from sessions.floor.zone import Zone
from widgets.draw.cells import Line, Span, cut, fit, spread, width
from widgets.draw.glyphs import BAR, DOT
from widgets.draw.glyphs import TOOL as TOOL_GLYPH
from widgets.draw.numbers import clock
from widgets.draw.wrap import wrap
from widgets.session.prose import prose

PROMPT, TEXT, THINKING, TOOL, RESULT, ERROR, NOTE = (
    "prompt",
    "text",
    "thinking",
    "tool",
    "result",
    "error",
    "note",
)
SHOWN_FOLDED = 30
"""Lines of a long text that are shown before it is opened."""
TOOL_WIDTH = 10
_ASKING = ("AskUserQuestion", "ExitPlanMode")
"""Tools of Claude Code by which it asks a person."""
_SIGNED = {"+": "added", "-": "removed"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FOUND = "reverse accent"
_STYLES = {PROMPT: "bold", TEXT: "text", THINKING: "italic soft", RESULT: "soft", ERROR: "failed", NOTE: "soft"}
_MARKS: dict[str, Span] = {
    PROMPT: (BAR, "accent"),
    THINKING: (DOT, "faint"),
    ERROR: ("✖", "failed"),
    NOTE: (DOT, "soft"),
}


class Entry(Protocol):
    """One thing said or done; see `sessions.observe.conversation.entries`. Its text is clean."""

    @property
    def kind(self) -> str: ...
    @property
    def time(self) -> float: ...
    @property
    def title(self) -> str: ...
    @property
    def lines(self) -> Sequence[str]: ...
    @property
    def failed(self) -> bool: ...
    @property
    def call(self) -> str: ...
    @property
    def tool(self) -> str: ...
    @property
    def added(self) -> int: ...
    @property
    def removed(self) -> int: ...


UTC = Zone()


class Column:
    """Where entries are drawn: a column `cells` wide, with the operator's clock at its left when there is room.

    `place` is the directory whose paths are shown without it.
    """

    def __init__(self, cells: int, zone: Zone = UTC, place: str = "") -> None:
        self.cells = cells
        self.zone = zone
        within = place.rstrip("/")
        self._place = re.compile(rf"(?<![\w./-]){re.escape(within)}/(?!\.\./)(?=\S)") if within else None
        self.gutter = 10 if cells >= 60 else 1
        self.text = max(8, cells - self.gutter - 2)

    def clock(self, time: float) -> Span:
        shown = " " + clock(time, self.zone) if time and self.gutter > 1 else ""
        return shown.ljust(self.gutter), "faint"

    def within(self, text: str) -> str:
        """The text with the paths in the column's place relative to it."""
        return self._place.sub("", text) if self._place else text

    @property
    def margin(self) -> Span:
        return " " * self.gutter, "text"


def date(time: float, zone: Zone) -> str:
    """`Fri 21 Nov 2025` on the operator's clock; empty when the time is not known."""
    day = zone.local(time) if time else None
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}" if day else ""


def is_result_of(entry: Entry | None, tool: Entry) -> bool:
    """Whether `entry` is what the tool's use came back with; it is then shown as a part of it."""
    return entry is not None and bool(tool.call) and entry.call == tool.call and entry.kind in (RESULT, ERROR)


def passage(entry: Entry, before: Entry | None, after: Entry | None, opened: bool, column: Column) -> list[Line]:
    """The lines of `entry` between its neighbours; none when it is shown as a part of the one before.

    Where another day begins, its date stands above.
    """
    if before is not None and before.kind == TOOL and is_result_of(entry, before):
        return []
    if entry.kind == TOOL:
        lines = _tool(entry, after if is_result_of(after, entry) else None, opened, column)
    else:
        lines = _said(entry, opened, column)
    if before is not None and entry.kind in (PROMPT, TEXT):
        lines.insert(0, ())
    day = date(entry.time, column.zone)
    if before is not None and day and date(before.time, column.zone) not in ("", day):
        lines = [(), (column.margin, ("  ", "text"), (day, "faint")), *lines]
    return lines


def asks(entry: Entry, after: Entry | None) -> bool:
    """Whether the entry is a question or a plan to which nobody has answered yet."""
    return entry.kind == TOOL and entry.tool in _ASKING and not is_result_of(after, entry)


def folds(entry: Entry, after: Entry | None) -> bool:
    """Whether opening the entry shows more of it."""
    if entry.kind == TOOL:
        return bool(entry.lines) or is_result_of(after, entry)
    return len(entry.lines) > (SHOWN_FOLDED if entry.kind in (PROMPT, TEXT) else 1)


def _said(entry: Entry, opened: bool, column: Column) -> list[Line]:
    content = list(entry.lines) or [entry.title]
    hidden = 0
    if not opened:
        if entry.kind in (PROMPT, TEXT):
            hidden = max(0, len(content) - SHOWN_FOLDED)
            content = content[: len(content) - hidden]
        else:
            content = [cut((entry.title or content[0]) + " …" * (len(content) > 1), column.text)]
    style = _STYLES.get(entry.kind, "text")
    mark, mark_style = _MARKS.get(entry.kind, (" ", "text"))
    lines: list[Line] = []
    if entry.kind == TEXT:
        parts = list(prose(content, column.text, style)) or [((content[0], style),)]
    else:
        parts = [((part, style),) for text in content for part in wrap(text, column.text)]
    for part in parts:
        first = not lines
        shown = mark if first or entry.kind == PROMPT else " "
        left = column.clock(entry.time) if first else column.margin
        lines.append((left, (shown + " ", mark_style), *part))
    if hidden:
        lines.append((column.margin, ("  ", "text"), (f"… {hidden:,} more line{'s' * (hidden != 1)}", "soft")))
    return lines


def _tool(entry: Entry, result: Entry | None, opened: bool, column: Column) -> list[Line]:
    failed = entry.failed or (result is not None and result.failed)
    mark = "✖" if failed else "▾" if opened else TOOL_GLYPH
    name = fit(entry.tool or "tool", min(24, max(TOOL_WIDTH, width(entry.tool))))
    head = (
        column.clock(entry.time),
        (mark + " ", "failed" if failed else "soft"),
        (name + " ", "bold soft"),
        (column.within(entry.title), "soft"),
    )
    lines = [spread(head, _outcome(entry, result, failed, column), column.cells, "text")]
    if opened:
        shown = result.lines if result is not None else ()
        edits = bool(entry.added or entry.removed)
        lines += [
            _inside(part, column, _SIGNED.get(text[:1], "soft") if edits else "soft")
            for text in entry.lines
            for part in wrap(column.within(text), column.text - 2)
        ]
        if entry.lines and shown:
            lines.append(_inside("", column, "soft"))
        style = "failed" if failed else "soft"
        lines += [_inside(part, column, style) for text in shown for part in wrap(text, column.text - 2)]
    return lines


def _outcome(entry: Entry, result: Entry | None, failed: bool, column: Column) -> Line:
    """What an edit changed, or what came back, for the right end of a tool's line."""
    if failed:
        return (("  " + cut((result.title if result is not None else "") or "failed", column.text // 3), "failed"),)
    if entry.added or entry.removed:
        counts = ((entry.added, "+", "added"), (entry.removed, "−", "removed"))
        return tuple((f"  {sign}{number:,}", style) for number, sign, style in counts if number)
    if result is None:
        return ()
    count = len(result.lines)
    return (("  " + (f"{count:,} line{'s' if count > 1 else ''}" if count else "done"), "faint"),)


def _inside(text: str, column: Column, style: str) -> Line:
    return (column.margin, ("│ ", "line"), (text, style))


def marked(line: Line, pattern: str) -> Line:
    """The line with each place where `pattern` stands, in any case, in the style of what was found."""
    pattern = pattern.lower()
    pieces: list[tuple[str, str]] = []
    for text, style in line:
        low = text.lower()
        at = low.find(pattern) if pattern and len(low) == len(text) else -1
        begin = 0
        while at >= 0:
            pieces += [(text[begin:at], style), (text[at : at + len(pattern)], FOUND)]
            begin = at + len(pattern)
            at = low.find(pattern, begin)
        pieces.append((text[begin:], style))
    return tuple(piece for piece in pieces if piece[0])
