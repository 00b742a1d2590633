"""What commands about the queue come to. Pure."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.commands import AddTasks, TaskWish
from sessions.floor.decide.decision import SOURCE, Accepted, Decision, Hand, Refusal, done_at_once
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskSpec


def decide_task(state: FloorState, wish: TaskWish, hand: Hand) -> Decision:
    """What `wish` comes to on this floor."""
    match wish:
        case AddTasks(specs):
            return _added(state, specs, hand)
    return Refusal(f"{type(wish).__name__} cannot be done yet", "add tasks")


def _added(state: FloorState, specs: tuple[TaskSpec, ...], hand: Hand) -> Decision:
    number, order = len(state.tasks), max((task.order for task in state.tasks.values()), default=0.0)
    added = [
        ev.TaskAdded(
            time=hand["time"], source=SOURCE, task=f"t{number + i}", who=hand["who"], spec=spec, order=order + i
        )
        for i, spec in enumerate(specs, 1)
    ]
    return Accepted((*added, done_at_once(hand, about=added[0].task if added else "")))
