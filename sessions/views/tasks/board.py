"""The rows of the queue: what needs a person first, then what is under way, then the queue in its order. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

import msgspec

from sessions.floor.tasks.queue import in_order
from sessions.floor.tasks.task import Task, TaskState


class Part(IntEnum):
    """Where in the list a task stands."""

    PERSON = 0
    """It failed its check too often, or waits to be accepted."""
    UNDER_WAY = 1
    QUEUED = 2
    HELD = 3
    OVER = 4


PART = {
    TaskState.FAILED: Part.PERSON,
    TaskState.REVIEW: Part.PERSON,
    TaskState.TAKEN: Part.UNDER_WAY,
    TaskState.CHECKING: Part.UNDER_WAY,
    TaskState.QUEUED: Part.QUEUED,
    TaskState.HELD: Part.HELD,
    TaskState.FINISHED: Part.OVER,
    TaskState.DROPPED: Part.OVER,
}
_SHORT = {
    TaskState.FAILED: "failed",
    TaskState.REVIEW: "to accept",
    TaskState.TAKEN: "under way",
    TaskState.CHECKING: "in check",
    TaskState.QUEUED: "queued",
    TaskState.HELD: "held",
    TaskState.FINISHED: "finished",
    TaskState.DROPPED: "dropped",
}


class Choice(msgspec.Struct, frozen=True):
    """Which tasks are shown."""

    search: str = ""
    parts: frozenset[Part] = frozenset()
    """Only these; none: all but what is folded."""
    unfolded: bool = False
    """Also what is over."""

    @property
    def narrow(self) -> bool:
        """Something is hidden by it."""
        return bool(self.search or self.parts)


EVERYTHING = Choice()


class Row(msgspec.Struct, frozen=True):
    """A task in its place."""

    task: Task
    place: int = 0
    """Which it is in the queue, from 1; 0 of one that is not in it."""


class Board(msgspec.Struct, frozen=True):
    """The rows that are shown, and how many tasks there are of each state."""

    rows: tuple[Row, ...] = ()
    counts: Mapping[TaskState, int] = {}
    folded: int = 0
    """That are over and not shown."""
    hidden: int = 0
    """That are not shown because of what was chosen."""

    @property
    def every(self) -> int:
        return sum(self.counts.values())

    def find(self, task: str) -> int:
        """The number of a task's row; -1 when it has none."""
        return next((at for at, row in enumerate(self.rows) if row.task.id == task), -1)


def board(tasks: Mapping[str, Task], choice: Choice = EVERYTHING) -> Board:
    """All tasks in the order in which they are shown."""
    every = tasks.values()
    queue = in_order(task for task in every if task.state is TaskState.QUEUED)
    places = {task.id: at for at, task in enumerate(queue, 1)}
    ordered = sorted((task for task in every if task.state is not TaskState.QUEUED), key=_before)
    split = next((at for at, task in enumerate(ordered) if PART[task.state] > Part.QUEUED), len(ordered))
    shown = [*ordered[:split], *queue, *ordered[split:]]
    over = sum(task.over for task in every)
    folds = not (choice.unfolded or choice.search or Part.OVER in choice.parts)
    kept = [task for task in shown if not (folds and task.over)]
    rows = tuple(Row(task, places.get(task.id, 0)) for task in _chosen(kept, choice))
    return Board(rows, Counter(task.state for task in every), over if folds else 0, len(kept) - len(rows))


def _before(task: Task) -> tuple[int, float, float, str]:
    """Who waits longest for a person, and is at work longest, stands first; of what is over, the newest."""
    part = PART[task.state]
    return (part, *((-task.spec.priority, task.order) if part is Part.HELD else _aged(part, task)), task.id)


def _aged(part: Part, task: Task) -> tuple[float, float]:
    return (-task.since if part is Part.OVER else task.since, 0.0)


def _chosen(tasks: Sequence[Task], choice: Choice) -> Iterable[Task]:
    words = choice.search.casefold().split()
    for task in tasks:
        if choice.parts and PART[task.state] not in choice.parts:
            continue
        if not words or all(word in _text(task) for word in words):
            yield task


def _text(task: Task) -> str:
    """What is searched."""
    spec = task.spec
    parts = (task.id, spec.title, task.station, task.assigned, spec.role, spec.origin, *spec.write, task.reason)
    return " ".join((*parts, spec.text[:1_000])).casefold()


def counted(board: Board) -> list[tuple[int, str, TaskState]]:
    """How many there are of each state, and how that is called in a word, those that need a person first."""
    return [(number, word, state) for state, word in _SHORT.items() if (number := board.counts.get(state, 0))]
