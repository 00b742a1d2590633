"""Says in plain sentences why a landing order is as it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sessions.floor.conflicts import Outcome, Verdict, between
from sessions.landing.plan import BASE, Left, Plan, Refusal, Step, Why

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NAMED = 3
"""Names in one sentence; the others are counted."""


def sentences(plan: Plan, verdicts: Mapping[str, Verdict], base: str = "the base") -> Iterator[str]:
    """Everything there is to say of a plan: the frame, the cost of wishes, then branch by branch."""
    yield frame(plan)
    yield from costs(plan)
    yield from (refused(refusal, verdicts, base) for refusal in plan.refused)
    yield from (sentence for step in plan.order if (sentence := step_reason(step)))
    yield from (sentence for left in plan.left for sentence in left_reasons(left, verdicts, base))


def frame(plan: Plan) -> str:
    """How many land in the suggested order, in that of arrival, and at best."""
    total = plan.lands + len(plan.left)
    best = "no order lands more" if plan.exact else f"no order can land more than {plan.upper_bound}"
    return f"{plan.lands} of {total} land in this order, {plan.in_arrival_order} in order of arrival; {best}"


def costs(plan: Plan) -> Iterator[str]:
    """What the operator's wishes cost, if they cost anything."""
    if plan.cost_of_pins:
        yield f"pinned and moved branches keep {counted(plan.cost_of_pins, 'branch')} from landing"
    if plan.cost_of_drops:
        yield f"{counted(plan.cost_of_drops, 'branch')} more would land if none were dropped"


def step_reason(step: Step) -> str:
    """What is gained by landing it; empty when nobody waits for it."""
    return f"landing {step.name} first unblocks {listed(step.unblocks)}" if step.unblocks else ""


def left_reasons(left: Left, verdicts: Mapping[str, Verdict], base: str = "the base") -> Iterator[str]:
    """Why it does not land, and when to rebase it."""
    if not left.compared:
        yield f"{left.name} has not been compared yet, so nothing can be promised of it"
        return
    yield from (collision(left.name, other, verdicts, base) for other in left.blocked_by)
    if len(left.blocked_by) > 1 or left.onto != BASE:
        yield f"rebase {left.name} once {left.onto or base} has landed: {extent(left.files, left.lines)} in all"
    else:
        yield f"rebase {left.name} onto {base}: {extent(left.files, left.lines)}"


def collision(one: str, other: str, verdicts: Mapping[str, Verdict], base: str = "the base") -> str:
    """How two branches, or a branch and the base as "", go together."""
    verdict = between(verdicts, one, other)
    partner = other or base
    if verdict is None or verdict.outcome is Outcome.CLEAN:
        shared = verdict.shared if verdict else 0
        touched = f", though both change {counted(shared, 'file')}" if shared else ""
        return f"{one} and {partner} merge cleanly{touched}"
    if verdict.outcome is Outcome.UNKNOWN:
        return f"{one} could not be compared with {partner}: {verdict.reason or 'no reason is known'}"
    return f"{one} conflicts with {partner} in {extent(len(verdict.files), verdict.lines)}"


def refused(refusal: Refusal, verdicts: Mapping[str, Verdict], base: str = "the base") -> str:
    """Why a pin does not hold."""
    match refusal.why:
        case Why.ABSENT:
            return f"{refusal.name} cannot be pinned: there is no such branch here"
        case Why.DROPPED:
            return f"{refusal.name} cannot be pinned: it is dropped"
        case Why.NOT_COMPARED:
            return f"{refusal.name} cannot be pinned: it has not been compared yet"
        case _:
            worst = max(refusal.against, key=lambda other: _weight(between(verdicts, refusal.name, other)))
            pin = "" if worst == BASE else ", which is pinned too"
            return f"{refusal.name} cannot be pinned: {collision(refusal.name, worst, verdicts, base)}{pin}"


def counted(number: int, noun: str) -> str:
    """`two files`, `14 lines`: numbers up to twelve in words, files and branches only."""
    plural = noun if number == 1 else f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{_NUMBERS[number] if number < len(_NUMBERS) and noun != 'line' else number} {plural}"


def extent(files: int, lines: int) -> str:
    """`two files, 14 lines`."""
    return f"{counted(files, 'file')}, {counted(lines, 'line')}"


def listed(names: Sequence[str]) -> str:
    """`A, B and C`; of many only the first few."""
    shown = list(names) if len(names) <= _NAMED else [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} others"]
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else "".join(shown)


def _weight(verdict: Verdict | None) -> int:
    return verdict.lines if verdict else 0
