"""Where something was found, in a line, and what is told of it. Texts are harmless already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from sessions.floor.zone import Zone
from widgets.draw.cells import Line, Span, cut, fit, line_width, pad
from widgets.draw.numbers import age
from widgets.draw.wrap import wrap
from widgets.session.passages import marked

AGE, NAME, LEAST_NAME, KIND, LABEL = 5, 20, 10, 9, 9
"""Cells of the columns; a name has fewer where the line is short."""
_STYLES = {"prompt": "bold text", "tool": "accent", "error": "failed"}


class Said(Protocol):
    """An entry of a conversation in which something was found; see `sessions.asking.questions.Hit`. It is clean."""

    @property
    def kind(self) -> str: ...

    @property
    def time(self) -> float: ...

    @property
    def text(self) -> str:
        """The words around what was found."""
        ...

    @property
    def tool(self) -> str: ...


def place_line(hit: Said, name: str, pattern: str, now: float, cells: int, ground: str, chosen: bool) -> Line:
    """A place in one line: how long ago, whose it is, what it is, and the words around what was searched."""
    named = NAME if cells >= 70 else LEAST_NAME
    head: list[Span] = [
        ("✓" if chosen else " ", "bold accent" + ground),
        (fit(age(hit.time, now), AGE, right=True), "faint" + ground),
        ("  ", "text" + ground),
        (fit(name, named), "text" + ground),
        ("  ", "text" + ground),
        (fit(hit.tool or str(hit.kind), KIND), _STYLES.get(hit.kind, "soft") + ground),
        ("  ", "text" + ground),
    ]
    room = max(0, cells - line_width(head))
    text = cut(_around(hit.text, pattern, room), room)
    return pad([*head, *marked(((text, "text" + ground),), pattern)], cells, "text" + ground)


def _around(text: str, pattern: str, room: int) -> str:
    """The part of the text in which the pattern is seen, where not all of it has room."""
    at = text.lower().find(pattern.lower())
    end = at + len(pattern)
    return text if at < 0 or end <= room - 1 else "…" + text[max(0, min(at - 8, end - room + 2)) :]


def told_lines(hit: Said, facts: Iterable[tuple[str, str]], pattern: str, zone: Zone, cells: int) -> Sequence[Line]:
    """All that is told of a place: facts by their names, and the words in which it stands."""
    when = zone.local(hit.time) if hit.time else None
    told = [
        *facts,
        ("said", f"{when:%Y-%m-%d %H:%M:%S}" if when is not None else ""),
        ("by", hit.tool or str(hit.kind)),
    ]
    lines: list[Line] = [
        pad([(fit(f" {label}", LABEL), "soft"), (cut(text, max(0, cells - LABEL - 1)), "text")], cells, "text")
        for label, text in told
        if text
    ]
    lines.append(())
    lines += [marked(((" " + row, "text"),), pattern) for row in wrap(hit.text, max(8, cells - 2))]
    return lines
