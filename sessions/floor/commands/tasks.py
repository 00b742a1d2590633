"""What can be asked of the queue."""

from __future__ import annotations

from sessions.floor.commands.wish import Wish
from sessions.floor.tasks.task import TaskSpec, TaskState
from sessions.text import Words


class AddTasks(Wish, frozen=True, tag="add_tasks"):
    """Put work into the queue, all of it or none; what is there already, by its content, is not put there twice."""

    specs: tuple[TaskSpec, ...]
    held: bool = False
    """Nobody takes it before it is released."""


class EditTask(Wish, frozen=True, tag="edit_task"):
    """Have this done instead. A station that has the task in hand is told."""

    task: str
    spec: TaskSpec


class MoveTask(Wish, frozen=True, tag="move_task"):
    """Put a task before another one in the queue; behind all of its priority without one."""

    task: str
    before: str = ""


class HoldTask(Wish, frozen=True, omit_defaults=True, tag="hold_task"):
    """Have nobody take a task, or let it be taken again: one that was dropped or failed, too."""

    task: str
    hold: bool = True
    reason: Words = ""


class AssignTask(Wish, frozen=True, tag="assign_task"):
    """Have only this station take a task; any, without one."""

    task: str
    station: str = ""


class SplitTask(Wish, frozen=True, tag="split_task"):
    """Have these done in place of a task. `chained`: one after the other."""

    task: str
    parts: tuple[TaskSpec, ...]
    chained: bool = False


class DropTask(Wish, frozen=True, omit_defaults=True, tag="drop_task"):
    """Have a task not done. A station that has it in hand is told to stop; its work is kept."""

    task: str
    reason: Words = ""


class DropTasks(Wish, frozen=True, omit_defaults=True, tag="drop_tasks"):
    """Have none of these done, as `DropTask`; what is over already stays so."""

    tasks: tuple[str, ...]
    reason: Words = ""


class JoinTask(Wish, frozen=True, omit_defaults=True, tag="join_task"):
    """Undo that a task was split: it is in the queue again, and its parts are dropped."""

    task: str
    parts: tuple[str, ...]
    held: bool = False
    station: str = ""
    """Which had it in hand, and has it again if it can."""


class ReopenTask(Wish, frozen=True, tag="reopen_task"):
    """Undo what a person said of a task: it is so again, with its station, if nobody took it since."""

    task: str
    lease: int
    state: TaskState


class JudgeTask(Wish, frozen=True, omit_defaults=True, tag="judge_task"):
    """Accept a task that waits for that, or whose check failed too often; or give it back with a reason."""

    task: str
    accepted: bool
    reason: Words = ""


class TakeTasks(Wish, frozen=True, tag="take_tasks"):
    """Have a station of ours take tasks from the queue whenever it is free, or not any more."""

    station: str
    takes: bool = True


TaskWish = (
    AddTasks
    | EditTask
    | MoveTask
    | HoldTask
    | AssignTask
    | SplitTask
    | DropTask
    | DropTasks
    | JoinTask
    | ReopenTask
    | JudgeTask
    | TakeTasks
)
"""About the queue."""
