"""What is about many stations at once: a provider that answers nobody, and memory that is short. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sessions.floor.ours.lives import MEMORY, Life
from sessions.floor.reports import BACKGROUND
from sessions.floor.state import Evidence, FloorState, Status, name_of
from sessions.floor.triage.case import Case, Cause, Kind
from sessions.floor.triage.causes.rule import Found, Rule, Said, Where, cause_of
from sessions.floor.triage.judging.looked import OF_PROVIDERS, TITLE, evidence, millis, provider_of, some
from sessions.text import clean

SEVERAL, SEVERAL_S = 2, 60.0
"""So many stations that have waited for one provider for so long: it answers nobody. One try again is no trouble."""
ALONE_S = 300.0
"""How long one alone waits before that is told."""
NAMED = 5
BOUND = Found(Cause.ENVIRONMENT, "waits for memory")


def providers(state: FloorState, now: float, rules: tuple[Rule, ...]) -> Iterator[Case]:
    """A provider that several stations have been waiting for, as one case."""
    for provider, waiting in _waiting(state).items():
        long = [told for told in waiting.values() if now - told.since >= SEVERAL_S]
        oldest = min(waiting.values(), key=lambda told: told.since)
        if len(long) < SEVERAL and now - oldest.since < ALONE_S:
            continue
        found = cause_of(rules, (Said(Where.WAIT, oldest.reason),))
        found = found if found.cause in OF_PROVIDERS else Found(Cause.PROVIDER, "waits for it")
        names = [name_of(state, name) for name in waiting]
        who = (
            f"{some(len(names))} stations wait for {provider}" if len(names) > 1 else f"{names[0]} waits for {provider}"
        )
        more = f" and {len(names) - NAMED} more" * (len(names) > NAMED)
        yield Case(
            id=_known(state, Kind.PROVIDER, provider, oldest.since)
            or f"floor:provider:{provider}:{millis(oldest.since)}",
            kind=Kind.PROVIDER,
            cause=found.cause,
            rule=found.rule,
            title=clean(f"{who}: {found.rule}", TITLE),
            evidence=evidence((", ".join(names[:NAMED]) + more, oldest.reason)),
            since=oldest.since,
            about=provider,
        )


def providers_due(state: FloorState, now: float) -> float:
    """When waiting for a provider has lasted long enough; infinite for never."""
    waits = [told.since for waiting in _waiting(state).values() for told in waiting.values()]
    moments = [since + after for since in waits for after in (SEVERAL_S, ALONE_S)]
    return min((moment for moment in moments if moment > now), default=float("inf"))


def _waiting(state: FloorState) -> dict[str, dict[str, Evidence]]:
    """By provider the stations that wait for it, and since when."""
    found: dict[str, dict[str, Evidence]] = {}
    for name, station in state.stations.items():
        told, known = station.evidence, state.owned.get(name)
        if told.status is not Status.WAITING or station.rest is not None or station.elsewhere:
            continue
        if told.reason.startswith(BACKGROUND) or (known is not None and known.life is not Life.RUNNING):
            continue
        found.setdefault(provider_of(station), {})[name] = told
    return found


def memory(state: FloorState) -> Iterator[Case]:
    """Stations that are not started as memory is short, as one case."""
    waiting = {
        name: known
        for name, known in state.owned.items()
        if known.life is Life.WAITING and known.reason.startswith(MEMORY)
    }
    if not waiting:
        return
    since = min(known.since for known in waiting.values())
    names, reason = [name_of(state, name) for name in waiting], next(iter(waiting.values())).reason
    yield Case(
        id=_known(state, Kind.MEMORY, "memory", since) or f"floor:memory:{millis(since)}",
        kind=Kind.MEMORY,
        cause=BOUND.cause,
        rule=BOUND.rule,
        title=f"{some(len(names))} station{'s wait' if len(names) > 1 else ' waits'} for memory",
        evidence=evidence((", ".join(names[:NAMED]), reason)),
        since=since,
        about="memory",
    )


def _known(state: FloorState, kind: Kind, about: str, since: float) -> str:
    """The id of such a case that is open, or was settled while somebody waited who waits `since` then: who waits may
    change while it lasts, and it is one case."""
    for case in state.cases.values():
        if case.kind is kind and case.about == about:
            return case.id
    for each in reversed([*state.settled.values()]):
        if each.case.kind is kind and each.case.about == about:
            return each.case.id if each.act is not None and since <= each.time else ""
    return ""
