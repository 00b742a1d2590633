"""What the tasks screen asks by single keys: which states are shown."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.views.tasks.board import Choice, Part
from widgets.parts.prompt import Choose, Menu

_KEYS = {"n": Part.PERSON, "u": Part.UNDER_WAY, "w": Part.QUEUED, "h": Part.HELD, "o": Part.OVER}
NAME = {
    Part.PERSON: "needs me",
    Part.UNDER_WAY: "under way",
    Part.QUEUED: "waits",
    Part.HELD: "held",
    Part.OVER: "over",
}


def filter_menu(choice: Choice) -> Menu:
    """Which parts of the list are shown."""
    items = tuple(Choose(key, NAME[part], on=part in choice.parts) for key, part in _KEYS.items())
    return Menu("show only", items)


def picked_parts(choice: Choice, menu: Menu, key: str) -> tuple[Choice, bool]:
    """The choice after a key, and whether the menu stays."""
    chosen = menu.chosen(key)
    if chosen is None:
        return choice, False
    return replace(choice, parts=choice.parts ^ {_KEYS[chosen.key]}), True


def chosen_parts(choice: Choice) -> str:
    """What is shown alone, in words."""
    return "only " + ", ".join(NAME[part] for part in sorted(choice.parts)) if choice.parts else ""
