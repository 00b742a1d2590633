"""Which station takes which task next, and why a task waits, for whom. Pure, and the same for whoever asks.

The order is: the higher priority, then the place in the queue, then the age. A task is taken by a station that is free
and fits: of its role, with a scope that holds what the task writes, and the one that it is assigned to, if any. A task
that writes where one under way writes waits for that, and whatever overlaps with it and stands behind it waits for it:
else a wide task would wait for ever while narrow ones pass it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

import msgspec

from sessions.floor.ours.family import living_children
from sessions.floor.ours.idle import coming, is_in_no_turn
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.floor.scopes.sets import inside
from sessions.floor.state import FloorState, name_of
from sessions.floor.tasks.areas import Areas
from sessions.floor.tasks.task import Task, TaskState


class Waiting(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why nobody works at a task."""

    reason: str
    for_task: str = ""
    """The task that it waits for."""
    for_station: str = ""
    """The station that it waits for."""


SOON = Waiting("is about to be taken")
FROZEN = Waiting("the floor is frozen")


def rank(task: Task) -> tuple[int, float, float, str]:
    """What tasks are ordered by: the first one is taken first."""
    return -task.spec.priority, task.order, task.added, task.id


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """As they are taken, whatever their states."""
    return sorted(tasks, key=rank)


def fits(task: Task, station: str, known: Owned, role: str) -> bool:
    """Whether the station may ever take the task, as both are now. What is assigned to it needs no other reason."""
    if task.assigned != station and (task.assigned or not known.takes or task.spec.role not in ("", role)):
        return False
    return holds(known.scope.write, task.spec.write)


@lru_cache(65_536)
def holds(scope: tuple[str, ...], write: tuple[str, ...]) -> bool:
    """Whether a station with this scope may write all that a task writes."""
    return inside(write, scope)


def busy(state: FloorState, station: str, expected: frozenset[str] | None = None) -> str:
    """Why a station of ours can take nothing from the queue now, in words; "" when it is free."""
    known = state.owned[station]
    if known.life is not Life.RUNNING:
        return f"is {known.life.value}"
    if (task := state.hands.get(station)) is not None:
        return f"has {task} in hand"
    if known.questions:
        return "waits for an answer"
    if not is_in_no_turn(state, station, known, expected):
        return "is at work" if known.turn_since else "is not idle"
    working = next((child for child in living_children(state, station) if state.owned[child].turn_since), "")
    return f"waits for {name_of(state, working)}" if working else ""


