"""What headless JSON tells of a station that this factory runs: life, boundary, budget, questions. Pure.

Field names and meanings are documented in README.md. Within one version fields are only ever added.
"""

from __future__ import annotations

import msgspec

from sessions.floor.ours.budget import given, share
from sessions.floor.ours.family import orphaned
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Budget
from sessions.floor.state import FloorState, name_of
from sessions.headless.meters_shape import VERSION


class ScopeShape(msgspec.Struct, frozen=True, kw_only=True):
    """What it may touch."""

    write: tuple[str, ...]
    read: tuple[str, ...]
    tools: tuple[str, ...]
    network: str
    hosts: tuple[str, ...]
    exclusive: bool


class BudgetShape(msgspec.Struct, frozen=True, kw_only=True):
    """What it may use up; 0 is no bound."""

    tokens: int
    dollars: float
    seconds: float
    turns: int


class QuestionShape(msgspec.Struct, frozen=True, kw_only=True):
    """Something that it waits to be answered."""

    id: str
    tool: str
    text: str
    said: str
    paths: tuple[str, ...]
    asks: str
    always: bool
    subagent: str
    """The sub-agent that asks; "" for the agent itself."""
    age_s: float


class ResultShape(msgspec.Struct, frozen=True, kw_only=True):
    """What a station that it had spawned came to, the newest of each."""

    child: str
    ok: bool
    text: str
    told: bool
    """It was told of it; else it waits until it runs again, or somebody looks."""
    age_s: float


class OursShape(msgspec.Struct, frozen=True, kw_only=True):
    """A station of ours beyond what is told of any."""

    life: str
    life_reason: str
    life_age_s: float
    mode: str
    scope: ScopeShape
    held_by: str | None
    """Null before it was first started."""
    held_why: str
    next_start: bool
    budget: BudgetShape
    budget_used_share: float
    budget_used_of: str
    """The measure that is nearest to its bound."""
    questions: list[QuestionShape]
    violations: int
    violated: str
    kept: tuple[str, ...]
    results_waiting: int
    results: list[ResultShape]
    orphaned: str
    """What became of whom it works for, where that is there no more while it goes on: a life, or `gone`."""
    budget_given: BudgetShape
    """The part of its budget that is for those that work for it."""
    scope_age_s: float
    scope_by: str
    outside: dict[str, int]
    """Paths at which it left its scope, with how often."""
    wanted: dict[str, int]
    """Patterns that it asked for, with how often."""


class BoundaryShape(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `scope --json`: of what is told of a station of ours, what bounds it."""

    version: int = VERSION
    station: str
    name: str
    mode: str
    scope: ScopeShape
    held_by: str | None
    held_why: str
    next_start: bool
    budget: BudgetShape
    budget_used_share: float
    budget_used_of: str
    violations: int
    violated: str


def boundary_shape(state: FloorState, station: str, now: float) -> BoundaryShape:
    """Of a station of ours as of `now`."""
    ours = ours_shape(state, station, now)
    assert ours is not None, station
    own = {name: getattr(ours, name) for name in BoundaryShape.__struct_fields__ if hasattr(ours, name)}
    return BoundaryShape(station=station, name=name_of(state, station), **own)


def ours_shape(state: FloorState, station: str, now: float) -> OursShape | None:
    """Of a station as of `now`; None of one that is only observed."""
    known = state.owned.get(station)
    if known is None:
        return None
    used, measure = share(state, station, now)
    held = known.held
    return OursShape(
        life=known.life.value,
        life_reason=known.reason,
        life_age_s=_age(known.since, now),
        mode=known.mode.value,
        scope=_scope(known),
        held_by=held.by.value if held is not None else None,
        held_why=held.why if held is not None else "",
        next_start=known.next_start,
        budget=_budget(known.budget),
        budget_used_share=round(used, 4),
        budget_used_of=measure,
        questions=_questions(known, now),
        violations=known.violations,
        violated=known.violated,
        kept=known.kept,
        results_waiting=sum(not result.delivered for result in known.results.values()),
        results=_results(known, now),
        orphaned=orphaned(state, station),
        budget_given=_budget(given(state, station, now)),
        scope_age_s=_age(known.scoped, now) if known.scoped else 0.0,
        scope_by=known.scoped_by,
        outside=dict(known.outside),
        wanted=dict(known.wanted),
    )


def _budget(budget: Budget) -> BudgetShape:
    return BudgetShape(tokens=budget.tokens, dollars=budget.dollars, seconds=budget.seconds, turns=budget.turns)


def _results(known: Owned, now: float) -> list[ResultShape]:
    return [
        ResultShape(child=child, ok=each.ok, text=each.text, told=each.delivered, age_s=_age(each.time, now))
        for child, each in known.results.items()
    ]


def _scope(known: Owned) -> ScopeShape:
    scope = known.scope
    return ScopeShape(
        write=scope.write,
        read=scope.read,
        tools=scope.tools,
        network=scope.network.value,
        hosts=scope.hosts,
        exclusive=scope.exclusive,
    )


def _questions(known: Owned, now: float) -> list[QuestionShape]:
    return [
        QuestionShape(
            id=question.id,
            tool=question.tool,
            text=question.text,
            said=question.said,
            paths=question.paths,
            asks=question.asks.value,
            always=question.always,
            subagent=question.subagent,
            age_s=_age(question.asked, now),
        )
        for question in known.questions.values()
    ]


def _age(since: float, now: float) -> float:
    return round(max(0.0, now - since), 3)
