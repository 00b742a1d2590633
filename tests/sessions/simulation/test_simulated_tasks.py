"""The queue of the simulated factory: it goes as a real one does, takes no chance from agents, and one is slow."""

from __future__ import annotations

from functools import cache
from itertools import takewhile

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold, fold_all
from sessions.floor.rank.rank import rank
from sessions.floor.scopes.sets import overlaps
from sessions.floor.state import EMPTY
from sessions.floor.tasks.task import TaskState
from sessions.simulation import START, simulate
from sessions.simulation.tasks import SLOW_S, TaskQueue

ABOUT_TASKS = (ev.TaskEvent, ev.TakingEvent, ev.StationEnlisted)


@cache
def events(minutes: int) -> list[ev.Event]:
    return list(takewhile(lambda event: event.time < START + minutes * 60, simulate(3)))


def told(event: ev.Event) -> bool:
    return isinstance(event, ABOUT_TASKS)


def test_every_task_is_in_one_hand_and_no_two_under_way_write_the_same() -> None:
    state = fold_all(EMPTY, [event for event in events(75) if isinstance(event, ev.FactoryOpened | ev.StationOpened)])
    seen = set[TaskState]()
    for event in filter(told, events(75)):
        before, state = state, fold(state, event)
        assert state.tasks != before.tasks or isinstance(event, ev.StationEnlisted), f"{event} changed nothing"
        under_way = [task for task in state.tasks.values() if task.under_way]
        seen |= {task.state for task in state.tasks.values()}
        assert len({task.station for task in under_way}) == len(under_way)
        if isinstance(event, ev.TaskTaken):
            (mine,) = [task for task in under_way if task.id == event.task]
            others = [task for task in under_way if task.id != event.task]
            assert not any(overlaps(mine.spec.write, other.spec.write) for other in others)
            assert {state.tasks[name].state for name in mine.spec.after} <= {TaskState.FINISHED}
    assert seen >= set(TaskState) - {TaskState.REVIEW}


def test_the_one_that_is_slow_is_named_and_nobody_else() -> None:
    state = fold_all(EMPTY, events(75))
    ranking = rank(state, state.time)
    assert [entry.station for entry in ranking.slow] == ["cache-13"]
    assert "fails in the same way" in ranking.slow[0].words


def test_agents_do_the_same_without_tasks_until_one_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(event: ev.Event) -> ev.Event:
        return replace(event, text="") if isinstance(event, ev.TurnStarted) else event

    until = START + SLOW_S[0]
    with_tasks = [silent(event) for event in events(75) if not told(event) and event.time < until]
    monkeypatch.setattr(TaskQueue, "fill", lambda self, now: float("inf"))
    without = takewhile(lambda event: event.time < until, simulate(3))
    assert [silent(event) for event in without if not told(event)] == with_tasks
