"""What is looked at, and when: what events touched, and what time alone may have changed."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.conflicts import Outcome
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.reports import Report
from sessions.floor.scope import Budget, Scope
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskSpec
from sessions.floor.tokens import Tokens
from sessions.floor.triage.case import Cause, Kind
from sessions.floor.triage.causes.rule import ANYWHERE, Rule
from sessions.floor.triage.judge import due, floor_due
from sessions.floor.triage.judging.looked import LONG_AGO_S
from sessions.floor.triage.lookout import HEARD, LOUD, QUIET, Look, Lookout
from tests.support.triage.floors import NOW, asks, case, failed, floor, life, observed, opened, ours

BOTH = floor(ours("api"), ours("ship"))
WROTE = ev.TextWritten(time=NOW, station="api", text="on")
TASK = ev.TaskAdded(time=NOW, task="t1", spec=TaskSpec("count"))
TAKEN = ev.TaskTaken(time=NOW, station="api", task="t1", lease=1)
ANSWERED = ev.QuestionAnswered(time=NOW, station="api", question="q1", decision="allow", who="mara")
USED = ev.TokensUsed(time=NOW, station="api", tokens=Tokens(input=1))


def looks(state: FloorState, *events: ev.Event) -> tuple[bool, Look]:
    """Whether these give something to look at, and what."""
    lookout = Lookout()
    return lookout.hear(state, events), lookout.take(NOW)


def touched(state: FloorState, *events: ev.Event) -> set[str]:
    return {*looks(state, *events)[1].stations}


def test_what_may_need_a_person_is_looked_at_and_the_rest_where_there_is_a_case() -> None:
    assert looks(BOTH, failed()) == (True, Look(frozenset({"api"})))
    assert looks(BOTH, WROTE) == (False, Look(frozenset()))
    with_case = floor(ours("api"), ours("ship"), opened(case("api")))
    assert looks(with_case, WROTE, replace(WROTE, station="ship")) == (True, Look(frozenset({"api"})))
    assert not looks(BOTH)[0] and not {*HEARD} & {*QUIET} and {*LOUD} < {*HEARD}


@pytest.mark.parametrize(
    "quiet",
    [
        USED,
        *opened(case("api")),
        ev.CaseRestated(time=NOW, station="api", what=case("api")),
        ev.CaseClosed(time=NOW, station="api", case="api:failed:1", why="x"),
    ],
)
def test_what_ends_nothing_is_not_looked_at(quiet: ev.Event) -> None:
    assert type(quiet) in QUIET
    assert looks(floor(ours("api"), opened(case("api"))), quiet) == (False, Look(frozenset()))


OLD = NOW - 2 * LONG_AGO_S
TURN = ev.TurnStarted(time=NOW - 20, station="api", text="go")
GUEST = [*observed("api"), ev.TurnStarted(time=OLD, station="api", text="go")]
LOOP = [
    told
    for n in range(12)
    for told in (
        ev.ToolCalled(time=NOW + n, station="api", tool="Bash", call=f"c{n}", detail="make"),
        ev.ToolFinished(time=NOW + n, station="api", call=f"c{n}", failed=True, detail="make: no rule to make target"),
    )
]
CALL = ev.SignalRaised(time=NOW, station="api", signal="s", name="REQUIRES_INTERVENTION", text="help")
NARROW = ev.ScopeAssigned(time=NOW, station="api", scope=Scope(write=("src/**",)))
OUT = ev.ScopeViolated(time=NOW, station="api", path="docs/a.md", act="write")
UNEXPECTED = ev.KindExpected(time=NOW, station="api", kind=Kind.FAILED, expected=False)
NEEDED = ev.PersonNeeded(time=NOW - 3, station="api", reason="may I?")
ASKED = [*ours("api"), TURN, asks("api")]
KID = ev.ChildEnded(time=NOW, station="api", child="kid", ok=True, result="done")


@pytest.mark.parametrize(
    ("before", "event"),
    [
        ([*GUEST, failed("api", at=OLD)], ev.StationOpened(time=NOW, station="api", kind="claude", owner=Owner.OURS)),
        (ours("api"), replace(TURN, time=NOW)),
        ([*ours("api"), TASK, TAKEN, TURN], ev.TurnFinished(time=NOW, station="api", interrupted=True)),
        ([*ours("api"), TURN], failed(at=NOW)),
        ([*ours("api"), TURN], replace(NEEDED, time=NOW)),
        (observed("api"), ev.AgentReported(time=NOW, station="api", state=Report.NEEDS_ME)),
        ([*observed("api"), TURN], ev.AgentLost(time=NOW, station="api", reason="killed")),
        ([*ours("api"), TURN], ev.MachineAwaited(time=NOW, station="api", reason="529")),
        ([*ours("api"), TURN, *LOOP[:-1]], LOOP[-1]),
        (ours("api"), asks("api")),
        ([*ASKED, ev.KindExpected(time=NOW, station="api", kind=Kind.PERMISSION)], replace(ANSWERED, time=NOW)),
        ([*ours("api"), replace(NARROW, scope=Scope(write=("docs/**",))), OUT], replace(NARROW, time=NOW + 1)),
        (ours("api"), OUT),
        (ours("api"), life(Life.LOST, "killed", at=NOW)),
        (ours("api"), CALL),
        (ours("api", budget=Budget(turns=1)), ev.BudgetReached(time=NOW, station="api", share=1.0, what="turns")),
        ([*ours("api"), life(Life.KILLED)], KID),
        ([*ours("api"), replace(UNEXPECTED, expected=True), failed()], UNEXPECTED),
    ],
    ids=lambda given: type(given).__name__ if isinstance(given, ev.Event) else "",
)
def test_whatever_may_need_a_person_is_seen_at_once(before: list[ev.Event], event: ev.Event) -> None:
    assert type(event) in LOUD
    state, lookout = floor(before), Lookout()
    lookout.look_at_all(state)
    look = lookout.take(NOW)
    state = fold_all(state, lookout.changes(state, NOW, look))
    lookout.looked_at(state, NOW, look)
    at, told = lookout.at, [*state.cases]
    state = fold_all(state, [event])
    assert lookout.hear(state, [event])
    look = lookout.take(NOW)
    found = lookout.changes(state, NOW, look)
    assert found == Lookout().changes(state, NOW, replace(look, stations=frozenset(state.stations)))
    lookout.looked_at(state, NOW, look)
    assert found or lookout.at != at, f"nothing came of it: {told}"
    assert lookout.at == min(due(state, "api", NOW), floor_due(state, NOW))


def test_how_a_question_was_answered_is_kept_until_it_is_looked_at() -> None:
    lookout = Lookout()
    assert lookout.hear(BOTH, [ANSWERED])
    assert lookout.take(NOW) == Look(frozenset({"api"}), answers={"q1": "allowed by mara"})
    assert lookout.take(NOW) == Look(frozenset()) and not lookout.hear(BOTH, []), "each thing is given once"


@pytest.mark.parametrize(
    ("event", "stirs"), [(TASK, True), (TAKEN, True), (ev.CommandDone(time=NOW, command="c"), False)]
)
def test_a_task_stirs_what_is_nobodys_own(event: ev.Event, stirs: bool) -> None:
    assert looks(BOTH, event) == (stirs, Look(frozenset()))


def test_what_may_wake_a_case_is_told_while_one_waits_for_something() -> None:
    slept, other = case("api", wakes="text_written", snoozed=NOW + 60), case("ship", number=2)
    state = replace(BOTH, cases={each.id: each for each in (slept, other)})
    quiet = replace(USED, station="x")
    assert looks(state, WROTE, quiet) == (True, Look(frozenset({"api"}), (WROTE, quiet)))
    assert looks(state, quiet) == (True, Look(frozenset(), (quiet,)))
    assert looks(replace(state, cases={other.id: other}), quiet) == (False, Look(frozenset()))


def test_of_a_branch_the_stations_on_it_are_looked_at_and_of_the_base_all() -> None:
    verdict = ev.VerdictReached(time=NOW, a="station/api", outcome=Outcome.CLEAN)
    assert touched(BOTH, verdict) == {"api"}
    assert touched(BOTH, replace(verdict, a="station/x", b="station/ship")) == {"ship"}
    moved = ev.BranchChanged(time=NOW, branch="station/ship", head="1" * 40)
    assert touched(BOTH, moved) == {"ship"}
    assert touched(BOTH, ev.BranchRemoved(time=NOW, branch="station/ship")) == {"ship"}
    assert touched(BOTH, ev.BranchCompared(time=NOW, branch="station/api")) == {"api"}
    assert touched(replace(BOTH, base="main"), replace(moved, branch="main")) == {"api", "ship"}
    assert touched(BOTH, ev.BaseChosen(time=NOW, base="main")) == {"api", "ship"}
    assert touched(floor(observed("guest")), moved) == set(), "one that is on no branch is on none of these"


def test_all_is_looked_at_once() -> None:
    lookout = Lookout()
    lookout.look_at_all(BOTH)
    assert lookout.hear(BOTH, []) and lookout.take(NOW) == Look(frozenset({"api", "ship"}))
    lookout.look_at_all(floor())
    assert lookout.hear(floor(), []), "what is nobody's own, too"


def test_what_time_alone_may_change_is_looked_at_when_it_is_due() -> None:
    waits = [*observed("a"), ev.MachineAwaited(time=NOW, station="a", reason="529 overloaded")]
    state = floor(observed("guest"), failed("guest"), waits)
    lookout, late = Lookout(), NOW - 5 + LONG_AGO_S
    assert lookout.at == math.inf and lookout.looked == 0
    lookout.looked_at(state, NOW, Look(frozenset({"guest"})))
    assert (lookout.at, lookout.looked) == (NOW + 60, 1), "one that waits for its provider"
    assert lookout.take(NOW + 59.9).stations == frozenset() and lookout.at == NOW + 60
    assert lookout.take(NOW + 60).stations == frozenset() and lookout.at == late, "no station is due then"
    assert lookout.take(late).stations == {"guest"} and lookout.at == math.inf
    lookout.looked_at(state, NOW, Look(frozenset({"guest"})))
    lookout.looked_at(BOTH, NOW, Look(frozenset({"guest"})))
    assert (lookout.at, lookout.looked) == (math.inf, 3), "it is gone"


def test_what_is_snoozed_is_due_as_its_time_comes() -> None:
    slept = case("api", snoozed=NOW + 30)
    lookout = Lookout()
    lookout.looked_at(replace(BOTH, cases={slept.id: slept}), NOW, Look(frozenset()))
    assert lookout.at == NOW + 30


def test_what_has_changed_is_told_by_its_own_rules_and_with_what_is_awake() -> None:
    slept = case("ship", snoozed=NOW - 1)
    waits = [event for name in "ab" for event in observed(name)]
    waits += [ev.MachineAwaited(time=NOW - 60, station=name, reason="529") for name in "ab"]
    state = replace(floor(ours("api"), failed(), asks("ship"), waits), cases={slept.id: slept})
    lookout = Lookout((Rule("mine", Cause.BUILD, ("refused",), ANYWHERE, "the settings"),))
    found = lookout.changes(state, NOW, Look(frozenset({"api"})))
    assert [type(event) for event in found] == [ev.CaseOpened, ev.CaseOpened, ev.CaseSnoozed]
    first, second = (event.what for event in found if isinstance(event, ev.CaseOpened))
    assert (first.rule, first.kind, second.kind) == ("mine", Kind.FAILED, Kind.PROVIDER)
    some = lookout.changes(state, NOW, Look(frozenset({"api"})), whole=False)
    assert [type(event) for event in some] == [ev.CaseOpened, ev.CaseSnoozed]
