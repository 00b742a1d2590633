"""Where a station meets its bounds: each is a case until it may do that."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.ours import budget
from sessions.floor.ours.lives import Life
from sessions.floor.scope import Budget, Network, Scope
from sessions.floor.triage.case import Cause, Kind
from tests.support.triage.floors import NOW, floor, life, of, only, ours


def test_what_it_tried_outside_of_its_scope_is_a_case_until_it_may_do_that() -> None:
    tried = [ev.ScopeViolated(time=NOW - 5 + n, station="api", path=f"docs/{n}.md", act="write") for n in range(5)]
    state = floor(ours("api"), tried)
    cases = of(state)
    assert [case.about for case in cases] == ["write docs/2.md", "write docs/3.md", "write docs/4.md"]
    assert {(case.kind, case.cause, case.group) for case in cases} == {(Kind.SCOPE, Cause.SCOPE, "scope:api")}
    wider = ev.ScopeAssigned(time=NOW, station="api", scope=Scope(write=("src/**", "docs/**")))
    assert of(floor(ours("api"), tried, wider)) == []
    assert of(floor(ours("api"), tried, life(Life.KILLED, at=NOW))) == []


def test_a_host_that_it_tried_is_one_until_it_may_reach_it() -> None:
    tried = ev.ScopeViolated(time=NOW, station="api", path="pypi.org:443", act="connect")
    assert only(floor(ours("api"), tried)).about == "connect pypi.org:443"
    scope = Scope(network=Network.LISTED, hosts=("pypi.org",), write=("src/**",))
    assert of(floor(ours("api"), tried, ev.ScopeAssigned(time=NOW, station="api", scope=scope))) == []


def test_what_is_a_case_already_stays_one_while_it_tries_other_things() -> None:
    def tried(path: str, at: float, act: str = "write") -> ev.Event:
        return ev.ScopeViolated(time=at, station="api", path=path, act=act)

    first = [tried("a.md", NOW - 20), tried("pypi.org:443", NOW - 19, "connect")]
    told = [case.about for case in of(floor(ours("api"), first))]
    assert told == ["write a.md", "connect pypi.org:443"]
    opened = [ev.CaseOpened(time=NOW, station="api", what=each) for each in of(floor(ours("api"), first))]
    more = [tried(f"{n}.md", NOW - 10 + n) for n in range(4)]
    more += [tried(f"h{n}:443", NOW - 5 + n, "connect") for n in range(4)]
    assert {*told} < {case.about for case in of(floor(ours("api"), first, opened, more))}
    assert not {*told} & {case.about for case in of(floor(ours("api"), first, more))}
    again = of(floor(ours("api"), first, [tried("a.md", NOW)]))
    assert again[0].evidence == ("2×", "3× outside of its scope in all")
    linked = only(floor(ours("api"), tried("b.md", NOW, "link")))
    assert (linked.about, linked.evidence) == ("link b.md", ("1× outside of its scope in all",))


def test_a_budget_is_told_at_four_fifths_and_when_it_is_used_up_and_again_when_it_was_raised() -> None:
    """Case 40."""
    with_budget = ours("api", budget=Budget(turns=10))

    def used(share: float) -> ev.Event:
        return ev.BudgetReached(time=NOW, station="api", share=share, what="turns")

    turns: list[ev.Event] = []
    for n in range(9):
        turns += [ev.TurnStarted(time=NOW - 50 + n, station="api"), ev.TurnFinished(time=NOW - 50 + n, station="api")]
    assert of(floor(with_budget, turns)) == [], "it was not told yet"
    near = only(floor(with_budget, turns, used(0.8)))
    assert (near.title, near.evidence, near.since) == ("80% of its budget of turns is used", ("10 turns in all",), 0)
    paused = life(Life.PAUSED, at=NOW)
    assert only(floor(with_budget, turns, used(0.8), paused)).evidence == near.evidence
    assert only(floor(with_budget, turns, used(1.0))).evidence == near.evidence
    assert (near.kind, near.cause, near.about, near.id) == (
        Kind.BUDGET,
        Cause.BUDGET,
        "turns",
        "api:budget:near:turns:10",
    )
    over = only(floor(with_budget, turns, used(1.0), life(Life.PAUSED, f"{budget.OVER}: turns", at=NOW)))
    assert (over.id, over.title) == ("api:budget:over:turns:10", "its budget of turns is used up")
    assert over.evidence == ("10 turns in all", "it rests until there is more")
    raised = ev.ScopeAssigned(time=NOW, station="api", scope=Scope(), budget=Budget(turns=20))
    assert of(floor(with_budget, turns, used(1.0), raised)) == []
    assert of(floor(with_budget, turns, used(0.8), life(Life.STOPPED, at=NOW))) == []
    held = life(Life.HELD, f"{budget.OVER}: turns (it could not be paused)", at=NOW)
    assert only(floor(with_budget, turns, used(1.0), held)).kind is Kind.BUDGET


def test_a_budget_that_nobody_knows_of_is_a_case_all_the_same() -> None:
    told = ev.BudgetReached(time=NOW, station="api", share=1.0, what="turns")
    assert only(floor(ours("api"), told)).evidence == ("0 in all",)
