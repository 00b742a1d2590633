"""Why a case is over, in words: none leaves the queue without."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskSpec
from sessions.floor.triage import rounds
from sessions.floor.triage.case import Act, Kind
from sessions.floor.triage.judging.looked import LONG_AGO_S
from sessions.floor.triage.over import answered, why
from tests.support.triage.floors import NOW, case, floor, observed, opened, ours


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
    ],
)
def test_of_one_that_failed_it_is_told_what_it_does_now(more: list[ev.Event], words: str) -> None:
    assert why(floor(ours("api"), failed(), more), case("api"), {}, NOW) == words


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_words(kind: Kind) -> None:
    said = why(floor(ours("api"), started()), case("api", kind), {}, NOW)
    assert said and said != "it is over"
    assert why(floor(), case("", kind), {}, NOW)


def test_how_a_question_was_answered_is_the_reason() -> None:
    event = ev.QuestionAnswered(time=NOW, station="api", question="q1", decision="allow", who="mara@box")
    assert answered(event) == "allowed by mara@box"
    assert answered(replace(event, decision="always")) == "allowed for good by mara@box"
    assert answered(replace(event, decision="deny", who="")) == "denied"
    assert answered(replace(event, decision="", who="")) == "withdrawn"
    asked = case("api", Kind.PERMISSION, about="q1")
    assert why(floor(ours("api")), asked, {"q1": "denied"}, NOW) == "denied"
    assert why(floor(ours("api")), asked, {"q2": "denied"}, NOW) == "it does not ask that any more"


def test_what_became_of_a_task_is_the_reason() -> None:
    added = ev.TaskAdded(time=NOW, task="t1", spec=TaskSpec("count"))
    about = case("api", Kind.CHECK, about="t1")
    assert why(floor(ours("api"), added), about, {}, NOW) == "the task is queued"
    assert why(floor(ours("api")), about, {}, NOW) == "the task is in other hands"


def test_one_that_is_observed_is_over_when_it_is_gone_or_long_ago() -> None:
    state = floor(observed("guest"), failed("guest"))
    about = case("guest")
    assert why(state, about, {}, NOW - 6 + LONG_AGO_S) != "nobody has come to it for a day"
    assert why(state, about, {}, NOW - 5 + LONG_AGO_S) == "nobody has come to it for a day"
    assert why(floor(), about, {}, NOW) == "its station is gone"


# What is recorded of it


def told(state: FloorState, *stations: str, now: float = NOW) -> list[ev.Event]:
    return rounds.changes(state, stations, now)


def test_a_case_is_opened_restated_and_closed_as_its_evidence_changes() -> None:
    state = floor(ours("api"), failed())
    (first,) = told(state, "api")
    assert isinstance(first, ev.CaseOpened) and (first.time, first.station) == (NOW, "api")
    state = fold_all(state, [first])
    assert told(state, "api") == []
    known = state.cases[first.what.id]
    other = replace(state, cases={known.id: replace(known, title="another", since=1.0)})
    (restated,) = told(other, "api")
    assert isinstance(restated, ev.CaseRestated)
    assert (restated.what.title, restated.what.since) == ("the model refused", 1.0)
    more = replace(state, cases={known.id: replace(known, evidence=("other",))})
    assert told(more, "api") == [], "its evidence alone is told with what changes"
    (closed,) = told(fold_all(state, [started()]), "api")
    assert isinstance(closed, ev.CaseClosed) and closed.why == "it is at work again"


def test_what_has_no_time_of_its_own_begins_when_it_is_seen() -> None:
    tried = ev.ScopeViolated(time=NOW - 5, station="api", path="docs/a.md", act="write")
    (opened_,) = told(floor(ours("api"), tried), "api", now=NOW)
    assert isinstance(opened_, ev.CaseOpened) and opened_.what.since == NOW


def test_what_somebody_settled_or_expects_is_not_opened_again() -> None:
    state = floor(ours("api"), failed())
    (first,) = told(state, "api")
    assert isinstance(first, ev.CaseOpened)
    by = {"station": "api", "case": first.what.id}
    seen = fold_all(state, [first, ev.CaseSettled(time=NOW, act=Act.SEEN, who="mara", **by)])
    assert told(seen, "api") == []
    over = fold_all(state, [first, ev.CaseClosed(time=NOW, why="it was over", **by)])
    assert [type(event) for event in told(over, "api")] == [ev.CaseOpened], "it was not"
    expected = fold_all(state, [ev.KindExpected(time=NOW, station="api", kind=Kind.FAILED)])
    assert told(expected, "api") == []


def test_only_what_was_touched_and_what_is_nobodys_own_is_looked_at() -> None:
    waiting = [ev.MachineAwaited(time=NOW - 400, station="guest", reason="529 overloaded")]
    state = floor(ours("api"), failed(), observed("guest"), waiting)
    assert [event.what.kind for event in told(state) if isinstance(event, ev.CaseOpened)] == [Kind.PROVIDER]
    assert rounds.changes(state, (), NOW, whole=False) == []


def test_what_was_undone_stays_until_its_station_goes_on_or_is_gone() -> None:
    back = case("api", returned=NOW - 10, note="undone by mara")
    idle = floor(ours("api"), opened(back))
    assert told(idle, "api") == []
    before = floor(ours("api", at=NOW - 200), ev.TurnStarted(time=NOW - 100, station="api"), opened(back))
    assert told(before, "api") == []
    on = fold_all(idle, [started()])
    assert [type(event) for event in told(on, "api")] == [ev.CaseClosed]
    gone = fold_all(idle, [ev.LifeChanged(time=NOW, station="api", life=Life.REMOVED)])
    assert [type(event) for event in told(gone, "api")] == [ev.CaseClosed]


def test_what_is_snoozed_is_back_at_its_time_or_with_its_event() -> None:
    slept = case("api", snoozed=NOW + 60, wakes="turn_finished")
    state = floor(ours("api"), opened(slept))
    state = replace(state, cases={slept.id: slept})
    finished = ev.TurnFinished(time=NOW, station="api")
    assert [*rounds.awake(state, NOW)] == [] and rounds.next_awake(state, NOW) == NOW + 60
    (woken,) = rounds.awake(state, NOW + 60)
    assert (woken.case, woken.until) == (slept.id, 0.0)  # type: ignore[attr-defined]
    assert len([*rounds.awake(state, NOW, [finished])]) == 1
    others = [replace(finished, station="ship"), started()]
    assert [*rounds.awake(state, NOW, others)] == []
    assert rounds.next_awake(state, NOW + 60) == float("inf")
