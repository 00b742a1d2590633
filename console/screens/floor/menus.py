"""The floor's menus of single keys: which states to show, how to sort, what to group by."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sessions.floor.state import Status
from sessions.views.floor.arrange import Choice, Group, Grouping, SortKey
from sessions.views.floor.marking import Alike, alike
from sessions.views.floor.panes import Pane
from sessions.views.floor.view import Floor, FloorView
from widgets.draw.cells import Span
from widgets.draw.glyphs import STATUS, WORD
from widgets.parts.prompt import Choose, Menu

STATUS_KEYS = {
    "n": Status.NEEDS_ME,
    "x": Status.FAILED,
    "w": Status.WAITING,
    "r": Status.WORKING,
    "s": Status.STALE,
    "i": Status.IDLE,
    "u": Status.UNKNOWN,
}
ORDER_KEYS = {"a": SortKey.ATTENTION, "t": SortKey.ACTIVITY, "c": SortKey.COST, "n": SortKey.NAME, "g": SortKey.AGE}
GROUP_KEYS = {"n": Grouping.NONE, "r": Grouping.ROLE, "b": Grouping.BRANCH, "a": Grouping.KIND, "f": Grouping.FAMILY}
MARK_KEYS = {
    "a": Alike.SHOWN,
    "g": Alike.GROUP,
    "r": Alike.ROLE,
    "f": Alike.FAMILY,
    "s": Alike.STATE,
    "i": Alike.OTHERS,
}
_FILTER, _ORDER, _GROUP, MARK = "show", "sort by", "group by", "mark"


def filter_menu(choice: Choice) -> Menu:
    """Which states are shown; it stays open, since states are a set."""
    states = [
        Choose(key, WORD[status], STATUS[status], status.value, status in choice.statuses)
        for key, status in STATUS_KEYS.items()
    ]
    return Menu(
        _FILTER,
        (
            *states,
            Choose("a", "all", on=not choice.statuses),
            Choose("b", "branches", on=choice.every_branch),
            Choose("e", "elsewhere", on=choice.unfolded),
        ),
        "enter done",
    )


def order_menu(choice: Choice) -> Menu:
    return Menu(_ORDER, tuple(Choose(key, order.value, on=order is choice.order) for key, order in ORDER_KEYS.items()))


def group_menu(choice: Choice) -> Menu:
    return Menu(_GROUP, tuple(Choose(key, by.value, on=by is choice.grouping) for key, by in GROUP_KEYS.items()))


def mark_menu(groups: Sequence[Group], pane: Pane | None, marks: Collection[str]) -> Menu:
    """Which stations are marked together: what there is of each, with how many; those that are marked are on."""
    found = {key: alike(what, groups, pane, marks) for key, what in MARK_KEYS.items()}
    items = (
        Choose(key, f"{_alike_word(MARK_KEYS[key], pane)} ({len(keys)})", on=bool(marks) and keys <= set(marks))
        for key, keys in found.items()
        if keys
    )
    return Menu(MARK, tuple(items))


def _alike_word(what: Alike, pane: Pane | None) -> str:
    if pane is None or not pane.station:
        return what.value
    if what is Alike.STATE:
        return WORD[pane.status]
    return f"{what.value} {pane.role}" if what is Alike.ROLE else what.value


def choose(view: FloorView, menu: Menu, chosen: Choose) -> Menu | None:
    """Take an item of a menu; returns the menu that stays open, if one does."""
    if menu.title == _ORDER:
        view.choose(order=ORDER_KEYS[chosen.key])
        return None
    if menu.title == _GROUP:
        view.choose(grouping=GROUP_KEYS[chosen.key])
        return None
    if chosen.key == "a":
        view.choose(statuses=frozenset())
    elif chosen.key == "b":
        view.choose(every_branch=not view.choice.every_branch)
    elif chosen.key == "e":
        view.choose(unfolded=not view.choice.unfolded)
    else:
        view.choose(statuses=view.choice.statuses ^ {STATUS_KEYS[chosen.key]})
    return filter_menu(view.choice)


def chosen(choice: Choice, floor: Floor, slot: int) -> list[Span]:
    """For the footer: what is hidden, how it is sorted, and where the cursor is among what is shown."""
    spans: list[Span] = []
    if choice.search:
        spans += [(f"“{choice.search[:20]}”  ", "bold text on bar")]
    if choice.statuses:
        shown = [status for status in STATUS_KEYS.values() if status in choice.statuses]
        signs = [(STATUS[status] + " ", status.value + " on bar") for status in shown]
        spans += [("only ", "soft on bar"), *signs, (" ", "text on bar")]
    if choice.every_branch:
        spans += [("all branches  ", "bold text on bar")]
    if choice.unfolded:
        spans += [("elsewhere too  ", "bold text on bar")]
    order = "by " + (f"{choice.grouping.value}, " if choice.grouping is not Grouping.NONE else "") + choice.order.value
    hidden = f" of {floor.every}" if floor.shown != floor.every else ""
    return [*spans, (order, "soft on bar"), (f"  {slot + 1}/{floor.shown}{hidden}", "faint on bar")]
