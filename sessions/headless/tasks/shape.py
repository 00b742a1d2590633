"""What headless JSON tells of tasks. Pure.

Field names and meanings are documented in README.md. Within one version fields are only ever added.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import msgspec

from sessions.floor.state import FloorState
from sessions.floor.tasks.task import Task, TaskSpec, TaskState
from sessions.headless.meters_shape import VERSION
from sessions.headless.ours_shape import BudgetShape

if TYPE_CHECKING:
    from sessions.floor.tasks.queue import Waiting


class CheckShape(msgspec.Struct, frozen=True, kw_only=True):
    """By what it is accepted; 0 is no limit."""

    commands: tuple[str, ...]
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    most_files: int
    most_lines: int
    seconds: float


class SpecShape(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done."""

    title: str
    text: str
    check: CheckShape
    write: tuple[str, ...]
    role: str
    budget: BudgetShape
    priority: int
    retries: int
    after: tuple[str, ...]
    source: str
    origin: str


class LearnedShape(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier try came to."""

    by: str
    """The id of the station."""
    output: str
    files: tuple[str, ...]
    notes: str
    branch: str


class TaskShape(msgspec.Struct, frozen=True, kw_only=True):
    """A task."""

    version: int = VERSION
    id: str
    spec: SpecShape
    state: str
    age_s: float
    """Since it is in its state."""
    station: str
    """The id of the station that has it in hand, or had it last."""
    assigned: str
    reason: str
    """Why it is held, dropped, failed or back in the queue."""
    waits: str
    """Why it waits, of one in the queue."""
    waits_for_task: str
    waits_for_station: str
    lease: int
    bounces: int
    checks: int
    head: str
    output: str
    """What its last failed check said."""
    learned: list[LearnedShape]
    hedged: bool
    added_by: str


class Tasks(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `task list --json`: in the order in which they are taken, and then as they were added."""

    version: int = VERSION
    seq: int
    time: float
    counts: Mapping[str, int]
    """By state."""
    tasks: list[TaskShape]


def tasks(state: FloorState, now: float, states: Collection[TaskState] | None = None) -> Tasks:
    """The tasks of these states."""
    return Tasks(seq=state.seq, time=round(now, 3), counts=counts(state), tasks=task_shapes(state, now, states))


def counts(state: FloorState) -> dict[str, int]:
    """How many tasks there are of each state."""
    found = {each.value: 0 for each in TaskState}
    for task in state.tasks.values():
        found[task.state.value] += 1
    return found


def task_shapes(state: FloorState, now: float, states: Collection[TaskState] | None = None) -> list[TaskShape]:
    """All of them, or those of these states: the queue in the order in which it is taken, then all others."""
    if not state.tasks:
        return []
    from sessions.floor.tasks.queue import in_order, waiting  # a floor without tasks is told without it

    waits = waiting(state)
    others = (task for task in in_order(state.tasks.values()) if task.id not in waits)
    found = [*(state.tasks[name] for name in waits), *others]
    return [task_shape(task, now, waits.get(task.id)) for task in found if states is None or task.state in states]


def task_shape(task: Task, now: float, waits: Waiting | None) -> TaskShape:
    """One task, with why it waits."""
    return TaskShape(
        id=task.id,
        spec=spec_shape(task.spec),
        state=task.state.value,
        age_s=round(max(0.0, now - task.since), 3),
        station=task.station,
        assigned=task.assigned,
        reason=task.reason,
        waits=waits.reason if waits else "",
        waits_for_task=waits.for_task if waits else "",
        waits_for_station=waits.for_station if waits else "",
        lease=task.lease,
        bounces=task.bounces,
        checks=task.checks,
        head=task.head,
        output=task.output,
        learned=[
            LearnedShape(by=each.by, output=each.output, files=each.files, notes=each.notes, branch=each.branch)
            for each in task.learned
        ],
        hedged=task.hedged,
        added_by=task.who,
    )


def spec_shape(spec: TaskSpec) -> SpecShape:
    """What is to be done."""
    check, budget = spec.check, spec.budget
    return SpecShape(
        title=spec.title,
        text=spec.text,
        check=CheckShape(
            commands=check.commands,
            must=check.must,
            must_not=check.must_not,
            most_files=check.most_files,
            most_lines=check.most_lines,
            seconds=check.seconds,
        ),
        write=spec.write,
        role=spec.role,
        budget=BudgetShape(tokens=budget.tokens, dollars=budget.dollars, seconds=budget.seconds, turns=budget.turns),
        priority=spec.priority,
        retries=spec.retries,
        after=spec.after,
        source=spec.source.value,
        origin=spec.origin,
    )
