"""How a task in the queue becomes another one, or gets another place. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import AssignTask, DropTask, EditTask, HoldTask, MoveTask, ReopenTask
from sessions.floor.decide.decision import SOURCE, Accepted, Decision, Hand, Refusal, done_at_once
from sessions.floor.decide.naming import meant
from sessions.floor.decide.queue import specs as rules
from sessions.floor.decide.queue.adding import last_order
from sessions.floor.state import PROMPTLESS, FloorState, name_of
from sessions.floor.tasks import moves
from sessions.floor.tasks.queue import clash, holds, in_order
from sessions.floor.tasks.task import Task, TaskSpec, TaskState
from sessions.text import clean

REASON = 200
_WAITS = (TaskState.QUEUED, TaskState.HELD)


class About(TypedDict):
    """What every event about a task says."""

    time: float
    source: str
    task: str
    who: str


def about(task: Task, hand: Hand) -> About:
    return {"time": hand["time"], "source": SOURCE, "task": task.id, "who": hand["who"]}


def edited(state: FloorState, wish: EditTask, hand: Hand) -> Decision:
    task = rules.found(state, wish.task)
    if isinstance(task, Refusal):
        return task
    spec = replace(wish.spec, title=wish.spec.title.strip())
    if trouble := _uneditable(state, task, spec):
        return trouble
    if spec == task.spec:
        return Accepted(told="that is so already")
    changed = ev.TaskChanged(**about(task, hand), spec=spec)
    told = f", and {name_of(state, task.station)} is told" * (task.state is TaskState.TAKEN)
    words = f"{task.id} is changed{told}"
    return Accepted((changed, done_at_once(hand, EditTask(task.id, task.spec), task.id, words)))


def _uneditable(state: FloorState, task: Task, spec: TaskSpec) -> Refusal | None:
    """Why a task cannot become that."""
    if task.over:
        return rules.over(task)
    if task.state is TaskState.CHECKING:
        return Refusal(f"{task.id} is being checked", "wait for what comes of that")
    if trouble := rules.trouble(spec) or rules.unknown_after(state, set(spec.after) - set(task.spec.after)):
        return trouble
    if rules.circle({**{each.id: each.spec.after for each in state.tasks.values()}, task.id: spec.after}, task.id):
        return Refusal(f"{task.id} would come after itself", "leave that out")
    return _unheld_by_station(state, task, spec) if task.under_way and spec.write != task.spec.write else None


def _unheld_by_station(state: FloorState, task: Task, spec: TaskSpec) -> Refusal | None:
    """Why a task that is under way cannot write that."""
    cure = f"take it from there first: factory-tui requeue {task.station}"
    if not holds(state.owned[task.station].scope.write, spec.write):
        return Refusal(f"{name_of(state, task.station)}, which has it in hand, may not write all of that", cure)
    if other := clash(state, spec.write, task.id):
        return Refusal(f"{name_of(state, state.tasks[other].station)} writes there for {other}", cure)
    return None


def moved(state: FloorState, wish: MoveTask, hand: Hand) -> Decision:
    task = rules.found(state, wish.task)
    if isinstance(task, Refusal):
        return task
    if task.state not in _WAITS:
        return Refusal(f"{task.id} is {task.state.value}", "only what waits in the queue has a place there")
    priority = task.spec.priority
    waiting = (each for each in state.tasks.values() if each.state in _WAITS and each.spec.priority == priority)
    peers = in_order(waiting)
    at = peers.index(task)
    behind = peers[at + 1].id if at + 1 < len(peers) else ""
    if behind == wish.before:
        return Accepted(told="it is there already")
    order = _place(state, task, wish.before, [*peers[:at], *peers[at + 1 :]])
    if isinstance(order, Refusal):
        return order
    words = f"{task.id} comes before {wish.before}" if wish.before else f"{task.id} is the last of its priority"
    ordered = ev.TaskOrdered(**about(task, hand), order=order)
    return Accepted((ordered, done_at_once(hand, MoveTask(task.id, behind), task.id, words)))


def _place(state: FloorState, task: Task, before: str, others: Sequence[Task]) -> float | Refusal:
    """The order by which a task comes before that one of the others, or behind all of them."""
    if not before:
        return last_order(state) + 1
    mark = rules.found(state, before)
    if isinstance(mark, Refusal) or mark not in others:
        return mark if isinstance(mark, Refusal) else _no_mark(task, mark)
    place = others.index(mark)
    lower = others[place - 1].order if place else mark.order - 2
    order = (lower + mark.order) / 2
    if not lower < order < mark.order:
        return Refusal("there is no room between these two", f"move {mark.id} to the end first")
    return order


def _no_mark(task: Task, mark: Task) -> Refusal:
    """Why a task cannot come before that one."""
    if mark is task:
        return Refusal(f"{task.id} cannot come before itself", "name another task")
    if mark.state not in _WAITS:
        return Refusal(f"{mark.id} is {mark.state.value}", "name one that waits in the queue")
    cure = f"give it that, too: factory-tui task edit {task.id} --priority {mark.spec.priority}"
    return Refusal(f"{mark.id} has the priority {mark.spec.priority}, and {task.id} {task.spec.priority}", cure)


def held(state: FloorState, wish: HoldTask, hand: Hand) -> Decision:
    task = rules.found(state, wish.task)
    if isinstance(task, Refusal):
        return task
    reason, target = clean(wish.reason, REASON), TaskState.HELD if wish.hold else TaskState.QUEUED
    words = f"{task.id} is {'held' if wish.hold else 'in the queue'}"
    if task.state is target:
        return Accepted(told=f"{words} already")
    if task.state is TaskState.DROPPED and (trouble := rules.done_otherwise(state, task)) is not None:
        return trouble
    fact: ev.Event
    match task.state:
        case TaskState.QUEUED | TaskState.HELD | TaskState.DROPPED if wish.hold:
            fact = ev.TaskHeld(**about(task, hand), reason=reason)
        case TaskState.HELD | TaskState.DROPPED:
            fact = ev.TaskReleased(**about(task, hand))
        case TaskState.FAILED | TaskState.REVIEW:
            back = moves.returned(state, task, hand["time"], reason or task.reason, who=hand["who"])
            fact = replace(back, source=SOURCE, held=wish.hold, to=task.assigned)
        case TaskState.FINISHED:
            return rules.over(task)
        case _:
            name = name_of(state, task.station)
            cure = f"take it from there: factory-tui requeue {task.station}{' --hold' * wish.hold}, or drop it"
            return Refusal(f"{name} has {task.id} in hand", cure)
    return Accepted((fact, done_at_once(hand, _unheld(task), task.id, words)))


def _unheld(task: Task) -> HoldTask | DropTask | ReopenTask:
    """What makes it what it is."""
    match task.state:
        case TaskState.QUEUED:
            return HoldTask(task.id, hold=False)
        case TaskState.HELD:
            return HoldTask(task.id, hold=True, reason=task.reason)
        case TaskState.DROPPED:
            return DropTask(task.id, task.reason)
        case _:
            return ReopenTask(task.id, task.lease, task.state)


def assigned(state: FloorState, wish: AssignTask, hand: Hand) -> Decision:
    task, station = rules.found(state, wish.task), meant(state, wish.station) if wish.station else ""
    if isinstance(task, Refusal):
        return task
    if isinstance(station, Refusal):
        return station
    if trouble := _unassignable(state, task, station):
        return trouble
    if station == task.assigned:
        return Accepted(told="that is so already")
    fact = ev.TaskAssigned(**about(task, hand), station=station)
    words = f"{task.id} is for {name_of(state, station)}" if station else f"{task.id} is for whoever is free"
    return Accepted((fact, done_at_once(hand, AssignTask(task.id, task.assigned), task.id, words)))


def _unassignable(state: FloorState, task: Task, station: str) -> Refusal | None:
    """Why a task cannot be for a station, or for any."""
    if task.over:
        return rules.over(task)
    if task.under_way:
        cure = f"hand it over: factory-tui requeue {task.station} --to {station or 'STATION'}"
        return Refusal(f"{name_of(state, task.station)} has {task.id} in hand", cure)
    return unfit(state, task, station) if station else None


def unfit(state: FloorState, task: Task, station: str) -> Refusal | None:
    """Why a station could never take a task."""
    known, name = state.owned[station], name_of(state, station)
    if not known.lives:
        return Refusal(f"{name} is {known.life.value}", f"resume it first: factory-tui resume {station}")
    if trouble := deaf(state.stations[station].kind, name):
        return trouble
    if not holds(known.scope.write, task.spec.write):
        writes = clean(" ".join(task.spec.write), 120)
        return Refusal(f"{name} may not write all of {writes}", "widen its scope first, or take another one")
    return None


def deaf(kind: str, name: str) -> Refusal | None:
    """Why a station of a kind takes no task whatever."""
    if kind not in PROMPTLESS:
        return None
    return Refusal(
        f"{name} is a {kind}, which can be told of no task", f"start one for it: factory-tui start {kind} TASK"
    )
