"""How tasks get into the queue. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import AddTasks, DropTask, DropTasks
from sessions.floor.decide.decision import SOURCE, Accepted, Decision, Hand, Refusal, done_at_once
from sessions.floor.decide.queue import specs as rules
from sessions.floor.state import FloorState
from sessions.floor.tasks import most
from sessions.floor.tasks.sources.key import content_key, placed
from sessions.floor.tasks.task import Learned, TaskSpec, TaskState


def added(state: FloorState, wish: AddTasks, hand: Hand) -> Decision:
    """All of them, but for those that are there already, or nothing."""
    if not wish.specs:
        return Refusal("there is no task", "say what is to be done")
    for number, spec in enumerate(wish.specs, 1):
        if trouble := rules.trouble(spec):
            return _of(number, len(wish.specs), trouble)
    known = {content_key(task.spec): task.id for task in state.tasks.values() if task.state is not TaskState.DROPPED}
    new: dict[str, TaskSpec] = {}
    for spec in wish.specs:
        if (key := content_key(spec)) not in known:
            new.setdefault(key, spec)
    if not new:
        one = f"it is there already: {known[content_key(wish.specs[0])]}"
        return Accepted(told=one if len(wish.specs) == 1 else "all of them are there already")
    if len(new) + sum(not task.over for task in state.tasks.values()) > most.TASKS:
        return Refusal(f"the queue would have more than {most.TASKS:,} tasks", "add fewer, or drop some")
    ids = {key: f"t{state.task_count + number}" for number, key in enumerate(new, 1)}
    specs = placed(new.values(), {**known, **ids})
    if trouble := _misplaced(state, specs, tuple(ids.values())):
        return trouble
    facts = events_of(state, specs, hand)
    names = tuple(ids.values())
    held = [_about(task, hand) for task in names] if wish.held else []
    undo = DropTask(names[0]) if len(names) == 1 else DropTasks(names)
    words = _words(facts, len(wish.specs) - len(names), wish.held)
    return Accepted((*facts, *held, done_at_once(hand, undo, names[0], words)))


def _misplaced(state: FloorState, specs: Sequence[TaskSpec], ids: Sequence[str]) -> Refusal | None:
    """That one of them would come after what is not there, or after itself; `ids` are theirs."""
    after = {name: spec.after for name, spec in zip(ids, specs, strict=True)}
    for number, (name, spec) in enumerate(zip(ids, specs, strict=True), 1):
        if trouble := rules.unknown_after(state, (each for each in spec.after if each not in after)):
            return _of(number, len(specs), trouble)
        if rules.circle(after, name):
            return _of(number, len(specs), Refusal("it would come after itself", "leave that out"))
    return None


def events_of(
    state: FloorState,
    specs: Sequence[TaskSpec],
    hand: Hand,
    learned: Sequence[Learned] = (),
    order: float | None = None,
) -> list[ev.TaskAdded]:
    """That these are in the queue, behind all others, or from `order` on; with ids that no task ever had."""
    first = last_order(state) + 1 if order is None else order
    step = 1.0 if order is None else 1.0 / (len(specs) + 1)
    return [
        ev.TaskAdded(
            time=hand["time"],
            source=SOURCE,
            task=f"t{state.task_count + number}",
            who=hand["who"],
            spec=replace(spec, title=spec.title.strip()),
            order=first + (number - 1) * step,
            learned=tuple(learned),
        )
        for number, spec in enumerate(specs, 1)
    ]


def last_order(state: FloorState) -> float:
    return max((task.order for task in state.tasks.values()), default=0.0)


def _about(task: str, hand: Hand) -> ev.TaskHeld:
    return ev.TaskHeld(time=hand["time"], source=SOURCE, task=task, who=hand["who"])


def _of(number: int, count: int, trouble: Refusal) -> Refusal:
    """The refusal, with which of several it is."""
    return trouble if count == 1 else Refusal(f"task {number} of {count}: {trouble.reason}", trouble.cure)


def _words(facts: Sequence[ev.TaskAdded], there: int, held: bool) -> str:
    where, first = "held" if held else "in the queue", facts[0]
    said = f"{first.task} is {where}: {first.spec.title}"
    if len(facts) > 1:
        said = f"{len(facts)} tasks are {where}: {first.task} to {facts[-1].task}"
    return said + (f"; {there} there already" if there else "")
