"""The one registry of what keys can do: bindings, footer, help, palette and the user's keymap are all made from it.

A screen says beside itself what its keys do and when they cannot; here is the list of screens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from console.actions.action import AnyAction, Situation
from console.actions.everywhere import everywhere
from console.actions.hands import PREFIX, on_stations
from console.screens.branch import actions as branch
from console.screens.conflicts import actions as conflicts
from console.screens.find import actions as find
from console.screens.floor import actions as floor
from console.screens.help import actions as help_
from console.screens.question import actions as question
from console.screens.replay import actions as replay
from console.screens.scopes import actions as scopes
from console.screens.slowest import actions as slowest
from console.screens.station import actions as station
from console.screens.tasks import actions as tasks
from console.screens.terminal import actions as terminal
from console.screens.triage import actions as triage

SCREENS = (
    floor.SPEC,
    station.SPEC,
    question.SPEC,
    terminal.SPEC,
    branch.SPEC,
    replay.SPEC,
    conflicts.SPEC,
    triage.SPEC,
    tasks.SPEC,
    slowest.SPEC,
    scopes.SPEC,
    find.SPEC,
    help_.SPEC,
)
"""Every screen, in the order of the help."""


def _all() -> Iterator[AnyAction]:
    for screen in SCREENS:
        yield from (action if action.where else replace(action, where=(screen.name,)) for action in screen.actions)
    yield from on_stations(SCREENS)
    yield from everywhere(SCREENS)


ACTIONS: tuple[AnyAction, ...] = (*_all(),)
BY_ID = {action.id: action for action in ACTIONS}

BESIDE = 60
"""Where keys that are about stations stand on a screen that is about something else: behind its own."""
_SOON = 7.5
"""Where the key that undoes stands there: behind those that change something, which it is for."""
_OF_STATIONS = (f"{PREFIX}.", "app.caller")
"""What the ids of those begin with."""
_KEY_NAMES = {
    "question_mark": "?",
    "exclamation_mark": "!",
    "number_sign": "#",
    "colon": ":",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "plus": "+",
    "minus": "-",
    "asterisk": "*",
    "equals_sign": "=",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


def actions_on(where: str) -> list[AnyAction]:
    """What works on a screen, in the order of the registry."""
    return [action for action in ACTIONS if where in action.where]


def key_name(key: str) -> str:
    """A key as people write it: `?` for `question_mark`, `esc` for `escape`."""
    head, plus, last = key.rpartition("+") if len(key) > 1 else ("", "", key)
    return head + plus + _KEY_NAMES.get(last, last)


def keys_of(action: AnyAction, keymap: dict[str, str]) -> tuple[str, ...]:
    """The keys that do the action now; `keymap` is the user's, from action id to keys with commas between."""
    mapped = keymap.get(action.id)
    return action.keys if mapped is None else tuple(key for key in mapped.split(",") if key)


def footer_actions(where: str, now: Situation) -> list[tuple[AnyAction, str]]:
    """The footer's actions in their order, each with the reason why it cannot work, if any."""
    beside = any(screen.beside for screen in SCREENS if screen.name == where)

    def place(action: AnyAction) -> float:
        if not beside:
            return action.rank
        if action.id == "app.undo":
            return _SOON
        return BESIDE + action.rank / 100 if action.id.startswith(_OF_STATIONS) else action.rank

    ranked: Iterable[AnyAction] = sorted((a for a in actions_on(where) if a.rank), key=place)
    told = ((action, action.refuse(now)) for action in ranked if action.fits(now))
    return [(action, reason) for action, reason in told if not (action.passing and reason)]
