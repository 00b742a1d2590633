"""What a station has used of its budget, and what is left of it after what it gave away."""

from __future__ import annotations

import pytest

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours import budget
from sessions.floor.ours.lives import Life
from sessions.floor.scope import Budget, Scope
from sessions.floor.state import EMPTY, FloorState
from tests.support.supervisor import opened


def _life(life: Life, time: float, station: str = "s") -> ev.Event:
    return ev.LifeChanged(time=time, station=station, life=life, process=7)


def _begun(*events: ev.Event) -> FloorState:
    station = ev.StationOpened(time=1.0, station="s", kind="command", owner=Owner.OURS)
    return fold_all(EMPTY, [opened(), station, _life(Life.RUNNING, 2.0), *events])


TURN = ev.TurnStarted(time=10.0, station="s", text="mend it")


@pytest.mark.parametrize(
    ("events", "seconds"),
    [
        ([TURN], 90.0),
        ([TURN, _life(Life.PAUSED, 20.0)], 10.0),
        ([TURN, _life(Life.PAUSED, 20.0), _life(Life.RUNNING, 50.0)], 60.0),
        ([TURN, _life(Life.PAUSED, 20.0), _life(Life.KILLED, 50.0)], 10.0),
        ([TURN, _life(Life.PAUSED, 20.0), _life(Life.RUNNING, 50.0), ev.TurnFinished(time=60.0, station="s")], 20.0),
        ([TURN, ev.TurnFinished(time=15.0, station="s"), _life(Life.PAUSED, 15.0), _life(Life.RUNNING, 90.0)], 5.0),
    ],
)
def test_a_pause_is_no_part_of_the_time_of_a_turn(events: list[ev.Event], seconds: float) -> None:
    assert budget.used(_begun(*events), "s", 100.0).seconds == seconds


def test_what_was_given_away_is_no_bound_that_is_gone() -> None:
    child = [
        ev.StationOpened(time=3.0, station="c", kind="command", owner=Owner.OURS, parent="s"),
        ev.ScopeAssigned(time=3.0, station="c", scope=Scope(), budget=Budget(1_000, 0.5, 60.0, 4)),
        _life(Life.RUNNING, 4.0, "c"),
    ]
    state = _begun(*child)
    assert budget.own(state, "s", 9.0, Budget(5_000, 2.0, 600.0, 10)) == Budget(4_000, 1.5, 540.0, 6)
    nothing = budget.own(state, "s", 9.0, Budget(1_000, 0.5, 60.0, 4))
    assert all(0 < getattr(nothing, what) <= 1 for what in budget.MEASURES)
    assert budget.own(state, "s", 9.0, Budget(tokens=5_000)) == Budget(tokens=4_000)
    ended = _begun(*child, _life(Life.KILLED, 5.0, "c"))
    assert budget.own(ended, "s", 9.0, Budget(tokens=5_000)) == Budget(tokens=5_000)
