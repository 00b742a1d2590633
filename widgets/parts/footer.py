"""The last line: the keys that work here, a question, or what just happened."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.draw.cells import Line, Span, fill, line_width, pad, spread
from widgets.parts.lined import Lined
from widgets.parts.prompt import keys_line


class Footer(Lined):
    """One line at the bottom of a screen."""

    DEFAULT_CSS = "Footer { height: 1; dock: bottom; }"


def footer_line(
    keys: Sequence[tuple[str, str, bool]],
    right: Sequence[Span],
    cells: int,
    said: str = "",
    question: Line = (),
    kept: int = 0,
    news: Line = (),
) -> Line:
    """The footer's content: a `question` goes before what was `said`, that before `news`, and those before the keys.

    Where there is little room, what stands at the `right` gives way to what was said; keys drop out from the end, the
    last `kept` of them after all others.
    """
    tail = [*right, (" ", "text on bar")]
    if question:
        return pad(question, cells, "text on bar")
    if said:
        told: Line = ((f" {said}", "text on bar"),)
        apart = line_width(told) + len("  ") + line_width(tail) <= cells
        return spread(told, tail if apart else (), cells, "text on bar")
    if news:
        return pad(news, cells, "text on bar")
    if line_width(tail) > cells // 2:
        tail = [(" ", "text on bar")]
    room = cells - line_width(tail) - 2
    left = fill(keys_line(keys, kept), room, "  ", "text on bar")
    return spread([(" ", "text on bar"), *left], tail, cells, "text on bar")
