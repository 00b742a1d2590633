"""What a person says of a task that its station has done, and how that is taken back. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import JudgeTask, ReopenTask
from sessions.floor.decide.decision import SOURCE, Accepted, Decision, Hand, Refusal, done_at_once
from sessions.floor.decide.queue import specs as rules
from sessions.floor.decide.queue.changing import REASON
from sessions.floor.state import FloorState, name_of
from sessions.floor.tasks import moves
from sessions.floor.tasks.queue import clash
from sessions.floor.tasks.task import Task, TaskState
from sessions.text import clean

_JUDGED = (TaskState.REVIEW, TaskState.FAILED)


def judged(state: FloorState, wish: JudgeTask, hand: Hand) -> Decision:
    task = rules.found(state, wish.task)
    if isinstance(task, Refusal):
        return task
    if task.state not in _JUDGED:
        return _nothing_to_judge(state, task)
    name, reason = name_of(state, task.station), clean(wish.reason, REASON)
    undo = ReopenTask(task.id, task.lease, task.state)
    known = state.owned.get(task.station)
    if wish.accepted:
        fact: ev.Event = ev.TaskFinished(**moves.about(task, hand["time"], SOURCE), head=task.head, who=hand["who"])
        words = f"{task.id} is accepted: {task.spec.title}"
    elif known is not None and known.lives:
        reason = reason or task.reason
        fact = ev.TaskBounced(**moves.about(task, hand["time"], SOURCE), reason=reason, who=hand["who"])
        words = f"{task.id} goes back to {name}"
    else:  # its station is there no more
        reason = reason or task.reason
        fact = replace(moves.returned(state, task, hand["time"], reason, who=hand["who"]), source=SOURCE)
        words = f"{task.id} goes back to the queue, as {name} does not run"
    return Accepted((fact, done_at_once(hand, undo, task.id, words)))


def _nothing_to_judge(state: FloorState, task: Task) -> Refusal:
    match task.state:
        case TaskState.CHECKING:
            return Refusal(f"{task.id} is being checked", "wait for what comes of that")
        case TaskState.TAKEN:
            name = name_of(state, task.station)
            return Refusal(f"{name} is at work for {task.id}", "wait until it says that it is done, or drop the task")
        case TaskState.QUEUED | TaskState.HELD:
            return Refusal(f"nobody has done {task.id} yet", "drop it, if it is not to be done")
        case _:
            return rules.over(task)


def reopened(state: FloorState, wish: ReopenTask, hand: Hand) -> Decision:
    task = rules.found(state, wish.task)
    if isinstance(task, Refusal):
        return task
    if task.state is wish.state and task.lease == wish.lease:
        return Accepted(told=f"{task.id} is {task.state.value} already")
    if trouble := _unopenable(state, task, wish.lease):
        return trouble
    fact = ev.TaskReopened(**moves.about(task, hand["time"], SOURCE), state=wish.state, who=hand["who"])
    words = f"{task.id} is {wish.state.value} again"
    if task.state is TaskState.TAKEN:  # its station was told that it is not done
        return Accepted((fact, ev.DropWanted(station=task.station, task=task.id, **hand)))
    return Accepted((fact, done_at_once(hand, None, task.id, words)))


def _unopenable(state: FloorState, task: Task, lease: int) -> Refusal | None:
    """Why what was said of a task cannot be taken back."""
    cure = "add what is still to be done as a new task"
    if not lease:
        return Refusal(f"nobody had {task.id} in hand yet", "look at what is in the queue now")
    if task.lease != lease:
        return Refusal(f"{task.id} was taken again since", "look at who has it now")
    if (other := state.hands.get(task.station, task.id)) != task.id:
        return Refusal(f"{name_of(state, task.station)} has {other} in hand by now", cure)
    if not task.under_way and (other := clash(state, task.spec.write, task.id)):
        return Refusal(f"{name_of(state, state.tasks[other].station)} writes there for {other} by now", cure)
    return None
