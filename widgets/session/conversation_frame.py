"""What stands around a conversation, as pure functions: its title line, and the thumb of its scroll bar."""

from __future__ import annotations

from sessions.floor.state import Status
from widgets.draw.cells import Line, fill, line_width, spread
from widgets.draw.glyphs import STATUS
from widgets.session.window import Spot


def title(note: str, count: int, following: bool, new: int, trouble: str, cells: int, loud: bool = False) -> Line:
    """Where it is read from and how much there is, and, at the right, whether it follows the end.

    `new` is how many entries came since it stopped following; `trouble` goes before all that. It is `loud` while keys
    are about the conversation.
    """
    right: Line
    if trouble:
        right = ((trouble + " ", "failed"),)
    elif following:
        right = (("  " + STATUS[Status.WORKING], "working"), (" following ", "soft"))
    else:
        right = (
            ("  paused", "accent"),
            (f", {new:,} new" if new > 0 else "", "bold accent"),
            ("  G follows ", "soft"),
        )
    entries = f"{count:,} {'entry' if count == 1 else 'entries'}" if count else ""
    name = ("conversation", "bold accent" if loud else "bold")
    pieces = [(0, [name]), (1, [(note, "soft")]), (2, [(entries, "faint")])]
    room = cells - 1 - line_width(right)
    left = fill([piece for piece in pieces if piece[1][0][0]], room, "  ", "text")
    if len(left) == 1 and note:  # it is worth more in part than not at all
        left += [("  ", "text"), (note, "soft")]
    return spread([(" ", "text"), *left], right, cells, "text")


def thumb(first: Spot, last: Spot, count: int, rows: int, following: bool) -> range:
    """The rows of the scroll bar's thumb when lines `first` to `last` of `count` entries are in view; none for all."""
    if first == (0, 0) and last.entry == count - 1:
        return range(0)
    size = max(1, rows * (last.entry - first.entry + 1) // count)
    at = rows - size if following else min(rows * first.entry // count, rows - size)
    return range(at, at + size)
