"""The last lines of a terminal, or of a conversation, as many as there is room for. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor.ours.picture import Picture
from sessions.floor.zone import Zone
from widgets.draw.cells import Line
from widgets.session.passages import TOOL, Column, Entry, is_result_of, passage
from widgets.terminal.lines import picture_lines

INDENT = 3


def end_lines(picture: Picture | None, entries: Sequence[Entry], cells: int, rows: int, zone: Zone) -> Sequence[Line]:
    """At most `rows` lines; nothing where neither shows anything."""
    if rows <= 0:
        return ()
    if picture is not None:
        margin = (" " * INDENT, "text")
        lines = picture_lines(picture, max(8, cells - INDENT), len(picture.lines))
        while lines and not "".join(text for text, _ in lines[-1]).strip():
            lines.pop()
        return [(margin, *line) for line in lines[-rows:]]
    return _said(entries, cells, rows, zone)


def _said(entries: Sequence[Entry], cells: int, rows: int, zone: Zone) -> list[Line]:
    """Passages from the last one back; what failed, and the last tool, with the end of what they came back with."""
    column, found = Column(cells, zone), list[Line]()
    newest = next((at for at in range(len(entries) - 1, -1, -1) if entries[at].kind == TOOL), -1)
    for at in range(len(entries) - 1, -1, -1):
        if len(found) >= rows:
            break
        entry, before = entries[at], entries[at - 1] if at else None
        after = entries[at + 1] if at + 1 < len(entries) else None
        failed = entry.failed or (after is not None and after.failed and is_result_of(after, entry))
        found = [*passage(entry, before, after, failed or at == newest, column), *found]
    return found[-rows:]
