"""A station of ours needs its operator until all that it asks is answered."""

from __future__ import annotations

import pytest

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.reports import Report
from sessions.floor.state import EMPTY, Evidence, FloorState, Status
from tests.support.supervisor import opened

BEGUN = [
    opened(),
    ev.StationOpened(time=1.0, station="s", kind="builtin", owner=Owner.OURS),
    ev.LifeChanged(time=2.0, station="s", life=Life.RUNNING, process=7),
    ev.TurnStarted(time=3.0, station="s", text="mend it"),
]
ONE = ev.QuestionAsked(time=4.0, station="s", question="q1", tool="run", text="git tag v1")
OTHER = ev.QuestionAsked(time=5.0, station="s", question="q2", tool="run", text="git push")


def seen(*events: ev.Event) -> Evidence:
    return _floor(*events).stations["s"].evidence


def _floor(*events: ev.Event) -> FloorState:
    return fold_all(EMPTY, [*BEGUN, *events])


def answered(question: str, time: float = 6.0) -> ev.Event:
    return ev.QuestionAnswered(time=time, station="s", question=question, decision="allow")


def test_the_oldest_is_told_until_the_last_is_answered() -> None:
    assert (seen(ONE, OTHER).status, seen(ONE, OTHER).reason) == (Status.NEEDS_ME, "run git tag v1")
    left = seen(ONE, OTHER, answered("q1"))
    assert (left.status, left.reason, left.since) == (Status.NEEDS_ME, "run git push", 4.0)
    assert seen(ONE, OTHER, answered("q2")).reason == "run git tag v1"
    assert seen(ONE, OTHER, answered("q2"), answered("q1", 7.0)).status is Status.WORKING


@pytest.mark.parametrize(
    "beside",
    [
        ev.TextWritten(time=8.0, station="s", text="another part goes on"),
        ev.ToolCalled(time=8.0, station="s", tool="read", call="c2"),
        ev.AgentReported(time=8.0, station="s", state=Report.WORKING, reason="a sub-agent"),
        ev.ActivitySeen(time=8.0, station="s"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_goes_on_beside_it_is_no_answer(beside: ev.Event) -> None:
    assert seen(ONE, beside).status is Status.NEEDS_ME
    assert seen(ONE, answered("q1"), beside).status is Status.WORKING


def test_it_waits_over_a_pause_and_ends_with_its_turn_and_its_process() -> None:
    def life(what: Life, time: float) -> ev.Event:
        return ev.LifeChanged(time=time, station="s", life=what, process=7)

    assert seen(ONE, life(Life.PAUSED, 7.0), life(Life.RUNNING, 8.0)).reason == "run git tag v1"
    over = ev.TurnFinished(time=7.0, station="s")
    assert (seen(ONE, over).status, _floor(ONE, over).stations["s"].asks) == (Status.IDLE, {})
    gone = [life(Life.LOST, 7.0), life(Life.RUNNING, 8.0)]
    assert (seen(ONE, *gone).status, _floor(ONE, *gone).stations["s"].asks) == (Status.IDLE, {})


WIDER = ev.QuestionAsked(time=4.0, station="s", question="w", tool="scope", text="docs/**", asks=Asks.SCOPE)
COMPLETE = ev.SignalRaised(time=8.0, station="s", signal="1", name="TASK_COMPLETE", text="done")


@pytest.mark.parametrize(
    "beside",
    [
        COMPLETE,
        ev.AgentReported(time=8.0, station="s", state=Report.IDLE),
        ev.TurnFinished(time=8.0, station="s"),
        ev.TurnFailed(time=8.0, station="s", reason="overloaded"),
        ev.SessionClosed(time=8.0, station="s"),
        ev.MachineAwaited(time=8.0, station="s", reason="a rate limit"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_question_that_stays_is_open_whatever_comes_beside_it(beside: ev.Event) -> None:
    floor = _floor(WIDER, beside)
    assert (floor.stations["s"].evidence.status, floor.stations["s"].evidence.reason) == (
        Status.NEEDS_ME,
        "scope docs/**",
    )
    assert list(floor.owned["s"].questions) == list(floor.stations["s"].asks) == ["w"]
    alone, answered_ = _floor(beside).stations["s"].evidence, _floor(WIDER, beside, answered("w", 9.0)).stations["s"]
    assert (answered_.evidence.status, answered_.evidence.reason) == (alone.status, alone.reason)
    assert (answered_.asks, answered_.stays, answered_.beneath) == ({}, (), None)


def test_a_left_over_question_that_is_denied_leaves_the_station_as_it_was() -> None:
    begun = BEGUN[:-1]  # a command, which tells of no turns
    denied = ev.QuestionAnswered(time=9.0, station="s", question="w", decision="deny")

    def after(*events: ev.Event) -> tuple[Status, str, float]:
        seen_ = fold_all(EMPTY, [*begun, *events]).stations["s"].evidence
        return seen_.status, seen_.reason, seen_.since

    assert after(WIDER, denied) == (Status.IDLE, "started", 2.0)
    assert after(WIDER, COMPLETE, denied) == (Status.IDLE, "TASK_COMPLETE done", 2.0)
    need = ev.SignalRaised(time=8.0, station="s", signal="1", name="REQUIRES_INTERVENTION", text="a key")
    assert after(WIDER, need, denied) == (Status.NEEDS_ME, "REQUIRES_INTERVENTION a key", 8.0)
    paused = ev.LifeChanged(time=8.0, station="s", life=Life.PAUSED, process=7)
    assert after(WIDER, paused) == (Status.NEEDS_ME, "scope docs/**", 4.0)
    on = ev.LifeChanged(time=8.5, station="s", life=Life.RUNNING, process=7)
    assert after(WIDER, paused, on, denied) == (Status.IDLE, "started", 2.0)


def test_of_several_questions_only_what_stays_outlives_the_turn() -> None:
    floor = _floor(ONE, WIDER, ev.TurnFinished(time=8.0, station="s"))
    assert list(floor.owned["s"].questions) == list(floor.stations["s"].asks) == ["w"]
    assert (floor.stations["s"].evidence.status, floor.stations["s"].evidence.reason) == (
        Status.NEEDS_ME,
        "scope docs/**",
    )
