"""How tasks leave the queue without being done: dropped, or split into others. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import (
    AnyWish,
    BringBack,
    DropTask,
    DropTasks,
    HoldTask,
    JoinTask,
    ReopenTask,
    SplitTask,
)
from sessions.floor.decide.decision import SOURCE, Accepted, Decision, Hand, Refusal, done_at_once
from sessions.floor.decide.queue import specs as rules
from sessions.floor.decide.queue.adding import events_of
from sessions.floor.decide.queue.changing import REASON, about
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState
from sessions.floor.tasks import moves
from sessions.floor.tasks.learned import learned
from sessions.floor.tasks.queue import clash
from sessions.floor.tasks.task import Source, Task, TaskSpec, TaskState
from sessions.text import clean

MOST_PARTS = 100


def dropped(state: FloorState, wish: DropTask, hand: Hand) -> Decision:
    task = rules.found(state, wish.task)
    if isinstance(task, Refusal):
        return task
    if task.state is TaskState.DROPPED:
        return Accepted(told=f"{task.id} was dropped already")
    if task.over:
        return rules.over(task)
    words = f"{task.id} is dropped: {task.spec.title}"
    if (waiting := next(_after(state, task.id), None)) is not None:
        words += f"; {waiting.id} comes after it, and waits"
    return Accepted((_drop(task, wish.reason, hand), _ended(state, (task,), hand, _undropped(task), words)))


def all_dropped(state: FloorState, wish: DropTasks, hand: Hand) -> Decision:
    tasks = [state.tasks[name] for name in dict.fromkeys(wish.tasks) if name in state.tasks]
    tasks = [task for task in tasks if not task.over]
    if not tasks:
        return Refusal("none of them is still to be done", rules.LIST)
    words = f"{tasks[0].id} is dropped" if len(tasks) == 1 else f"{len(tasks)} tasks are dropped"
    return Accepted((*(_drop(task, wish.reason, hand) for task in tasks), _ended(state, tasks, hand, None, words)))


def split(state: FloorState, wish: SplitTask, hand: Hand) -> Decision:
    """The parts stand where the task stood; what came after it comes after them."""
    task = rules.found(state, wish.task)
    if isinstance(task, Refusal):
        return task
    if task.over:
        return rules.over(task)
    if task.state is TaskState.CHECKING:
        return Refusal(f"{task.id} is being checked", "wait for what comes of that")
    if not 2 <= len(wish.parts) <= MOST_PARTS:
        return Refusal(f"{len(wish.parts)} parts are none", f"name from 2 to {MOST_PARTS}")
    for number, part in enumerate(wish.parts, 1):
        if trouble := rules.trouble(part) or rules.unknown_after(state, part.after):
            return Refusal(f"part {number}: {trouble.reason}", trouble.cure)
    parts = _placed(state, task, wish)
    what = (*task.learned, learned(state, task)) if task.under_way else task.learned
    facts = events_of(state, parts, hand, what, task.order)
    ids = tuple(fact.task for fact in facts)
    held: list[ev.Event] = [_held(each, hand) for each in ids] if task.state is TaskState.HELD else []
    ends = ids[-1:] if wish.chained else ids
    moved = [_rewired(each, (task.id,), ends, hand) for each in _after(state, task.id)]
    reason = f"split into {ids[0]} to {ids[-1]}"
    station = task.station if task.state is TaskState.TAKEN else ""
    undo = JoinTask(task.id, ids, task.state is TaskState.HELD, station)
    words = f"{task.id} is split into {len(ids)}: {ids[0]} to {ids[-1]}"
    return Accepted((*facts, *held, *moved, _drop(task, reason, hand), _ended(state, (task,), hand, undo, words)))


def joined(state: FloorState, wish: JoinTask, hand: Hand) -> Decision:
    task = rules.found(state, wish.task)
    if isinstance(task, Refusal):
        return task
    if task.state is not TaskState.DROPPED:
        return Refusal(f"{task.id} is {task.state.value}", "look at what is in the queue now")
    parts = [state.tasks[name] for name in wish.parts if name in state.tasks]
    if (done := next((part for part in parts if part.state is TaskState.FINISHED), None)) is not None:
        return Refusal(f"{done.id} of its parts is finished", "drop the others, if they are not to be done")
    gone = [part for part in parts if not part.over]
    others = {each.id: each for part in parts for each in _after(state, part.id) if each.id not in wish.parts}
    facts: list[ev.Event] = [_rewired(each, wish.parts, (task.id,), hand) for each in others.values()]
    facts += [_drop(part, f"joined to {task.id}", hand) for part in gone]
    known = state.owned.get(wish.station)
    free = known is not None and known.life is Life.RUNNING
    if (
        free
        and state.hands.get(wish.station, "") in ("", *wish.parts)
        and not clash(state, task.spec.write, *wish.parts)
    ):
        base = moves.base_of(state, wish.station)
        facts.append(moves.taken(state, task, wish.station, base, hand["time"], SOURCE))
    elif wish.held:
        facts.append(ev.TaskHeld(**about(task, hand)))
    else:
        facts.append(ev.TaskReleased(**about(task, hand)))
    words = f"{task.id} is one task again"
    return Accepted((*facts, _ended(state, gone, hand, None, words, task.id)))


def _drop(task: Task, reason: str, hand: Hand) -> ev.TaskDropped:
    return ev.TaskDropped(**about(task, hand), reason=clean(reason, REASON))


def _held(task: str, hand: Hand) -> ev.TaskHeld:
    return ev.TaskHeld(time=hand["time"], source=SOURCE, task=task, who=hand["who"])


def _ended(
    state: FloorState, tasks: Sequence[Task], hand: Hand, undo: AnyWish | None, words: str, of: str = ""
) -> ev.DropWanted | ev.CommandDone:
    """That it is done; or that the stations are to stop that are at work for these."""
    working = [task for task in tasks if task.state is TaskState.TAKEN]
    if not working:
        return done_at_once(hand, undo, of or tasks[0].id, words)
    first, *more = (task.station for task in working)
    return ev.DropWanted(station=first, task=working[0].id, also=tuple(more), undo=undo, **hand)


def _undropped(task: Task) -> AnyWish:
    """What makes a dropped task what it was."""
    match task.state:
        case TaskState.QUEUED | TaskState.HELD:
            return HoldTask(task.id, hold=task.state is TaskState.HELD, reason=task.reason)
        case TaskState.TAKEN:
            return BringBack(task.station, task.id, dropped=True)
        case _:
            return ReopenTask(task.id, task.lease, task.state)


def _after(state: FloorState, name: str) -> Iterator[Task]:
    """What comes after a task and is not over."""
    return (each for each in state.tasks.values() if name in each.spec.after and not each.over)


def _placed(state: FloorState, task: Task, wish: SplitTask) -> tuple[TaskSpec, ...]:
    """The parts as they are added: parts of that one, after what it came after, and one after the other if chained."""
    found = []
    for number, part in enumerate(wish.parts):
        before = (f"t{state.task_count + number}",) if wish.chained and number else task.spec.after
        after = tuple(dict.fromkeys((*part.after, *before)))
        found.append(replace(part, source=Source.SPLIT, origin=task.id, priority=task.spec.priority, after=after))
    return tuple(found)


def _rewired(task: Task, old: Sequence[str], new: Sequence[str], hand: Hand) -> ev.TaskChanged:
    """That a task comes after others than before."""
    after: list[str] = []
    for name in task.spec.after:
        after += new if name in old else (name,)
    spec = replace(task.spec, after=tuple(dict.fromkeys(after)))
    return ev.TaskChanged(**about(task, hand), spec=spec)
