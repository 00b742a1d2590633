"""Before the present is known: what the floor showed when it was looked at last, and keys that wait."""

from __future__ import annotations

import time

from console.actions.registry import SCREENS
from sessions.views.floor.last import LastFloor
from widgets.draw.numbers import ago

WAITING = frozenset(
    {"app.caller", "app.copy", "app.shell", "floor.open", "floor.work", "hand.asked", "hand.edit"}
    | {"hand.prompt", "hand.create", "hand.spawn", "hand.scope"}
    | {screen.way.id for screen in SCREENS if screen.way is not None}
)
"""Actions that need more of a station or a branch than what the floor showed of it."""


def told_ago(last: LastFloor | None) -> str:
    """How long ago the last floor was the present; nothing where the present is shown."""
    return "" if last is None else ago(last.time, time.time())


class Awaited:
    """The action that is done as soon as the floor is the present, unless the operator goes on to something else."""

    def __init__(self) -> None:
        self._action = self._cursor = ""

    def wants(self, action: str, cursor: str) -> None:
        """It was asked for with the cursor on a pane; "" is nothing any more."""
        self._action, self._cursor = action, cursor

    def take(self, cursor: str) -> str:
        """The action to do now, once; none where the cursor's pane is no longer there."""
        action, self._action = self._action, ""
        return action if cursor == self._cursor else ""
