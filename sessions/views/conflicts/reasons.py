"""Says in plain sentences why a landing order is as it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sessions.floor.conflicts import Outcome, Verdict, between
from sessions.landing.plan import BASE, Plan, Refusal, Why

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def costs(plan: Plan) -> Iterator[str]:
    """What the operator's wishes cost, if they cost anything."""
    if plan.cost_of_pins:
        yield f"pinned and moved branches keep {counted(plan.cost_of_pins, 'branch')} from landing"
    if plan.cost_of_drops:
        yield f"{counted(plan.cost_of_drops, 'branch')} more would land if none were dropped"


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


def _weight(verdict: Verdict | None) -> int:
    return verdict.lines if verdict else 0
