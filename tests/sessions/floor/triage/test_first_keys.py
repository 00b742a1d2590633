"""What is under the cursor for each cause and sort of station: what somebody would do, and nothing in vain."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sessions.floor import events as ev
from sessions.floor.commands import ChangeLife, PromptStation, SettleCase
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.scope import Budget, Scope
from sessions.floor.state import FloorState
from sessions.floor.triage import meanings
from sessions.floor.triage.acts import choices, meaning
from sessions.floor.triage.case import Act, Case, Cause, Kind
from sessions.floor.triage.causes.providers import NO_MODEL
from sessions.floor.triage.meanings import Means
from tests.support.triage.floors import NOW, asks, case, floor, observed, opened, ours

AGENTS, PROGRAM, OBSERVED = ("builtin", "claude", "gemini-acp"), "command", "observed"
FIRST: dict[Cause, dict[Kind, tuple[Act, ...]]] = {
    Cause.PROVIDER: {Kind.FAILED: (Act.RETRY, Act.MORE), Kind.PROVIDER: (Act.RETRY, Act.MORE)},
    Cause.AUTH: {Kind.FAILED: (Act.HAND_OVER, Act.RETRY), Kind.PROVIDER: (Act.HAND_OVER, Act.RETRY)},
    Cause.RATE_LIMIT: {Kind.FAILED: (Act.RETRY, Act.MORE), Kind.PROVIDER: (Act.RETRY, Act.MORE)},
    Cause.CONTEXT_FULL: {Kind.FAILED: (Act.FRESH, Act.RETRY)},
    Cause.TOOL_ERROR: {Kind.FAILED: (Act.RETRY, Act.MORE)},
    Cause.FAILING_TEST: {Kind.FAILED: (Act.RETRY, Act.MORE), Kind.CHECK: (Act.RETRY, Act.ALLOW)},
    Cause.BUILD: {Kind.FAILED: (Act.RETRY, Act.MORE), Kind.CHECK: (Act.RETRY, Act.ALLOW)},
    Cause.CRASH: {Kind.FAILED: (Act.RETRY, Act.FRESH), Kind.CRASH_LOOP: (Act.RETRY, Act.FRESH)},
    Cause.STALL: {Kind.STUCK: (Act.RETRY, Act.FRESH)},
    Cause.LOOP: {Kind.STUCK: (Act.RETRY, Act.FRESH)},
    Cause.SCOPE: {Kind.FAILED: (Act.RESCOPE, Act.RETRY), Kind.SCOPE: (Act.RESCOPE, Act.KILL)},
    Cause.CONFLICT: {Kind.FAILED: (Act.RETRY, Act.FRESH), Kind.CONFLICT: (Act.RETRY, Act.ANSWER)},
    Cause.BUDGET: {Kind.FAILED: (Act.RETRY, Act.MORE), Kind.BUDGET: (Act.MORE, Act.REQUEUE)},
    Cause.ENVIRONMENT: {Kind.FAILED: (Act.RETRY, Act.FRESH), Kind.DISK: (Act.RETRY, Act.REQUEUE)},
    Cause.UNKNOWN: {Kind.FAILED: (Act.RETRY, Act.MORE), Kind.SIGNAL: (Act.ANSWER, Act.RETRY)},
}
"""Of a station that converses, where another one is free to take tasks: the first two that are offered."""
OF_PROGRAMS = {
    (Cause.CRASH, Kind.CRASH_LOOP): (Act.RETRY, Act.HAND_OVER),
    (Cause.CRASH, Kind.FAILED): (Act.RETRY, Act.HAND_OVER),
    (Cause.ENVIRONMENT, Kind.CRASH_LOOP): (Act.RETRY, Act.HAND_OVER),
    (Cause.UNKNOWN, Kind.SIGNAL): (Act.RETRY, Act.REQUEUE),
    (Cause.BUDGET, Kind.BUDGET): (Act.MORE, Act.REQUEUE),
}
IN_VAIN = {
    Cause.CRASH: {Act.MORE},
    Cause.ENVIRONMENT: {Act.MORE},
    Cause.SCOPE: {Act.MORE},
    Cause.CONFLICT: {Act.MORE},
}
ROWS = [(cause, kind, first) for cause, kinds in FIRST.items() for kind, first in kinds.items()]
ABOUT = {Kind.BUDGET: "tokens", Kind.SCOPE: "write docs/a.md", Kind.CHECK: "t1"}


def station(kind: str, life: Life = Life.RUNNING) -> list[ev.Event]:
    """One with a task of its own, and another that is free to take it."""
    started = ev.StartWanted(time=NOW, station="api", text="look", model="m", command="c0", who="me@here")
    return [
        ev.StationOpened(time=NOW - 100, station="api", kind=kind, branch="station/api", owner=Owner.OURS),
        ev.ScopeAssigned(time=NOW, station="api", scope=Scope(write=("src/**",)), budget=Budget(tokens=9)),
        ev.LifeChanged(time=NOW, station="api", life=life, process=7),
        started,
        ev.CommandDone(time=NOW, command="c0"),
    ]


def free() -> list[ev.Event]:
    return [*ours("free"), ev.StationEnlisted(time=NOW, station="free", who="me@here")]


def acts(state: FloorState, about: Case) -> Sequence[Act]:
    return [each.act for each in choices(state, about, NOW)]


@pytest.mark.parametrize("kind", AGENTS)
def test_of_an_agent_what_helps_against_the_cause_is_under_the_cursor(kind: str) -> None:
    assert {*FIRST} == {*Cause}
    found = {}
    for cause, of, _ in ROWS:
        about = case("api", of, cause=cause, about=ABOUT.get(of, ""))
        offered = acts(floor(station(kind), free(), opened(about)), about)
        found[cause, of] = tuple(offered[:2])
        assert not IN_VAIN.get(cause, set()) & {*offered}, (cause, of)
    assert found == {(cause, of): first for cause, of, first in ROWS}


def test_a_mere_program_is_offered_nothing_that_only_an_agent_understands() -> None:
    found = {}
    for cause, of in OF_PROGRAMS:
        about = case("api", of, cause=cause, about=ABOUT.get(of, ""))
        offered = acts(floor(station(PROGRAM, Life.HELD), free(), opened(about)), about)
        found[cause, of] = tuple(offered[:2])
        assert of is Kind.BUDGET or not {Act.ANSWER, Act.FRESH, Act.MORE} & {*offered}
    assert found == OF_PROGRAMS


@pytest.mark.parametrize(("cause", "of"), [(cause, of) for cause, of, _ in ROWS if of is not Kind.CHECK])
def test_of_an_observed_one_only_what_needs_no_hand_on_it_can_be_done(cause: Cause, of: Kind) -> None:
    about = case("guest", of, cause=cause, about=ABOUT.get(of, ""))
    found = choices(floor(observed("guest"), opened(about)), about, NOW)
    assert [each.act for each in found if not each.why_not] == [Act.SEEN, Act.SNOOZE, Act.EXPECTED]
    assert all("answer it where it runs" in each.cure for each in found if each.why_not)


@pytest.mark.parametrize("of", [Kind.FAILED, Kind.PROVIDER])
def test_where_nobody_else_could_do_it_whoever_has_no_login_is_tried_again_first(of: Kind) -> None:
    about, other = case("api", of, cause=Cause.AUTH), case("free", of, cause=Cause.AUTH)
    assert acts(floor(station("builtin"), opened(about)), about)[0] is Act.RETRY
    assert acts(floor(station("builtin"), ours("deaf"), opened(about)), about)[0] is Act.RETRY
    assert acts(floor(station("builtin"), free(), opened(about, other)), about)[0] is Act.RETRY
    rests = ev.LifeChanged(time=NOW, station="free", life=Life.HELD)
    assert acts(floor(station("builtin"), free(), rests, opened(about)), about)[0] is Act.RETRY


def test_a_model_that_is_not_there_is_replaced_by_another_one() -> None:
    about = case("api", cause=Cause.PROVIDER, rule=NO_MODEL)
    first = choices(floor(station("builtin"), opened(about)), about, NOW)[0]
    assert (first.act, first.lacks) == (Act.MORE, "name a model or a budget")


def test_who_asks_is_answered_first_whatever_the_cause() -> None:
    asked = case("api", Kind.SCOPE, cause=Cause.SCOPE, about="q1")
    question = asks("api", about=Asks.SCOPE, paths=("docs/**",))
    assert acts(floor(station("builtin"), question, opened(asked)), asked)[:3] == [Act.ALLOW, Act.DENY, Act.RESCOPE]


def test_a_program_that_ended_is_started_again_without_a_word() -> None:
    about = case("api", Kind.CRASH_LOOP, cause=Cause.CRASH)
    state = floor(station(PROGRAM, Life.HELD), opened(about))
    first = choices(state, about, NOW)[0]
    assert (first.act, first.words, first.why_not) == (Act.RETRY, "it is started again", "")
    means = meaning(state, SettleCase(about.id, Act.RETRY, text="try"), about, NOW)
    assert isinstance(means, Means) and means.wish == ChangeLife("api", Change.RESUME)
    runs = case("api", Kind.SIGNAL)
    assert choices(floor(station(PROGRAM), opened(runs)), runs, NOW)[0].why_not == "it is a program, and hears no words"


def test_whoever_has_fallen_silent_is_told_to_go_on_and_not_that_it_goes_in_circles() -> None:
    about = case("api", Kind.STUCK, cause=Cause.STALL, rule="silent")
    means = meaning(floor(station("builtin"), opened(about)), SettleCase(about.id, Act.RETRY), about, NOW)
    assert isinstance(means, Means) and means.wish == PromptStation("api", meanings.SILENT)
