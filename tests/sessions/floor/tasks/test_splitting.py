"""A task that was split is never to be done as a whole beside its parts."""

from __future__ import annotations

from sessions.floor.commands import AddTasks, AnyWish, Command, DropTask, HoldTask, SplitTask, Undo
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Accepted, Refusal
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskSpec, TaskState
from tests.support.queue.floors import START, floor


def after(state: FloorState, *wishes: AnyWish) -> FloorState:
    """The floor when these are done; each is the command of its number."""
    for number, wish in enumerate(wishes, len(state.ended) + 1):
        decision = decide(state, Command(f"c{number}", "ann@box", START + number, wish), START + number)
        assert isinstance(decision, Accepted), decision
        state = fold_all(state, decision.events)
    return state


def refusal(state: FloorState, wish: AnyWish) -> str:
    decision = decide(state, Command("last", "ann@box", START + 99, wish), START + 99)
    assert isinstance(decision, Refusal), decision
    return f"{decision.reason}: {decision.cure}"


WHOLE = AddTasks((TaskSpec("whole"),))
PARTED = (WHOLE, SplitTask("t1", (TaskSpec("left"), TaskSpec("right"))))


def test_what_was_split_comes_back_only_without_its_parts() -> None:
    state = after(floor(), *PARTED, SplitTask("t2", (TaskSpec("upper"), TaskSpec("lower"))), DropTask("t3"))
    for hold in (True, False):
        words = refusal(state, HoldTask("t1", hold))
        assert words == "t1 was split, and t4 of it is queued: drop its parts first"
    done = after(state, DropTask("t4"), DropTask("t5"), HoldTask("t1", False))
    assert done.tasks["t1"].state is TaskState.QUEUED


def test_a_part_comes_back_only_without_the_whole() -> None:
    joined = after(floor(), *PARTED, Undo("c2"))
    assert joined.tasks["t1"].state is TaskState.QUEUED
    words = refusal(joined, HoldTask("t2", False))
    assert words == "t2 is a part of t1, which is one task again: split t1 again"
