"""Standing rules: what they are about, when they act, how often, and what they may never do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import SettleCase
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState
from sessions.floor.triage.case import Act, Case, Cause, Kind
from sessions.floor.triage.standing import ACTS, LONGEST_S, PRESETS, Standing, matches, planned, trouble, would
from tests.support.triage.floors import NOW, after, case, floor, observed, opened, ours

RETRY = Standing(name="again", act=Act.RETRY, kind=Kind.FAILED, cause=Cause.RATE_LIMIT, times=2, backoff=60.0)
LIMITED = case("api", cause=Cause.RATE_LIMIT)
FLOOR = floor(ours("api"), observed("guest"), opened(LIMITED))


def plan(state: FloorState, about: Case = LIMITED, rule: Standing = RETRY) -> ev.CasePlanned | None:
    return planned((rule,), state, about, NOW)


def settled(state: FloorState, about: Case, number: int) -> FloorState:
    wish = SettleCase(about.id, Act.RETRY, rule="again")
    return after(floor_with(state, about), wish, f"c{number}")


def floor_with(state: FloorState, about: Case) -> FloorState:
    return fold_all(state, opened(about))


def test_all_presets_can_be_meant_and_are_off_until_they_are_named() -> None:
    assert {preset.name: trouble(preset) for preset in PRESETS} == dict.fromkeys((p.name for p in PRESETS), "")
    assert {p.name: (p.act, p.kind, p.cause, p.times, p.backoff) for p in PRESETS} == {
        "retry-rate-limit": (Act.RETRY, Kind.FAILED, Cause.RATE_LIMIT, 2, 120),
        "retry-provider": (Act.RETRY, Kind.FAILED, Cause.PROVIDER, 2, 60),
        "hand-over-auth": (Act.HAND_OVER, None, Cause.AUTH, 1, 0),
        "fresh-context": (Act.FRESH, Kind.FAILED, Cause.CONTEXT_FULL, 1, 0),
        "hold-crash-loop": (Act.HOLD, Kind.CRASH_LOOP, None, 1, 0),
    }, "as users are told in the README"


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({}, True),
        ({"kind": Kind.STUCK}, False),
        ({"kind": None}, True),
        ({"cause": Cause.AUTH}, False),
        ({"cause": None}, True),
        ({"station": "a*"}, True),
        ({"station": "ship*"}, False),
        ({"role": "test*"}, False),
        ({"role": ""}, True),
    ],
)
def test_a_rule_is_about_what_it_names(changes: dict[str, object], about: bool) -> None:
    assert matches(replace(RETRY, **changes), FLOOR, LIMITED) is about


def test_a_login_that_is_refused_is_handed_over_whether_it_failed_or_is_held_for_it() -> None:
    (rule,) = (preset for preset in PRESETS if preset.name == "hand-over-auth")
    for kind in (Kind.FAILED, Kind.PROVIDER):
        assert matches(rule, FLOOR, case("api", kind, cause=Cause.AUTH))
        assert not matches(rule, FLOOR, case("api", kind, cause=Cause.PROVIDER))


def test_no_rule_touches_what_is_only_observed_or_the_whole_floor() -> None:
    assert not matches(RETRY, FLOOR, replace(LIMITED, station="guest"))
    assert not matches(RETRY, FLOOR, replace(LIMITED, station=""))
    assert not matches(RETRY, replace(FLOOR, stations={}), LIMITED)
    assert plan(FLOOR, replace(LIMITED, station="guest")) is None


def test_it_waits_longer_each_time_and_not_more_often_than_it_may() -> None:
    first = plan(FLOOR)
    assert first is not None and (first.rule, first.act) == ("again", Act.RETRY)
    assert first.at == pytest.approx(NOW + 60 * (1 + 0.25 * 0.359), abs=1e-6), "its name spreads it"
    once = settled(FLOOR, LIMITED, 1)
    second = plan(once, replace(LIMITED, id="api:failed:2"))
    assert second is not None and second.at - NOW == pytest.approx(2 * (first.at - NOW))
    twice = settled(once, replace(LIMITED, id="api:failed:2"), 2)
    assert plan(twice, replace(LIMITED, id="api:failed:3")) is None
    assert plan(twice, replace(LIMITED, id="x:failed:3"), replace(RETRY, name="other")) is not None
    other = replace(LIMITED, id="ship:failed:1", station="ship")
    assert plan(fold_all(twice, [*ours("ship"), *opened(other)]), other) is not None, "each station is counted alone"


def test_once_the_station_got_something_done_it_is_counted_anew() -> None:
    twice = settled(settled(FLOOR, LIMITED, 1), replace(LIMITED, id="api:failed:2"), 2)
    arrived = ev.WorkArrived(time=NOW + 1, station="api", branch="station/api", head="1" * 40, commits=1)
    assert plan(fold_all(twice, [arrived]), replace(LIMITED, id="api:failed:3")) is not None
    at_once = fold_all(twice, [replace(arrived, time=NOW)])
    assert plan(at_once, replace(LIMITED, id="api:failed:3")) is not None, "what was done at that moment is not since"


def test_stations_that_wait_for_the_same_do_not_come_back_at_one_moment() -> None:
    names = [f"s{n}" for n in range(40)]
    state = floor(*(ours(name) for name in names))
    ats = {made.at for name in names if (made := plan(state, replace(LIMITED, station=name))) is not None}
    assert len(ats) > 30 and max(ats) - min(ats) <= 15


def test_what_came_back_or_is_planned_already_is_left_to_a_person() -> None:
    assert plan(FLOOR, replace(LIMITED, note="retry failed: its host is gone")) is None
    assert plan(FLOOR, replace(LIMITED, plan="other")) is None


def test_the_longest_wait_is_bounded() -> None:
    rule = replace(RETRY, backoff=LONGEST_S, times=10)
    made = plan(settled(FLOOR, LIMITED, 1), replace(LIMITED, id="api:failed:9"), rule)
    assert made is not None and made.at == NOW + LONGEST_S


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": ""}, "a rule needs a name"),
        ({"name": "a\tb"}, "a rule needs a name"),
        ({"name": 61 * "a"}, "a rule needs a name"),
        ({"act": Act.ALLOW}, "no rule may allow"),
        ({"act": Act.ALWAYS}, "no rule may always"),
        ({"act": Act.RESCOPE}, "no rule may rescope"),
        ({"act": Act.SNOOZE}, "no rule may snooze"),
        ({"kind": None, "cause": None}, "say for which kind or cause"),
        ({"times": 0}, "times is 1 to 10"),
        ({"times": 11}, "times is 1 to 10"),
        ({"backoff": -1.0}, "backoff is 0 to 3600"),
        ({"backoff": float("inf")}, "backoff is 0 to 3600"),
    ],
)
def test_what_no_rule_may_be_is_refused(changes: dict[str, object], why: str) -> None:
    assert trouble(replace(RETRY, **changes)).startswith(why)


def test_what_a_rule_may_be_at_most() -> None:
    assert trouble(replace(RETRY, name=60 * "a", times=10, backoff=3_600.0)) == ""
    refused = {act for act in Act if trouble(replace(RETRY, act=act))}
    assert refused == {Act.ALLOW, Act.ALWAYS, Act.ANSWER, Act.RESCOPE, Act.SNOOZE, Act.EXPECTED} == {*Act} - {*ACTS}


def test_a_dry_run_says_what_would_have_been_done_and_when() -> None:
    cases = [replace(LIMITED, id=f"api:failed:{n}") for n in range(4)]
    told = [ev.CaseOpened(time=NOW + 100 * n, station="api", what=each) for n, each in enumerate(cases)]
    told.append(ev.CaseOpened(time=NOW + 9_000, station="api", what=replace(LIMITED, id="api:failed:9")))
    found = [*would((RETRY,), FLOOR, told)]
    assert [(each.case.id, each.times) for each in found] == [
        ("api:failed:0", 1),
        ("api:failed:1", 2),
        ("api:failed:9", 1),
    ]
    assert {(each.rule, each.act) for each in found} == {("again", Act.RETRY)}
    assert NOW + 60 <= found[0].time <= NOW + 75


def test_in_a_dry_run_each_rule_and_each_station_is_counted_alone_and_anew_after_an_hour() -> None:
    state = floor(ours("api"), ours("ship"))
    rules = (replace(RETRY, name="once", times=1), replace(RETRY, name="then", times=1))

    def found(*moments: tuple[str, float]) -> list[tuple[str, str]]:
        told = [ev.CaseOpened(time=NOW + at, station=name, what=replace(LIMITED, station=name)) for name, at in moments]
        return [(each.case.station, each.rule) for each in would(rules, state, told)]

    assert found(("api", 0), ("api", 1), ("api", 2), ("ship", 3)) == [
        ("api", "once"),
        ("api", "then"),
        ("ship", "once"),
    ]
    assert found(("api", 0), ("api", 3_600)) == [("api", "once"), ("api", "then")]
    assert found(("api", 0), ("api", 3_600.5)) == [("api", "once"), ("api", "once")]
    assert found(("guest", 0)) == []
