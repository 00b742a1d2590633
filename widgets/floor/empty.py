"""What an empty floor says: why it is empty, and what to do next."""

from __future__ import annotations

from sessions.floor.state import FloorState
from sessions.views.floor.arrange import Choice
from widgets.draw.cells import Line, cut, fit, width

Hint = tuple[str, str]
"""What to press or run, and what for."""

_NO_PANES: list[Hint] = [
    ("c", "start a station; an agent that you start yourself appears by itself"),
    ("--sessions DIR", "look for agent sessions in another place"),
    ("f b", "show merged and older branches too"),
    ("factory-tui doctor", "see what was found where"),
]
_NO_REPOSITORY: list[Hint] = [
    ("factory-tui", "run it inside a git repository, or with --repo DIR"),
    ("--sessions DIR", "look for agent sessions in another place"),
    ("factory-tui doctor", "see what was found where"),
    ("factory-tui demo", "see a factory at work"),
]
_BEFORE_ALL: list[Hint] = [
    ("p", "play from here"),
    ("w", "go to the next failure"),
    (">", "go to where the next turn begins"),
    ("T", "go to a time, an event or a share"),
]


def empty_lines(
    state: FloorState,
    choice: Choice,
    every: int,
    scanning: bool,
    connected: bool,
    cells: int,
    replay: bool = False,
    folded: int = 0,
) -> list[Line]:
    """The words for a wall without panes: `every` are hidden by filters and search, `folded` ones are elsewhere."""
    if every:
        title, hints = _hidden(choice, every)
    elif replay:
        title, hints = "Nothing had happened yet at this moment", _BEFORE_ALL
    elif scanning:
        title, hints = "Reading what is on disk", [("ctrl+x", "stop reading; what was found stays")]
    elif not connected:
        title, hints = "Not connected yet", [("", "the line above says why, and what to do")]
    elif state.name or state.branches:
        title, hints = "No agent session and no open branch found", _NO_PANES
    else:
        title, hints = "Nothing here yet", _NO_REPOSITORY
    if folded and not every:
        what = "station" if folded == 1 else f"{folded:,} stations"
        hints = [("f e", f"show the {what} of other repositories, or idle for long"), *hints]
    first = max(width(what) for what, _ in hints) + 2 * any(what for what, _ in hints)
    block = min(cells - 2, max(width(title), first + max(width(why) for _, why in hints)))
    left = " " * max(0, (cells - block) // 2)
    lines: list[Line] = [((left, "text"), (cut(title, max(0, block)), "bold text")), ()]
    for what, why in hints:
        tail = cut(why, max(0, block - first))
        lines.append(((left, "text"), (fit(what, first), "bold accent"), (tail, "soft")))
    return lines


def _hidden(choice: Choice, every: int) -> tuple[str, list[Hint]]:
    hidden = f"show all {every}" if every > 1 else "show the hidden one"
    if choice.search.strip():
        title = f"Nothing matches “{cut(choice.search.strip(), 40)}”"
        return title, [("esc", hidden), ("/", "search for something else")]
    return "No station is in the states you chose", [("esc", hidden), ("f", "choose other states")]
