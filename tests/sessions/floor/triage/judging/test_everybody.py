"""What is about many stations at once is one case."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import MEMORY, Life
from sessions.floor.reports import BACKGROUND
from sessions.floor.triage.case import Act, Cause, Kind
from sessions.floor.triage.judge import floor_cases, floor_due
from sessions.floor.triage.judging.everybody import ALONE_S, SEVERAL_S
from tests.support.triage.floors import NOW, case, floor, life, observed, opened, ours


def waits(name: str, at: float, reason: str = "529 overloaded, retry 3 of 10 in 7 s") -> list[ev.Event]:
    return [*observed(name), ev.MachineAwaited(time=at, station=name, reason=reason)]


def test_a_provider_that_several_have_been_waiting_for_is_one_case() -> None:
    state = floor(waits("a", NOW - SEVERAL_S), waits("b", NOW - SEVERAL_S))
    (case,) = floor_cases(state, NOW)
    assert (case.kind, case.station, case.cause, case.about) == (Kind.PROVIDER, "", Cause.PROVIDER, "claude")
    assert case.title == "2 stations wait for claude: overloaded"
    assert floor_cases(state, NOW - 1) == () and floor_due(state, NOW - 1) == NOW
    assert floor_cases(floor(waits("a", NOW - SEVERAL_S), waits("b", NOW)), NOW) == (), "one try again is no trouble"


def test_one_alone_is_told_when_it_has_waited_for_long() -> None:
    state = floor(waits("a", NOW - ALONE_S))
    assert [case.title for case in floor_cases(state, NOW)] == ["a waits for claude: overloaded"]
    assert floor_cases(state, NOW - 1) == () and floor_due(state, NOW - 1) == NOW
    assert floor_due(state, NOW) == math.inf


def test_of_many_that_wait_some_are_named_and_a_reason_that_no_rule_knows_is_the_provider() -> None:
    assert (SEVERAL_S, ALONE_S) == (60, 300)
    (case,) = floor_cases(floor(*(waits(f"s{n}", NOW - 60, "please hold") for n in range(7))), NOW)
    assert (case.cause, case.rule) == (Cause.PROVIDER, "waits for it")
    assert case.evidence == ("s0, s1, s2, s3, s4 and 2 more", "please hold")
    (case,) = floor_cases(floor(*(waits(f"s{n}", NOW - 60 - n, f"wait {n}") for n in range(5))), NOW)
    assert (case.evidence, case.since) == (("s0, s1, s2, s3, s4", "wait 4"), NOW - 64), "by who waits longest"
    assert len(floor_cases(floor(waits("a", NOW - 60), waits("b", NOW - 60)), NOW)) == 1


def test_who_rests_or_runs_in_the_background_waits_for_no_provider() -> None:
    behind = waits("a", NOW - ALONE_S, f"{BACKGROUND}: npm run dev")
    before = NOW - ALONE_S - 10
    rests = [*ours("api", at=before), life(Life.PAUSED, "paused", at=NOW - ALONE_S)]
    starts = [*ours("ship", at=before), life(Life.WAITING, "to be started", "ship", NOW - ALONE_S)]
    assert floor_cases(floor(behind, rests, starts), NOW) == ()
    state = floor(waits("a", NOW - ALONE_S))
    assert floor_cases(state, NOW)
    for other in ({"elsewhere": True}, {"rest": state.stations["a"].evidence}):
        assert floor_cases(replace(state, stations={"a": replace(state.stations["a"], **other)}), NOW) == ()
    works = [*ours("api", at=before), ev.MachineAwaited(time=NOW - ALONE_S, station="api", reason="529 overloaded")]
    assert [case.about for case in floor_cases(floor(works), NOW)] == ["builtin"]


def test_the_case_stays_the_same_one_while_others_come_to_wait() -> None:
    state = floor(waits("a", NOW - SEVERAL_S - 9), waits("b", NOW - SEVERAL_S))
    (case,) = floor_cases(state, NOW)
    opened = ev.CaseOpened(time=NOW, station="", what=case)
    later = floor(waits("b", NOW - SEVERAL_S), waits("c", NOW - SEVERAL_S + 1), [opened])
    assert [each.id for each in floor_cases(later, NOW + 5)] == [case.id]


def test_stations_that_wait_for_memory_are_one_case() -> None:
    waiting = [life(Life.WAITING, f"{MEMORY}: 300 MB are free", name) for name in ("api", "ship")]
    (case,) = floor_cases(floor(ours("api"), ours("ship"), waiting), NOW)
    assert (case.kind, case.cause, case.title) == (Kind.MEMORY, Cause.ENVIRONMENT, "2 stations wait for memory")
    assert case.evidence == ("api, ship", f"{MEMORY}: 300 MB are free")
    for other in (life(Life.WAITING, "waits for other starts"), life(Life.HELD, f"{MEMORY}: 300 MB are free")):
        assert floor_cases(floor(ours("api"), other), NOW) == ()
    first = life(Life.WAITING, f"{MEMORY}: 300 MB are free", at=NOW - 50)
    state = floor(ours("api"), ours("ship"), first, waiting[1])
    (case,) = floor_cases(state, NOW)
    assert (case.since, case.id) == (NOW - 50, f"floor:memory:{(NOW - 50) * 1000:.0f}")
    state = fold_all(state, [ev.CaseOpened(time=NOW, station="", what=case), life(Life.RUNNING)])
    assert [each.id for each in floor_cases(state, NOW)] == [case.id], "it is one case while somebody waits"


def test_what_is_about_something_else_is_another_case() -> None:
    state = floor(waits("a", NOW - ALONE_S))
    (fresh,) = floor_cases(state, NOW)
    for other in (case("x", Kind.SIGNAL, about="claude"), case("", Kind.PROVIDER, about="codex")):
        assert floor_cases(fold_all(state, opened(other)), NOW) == (fresh,)
        seen = ev.CaseSettled(time=NOW, station="", case=other.id, act=Act.SEEN)
        assert floor_cases(fold_all(state, [*opened(other), seen]), NOW) == (fresh,)


@pytest.mark.parametrize(("after", "same"), [(0.0, True), (-0.5, False)])
def test_it_is_the_one_that_was_settled_while_somebody_waited_who_waits_still(after: float, same: bool) -> None:
    known, since = case("", Kind.PROVIDER, about="claude"), NOW - ALONE_S
    state = floor(waits("a", since), opened(known))
    seen = ev.CaseSettled(time=since + after, station="", case=known.id, act=Act.SEEN)
    over = ev.CaseClosed(time=NOW, station="", case=known.id, why="over")
    assert [each.id == known.id for each in floor_cases(fold_all(state, [seen]), NOW)] == [same]
    assert [each.id == known.id for each in floor_cases(fold_all(state, [over]), NOW)] == [False], (
        "it was over by itself"
    )


def test_what_was_settled_is_no_new_case_as_one_of_many_goes_on() -> None:
    state = floor(waits("a", NOW - 2 * SEVERAL_S), waits("b", NOW - SEVERAL_S), waits("c", NOW - SEVERAL_S))
    (case,) = floor_cases(state, NOW)
    seen = ev.CaseSettled(time=NOW, station="", case=case.id, act=Act.SEEN, who="mara@box")
    state = fold_all(state, [ev.CaseOpened(time=NOW, station="", what=case), seen])
    state = fold_all(state, [ev.TextWritten(time=NOW + 5, station="a", text="on")])
    assert [each.id for each in floor_cases(state, NOW + 6)] == [case.id]
    anew = fold_all(state, [event for name in "abc" for event in waits(name, NOW + 100)])
    anew = fold_all(anew, [ev.TextWritten(time=NOW + 150, station=name, text="on") for name in "abc"])
    anew = fold_all(anew, [event for name in "abc" for event in waits(name, NOW + 900)])
    assert [each.id == case.id for each in floor_cases(anew, NOW + 1_000)] == [False], "that is another time"
