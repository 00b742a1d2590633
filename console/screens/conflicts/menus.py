"""What the conflicts screen asks: menus of single keys for what to show and how to sort, and a line to type into."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from sessions.text import clean
from sessions.views.conflicts.cluster import Sort
from sessions.views.conflicts.view import EVERYTHING, Choice
from widgets.draw.cells import Line, Span
from widgets.parts.prompt import Choose, Menu, Typing

SORT_KEYS = {
    "k": Sort.CLUSTER,
    "c": Sort.CONFLICTS,
    "r": Sort.AREA,
    "a": Sort.AGE,
    "l": Sort.LANDING,
    "n": Sort.NAME,
}
_FILTER, _SORT, _PATH = "show", "sort by", "path"
PATH_KEY, AREA_KEY = "p", "r"


def filter_menu(choice: Choice) -> Menu:
    """What is shown; it stays open, since filters add up."""
    return Menu(
        _FILTER,
        (
            Choose("c", "only conflicts", on=choice.only_conflicts),
            Choose("w", "stations at work", on=choice.at_work),
            Choose("b", "this branch", on=bool(choice.branch)),
            Choose(AREA_KEY, "its area", on=bool(choice.area)),
            Choose(PATH_KEY, "a path", on=bool(choice.path)),
            Choose("a", "all", on=not choice.narrow),
        ),
        "enter done",
    )


def sort_menu(choice: Choice) -> Menu:
    return Menu(_SORT, tuple(Choose(key, sort.value, on=sort is choice.sort) for key, sort in SORT_KEYS.items()))


def choose(choice: Choice, menu: Menu, chosen: Choose, branch: str, area: str) -> tuple[Choice, Menu | None]:
    """The choices after an item of a menu was taken, and the menu that stays open.

    `branch` is under the cursor, and `area` where it works.
    """
    if menu.title == _SORT:
        return replace(choice, sort=SORT_KEYS[chosen.key]), None
    match chosen.key:
        case "c":
            choice = replace(choice, only_conflicts=not choice.only_conflicts)
        case "w":
            choice = replace(choice, at_work=not choice.at_work)
        case "b":
            choice = replace(choice, branch="" if choice.branch else branch)
        case key if key == AREA_KEY:
            choice = replace(choice, area="" if choice.area else area)
        case "a":
            choice = unfiltered(choice)
    return choice, filter_menu(choice)


def unfiltered(choice: Choice) -> Choice:
    """The choices without filters and search."""
    return replace(EVERYTHING, sort=choice.sort, uncommitted=choice.uncommitted)


def chosen_filters(choice: Choice, names: Mapping[str, str], ground: str) -> list[Span]:
    """The filters in words, for the footer; `names` are the labels of branches."""
    words = [
        "only conflicts" * choice.only_conflicts,
        "at work" * choice.at_work,
        f"of {names.get(choice.branch) or clean(choice.branch, 20)}" if choice.branch else "",
        f"area {clean(choice.area, 20)}" if choice.area else "",
        f"in {clean(choice.path, 20)}" if choice.path else "",
        f"“{clean(choice.search, 20)}”" if choice.search.strip() else "",
    ]
    told = "  ".join(word for word in words if word)
    return [(told + "  ", "bold text" + ground)] if told else []


class Questions:
    """The question that is open, if any, and what becomes of the operator's choices when keys answer it."""

    def __init__(self) -> None:
        self.menu: Menu | None = None
        self.typing: Typing | None = None
        self.sorted = False
        """The last answer was a sorting, be it another or the same again."""
        self.trouble = ""
        """Why the last answer came to nothing."""

    @property
    def open(self) -> bool:
        """Keys are answers now."""
        return self.menu is not None or self.typing is not None

    def answer(self, choice: Choice, key: str, character: str | None, branch: str, area: str = "") -> Choice:
        """The choices after a key; `branch` is under the cursor, and `area` where it works.

        The question may be closed, or another open.
        """
        self.sorted, self.trouble = False, ""
        if self.typing is not None:
            if key not in ("enter", "escape"):
                self.typing.type(key, character)
                return self._typed(choice)
            if key == "escape":
                self.typing.text = ""
            choice = self._typed(choice)
            self.typing = None
        elif self.menu is not None:
            chosen = self.menu.chosen(character or key)
            if chosen is None:
                self.menu = None
            elif chosen.key == PATH_KEY and self.menu.title == _FILTER:
                self.menu, self.typing = None, Typing(_PATH, choice.path)
            elif chosen.key == AREA_KEY and self.menu.title == _FILTER and not (area or choice.area):
                self.menu, self.trouble = None, "area: this branch works in no one directory"
            else:
                self.sorted = self.menu.title == _SORT
                choice, self.menu = choose(choice, self.menu, chosen, branch, area)
        return choice

    def paste(self, choice: Choice, text: str) -> Choice:
        """The choices after text was pasted into the line."""
        if self.typing is not None:
            self.typing.paste(text)
            return self._typed(choice)
        return choice

    def _typed(self, choice: Choice) -> Choice:
        assert self.typing
        text = self.typing.text
        return replace(choice, path=text) if self.typing.title == _PATH else replace(choice, search=text)

    def line(self, shown: int, cells: int) -> Line:
        """The question as it is drawn; `shown` is how many branches are left."""
        if self.menu is not None:
            return self.menu.line(cells)
        if self.typing is not None:
            return self.typing.line(cells, f"{shown} branch{'es' * (shown != 1)}")
        return ()
