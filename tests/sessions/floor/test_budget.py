"""What a station has used of its budget, and what is left of it after what it gave away."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours import budget
from sessions.floor.ours.lives import Life
from sessions.floor.reports import Report
from sessions.floor.scope import Budget, Scope
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.tokens import Certainty, Tokens
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


def test_the_time_of_a_program_that_tells_no_turns_is_that_from_its_start_to_its_end() -> None:
    works = ev.AgentReported(time=10.0, station="s", state=Report.WORKING)
    waits = _life(Life.WAITING, 5.0)
    begun = _begun(waits, works, _life(Life.RUNNING, 10.0))
    assert budget.used(begun, "s", 40.0).seconds == 30.0
    done = ev.SignalRaised(time=20.0, station="s", signal="1", name="TASK_COMPLETE")
    for last in (done, _life(Life.STOPPED, 20.0)):
        assert budget.used(fold_all(begun, [last]), "s", 40.0).seconds == 10.0
    # A report of one that runs already, has a conversation, or has turns, is none of that.
    assert budget.used(_begun(waits, replace(works, session="x")), "s", 40.0).seconds == 0.0
    assert budget.used(_begun(works), "s", 40.0).seconds == 0.0
    assert budget.used(fold_all(begun, [TURN, done]), "s", 40.0).seconds == 30.0


DONE = ev.TurnFinished(time=20.0, station="s")
BROKEN_OFF = replace(DONE, interrupted=True)
LOST = (_life(Life.LOST, 20.0), _life(Life.WAITING, 21.0), _life(Life.RUNNING, 22.0))


@pytest.mark.parametrize(
    ("events", "done"),
    [
        ([TURN], 0),
        ([TURN, DONE], 1),
        ([TURN, DONE, DONE], 1),
        ([TURN, ev.TurnFailed(time=20.0, station="s", reason="overloaded")], 1),
        ([TURN, BROKEN_OFF], 0),
        ([TURN, BROKEN_OFF, TURN, DONE], 1),
        ([TURN, *LOST, ev.TurnFailed(time=23.0, station="s", reason="lost")], 0),
        ([TURN, *LOST, TURN, DONE], 1),
        ([TURN, TURN], 1),
        ([_life(Life.WAITING, 5.0), ev.AgentReported(time=9.0, station="s", state=Report.WORKING), TURN, DONE], 1),
    ],
)
def test_requests_count_when_they_are_done(events: list[ev.Event], done: int) -> None:
    """The last one of a budget is not broken off as it begins; what was broken off is asked for once more."""
    assert budget.used(_begun(*events), "s", 100.0).turns == done


def test_the_last_request_is_done_and_no_other_is_taken_beside_it() -> None:
    state = _begun(ev.ScopeAssigned(time=2.0, station="s", scope=Scope(), budget=Budget(turns=1)))
    assert budget.over(state, "s", 9.0, another=True) is None
    state = fold_all(state, [TURN])
    assert budget.share(state, "s", 11.0) == (0.0, "")
    assert budget.over(state, "s", 11.0) is None
    assert budget.left(state, "s", 11.0).turns == 0
    assert budget.over(state, "s", 11.0, another=True) == (
        "its budget is used up: turns",
        "give it more: factory-tui scope s --turns N",
    )
    state = fold_all(state, [DONE])
    assert budget.share(state, "s", 21.0) == (1.0, "turns")
    assert budget.over(state, "s", 21.0) is not None


@pytest.mark.parametrize(("estimated", "over"), [(False, True), (True, False)])
def test_dollars_are_used_up_where_nobody_knows_what_a_call_costs(estimated: bool, over: bool) -> None:
    """Else a station with a bound of dollars, and a model without a price, would run for ever."""
    certainty = Certainty.ESTIMATED if estimated else Certainty.EXACT
    used = ev.TokensUsed(time=3.0, station="s", session="x", tokens=Tokens(input=10), cost=None, certainty=certainty)
    bound = ev.ScopeAssigned(time=2.0, station="s", scope=Scope(), budget=Budget(dollars=5.0))
    state = _begun(bound, used)
    found = budget.over(state, "s", 9.0)
    assert (found is not None) is over
    if found is not None:
        assert "no known price" in found[0]
        assert "--tokens" in found[1]
    tokens = ev.ScopeAssigned(time=4.0, station="s", scope=Scope(), budget=Budget(tokens=50))
    assert budget.over(fold_all(state, [tokens]), "s", 9.0) is None
