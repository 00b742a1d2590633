"""What the keys of a branch's screen do."""

from __future__ import annotations

from console.actions.action import Action, ScreenSpec, Situation

ACTIONS: tuple[Action[Situation], ...] = (
    Action("branch.back", ("escape",), "out", "Come out: of a search, of a panel, of the branch.",
           "screen.back", rank=1),
    Action("branch.open", ("enter",), "open", "Go on to what the selected row holds: the files, then the lines.",
           "screen.open", rank=10),
    Action("branch.panel", ("tab",), "panel", "Go to the next panel: commits, files, collisions, diff.",
           "screen.panel(1)", rank=20),
    Action("branch.panel_back", ("shift+tab",), "panel back", "Go to the panel before.", "screen.panel(-1)"),
    Action("branch.next", ("n",), "next", "Go to the next file, or to the next place of what was searched.",
           "screen.next(1)", rank=30),
    Action("branch.previous", ("N",), "previous", "Go to the file before, or to the place before of what was searched.",
           "screen.next(-1)"),
    Action("branch.search", ("slash",), "search", "Find a text in the lines that are shown.",
           "screen.search", rank=40),
    Action("branch.up", ("up", "k"), "up", "Move up.", "screen.move('up')"),
    Action("branch.down", ("down", "j"), "down", "Move down.", "screen.move('down')"),
    Action("branch.page_up", ("pageup", "ctrl+b"), "page up", "Move up by a screen.",
           "screen.move('pageup')"),
    Action("branch.page_down", ("pagedown", "ctrl+f"), "page down", "Move down by a screen.",
           "screen.move('pagedown')"),
    Action("branch.home", ("home",), "first", "Move to the first.", "screen.move('home')"),
    Action("branch.end", ("end", "G"), "last", "Move to the last.", "screen.move('end')"),
)  # fmt: skip
SPEC = ScreenSpec("branch", "In a branch", ACTIONS, at_hand=True, hands=True, beside=True)
