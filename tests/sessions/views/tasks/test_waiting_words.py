"""Why a task waits, who may take it and what writes where it does: in words, worked out when something changed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold
from sessions.floor.state import FloorState
from sessions.floor.tasks import queue
from sessions.floor.tasks.task import TaskSpec
from sessions.views.tasks.waiting import Waits, meeting, takers
from tests.support.console import HOSTILE, NOW, state_of
from tests.support.stations.still import our_events


def after(state: FloorState, *events: ev.Event) -> FloorState:
    for event in events:
        state = fold(state, event)
    return state


def added(task: str, *write: str) -> ev.Event:
    return ev.TaskAdded(time=NOW, task=task, spec=TaskSpec(f"do {task}", write=write), order=float(task[1:]))


STATE = after(
    state_of(our_events()),
    ev.StationEnlisted(time=NOW, station="worker"),
    ev.StationEnlisted(time=NOW, station="fixer"),
    *(added("t1", "src/pool/**"), added("t2", "src/pool/a.py"), added("t3", "docs/**"), added("t4")),
    ev.TaskTaken(time=NOW, station="fixer", task="t1", lease=1),
)


def test_it_is_told_for_whom_a_task_waits() -> None:
    assert Waits().look(STATE) == {
        "t2": "fixer writes there for t1, which is under way",
        "t3": "no station that takes tasks may write docs/**",
        "t4": "the 2 stations that may take it are not free",
    }


def test_who_may_take_it_is_told_with_what_keeps_each_from_it() -> None:
    assert takers(STATE, STATE.tasks["t4"]) == ["fixer has t1 in hand", "worker is at work"]
    assert takers(STATE, STATE.tasks["t3"]) == []
    named = replace(STATE.tasks["t3"], assigned="worker", spec=TaskSpec("x"))
    assert takers(STATE, named) == ["worker is at work"]


def test_what_writes_where_it_does_is_named() -> None:
    assert meeting(STATE, STATE.tasks["t2"]) == ["t1 “do t1” of fixer"]
    assert meeting(STATE, STATE.tasks["t1"]) == meeting(STATE, STATE.tasks["t4"]) == []


def test_it_is_worked_out_again_only_when_a_task_a_station_of_ours_or_idleness_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[FloorState] = []
    known = queue.waiting

    def note(state: FloorState) -> dict[str, queue.Waiting]:
        asked.append(state)
        return known(state)

    monkeypatch.setattr(queue, "waiting", note)
    waits = Waits()
    waits.look(STATE)
    said = after(STATE, ev.TextWritten(time=NOW, station="worker", session="s-worker", text="so"))
    waits.look(said)
    assert len(asked) == 1
    waits.look(after(said, ev.TurnFinished(time=NOW, station="worker", session="s-worker")))
    waits.look(after(said, added("t5")))
    waits.look(replace(said, frozen=True))
    assert len(asked) == 4


def test_no_hostile_name_is_told() -> None:
    stations = {**STATE.stations, "fixer": replace(STATE.stations["fixer"], called=HOSTILE)}
    state = replace(STATE, stations=stations)
    told = [*Waits().look(state).values(), *takers(state, state.tasks["t4"]), *meeting(state, state.tasks["t2"])]
    assert all(words.isprintable() for words in told)
