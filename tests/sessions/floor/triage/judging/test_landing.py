"""What stands in the way of landing."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.conflicts import FileConflict, Outcome
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import Task, TaskSpec, TaskState
from sessions.floor.triage.case import Cause, Kind
from sessions.floor.triage.judge import due, floor_cases
from sessions.floor.triage.judging.landing import PATIENCE_S
from tests.support.triage.floors import NOW, floor, observed, of, only, ours


def conflict(a: str, b: str = "", at: float = NOW - PATIENCE_S, commits_only: bool = False) -> ev.Event:
    return ev.VerdictReached(
        time=at,
        a=a,
        b=b,
        outcome=Outcome.CONFLICT,
        files=(FileConflict("src/a.py", "content", 7),),
        commits_only=commits_only,
    )


def test_a_branch_that_collides_with_the_base_for_a_while_is_a_case() -> None:
    state = floor(ours("api"), conflict("station/api"))
    case = only(state)
    assert (case.kind, case.cause, case.about) == (Kind.CONFLICT, Cause.CONFLICT, "")
    assert case.evidence == ("7 conflicting lines in src/a.py",)
    assert of(state, now=NOW - 1) == [] and due(state, "api", NOW - 1) == NOW
    assert due(state, "api", NOW) == math.inf
    assert of(floor(ours("api"), conflict("station/other"))) == []
    for outcome in (Outcome.CLEAN, Outcome.UNKNOWN):
        fine = ev.VerdictReached(time=NOW - 90, a="station/api", outcome=outcome)
        assert of(floor(ours("api"), fine)) == [] and due(floor(ours("api"), fine), "api", NOW - 80) == math.inf
    assert of(replace(state, base="station/api")) == [], "it is the base"


def test_one_that_is_observed_is_told_of_while_it_is_of_the_present() -> None:
    state = floor(observed("guest"), conflict("station/api"), ev.TurnFinished(time=NOW - 5, station="guest"))
    state = replace(state, stations={"guest": replace(state.stations["guest"], branch="station/api")})
    assert of(state, "guest", NOW - 6 + 24 * 3_600) and not of(state, "guest", NOW - 5 + 24 * 3_600)


def test_some_of_the_files_are_named_and_what_changed() -> None:
    files = tuple(FileConflict(f"{name}.py", "content", 2) for name in "abcd")
    told = replace(conflict("station/api"), files=files, cause="main")
    lines = only(floor(ours("api"), told)).evidence
    assert lines == ("8 conflicting lines in a.py, b.py, c.py", "since main changed")


def test_what_is_only_in_uncommitted_work_is_not_about_to_land() -> None:
    clean = ev.VerdictReached(time=NOW, a="station/api", outcome=Outcome.CLEAN, commits_only=True)
    assert of(floor(ours("api"), conflict("station/api"), clean)) == []


def test_a_branch_that_collides_with_what_was_accepted_is_one_too() -> None:
    branches = [ev.BranchChanged(time=NOW - 99, branch=f"station/{name}", head="1" * 40) for name in ("api", "ship")]
    both = [*ours("api"), *ours("ship"), *branches, conflict("station/api", "station/ship")]
    assert of(floor(both)) == []
    accepted = [
        ev.TaskAdded(time=NOW - 90, task="t1", spec=TaskSpec("ship it")),
        ev.TaskTaken(time=NOW - 89, station="ship", task="t1", lease=1),
        ev.TaskFinished(time=NOW - 80, station="ship", task="t1", lease=1),
    ]
    case = only(floor(both, accepted))
    assert (case.kind, case.about) == (Kind.CONFLICT, "station/ship")
    soon = floor(both, accepted, conflict("station/api", at=NOW - 30))
    assert due(soon, "api", NOW - 45) == NOW and due(soon, "api", NOW) == NOW + 30, "the first of them"
    seen = (*observed("guest"), ev.TurnFinished(time=NOW - 5, station="guest"))
    guest = replace(floor(both, accepted, seen, conflict("station/ship")), base="main")
    assert of(guest, "guest") == [], "one that is on no branch lands nothing"
    landed = ev.BranchChanged(time=NOW, branch="station/ship", head="1" * 40, merged=True)
    assert of(floor(both, accepted, landed)) == []


def taken(*more: ev.Event) -> Iterable[ev.Event]:
    return (
        *ours("api"),
        ev.TaskAdded(time=NOW - 9, task="t1", spec=TaskSpec("count the carts")),
        ev.TaskTaken(time=NOW - 8, station="api", task="t1", lease=1),
        *more,
    )


def test_a_task_whose_check_failed_too_often_is_a_case_with_what_it_said() -> None:
    check = ev.CheckFinished(
        time=NOW - 3, station="api", task="t1", lease=1, passed=False, output="FAILED test_a.py::test_b - boom"
    )
    failed_ = ev.TaskFailed(time=NOW - 2, station="api", task="t1", lease=1, reason="its check failed 3 times")
    (case,) = floor_cases(floor(taken(check, failed_)), NOW)
    assert (case.kind, case.station, case.about, case.cause) == (Kind.CHECK, "api", "t1", Cause.FAILING_TEST)
    assert case.evidence == ("bounced 0×", "its check failed 3 times", "FAILED test_a.py::test_b - boom")
    assert floor_cases(floor(taken(check)), NOW) == ()
    (long,) = floor_cases(floor(taken(replace(check, output="a\nb\nc\nd\ne"), failed_)), NOW)
    assert long.evidence[2:] == ("b", "c", "d", "e") and long.rule == "its check failed"
    full = replace(check, output="make: No space left on device")
    (other,) = floor_cases(floor(taken(full, failed_)), NOW)
    assert other.rule == "no space", "its output says more than its reason"
    (silent,) = floor_cases(floor(taken(replace(failed_, reason="no space left on device"))), NOW)
    assert silent.rule == "no space"


def test_a_task_that_waits_to_be_accepted_is_one() -> None:
    state = floor(taken())
    task = replace(state.tasks["t1"], state=TaskState.REVIEW, head="a" * 40, reason="look at it")
    waiting = replace(state, tasks={"t1": task})
    (case,) = floor_cases(waiting, NOW)
    assert (case.kind, case.station, case.title, case.about) == (Kind.REVIEW, "api", "count the carts", "t1")
    assert case.evidence == ("look at it", f"at {'a' * 12}")


def accepted(*moments: tuple[str, float]) -> FloorState:
    """Stations of which a task each was accepted then; all their branches collide."""
    names = [name for name, _ in moments]
    state = floor(*(ours(name) for name in ("api", "ship")))
    state = fold_all(
        state, [ev.BranchChanged(time=NOW - 99, branch=f"station/{n}", head="1" * 40) for n in ("api", "ship")]
    )
    tasks = {
        f"t{at}": Task(f"t{at}", TaskSpec("x"), state=TaskState.FINISHED, station=name, since=since)
        for at, (name, since) in enumerate(moments)
    }
    assert len(names) == len(tasks)
    return fold_all(replace(state, tasks=tasks), [conflict("station/api", "station/ship")])


@pytest.mark.parametrize(
    ("moments", "who"),
    [
        ([("ship", 5), ("api", 9)], {"api"}),
        ([("ship", 9), ("api", 5)], {"ship"}),
        ([("ship", 5), ("api", 5)], {"ship"}),
        ([("ship", 9), ("ship", 3), ("api", 5)], {"api"}),
        ([("api", 9), ("api", 3), ("ship", 5)], {"ship"}),
        ([("", 1), ("gone", 1)], set()),
    ],
)
def test_what_was_accepted_first_lands_first(moments: list[tuple[str, float]], who: set[str]) -> None:
    state = accepted(*moments)
    assert {name for name in ("api", "ship") if of(state, name)} == who


def test_only_what_was_accepted_and_has_a_branch_lands() -> None:
    state = accepted(("ship", 5))
    assert of(state) and of(replace(state, branches={})) == []
    taken_ = replace(state.tasks["t0"], state=TaskState.TAKEN)
    assert of(replace(state, tasks={"t0": taken_})) == []
    both = replace(state.owned["api"], branch="station/ship")
    state = accepted(("ship", 9), ("other", 3), ("api", 5))
    assert of(replace(state, owned={**state.owned, "other": both})), "by the first that is accepted on it"
