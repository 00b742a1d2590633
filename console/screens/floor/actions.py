"""What the keys of the floor do, and when they cannot."""

from __future__ import annotations

from console.actions.action import Action, ScreenSpec, Situation, needs_at_hand, needs_branch


class FloorSituation(Situation, frozen=True):
    """What is so of the floor."""

    panes: int = 0
    narrow: bool = False
    """A filter or a search hides something, or something is marked."""
    scanning: bool = False
    """Old transcripts are being read."""
    playing: bool = False
    """A replay goes on."""


def needs_panes(now: FloorSituation) -> str:
    return "" if now.panes else "there is nothing on the floor yet"


def needs_narrow(now: FloorSituation) -> str:
    return "" if now.narrow else "nothing is filtered or marked"


def needs_scan(now: FloorSituation) -> str:
    return "" if now.scanning else "nothing is being read"


_WALL = ("floor", "replay")
"""A replay shows the floor of a past."""
ACTIONS: tuple[Action[FloorSituation], ...] = (
    Action("floor.open", ("enter",), "open",
           "Go to what the station under the cursor asks, else into it; or into the branch.",
           "screen.open", needs_at_hand, rank=10, where=_WALL),
    Action("floor.search", ("slash",), "search", "Show only panes that contain what you type.",
           "screen.search", needs_panes, rank=20, where=_WALL, writes=True),
    Action("floor.filter", ("f",), "filter", "Show only stations in the states you choose by single keys.",
           "screen.filter", rank=30, where=_WALL),
    Action("floor.order", ("o",), "order", "Sort by attention, activity, cost, name or age.",
           "screen.order", needs_panes, rank=40, where=_WALL),
    Action("floor.group", ("g",), "group", "Group by role, branch or kind of agent.",
           "screen.group", needs_panes, rank=50, where=_WALL),
    Action("floor.zoom_in", ("z",), "zoom", "Show more of fewer stations: lines, cards, large cards.",
           "screen.zoom(1)", rank=60, where=_WALL),
    Action("floor.zoom_out", ("Z",), "zoom out", "Show less of more stations.", "screen.zoom(-1)", where=_WALL),
    Action("floor.unfold", ("E",), "elsewhere",
           "Show or fold the stations of other repositories, and those that have been idle for long.",
           "screen.unfold", rank=67),
    Action("floor.preview", ("b",), "preview", "Show or hide what stands below the wall of the pane under the cursor.",
           "screen.preview", where=_WALL),
    Action("floor.attention", ("n",), "next", "Go to the next station that needs you or has failed.",
           "screen.next_loud", needs_panes, rank=65, where=_WALL),
    Action("floor.work", ("D",), "its diff", "Show the commits, files and lines of the branch it works on.",
           "screen.work", needs_branch, rank=66, where=_WALL),
    Action("floor.mark_many", ("ctrl+a",), "mark many",
           "Mark all that are shown, or of a group, role, family or state; or not any more.",
           "screen.mark_many", needs_panes, where=_WALL),
    Action("floor.clear", ("escape",), "all", "Come out: drop the marks, then the search and the filters.",
           "screen.clear", needs_narrow, where=_WALL),
    Action("floor.cancel", ("ctrl+x",), "stop reading", "Stop reading old transcripts; what was read stays.",
           "screen.cancel_scan", needs_scan),
    Action("floor.quit", ("q",), "quit", "Leave the console; the supervisor and the agents go on.",
           "app.quit", rank=95, where=_WALL),
    Action("floor.up", ("up", "k"), "up", "Move the cursor up.", "screen.move('up')", where=_WALL),
    Action("floor.down", ("down", "j"), "down", "Move the cursor down.", "screen.move('down')", where=_WALL),
    Action("floor.left", ("left", "h"), "left", "Move the cursor left.", "screen.move('left')", where=_WALL),
    Action("floor.right", ("right", "l"), "right", "Move the cursor right.", "screen.move('right')", where=_WALL),
    Action("floor.page_up", ("pageup", "ctrl+b"), "page up", "Move the cursor up by a screen.",
           "screen.move('pageup')", where=_WALL),
    Action("floor.page_down", ("pagedown", "ctrl+f"), "page down", "Move the cursor down by a screen.",
           "screen.move('pagedown')", where=_WALL),
    Action("floor.home", ("home",), "first", "Move the cursor to the first pane.", "screen.move('home')", where=_WALL),
    Action("floor.end", ("end", "G"), "last", "Move the cursor to the last pane.", "screen.move('end')", where=_WALL),
)  # fmt: skip
SPEC = ScreenSpec("floor", "On the floor", ACTIONS, above=False, at_hand=True, hands=True)
