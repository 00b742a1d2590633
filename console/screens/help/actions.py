"""What the keys of the help do."""

from __future__ import annotations

from console.actions.action import Action, ScreenSpec, Situation

ACTIONS: tuple[Action[Situation], ...] = (
    Action("help.close", ("escape", "question_mark", "f1"), "out", "Drop what was searched, or leave the help.",
           "screen.back", rank=1),
    Action("help.search", ("slash",), "search", "Show only what contains what you type, with its id for a keymap.",
           "screen.search", rank=10),
    Action("help.up", ("up", "k"), "up", "Scroll up.", "screen.move(-1)"),
    Action("help.down", ("down", "j"), "down", "Scroll down.", "screen.move(1)"),
    Action("help.page_up", ("pageup", "ctrl+b"), "page up", "Scroll up by a screen.", "screen.page(-1)"),
    Action("help.page_down", ("pagedown", "space", "ctrl+f"), "page down", "Scroll down by a screen.",
           "screen.page(1)"),
    Action("help.home", ("home",), "first", "Scroll to the first line.", "screen.first"),
    Action("help.end", ("end", "G"), "last", "Scroll to the last line.", "screen.last"),
)  # fmt: skip
SPEC = ScreenSpec("help", "In this help", ACTIONS, reads_only=True)
