"""What an operator's hands can do to tasks, and why not where it cannot be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sessions.floor.commands import (
    AnyWish,
    AssignTask,
    DropTask,
    HoldTask,
    JudgeTask,
    RequeueStation,
)
from sessions.floor.tasks.task import Task, TaskState
from sessions.views.hands import NOTHING


class Verb(StrEnum):
    """What is done to tasks by one key."""

    EDIT = "edit"
    EARLIER = "earlier"
    LATER = "later"
    HOLD = "hold"
    """Or release."""
    ASSIGN = "hand over"
    REQUEUE = "requeue"
    SPLIT = "split"
    DROP = "drop"
    ACCEPT = "accept"
    BACK = "give back"


JUDGED = (TaskState.REVIEW, TaskState.FAILED)
_HELD = (TaskState.HELD, TaskState.DROPPED, TaskState.FAILED)
"""What is let go by the key that holds."""
DONE = {
    Verb.HOLD: "is held: nobody takes it before it is released",
    Verb.DROP: "is dropped",
    Verb.ACCEPT: "is accepted",
    Verb.BACK: "goes back to its station",
    Verb.REQUEUE: "goes back to the queue; the work of its station is kept",
}
RELEASED = "is in the queue again"


def releases(task: Task) -> bool:
    """Whether the key that holds lets this one go."""
    return task.state in _HELD


def trouble(task: Task, verb: Verb) -> str:
    """Why it cannot be done to this one; "" where it can."""
    if task.state is TaskState.FINISHED:
        return "it is finished"
    if task.state is TaskState.DROPPED and verb is not Verb.HOLD:
        return "it was dropped: p puts it back"
    if verb in (Verb.EARLIER, Verb.LATER) and task.state is not TaskState.QUEUED:
        return "it is not in the queue"
    if verb is Verb.REQUEUE and not task.under_way:
        return "no station has it in hand"
    if verb is Verb.HOLD and task.under_way and not releases(task):
        return "a station has it in hand: T takes it from that"
    judged = verb not in (Verb.ACCEPT, Verb.BACK) or task.state in JUDGED
    return "" if judged else _UNJUDGED.get(task.state, "nobody waits for that")


_UNJUDGED = {TaskState.CHECKING: "its check runs: wait for that"}


def refusal(tasks: Sequence[Task], verb: Verb) -> str:
    """Why it cannot be done to any of them; "" where it can be done to one."""
    first = ""
    for task in tasks:
        reason = trouble(task, verb)
        if not reason:
            return ""
        first = first or reason
    return f"none of the {len(tasks)} marked ones can: {first}" if len(tasks) > 1 else first or NOTHING


def wish_of(task: Task, verb: Verb, text: str = "", station: str = "") -> AnyWish:
    """What is to be asked of the supervisor; `text` is a reason, `station` who is to have it."""
    match verb:
        case Verb.HOLD:
            return HoldTask(task.id, hold=not releases(task))
        case Verb.DROP:
            return DropTask(task.id, text)
        case Verb.ACCEPT | Verb.BACK:
            return JudgeTask(task.id, verb is Verb.ACCEPT, text)
        case Verb.ASSIGN if task.under_way:
            return RequeueStation(task.station, "handed over", to=station)
        case Verb.REQUEUE:
            return RequeueStation(task.station, text)
        case Verb.ASSIGN:
            return AssignTask(task.id, station)
    raise ValueError(f"{verb} asks for more than a word")


def said(task: Task, verb: Verb) -> str:
    """What was done to it, after its name."""
    return RELEASED if verb is Verb.HOLD and releases(task) else DONE.get(verb, "is changed")
