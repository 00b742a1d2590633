"""Why a case is over, in words: none leaves the queue without."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.tasks.task import TaskSpec
from sessions.floor.triage.case import Kind
from sessions.floor.triage.judging.looked import LONG_AGO_S
from sessions.floor.triage.over import answered, why
from tests.support.triage.floors import NOW, case, floor, observed, ours


def started(name: str = "api") -> ev.Event:
    return ev.TurnStarted(time=NOW - 1, station=name, text="again")


def failed(name: str = "api", reason: str = "the model refused") -> ev.Event:
    return ev.TurnFailed(time=NOW - 5, station=name, reason=reason)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([started()], "it is at work again"),
        ([started(), ev.TurnFinished(time=NOW, station="api")], "it is idle"),
        ([started(), ev.TurnFailed(time=NOW, station="api", reason="x")], "it has failed once more"),
        ([ev.MachineAwaited(time=NOW, station="api", reason="x")], "it goes on by itself"),
        ([ev.PersonNeeded(time=NOW, station="api", reason="x")], "it needs somebody for something else"),
        ([ev.LifeChanged(time=NOW, station="api", life=Life.REMOVED)], "its station is removed"),
        ([ev.LifeChanged(time=NOW, station="api", life=Life.KILLED)], "its station is killed"),
        ([ev.LifeChanged(time=NOW, station="api", life=Life.STOPPED)], "its station is stopped"),
    ],
)
def test_of_one_that_failed_it_is_told_what_it_does_now(more: list[ev.Event], words: str) -> None:
    assert why(floor(ours("api"), failed(), more), case("api"), {}, NOW) == words


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_words(kind: Kind) -> None:
    said = why(floor(ours("api"), started()), case("api", kind), {}, NOW)
    assert said and said != "it is over"
    assert (said == "it is at work again") is (kind in (Kind.FAILED, Kind.CRASH_LOOP)), "others end in their own way"
    assert why(floor(), case("", kind), {}, NOW) not in ("", "its station is gone")


def test_how_a_question_was_answered_is_the_reason() -> None:
    event = ev.QuestionAnswered(time=NOW, station="api", question="q1", decision="allow", who="mara@box")
    assert answered(event) == "allowed by mara@box"
    assert answered(replace(event, decision="always")) == "allowed for good by mara@box"
    assert answered(replace(event, decision="deny", who="")) == "denied"
    assert answered(replace(event, decision="expire", who="")) == "not answered in time"
    assert answered(replace(event, decision="", who="")) == "withdrawn"
    asked = case("api", Kind.PERMISSION, about="q1")
    assert why(floor(ours("api")), asked, {"q1": "denied"}, NOW) == "denied"
    assert why(floor(ours("api")), asked, {"q2": "denied"}, NOW) == "it does not ask that any more"


def test_what_became_of_a_task_is_the_reason() -> None:
    added = ev.TaskAdded(time=NOW, task="t1", spec=TaskSpec("count"))
    for kind in (Kind.CHECK, Kind.REVIEW):
        assert why(floor(ours("api"), added), case("api", kind, about="t1"), {}, NOW) == "the task is queued"
    assert why(floor(ours("api")), case("api", Kind.CHECK, about="t1"), {}, NOW) == "the task is in other hands"
    about = case("api", Kind.STUCK, about="t1")
    assert why(floor(ours("api"), added, started("api")), about, {}, NOW) == "it gets on again"


def test_what_is_stuck_gets_on_only_while_it_is_at_something() -> None:
    stuck, ended = case("api", Kind.STUCK), ev.TurnFinished(time=NOW, station="api", interrupted=True)
    assert why(floor(ours("api"), started("api")), stuck, {}, NOW) == "it gets on again"
    assert why(floor(ours("api"), started("api"), ended), stuck, {}, NOW) == "its turn is over"


def test_one_that_is_observed_is_over_when_it_is_gone_or_long_ago() -> None:
    about, old, late = case("guest"), "nobody has come to it for a day", NOW - 5 + LONG_AGO_S
    for calls in (failed("guest"), ev.PersonNeeded(time=NOW - 5, station="guest", reason="may I?")):
        assert why(floor(observed("guest"), calls), about, {}, late - 1) != old
        assert why(floor(observed("guest"), calls), about, {}, late) == old
    assert why(floor(observed("guest"), started("guest")), about, {}, late + 9) == "it is at work again"
    assert why(floor(ours("api"), failed()), case("api"), {}, late) == "it has failed once more"
    assert why(floor(), about, {}, NOW) == "its station is gone"
