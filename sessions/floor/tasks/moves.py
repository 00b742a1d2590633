"""What happens to a task in the hands of a station, as events: taken, done as its station says, checked, given back.

Each is decided on the floor after the last committed event and committed as the very next one, so of two only one can
be. Whoever speaks of a taking names its lease; of an older one nothing is heard. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.decide.decision import Accepted, Decision, Refusal
from sessions.floor.ours import budget
from sessions.floor.ours.family import living_children
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState, name_of
from sessions.floor.tasks.learned import learned
from sessions.floor.tasks.queue import Queue
from sessions.floor.tasks.task import NO_CHECK, Learned, Task, TaskState

SOURCE = "tasks"
MOST_LOST = 3
"""Stations that end over a task before it is held: it may be the task."""
REASON = 200
_ENDED = (Life.HELD, Life.STOPPED, Life.KILLED, Life.REMOVED)
"""Lives in which a station does no more about its task, until somebody brings it back."""


class About(TypedDict):
    """What every event about a taking says."""

    time: float
    source: str
    station: str
    task: str
    lease: int


def about(task: Task, now: float, source: str = SOURCE) -> About:
    return {"time": now, "source": source, "station": task.station, "task": task.id, "lease": task.lease}


def present(state: FloorState, task: str, lease: int) -> Task | Refusal:
    """The task, where that lease is the one by which it is in hand now."""
    known = state.tasks.get(task)
    if known is None:
        return Refusal(f"there is no task {task}", "see `factory-tui task list`")
    if lease != known.lease:
        return Refusal(f"{task} was taken again since: it is with {name_of(state, known.station)}", "leave it")
    if not known.under_way:
        return Refusal(f"{task} is {known.state.value}", "leave it")
    return known


def take(state: FloorState, bases: Mapping[str, str], now: float) -> Decision:
    """Have those stations that are free, of these, each take what is next for it. `bases` are their heads now."""
    pairs = Queue(state).pairs(unfit=state.owned.keys() - bases.keys())
    return Accepted(tuple(taken(state, task, station, bases[station], now) for station, task in pairs.items()))


def taken(state: FloorState, task: Task, station: str, base: str, now: float, source: str = SOURCE) -> ev.TaskTaken:
    """That the station has it in hand from now on."""
    if _goes_on(state, task, station):  # what it had done for it counts
        base = task.base
    spent = budget.used(state, station, now)
    return ev.TaskTaken(
        time=now, source=source, station=station, task=task.id, lease=task.lease + 1, base=base, spent=spent
    )


def _goes_on(state: FloorState, task: Task, station: str) -> bool:
    """Whether the station had the task last, and no other one since: all it committed since then is for it."""
    if task.station != station or not task.base:
        return False
    others = (each for each in state.tasks.values() if each.station == station and each.id != task.id)
    return not any(each.taken >= task.taken for each in others)


def base_of(state: FloorState, station: str) -> str:
    """The head of a station's branch, as far as the floor knows it."""
    known = state.owned[station]
    branch = state.branches.get(known.branch)
    return known.head or (branch.head if branch is not None else "") or known.base


def is_done(state: FloorState, task: Task) -> bool:
    """Whether its station has ended what it was told, in good order, and waits for nobody."""
    known = state.owned.get(task.station)
    if known is None or not task.done or known.turn_since or known.questions:
        return False
    return not any(state.owned[child].turn_since for child in living_children(state, task.station))


def claimed(state: FloorState, task: str, lease: int, now: float, text: str = "") -> Decision:
    """Its station says that it is done."""
    known = present(state, task, lease)
    if isinstance(known, Refusal):
        return known
    if known.state is not TaskState.TAKEN:
        return Refusal(f"{task} is {known.state.value} already", "wait for what comes of that")
    return Accepted((ev.TaskClaimed(**about(known, now), text=text),))


def checked(state: FloorState, result: ev.CheckFinished) -> Decision:
    """What came of its check, and of that: it is finished, waits to be accepted, bounces, fails, or is given back."""
    task = present(state, result.task, result.lease)
    if isinstance(task, Refusal):
        return task
    if task.state is not TaskState.CHECKING:
        return Refusal(f"{task.id} is {task.state.value}", "nothing is checked")
    if result.passed and task.spec.check == NO_CHECK:
        return Accepted((result,))
    if result.passed:
        return Accepted((result, ev.TaskFinished(**about(task, result.time), head=result.head)))
    return Accepted((result, _bounced(state, task, said(result), result)))


def said(result: ev.CheckFinished) -> str:
    """What is not so, in a few words."""
    return next(iter(result.failures), "its check failed")[:REASON]


def _bounced(
    state: FloorState, task: Task, reason: str, result: ev.CheckFinished
) -> ev.TaskBounced | ev.TaskFailed | ev.TaskReturned:
    known = state.owned.get(task.station)
    if task.bounces >= task.spec.retries:
        return ev.TaskFailed(**about(task, result.time), reason=reason)
    if known is None or known.life in _ENDED:
        output = "\n".join((*result.failures, result.output)).strip()
        what = learned(state, task, output)
        return ev.TaskReturned(**about(task, result.time), reason=reason, learned=what)
    return ev.TaskBounced(**about(task, result.time), reason=reason)


def overspent(state: FloorState, station: str, now: float) -> str:
    """What of its task's budget a station has used up; "" where nothing is."""
    task = state.tasks.get(state.hands.get(station, ""))
    if task is None or task.spec.budget == budget.UNBOUND:
        return ""
    used = budget.used(state, station, now)
    for what in budget.MEASURES:
        bound = getattr(task.spec.budget, what)
        if bound and getattr(used, what) - getattr(task.spent, what) >= bound:
            return what
    return ""


def failed(state: FloorState, task: str, lease: int, reason: str, now: float) -> Decision:
    """It is not done, and goes no further by itself."""
    known = present(state, task, lease)
    if isinstance(known, Refusal):
        return known
    return Accepted((ev.TaskFailed(**about(known, now), reason=reason),))


def returned(
    state: FloorState, task: Task, now: float, reason: str, what: Learned | None = None, who: str = ""
) -> ev.TaskReturned:
    """That it is in the queue again, with what was learned."""
    return ev.TaskReturned(**about(task, now), reason=reason[:REASON], learned=what or learned(state, task), who=who)


def ended(state: FloorState, station: str, now: float) -> Decision:
    """A station has ended: its task goes back to the queue. Where it waits for a person it stays: its work is there.

    One over which station after station is held is held itself.
    """
    task, known = state.tasks.get(state.hands.get(station, "")), state.owned.get(station)
    if task is None or known is None or known.life not in _ENDED or task.state is not TaskState.TAKEN:
        return Accepted()
    failing = known.life is Life.HELD
    reason = f"{name_of(state, station)} is {'held back' if failing else known.life.value}"
    back = returned(state, task, now, reason + (f": {known.reason}" if known.reason else ""))
    if not failing:
        return Accepted((back,))
    if task.lost + 1 < MOST_LOST:
        return Accepted((replace(back, lost=True),))
    reason = f"{MOST_LOST} stations were held back over it, the last as {known.reason or 'it failed'}"
    return Accepted((replace(back, lost=True, held=True, reason=reason[:REASON]),))
