"""Whose cases there are, and when time alone changes that."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.triage.case import Case, Kind
from sessions.floor.triage.judge import cases_of, due, floor_due, subject
from sessions.floor.triage.judging.looked import LONG_AGO_S
from tests.support.triage.floors import NOW, asks, case, failed, floor, life, observed, of, ours

NEEDED = ev.PersonNeeded(time=NOW - 5, station="guest", reason="may I?")
OLD = NOW - 5 + LONG_AGO_S


def test_a_case_of_a_task_is_nobodys_own() -> None:
    assert {kind for kind in Kind if subject(case("api", kind)) == ""} == {Kind.CHECK, Kind.REVIEW}
    assert subject(case("api", Kind.STUCK)) == "api"


def test_what_old_transcripts_are_full_of_is_nobodys_business_any_more() -> None:
    for calls in (failed("guest"), NEEDED):
        state = floor(observed("guest"), calls)
        assert due(state, "guest", NOW) == OLD and due(state, "guest", OLD) == math.inf
        assert of(state, "guest", OLD - 1) and not of(state, "guest", OLD)
    for fails in (failed(), life(Life.LOST)):
        assert of(floor(ours("api"), fails), "api", NOW + 10 * LONG_AGO_S), "one of ours is always"


def test_time_alone_ends_no_case_of_one_of_ours_or_of_a_process_that_is_known() -> None:
    for fails in (failed(), life(Life.LOST)):  # with a process, and without
        assert due(floor(ours("api"), fails), "api", NOW) == math.inf
    state = floor(observed("guest"), failed("guest"))
    runs = replace(state, stations={"guest": replace(state.stations["guest"], process=7)})
    assert due(runs, "guest", NOW) == math.inf and of(runs, "guest", OLD)
    idle = floor(
        observed("guest"), ev.TurnStarted(time=NOW, station="guest"), ev.TurnFinished(time=NOW, station="guest")
    )
    assert due(idle, "guest", NOW) == math.inf


def test_stations_of_other_repositories_need_nobody_here() -> None:
    state = floor(observed("guest"), failed("guest"))
    away = replace(state, stations={"guest": replace(state.stations["guest"], elsewhere=True)})
    assert of(state, "guest") and not of(away, "guest")
    assert due(away, "guest", NOW) == math.inf


def test_of_a_station_that_is_not_there_there_is_nothing_to_say() -> None:
    state = floor()
    assert cases_of(state, "api", NOW) == () and due(state, "api", NOW) == math.inf
    assert floor_due(state, NOW) == math.inf


@pytest.mark.parametrize("more", [[asks("api")], [failed()]])
def test_one_that_was_removed_needs_nobody(more: list[ev.Event]) -> None:
    assert of(floor(ours("api"), more))
    assert of(floor(ours("api"), life(Life.REMOVED, at=NOW - 20), more)) == []


def test_what_is_not_told_of_a_case_never_was() -> None:
    bare = Case("x", Kind.FAILED)
    moments = (bare.since, bare.opened, bare.snoozed, bare.plan_at, bare.returned)
    assert moments == (0.0,) * 5
