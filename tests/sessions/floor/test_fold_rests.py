"""A rest, and an end, of a station of ours: what it did stays known, and each has an age of its own."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.reports import Report
from sessions.floor.state import EMPTY, Station, Status
from sessions.views.status import LIVE
from tests.support.supervisor import opened

BEGUN = [
    opened(),
    ev.StationOpened(time=1.0, station="s", kind="builtin", owner=Owner.OURS),
    ev.LifeChanged(time=2.0, station="s", life=Life.RUNNING, process=7),
]
FROZEN = ev.LifeChanged(time=50.0, station="s", source="factory", life=Life.PAUSED, reason="the floor is frozen")
THAWED = ev.LifeChanged(time=90.0, station="s", source="factory", life=Life.RUNNING, reason="goes on")


def after(*events: ev.Event) -> Station:
    return fold_all(EMPTY, [*BEGUN, *events]).stations["s"]


DID = {
    "idle": (ev.TextWritten(time=10.0, station="s", text="done"), ev.TurnFinished(time=11.0, station="s")),
    "failed": (ev.TurnFailed(time=11.0, station="s", reason="overloaded"),),
    "works": (ev.TextWritten(time=11.0, station="s", text="I look"),),
    "a command that runs": (ev.AgentReported(time=11.0, station="s", state=Report.WORKING, reason="runs"),),
    "waits": (ev.MachineAwaited(time=11.0, station="s", reason="a rate limit"),),
    "needs me": (ev.PersonNeeded(time=11.0, station="s", reason="a key"),),
    "said so": (ev.SignalRaised(time=11.0, station="s", signal="1", name="TASK_COMPLETE", text="done"),),
}


@pytest.mark.parametrize("did", DID.values(), ids=DID)
def test_after_a_rest_it_is_as_it_was(did: tuple[ev.Event, ...]) -> None:
    before, rests, on = after(*did), after(*did, FROZEN), after(*did, FROZEN, THAWED)
    if before.evidence.status in (Status.FAILED, Status.NEEDS_ME):
        assert rests.evidence == before.evidence, "somebody must act on it all the same"
    else:
        assert (rests.evidence.status, rests.evidence.reason) == (Status.WAITING, "the floor is frozen")
        assert rests.evidence.since == 50.0
    assert (on.evidence.status, on.evidence.reason) == (before.evidence.status, before.evidence.reason)
    lives = before.evidence.status in LIVE
    assert (on.evidence.since, on.evidence.seen) == (before.evidence.since, 90.0 if lives else before.evidence.seen)
    assert (on.beneath, on.rest) == (None, None)
    for station in (rests, on):
        assert (station.activity, station.activity_time) == (before.activity, before.activity_time)
        assert station.running == before.running


def test_what_is_told_late_of_it_is_known_when_it_goes_on() -> None:
    works = ev.TextWritten(time=40.0, station="s", text="I look")
    for time in (49.0, 51.0):  # read after it was halted, or told after its turn was ended
        over = ev.TurnFinished(time=time, station="s", interrupted=True)
        assert after(works, FROZEN, over).evidence.reason == "the floor is frozen"
        on = after(works, FROZEN, over, THAWED).evidence
        assert (on.status, on.reason) == (Status.IDLE, "interrupted by the operator")
    report = ev.AgentReported(time=51.0, station="s", state=Report.WORKING)
    assert after(FROZEN, report).evidence.status is Status.WAITING


def test_one_that_rests_again_for_another_reason_goes_on_as_before_the_first() -> None:
    works = ev.TextWritten(time=40.0, station="s", text="I look")
    paused = ev.LifeChanged(time=60.0, station="s", life=Life.PAUSED, reason="its budget is used up: tokens")
    spent = ev.BudgetReached(time=60.0, station="s", share=1.0, what="tokens")
    assert after(works, FROZEN, paused, spent).evidence.status is Status.NEEDS_ME
    on = after(works, FROZEN, paused, spent, THAWED).evidence
    assert (on.status, on.since) == (Status.WORKING, 40.0)


def test_a_question_is_open_over_a_rest_and_one_answered_in_it_is_none_after_it() -> None:
    asked = ev.QuestionAsked(time=20.0, station="s", question="q", tool="run", text="git tag v1")
    answered = ev.QuestionAnswered(time=60.0, station="s", question="q", decision="allow")
    works = ev.TurnStarted(time=10.0, station="s", text="mend it")
    before = after(works, asked).evidence
    assert after(works, asked, FROZEN).evidence == before
    assert after(works, FROZEN, replace(asked, time=55.0)).evidence.status is Status.NEEDS_ME
    thawed = after(works, asked, FROZEN, THAWED).evidence
    assert (thawed.status, thawed.since, thawed.reason) == (Status.NEEDS_ME, before.since, "run git tag v1")
    assert after(works, asked, FROZEN, answered).evidence.status is Status.WAITING
    on = after(works, asked, FROZEN, answered, THAWED)
    assert (on.evidence.status, on.evidence.reason) == (Status.WORKING, "answered")
    over = ev.TurnFinished(time=49.0, station="s", interrupted=True)
    assert after(works, asked, FROZEN, over).evidence.status is Status.WAITING, "it ended with the turn"
    assert after(works, asked, FROZEN, over, THAWED).evidence.reason == "interrupted by the operator"
    idle = after(asked, FROZEN, answered, THAWED).evidence
    assert (idle.status, idle.reason, idle.since) == (Status.IDLE, "started", 2.0)


@pytest.mark.parametrize("life", [Life.STOPPED, Life.KILLED, Life.LOST, Life.HELD])
def test_an_end_is_as_old_as_it_is_and_no_rest_outlives_it(life: Life) -> None:
    idle = ev.TurnFinished(time=11.0, station="s")
    failed = ev.TurnFailed(time=12.0, station="s", reason="overloaded")
    ended = ev.LifeChanged(time=60.0, station="s", life=life)
    for before in ((idle,), (failed,), (idle, FROZEN)):
        assert after(*before, ended).evidence.since == 60.0
        assert after(*before, ended).rest is None
    removed = ev.LifeChanged(time=70.0, station="s", life=Life.REMOVED)
    assert after(idle, ended, removed).evidence.since == 70.0


def test_a_budget_that_is_used_up_while_it_asks_is_why_it_rests_once_that_is_answered() -> None:
    asked = ev.QuestionAsked(time=20.0, station="s", question="q", tool="run", text="git tag v1")
    spent = ev.BudgetReached(time=50.0, station="s", share=1.0, what="tokens")
    answered = ev.QuestionAnswered(time=60.0, station="s", question="q", decision="allow")
    assert after(asked, FROZEN, spent).evidence.reason == "run git tag v1"
    rests = after(asked, FROZEN, spent, answered).evidence
    assert (rests.status, rests.reason) == (Status.NEEDS_ME, "its budget of tokens is used up")
    assert after(asked, FROZEN, spent, answered, THAWED).evidence.status is Status.IDLE


def test_one_that_fails_in_its_rest_is_seen_to() -> None:
    lost = ev.AgentLost(time=51.0, station="s", reason="its process ended")
    assert after(FROZEN, lost).evidence.status is Status.FAILED
    assert after(FROZEN, lost, THAWED).evidence.reason == "its process ended"


@pytest.mark.parametrize("rest", [(), (FROZEN,)], ids=["idle", "at rest"])
def test_one_that_was_idle_when_it_was_lost_is_as_it_was_when_it_is_back(rest: tuple[ev.Event, ...]) -> None:
    idle = DID["idle"]
    lost = ev.LifeChanged(time=60.0, station="s", life=Life.LOST, reason="the keeper ended")
    waits = ev.LifeChanged(time=60.0, station="s", life=Life.WAITING, reason="the keeper ended: to be brought back")
    back = ev.LifeChanged(time=62.0, station="s", life=Life.RUNNING, process=8)
    assert after(*idle, *rest, lost).evidence.status is Status.FAILED
    assert after(*idle, *rest, lost, waits).evidence.status is Status.WAITING
    before, found = after(*idle), after(*idle, *rest, lost, waits, back)
    assert (found.evidence, found.activity, found.process) == (before.evidence, before.activity, 8)
    assert found.beneath is None
    works = ev.TurnStarted(time=40.0, station="s", text="mend it")
    assert after(*idle, works, lost, waits, back).evidence.reason == "started", "its turn was broken off"
    stopped = ev.LifeChanged(time=61.0, station="s", life=Life.STOPPED)
    assert after(*idle, lost, stopped, waits, back).beneath is None
