"""How paths are shown in little room: their last part stays in front of the eye."""

from __future__ import annotations

from widgets.draw.cells import Span, cut, width


def path_spans(path: str, cells: int, ground: str = "") -> list[Span]:
    """A path with its last part in front of the eye; when it is long its beginning is left out."""
    directory, slash, name = path.rpartition("/")
    room = cells - width(name) - 1
    if width(directory) > room:
        directory = "…" + directory[-max(0, room - 1) :] if room > 4 else "…"
        while width(directory) > max(1, room):
            directory = "…" + directory[2:]
    return [
        (directory + slash, "faint" + ground),
        (cut(name, cells - width(directory + slash)), "text" + ground),
    ]
