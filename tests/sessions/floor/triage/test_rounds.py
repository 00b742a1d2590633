"""What is recorded of the queue as it changes: opened, told anew, closed, back in sight."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState
from sessions.floor.triage import rounds
from sessions.floor.triage.case import Act, Cause, Kind, Wake
from tests.support.triage.floors import NOW, case, failed, floor, observed, opened, ours


def started(at: float = NOW - 1) -> ev.Event:
    return ev.TurnStarted(time=at, station="api", text="again")


def told(state: FloorState, *stations: str, now: float = NOW) -> list[ev.Event]:
    return rounds.changes(state, stations, now)


def test_a_case_is_opened_restated_and_closed_as_its_evidence_changes() -> None:
    state = floor(ours("api"), failed())
    (first,) = told(state, "api")
    assert isinstance(first, ev.CaseOpened) and (first.time, first.station) == (NOW, "api")
    state = fold_all(state, [first])
    assert told(state, "api") == []
    known = state.cases[first.what.id]
    assert known.since == NOW - 5
    for other in ({"title": "x"}, {"cause": Cause.LOOP}, {"rule": "x"}, {"group": "x"}):
        (restated,) = told(replace(state, cases={known.id: replace(known, since=1.0, **other)}), "api")
        assert isinstance(restated, ev.CaseRestated) and replace(restated.what, since=known.since) == first.what
        assert restated.what.since == 1.0, "it is as old as it was"
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
    assert [type(event) for event in told(floor(ours("api"), opened(case("api"))), "api")] == [ev.CaseClosed]
    for stays in ([started(NOW - 10)], [started(), ev.TurnFinished(time=NOW, station="api")]):
        assert told(floor(ours("api"), stays, opened(back)), "api") == []
    on = [started()], [ev.LifeChanged(time=NOW, station="api", life=Life.REMOVED)]
    for goes in on:
        assert [type(event) for event in told(fold_all(idle, goes), "api")] == [ev.CaseClosed]


def test_of_one_that_is_observed_it_stays_likewise_and_ends_with_its_station() -> None:
    back = case("guest", returned=NOW - 10)
    state = floor(observed("guest"), opened(back))
    assert told(state, "guest") == []
    (gone,) = told(replace(state, stations={}), "guest")
    assert isinstance(gone, ev.CaseClosed) and gone.why == "its station is gone"


def test_what_is_snoozed_is_back_at_its_time_or_with_its_event() -> None:
    slept = case("api", snoozed=NOW + 60, wakes="turn_finished")
    state = floor(ours("api"), opened(slept))
    state = replace(state, cases={slept.id: slept})
    finished = ev.TurnFinished(time=NOW, station="api")
    assert [*rounds.awake(state, NOW)] == [] and rounds.next_awake(state, NOW) == NOW + 60
    (woken,) = rounds.awake(state, NOW + 60)
    assert (woken.case, woken.until) == (slept.id, 0.0)  # type: ignore[attr-defined]
    assert len([*rounds.awake(state, NOW, [finished])]) == 1
    others = [replace(finished, station="ship"), started(), ev.BaseChosen(time=NOW, base="main")]
    assert [*rounds.awake(state, NOW, others)] == []
    assert rounds.next_awake(state, NOW + 60) == float("inf")


def test_what_is_in_sight_is_not_woken_and_the_first_of_many_is_next() -> None:
    cases = (case("a"), case("b", snoozed=NOW + 60), case("c", snoozed=NOW + 30))
    state = replace(floor(), cases={each.id: each for each in cases})
    assert [*rounds.awake(state, NOW)] == [] and rounds.next_awake(state, NOW) == NOW + 30


def test_what_came_while_nobody_listened_brings_back_those_that_are_out_of_sight() -> None:
    cases = [
        case("api", number=1, snoozed=NOW + 60, wakes=Wake.CHECKED),  # it has no task
        case("api", number=2, snoozed=0.0, wakes=Wake.CHECKED),
        case("api", number=3, snoozed=NOW + 60),
    ]
    state = replace(floor(ours("api")), cases={each.id: each for each in cases})
    (back,) = rounds.missed(state, NOW)
    assert isinstance(back, ev.CaseSnoozed) and (back.case, back.until, back.time) == (cases[0].id, 0.0, NOW)