class Queue:
    """The queue of one floor."""

    def __init__(self, state: FloorState) -> None:
        self.state = state
        self._roles = {name: state.stations[name].role for name in state.owned}
        self._fitting: dict[tuple[str, str, tuple[str, ...]], tuple[str, ...]] = {}

    @cached_property
    def queued(self) -> list[Task]:
        """What is to be taken, in order."""
        return in_order(task for task in self.state.tasks.values() if task.state is TaskState.QUEUED)

    @cached_property
    def takers(self) -> Mapping[str, Owned]:
        """The stations that live and take tasks, or have one assigned to them."""
        assigned = {task.assigned for task in self.queued}
        owned = self.state.owned.items()
        return {name: each for name, each in owned if each.lives and (each.takes or name in assigned)}

    @cached_property
    def free(self) -> Sequence[str]:
        """Those that are free now, the one first that has been so for longest."""
        if self.state.frozen:
            return ()
        expected = coming(self.state)
        found = [name for name in self.takers if not busy(self.state, name, expected)]
        return sorted(found, key=lambda name: (self.state.stations[name].evidence.since, name))

    def pairs(self, unfit: Collection[str] = ()) -> dict[str, Task]:
        """By station that is free, and not `unfit`, what it takes next. No two of these tasks meet."""
        free = [name for name in self.free if name not in unfit]
        found: dict[str, Task] = {}
        areas = self._under_way()
        for task, waits in self._walk(areas) if free else ():
            fit = self._fit(task) if waits is None else ()
            station = next((name for name in free if name in fit), "")
            if station:
                free.remove(station)
                found[station] = task
                areas.add(task.id, task.spec.write)
            if not free:
                break
        return found

    def waiting(self) -> dict[str, Waiting]:
        """By task in the queue, in order, why it waits."""
        return {task.id: waits or self._for_station(task) for task, waits in self._walk(self._under_way())}

    def _walk(self, areas: Areas) -> Iterator[tuple[Task, Waiting | None]]:
        """The tasks in order, each with what it waits for beside a free station; what it stands for waits behind it."""
        for task in self.queued:
            waits = self._before(task) or self._for_nobody(task)
            if waits is None and (other := areas.meeting(task.spec.write)):
                waits = self._meets(other)
                areas.add(task.id, task.spec.write)
            yield task, waits

    def _under_way(self) -> Areas:
        areas = Areas()
        for task in self.state.hands.values():
            areas.add(task, self.state.tasks[task].spec.write)
        return areas

    def _fit(self, task: Task) -> tuple[str, ...]:
        """The stations that live and may take the task."""
        key = (task.assigned, task.spec.role, task.spec.write)
        if key not in self._fitting:
            takers = self.takers.items()
            fit = (name for name, known in takers if fits(task, name, known, self._roles.get(name, "")))
            self._fitting[key] = tuple(fit)
        return self._fitting[key]

    def _before(self, task: Task) -> Waiting | None:
        """That it comes after others, which are not finished."""
        for name in task.spec.after:
            other = self.state.tasks.get(name)
            if other is None:
                return Waiting(f"comes after {name}, which is not there", name)
            if other.state is not TaskState.FINISHED:
                return Waiting(f"comes after {name}, which {_STANDS[other.state]}", name, other.station)
        return None

    def _for_nobody(self, task: Task) -> Waiting | None:
        """That no station which lives may take it."""
        if self._fit(task):
            return None
        if name := task.assigned:
            known, called = self.state.owned.get(name), name_of(self.state, name)
            if known is None or not known.lives:
                life = "not there" if known is None else known.life.value
                return Waiting(f"is for {called}, which is {life}", for_station=name)
            return Waiting(f"is for {called}, whose scope does not hold what it writes", for_station=name)
        if not any(known.takes for known in self.takers.values()):
            return Waiting("no station takes tasks")
        role = task.spec.role
        if role and not any(self._roles.get(name) == role for name in self.takers):
            return Waiting(f"no station of the role {role} takes tasks")
        return Waiting(f"no {role or 'station'} that takes tasks may write {' '.join(task.spec.write)}")

    def _meets(self, other: str) -> Waiting:
        """That another one writes there, which is under way or comes first."""
        task = self.state.tasks[other]
        if not task.under_way:
            return Waiting(f"{other} comes first and writes there, too", other)
        called = name_of(self.state, task.station)
        return Waiting(f"{called} writes there for {other}, which {_STANDS[task.state]}", other, task.station)

    def _for_station(self, task: Task) -> Waiting:
        """Which station it waits for."""
        if self.state.frozen:
            return FROZEN
        fit = self._fit(task)
        if any(name in self.free for name in fit):
            return SOON
        first = fit[0]
        if len(fit) > 1:
            return Waiting(f"the {len(fit)} stations that may take it are not free", for_station=first)
        return Waiting(f"{name_of(self.state, first)} {busy(self.state, first)}", for_station=first)


_STANDS = {  # whatever comes after one that is finished waits for others
    TaskState.QUEUED: "is in the queue",
    TaskState.HELD: "is held",
    TaskState.TAKEN: "is under way",
    TaskState.CHECKING: "is being checked",
    TaskState.REVIEW: "waits to be accepted",
    TaskState.FAILED: "failed its check",
    TaskState.DROPPED: "was dropped",
}


def clash(state: FloorState, write: tuple[str, ...], *without: str) -> str:
    """A task under way that writes where one with this scope would, but for those `without`; "" when none does."""
    areas = Areas()
    for task in state.hands.values():
        if task not in without:
            areas.add(task, state.tasks[task].spec.write)
    return areas.meeting(write)


def waiting(state: FloorState) -> dict[str, Waiting]:
    """By task in the queue, in the order in which they are taken, why it waits."""
    return Queue(state).waiting()


def why(state: FloorState, task: str) -> Waiting | None:
    """Why a task in the queue waits; None for one that is not in the queue."""
    return waiting(state).get(task)
