"""What can be no task. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sessions.floor.decide.decision import Refusal
from sessions.floor.ours.budget import MEASURES
from sessions.floor.scopes import sets
from sessions.floor.state import FloorState
from sessions.floor.tasks import most
from sessions.floor.tasks.sources.key import MARK
from sessions.floor.tasks.task import Source, Task, TaskSpec, TaskState
from sessions.text import clean

LONGEST_CHECK_S = 86_400.0
LIST = "see `factory-tui task list`"


def trouble(spec: TaskSpec) -> Refusal | None:
    """Why this can be no task, whatever is on the floor."""
    if not spec.title.strip():
        return Refusal("the task has no title", "say in a few words what is to be done")
    if clean(spec.title, most.TITLE_CHARS) != spec.title:
        return Refusal(f"a title is one line of at most {most.TITLE_CHARS} characters", "put the rest into its text")
    if len(spec.text) > most.TEXT_CHARS:
        return Refusal(
            f"its text has {len(spec.text):,} characters", f"say it in {most.TEXT_CHARS:,}, or put it into a file"
        )
    if clean(spec.role, most.ROLE_CHARS) != spec.role:
        return Refusal("that is no role", "take a word, such as ship or test")
    return _wrong_bounds(spec) or _wrong_check(spec)


def _wrong_bounds(spec: TaskSpec) -> Refusal | None:
    for globs in (spec.write, spec.check.must, spec.check.must_not):
        if reason := sets.trouble(globs):
            return Refusal(reason, "see the README for how scopes are written")
    if any(getattr(spec.budget, what) < 0 for what in MEASURES):
        return Refusal("a budget is not less than nothing", "leave out what is not bounded")
    if not 0 <= spec.retries <= most.RETRIES:
        return Refusal(f"{spec.retries} is no number of retries", f"take one from 0 to {most.RETRIES}")
    if abs(spec.priority) > most.PRIORITY:
        return Refusal(f"{spec.priority} is no priority", f"take one up to {most.PRIORITY:,}; the higher comes first")
    if len(spec.after) > most.AFTER:
        return Refusal(f"it comes after {len(spec.after)} tasks", f"take {most.AFTER} at most")
    return None


def _wrong_check(spec: TaskSpec) -> Refusal | None:
    check = spec.check
    if any(not command.strip() for command in check.commands):
        return Refusal("a command of its check is empty", "leave it out")
    if len(check.commands) > most.COMMANDS or any(len(command) > most.COMMAND_CHARS for command in check.commands):
        return Refusal("its check is too long", f"take {most.COMMANDS} commands at most, or put them into a script")
    if any("\0" in command for command in check.commands):
        return Refusal("a command of its check holds a null", "leave it out")
    if check.most_files < 0 or check.most_lines < 0:
        return Refusal("a limit is not less than nothing", "leave out what is not bounded")
    if not 0 < check.seconds <= LONGEST_CHECK_S:
        return Refusal(f"a check takes no {check.seconds:g} seconds", "take from 1 to 86,400")
    return None


def found(state: FloorState, task: str) -> Task | Refusal:
    """The task with this id."""
    known = state.tasks.get(task)
    return Refusal(f"there is no task {clean(task, 80)!r}", LIST) if known is None else known


def over(task: Task) -> Refusal:
    """That nothing more can be done about it."""
    cure = "release it first" if task.state is TaskState.DROPPED else "add what is still to be done as a new one"
    return Refusal(f"{task.id} is {task.state.value}", cure)


def unknown_after(state: FloorState, after: Iterable[str]) -> Refusal | None:
    """That it would come after what nobody knows."""
    for name in after:
        if name.startswith(MARK):
            return Refusal("it would come after one that is not in its file", "write that, too, or leave this out")
        if name not in state.tasks:
            return Refusal(f"it would come after {clean(name, 80)!r}, which is no task", LIST)
        if state.tasks[name].state is TaskState.DROPPED:
            return Refusal(f"it would come after {name}, which was dropped", f"release {name}, or leave that out")
    return None


def circle(after: Mapping[str, tuple[str, ...]], start: str) -> bool:
    """Whether a task comes after itself, by what each comes after."""
    todo, seen = list(after.get(start, ())), set[str]()
    while todo:
        name = todo.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            todo += after.get(name, ())
    return False


def done_otherwise(state: FloorState, task: Task) -> Refusal | None:
    """Why a dropped task cannot come back: it would be done beside its parts, or beside that of which it is one."""
    whole, seen = task, {task.id}
    while (above := _whole_of(state, whole)) is not None and above.id not in seen:
        whole = above
        seen.add(whole.id)
        if whole.state is not TaskState.DROPPED:
            return Refusal(f"{task.id} is a part of {whole.id}, which is one task again", f"split {whole.id} again")
    within = {task.id}
    for part in state.tasks.values():  # a part is added after that of which it is one
        if part.id not in within and part.spec.source is Source.SPLIT and part.spec.origin in within:
            within.add(part.id)
            if part.state is not TaskState.DROPPED:
                what = f"{task.id} was split, and {part.id} of it is {part.state.value}"
                return Refusal(what, "drop its parts first")
    return None


def _whole_of(state: FloorState, part: Task) -> Task | None:
    return state.tasks.get(part.spec.origin) if part.spec.source is Source.SPLIT else None
