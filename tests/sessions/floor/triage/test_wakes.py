"""What is out of sight until something happens is back with that, and with nothing that only looks like it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import SettleCase
from sessions.floor.conflicts import Outcome, Verdict
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Life
from sessions.floor.scope import Scope
from sessions.floor.state import FloorState
from sessions.floor.triage import acts, wakes
from sessions.floor.triage.case import Act, Wake
from sessions.floor.triage.wakes import LONGEST_S
from tests.support.triage.floors import NOW, case, floor, observed, ours

BRANCH = ev.BranchChanged(time=NOW - 90, source="git", branch="station/api", head="a1", committed=NOW - 90)
CHECK = ev.CheckFinished(time=NOW, station="api", task="t1", lease=1, passed=True)
CLASH = ev.VerdictReached(time=NOW - 50, source="git", a="station/api", b="station/ship", outcome=Outcome.CONFLICT)
CLEAN = ev.VerdictReached(time=NOW, source="git", a="station/api", b="station/ship", outcome=Outcome.CLEAN)
FINISHED = ev.TaskFinished(time=NOW, station="api", task="t1", lease=1)
LIFE = ev.LifeChanged(time=NOW, station="api", life=Life.KILLED)
WORK = ev.WorkArrived(time=NOW, station="api", branch="x", head="b2")
SCOPE = ev.ScopeAssigned(time=NOW, station="api", scope=Scope())


CONFLICT = Verdict("station/api", "main", Outcome.CONFLICT)


def here(*more: ev.Event) -> FloorState:
    entered = ev.BranchEntered(time=NOW - 95, station="api", branch="station/api")
    return floor(ours("api"), BRANCH, entered, *more)


@pytest.mark.parametrize(
    ("wake", "comes", "not_yet"),
    [
        (Wake.TURN, ev.TurnFailed(time=NOW, station="api", reason="x"), ev.TurnStarted(time=NOW, station="api")),
        (Wake.TURN, ev.TurnFinished(time=NOW, station="api"), ev.TurnFinished(time=NOW, station="ship")),
        (Wake.COMMIT, replace(BRANCH, time=NOW, committed=NOW), replace(BRANCH, time=NOW, dirty=3)),
        (Wake.COMMIT, replace(BRANCH, committed=NOW - 10), replace(BRANCH, committed=NOW - 11)),
        (Wake.COMMIT, WORK, replace(BRANCH, branch="main", committed=NOW)),
        (Wake.COMMIT, WORK, replace(WORK, station="ship")),
        (Wake.COMMIT, WORK, SCOPE),
        (Wake.CHECKED, CHECK, replace(CHECK, passed=False)),
        (Wake.CHECKED, FINISHED, replace(CHECK, station="ship")),
        (Wake.CHECKED, FINISHED, replace(FINISHED, station="ship")),
        (Wake.CHECKED, FINISHED, SCOPE),
        (Wake.TURN, ev.TurnFailed(time=NOW, station="api", reason="x"), CLEAN),
        (Wake.BOUNDS, SCOPE, replace(SCOPE, station="ship")),
        (Wake.ENDED, LIFE, SCOPE),
        (Wake.ENDED, LIFE, replace(LIFE, station="ship")),
        ("tool_called", ev.ToolCalled(time=NOW, station="api", tool="Bash"), SCOPE),
    ],
)
def test_it_is_back_with_what_it_waits_for_and_with_nothing_else(wake: str, comes: ev.Event, not_yet: ev.Event) -> None:
    slept = case("api", snoozed=NOW - 10 + LONGEST_S, wakes=wake)
    assert wakes.woken(here(), slept, [not_yet, comes])
    assert not wakes.woken(here(), slept, [not_yet])


def test_it_is_back_when_its_branch_collides_with_nothing_any_more() -> None:
    slept = case("api", snoozed=NOW + LONGEST_S, wakes=Wake.MERGES)
    assert not wakes.woken(here(CLASH), slept, [CLASH])
    assert wakes.woken(here(CLASH, CLEAN), slept, [CLEAN])
    assert not wakes.woken(here(), slept, [BRANCH])


@pytest.mark.parametrize(
    ("wake", "came"),
    [
        (Wake.TURN, (ev.TurnStarted(time=NOW - 5, station="api"), ev.TurnFinished(time=NOW, station="api"))),
        (Wake.COMMIT, (replace(BRANCH, time=NOW, head="b2", committed=NOW),)),
        (Wake.MERGES, (CLEAN,)),
        (Wake.BOUNDS, (replace(SCOPE, scope=Scope(write=("docs/**",))),)),
        (Wake.ENDED, (ev.LifeChanged(time=NOW, station="api", life=Life.HELD),)),
    ],
)
def test_what_came_while_nobody_listened_is_seen_on_the_floor(wake: Wake, came: tuple[ev.Event, ...]) -> None:
    slept = case("api", snoozed=NOW - 10 + LONGEST_S, wakes=wake)
    before = here(CLASH)
    assert not wakes.missed(before, slept)
    assert wakes.missed(fold_all(before, came), slept)


@pytest.mark.parametrize(
    ("wake", "then"),
    [
        (Wake.TURN, ev.TurnFinished(time=NOW - 10, station="api")),
        (Wake.COMMIT, replace(BRANCH, committed=NOW - 10)),
        (Wake.BOUNDS, replace(SCOPE, time=NOW - 10)),
        (Wake.ENDED, replace(LIFE, time=NOW - 10)),
    ],
)
def test_what_had_come_when_it_was_put_away_is_not_what_it_waits_for(wake: Wake, then: ev.Event) -> None:
    began = ev.TurnStarted(time=NOW - 20, station="api")
    slept = case("api", snoozed=NOW - 10 + LONGEST_S, wakes=wake)
    assert not wakes.missed(here(began, then), slept)
    assert wakes.missed(here(began, then), replace(slept, snoozed=slept.snoozed - 1))


def test_of_one_that_is_only_observed_no_life_is_known() -> None:
    assert not wakes.missed(floor(observed("api")), case("api", snoozed=NOW + LONGEST_S, wakes=Wake.ENDED))


def test_what_cannot_come_any_more_is_waited_for_no_longer_and_of_what_no_floor_tells_only_an_event_does() -> None:
    assert wakes.missed(here(), case("api", snoozed=NOW + LONGEST_S, wakes=Wake.CHECKED)), "it has no task"
    called = ev.ToolCalled(time=NOW, station="api", tool="Bash")
    assert not wakes.missed(here(called), case("api", snoozed=NOW - 10 + LONGEST_S, wakes="tool_called"))
    assert not wakes.missed(here(), case("api", snoozed=NOW + 60))


def test_a_case_is_put_away_for_a_while_or_until_something_happens() -> None:
    both = SettleCase("c", Act.SNOOZE, until=NOW + 60, wakes=Wake.TURN)
    assert getattr(acts.meaning(here(), both, case("api"), NOW), "cure", "") == "say one of them"


def test_only_what_can_come_of_a_case_is_offered() -> None:
    slept = case("api")
    assert wakes.offered(here(), slept) == [Wake.TURN, Wake.COMMIT, Wake.BOUNDS, Wake.ENDED]
    assert Wake.MERGES in wakes.offered(here(CLASH), slept)
    assert wakes.offered(floor(observed("api")), slept) == [Wake.TURN, Wake.ENDED]
    assert wakes.offered(here(), case("")) == []
    unseen = floor(ours("api"), ev.BranchEntered(time=NOW, station="api", branch="station/api"))
    assert Wake.COMMIT not in wakes.offered(unseen, slept)


@pytest.mark.parametrize(
    ("verdict", "collides"),
    [
        (CONFLICT, True),
        (Verdict("main", "station/api", Outcome.CONFLICT), True),
        (Verdict("station/api", "", Outcome.CONFLICT), True),
        (Verdict("main", "", Outcome.CONFLICT), False),
        (Verdict("main", "station/ship", Outcome.CONFLICT), False),
        (Verdict("station/api", "main", Outcome.CLEAN), False),
    ],
)
def test_a_branch_collides_by_its_commits_or_by_what_is_not_committed(verdict: Verdict, collides: bool) -> None:
    for verdicts in ({"verdicts": {"x": verdict}}, {"committed_verdicts": {"x": verdict}}):
        assert (Wake.MERGES in wakes.offered(replace(here(), **verdicts), case("api"))) is collides
        nowhere = replace(floor(observed("api")), **verdicts)
        assert Wake.MERGES not in wakes.offered(nowhere, case("api")), "on no branch"


def test_a_week_is_the_longest_and_what_waits_for_nothing_is_not_woken() -> None:
    assert LONGEST_S == 7 * 24 * 3_600
    assert not wakes.woken(here(), case("api"), [LIFE])
    assert (wakes.words(Wake.TURN), wakes.words("moon_full")) == ("a turn of it ends", "its next moon full")
    assert "tool_called" in wakes.TAGS and "branch_changed" not in wakes.TAGS


def test_what_nothing_is_called_is_waited_for_by_nobody() -> None:
    wish = SettleCase("c", Act.SNOOZE, wakes="moon_full")
    told = acts.meaning(here(), wish, case("api"), NOW)
    assert "moon_full" in getattr(told, "reason", "") and "conflict_gone" in getattr(told, "cure", "")
    for name in (*Wake, "turn_finished"):
        told = acts.meaning(here(), replace(wish, wakes=name), case("api"), NOW)
        assert getattr(told, "words", "") == f"out of sight until {wakes.words(name)}"
