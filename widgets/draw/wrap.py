"""Text broken into lines that fit, by cells and not by characters."""

from __future__ import annotations

from rich.cells import chop_cells

from widgets.draw.cells import width


def wrap(text: str, cells: int) -> list[str]:
    """`text` broken at blanks into lines of at most `cells` cells; each keeps the indentation of the first.

    One wide character in a single cell is the exception: it cannot be made to fit.
    """
    cells = max(1, cells)
    if width(text) <= cells:
        return [text]
    body = text.lstrip(" ")
    indent = " " * (len(text) - len(body)) if len(text) - len(body) <= cells // 2 else ""
    lines: list[str] = []
    line, used = "", 0
    room = cells - len(indent)
    for word in body.rstrip(" ").split(" "):
        for part in chop_cells(word, room) if width(word) > room else (word,):
            size = width(part)
            if line and used + 1 + size > room:
                lines.append(indent + line)
                line, used = "", 0
            line, used = (f"{line} {part}", used + 1 + size) if line else (part, size)
    return [*lines, indent + line]
