"""Why nobody works at a task in the queue, who may take it, and what writes where it does: in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sessions.floor.scopes.sets import overlaps
from sessions.floor.state import FloorState, Status, name_of
from sessions.floor.tasks import queue
from sessions.floor.tasks.task import Task
from sessions.text import clean
from sessions.views.tasks.words import title_of

_NAMED = 6
"""Stations and tasks that are named."""


class Waits:
    """By task in the queue why it waits: looked at anew when something of it may be another."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self.words: Mapping[str, str] = {}

    def look(self, state: FloorState) -> Mapping[str, str]:
        """What is so of this floor. It takes some milliseconds for a thousand tasks, and nothing as long as none,
        no station of ours and no idleness of one is another."""
        idle = [state.stations[name].evidence.status is Status.IDLE for name in state.owned if name in state.stations]
        made_of = (state.tasks, state.owned, state.intents, state.frozen, idle)
        if len(self._of) != len(made_of) or any(_differs(*pair) for pair in zip(self._of, made_of, strict=True)):
            self._of = made_of
            self.words = {task: clean(each.reason, 200) for task, each in queue.waiting(state).items()}
        return self.words


def _differs(before: object, now: object) -> bool:
    return before is not now and (not isinstance(now, list | bool) or before != now)


def takers(state: FloorState, task: Task) -> list[str]:
    """The stations that may take it, those that are free first, each with what keeps it from doing so."""
    found: list[tuple[bool, str]] = []
    for station, known in state.owned.items():
        role = state.stations[station].role if station in state.stations else ""
        if not known.lives or not (known.takes or task.assigned == station):
            continue
        if queue.fits(task, station, known, role):
            busy = queue.busy(state, station)
            found.append((bool(busy), f"{clean(name_of(state, station), 40)} {clean(busy, 60) or 'is free'}"))
    more = [f"and {len(found) - _NAMED} more"] if len(found) > _NAMED else []
    return [words for _, words in sorted(found, key=lambda pair: pair[0])[:_NAMED]] + more


def meeting(state: FloorState, task: Task) -> list[str]:
    """The tasks under way that write where it does."""
    write = task.spec.write
    others = (state.tasks[other] for other in state.hands.values() if other in state.tasks)
    found = [
        f"{other.id} “{title_of(other, 60)}” of {clean(name_of(state, other.station), 40)}"
        for other in others
        if write and other.id != task.id and other.spec.write and overlaps(other.spec.write, write)
    ]
    return found[:_NAMED] + ([f"and {len(found) - _NAMED} more"] if len(found) > _NAMED else [])
