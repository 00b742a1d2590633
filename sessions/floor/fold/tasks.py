"""How the floor keeps tasks. What is said of a taking by an older lease than the present one changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold import versions
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.slice import Slice
from sessions.floor.ours.lives import Life
from sessions.floor.tasks.task import NO_CHECK, Task, TaskState
from sessions.floor.tasks.words import is_of

TASKS = Slice("tasks", versions.TASKS, ("tasks", "hands", "task_count"), reads=("stations",))
MOST_OVER = 1_000
"""Tasks remembered that are over, the newest; the journal has all."""
MOST_LEARNED = 5
_MOMENTS = ("since", "taken", "begun", "done")


def _put(draft: Draft, event: ev.TaskEvent | ev.TakingEvent, **changes: object) -> None:
    """Change a task; one that nobody added is none."""
    task = draft.tasks.get(event.task)
    if task is None:
        return
    state = changes.get("state", task.state)
    if state is not task.state:
        changes["since"] = event.time
    after = draft.tasks[event.task] = replace(task, **changes)
    if after.under_way:
        draft.hands[after.station] = after.id
    elif draft.hands.get(task.station) == task.id:
        del draft.hands[task.station]
    if state in (TaskState.FINISHED, TaskState.DROPPED) and not task.over:
        _forget(draft)


def _forget(draft: Draft) -> None:
    """Let go of the task that has been over for longest, where there are too many, unless another waits for it."""
    over = [task for task in draft.tasks.values() if task.over]
    if len(over) <= MOST_OVER:
        return
    needed = {name for task in draft.tasks.values() if not task.over for name in task.spec.after}
    for task in sorted(over, key=lambda task: task.since):
        if task.id not in needed:
            del draft.tasks[task.id]
            return


def _present(draft: Draft, event: ev.TakingEvent) -> Task | None:
    """The task, where this is about its present taking."""
    task = draft.tasks.get(event.task)
    return task if task is not None and task.under_way and task.lease == event.lease else None


@TASKS.folds
def task_added(draft: Draft, event: ev.TaskAdded) -> None:
    draft.task_count += 1
    if event.task not in draft.tasks:
        draft.tasks[event.task] = Task(
            event.task,
            event.spec,
            order=event.order,
            added=event.time,
            since=event.time,
            who=event.who,
            learned=event.learned,
        )


@TASKS.folds
def task_changed(draft: Draft, event: ev.TaskChanged) -> None:
    task = draft.tasks.get(event.task)
    if task is not None and task.state is TaskState.TAKEN:  # its station is to be told of it
        _put(draft, event, spec=event.spec, edits=task.edits + 1, begun=0.0, done=0.0)
    else:
        _put(draft, event, spec=event.spec)


@TASKS.folds
def task_ordered(draft: Draft, event: ev.TaskOrdered) -> None:
    _put(draft, event, order=event.order)


@TASKS.folds
def task_held(draft: Draft, event: ev.TaskHeld) -> None:
    _put(draft, event, state=TaskState.HELD, reason=event.reason)


@TASKS.folds
def task_released(draft: Draft, event: ev.TaskReleased) -> None:
    _put(draft, event, state=TaskState.QUEUED, reason="", bounces=0)


@TASKS.folds
def task_assigned(draft: Draft, event: ev.TaskAssigned) -> None:
    _put(draft, event, assigned=event.station)


@TASKS.folds
def task_dropped(draft: Draft, event: ev.TaskDropped) -> None:
    _put(draft, event, state=TaskState.DROPPED, reason=event.reason)


@TASKS.folds
def task_taken(draft: Draft, event: ev.TaskTaken) -> None:
    task = draft.tasks.get(event.task)
    if task is not None and event.lease > task.lease:
        names = ("station", "lease", "base", "spent")
        taken = {"taken": event.time, **{name: getattr(event, name) for name in names}}
        taken |= {"bounces": 0, "edits": 0, "broken": 0, "begun": 0.0, "done": 0.0, "output": "", "reason": ""}
        _put(draft, event, state=TaskState.TAKEN, **taken)


def _in_hand(draft: Draft, station: str) -> Task | None:
    """What a station is at work for."""
    hands: Mapping[str, str] = draft.__dict__.get("hands", draft.before.hands)
    if station not in hands:
        return None
    tasks: Mapping[str, Task] = draft.__dict__.get("tasks", draft.before.tasks)
    task = tasks.get(hands[station])
    return task if task is not None and task.state is TaskState.TAKEN else None


@TASKS.folds
def turn_started(draft: Draft, event: ev.TurnStarted) -> None:
    """Its station works at it: it was told of it. What else it was asked before that says nothing of the task."""
    task = _in_hand(draft, event.station)
    if task is None or (not task.begun and event.prompt and not is_of(event.prompt, task)):
        return
    if not task.begun or task.done:
        draft.tasks[task.id] = replace(task, begun=task.begun or event.time, done=0.0)


@TASKS.folds
def turn_finished(draft: Draft, event: ev.TurnFinished) -> None:
    task = _in_hand(draft, event.station)
    if task is not None and task.begun and not event.interrupted:
        draft.tasks[task.id] = replace(task, done=event.time)


@TASKS.folds
def life_changed(draft: Draft, event: ev.LifeChanged) -> None:
    """What was at work for it is gone, unless that had said that it is done."""
    task = _in_hand(draft, event.station) if event.life is Life.LOST else None
    if task is not None and not task.done:
        draft.tasks[task.id] = replace(task, broken=task.broken + 1, begun=0.0)


@TASKS.folds
def signal_raised(draft: Draft, event: ev.SignalRaised) -> None:
    """It may say so in its turn; and some tell no turns. Who tells them and was not told of it means an earlier one."""
    task = _in_hand(draft, event.station) if event.name == "TASK_COMPLETE" else None
    if task is None or event.time < task.taken:
        return
    if task.begun or not draft.known_station(event.station).turns:
        draft.tasks[task.id] = replace(task, begun=task.begun or event.time, done=event.time)


@TASKS.folds
def task_claimed(draft: Draft, event: ev.TaskClaimed) -> None:
    if _present(draft, event) is not None:
        _put(draft, event, state=TaskState.CHECKING)


@TASKS.folds
def check_finished(draft: Draft, event: ev.CheckFinished) -> None:
    if (task := _present(draft, event)) is not None:
        said = "" if event.passed else "\n".join((*event.failures, event.output)).strip()
        _put(draft, event, checks=task.checks + 1, output=said, head=event.head)
        if event.passed and task.spec.check == NO_CHECK:  # there is nothing that could say that it is done
            _put(draft, event, state=TaskState.REVIEW)


@TASKS.folds
def task_finished(draft: Draft, event: ev.TaskFinished) -> None:
    if _present(draft, event) is not None:
        _put(draft, event, state=TaskState.FINISHED, head=event.head, reason="")


@TASKS.folds
def task_bounced(draft: Draft, event: ev.TaskBounced) -> None:
    if (task := _present(draft, event)) is not None:
        _put(draft, event, state=TaskState.TAKEN, bounces=task.bounces + 1, reason=event.reason, begun=0.0, done=0.0)


@TASKS.folds
def task_failed(draft: Draft, event: ev.TaskFailed) -> None:
    if _present(draft, event) is not None:
        _put(draft, event, state=TaskState.FAILED, reason=event.reason)


@TASKS.folds
def task_returned(draft: Draft, event: ev.TaskReturned) -> None:
    if (task := _present(draft, event)) is not None:
        state = TaskState.HELD if event.held else TaskState.QUEUED
        learned = (*task.learned, event.learned)[-MOST_LEARNED:]
        changes = {"assigned": event.to, "hedged": task.hedged or event.hedged, "lost": task.lost + event.lost}
        _put(draft, event, state=state, reason=event.reason, learned=learned, **changes)


@TASKS.folds
def task_reopened(draft: Draft, event: ev.TaskReopened) -> None:
    task = draft.tasks.get(event.task)
    if task is not None and task.lease == event.lease:
        _put(draft, event, state=event.state, station=event.station)


@TASKS.folds
def clock_set(draft: Draft, event: ev.ClockSet) -> None:
    """What is said from now on is of the present taking, also where that was dated later than now."""
    for task in [*draft.tasks.values()]:
        if max(getattr(task, moment) for moment in _MOMENTS) > event.time:
            past = {moment: min(getattr(task, moment), event.time) for moment in _MOMENTS}
            draft.tasks[task.id] = replace(task, **past)
