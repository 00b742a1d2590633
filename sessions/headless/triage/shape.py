"""The shape of `triage --json`, versioned: what scripts may rely on. Pure: a floor and a moment in, values out.

Field names and meanings are documented in README.md. Within one version fields are only ever added.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from sessions.floor.state import FloorState, name_of
from sessions.floor.triage.case import Case, Settled
from sessions.floor.triage.groups import counts, open_cases, rows

VERSION = 1


class CaseShape(msgspec.Struct, frozen=True, kw_only=True):
    """Something that needs a person."""

    id: str
    kind: str
    cause: str
    rule: str
    """Which rule told the cause."""
    station: str
    """Its id; "" for the whole floor."""
    name: str
    title: str
    evidence: tuple[str, ...]
    since: float
    age_s: float
    opened: float
    about: str
    group: str
    snoozed_until: float | None
    wakes: str
    plan: str
    """The standing rule that will settle it."""
    plan_act: str
    plan_at: float | None
    note: str


class RowShape(msgspec.Struct, frozen=True, kw_only=True):
    """Cases that are settled with one key."""

    key: str
    kind: str
    cause: str
    stations: tuple[str, ...]
    cases: tuple[str, ...]


class QueueShape(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `triage --json`: the most urgent row first."""

    version: int = VERSION
    seq: int
    time: float
    judged: bool
    """False where nobody looked what needs a person, as in the past before there was a queue."""
    counts: Mapping[str, int]
    snoozed: int
    rows: tuple[RowShape, ...]
    cases: tuple[CaseShape, ...]


class ActShape(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be done about a case, or why not."""

    act: str
    words: str
    takes: str
    lacks: str
    why_not: str
    cure: str


class OneShape(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `triage show --json`, a line a case."""

    version: int = VERSION
    case: CaseShape
    acts: tuple[ActShape, ...]


class SettledShape(msgspec.Struct, frozen=True, kw_only=True):
    """A case that left the queue."""

    case: CaseShape
    time: float
    act: str | None
    """null where it was over by itself."""
    who: str
    rule: str
    why: str


class GoneShape(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `triage list --settled --json`, the latest first."""

    version: int = VERSION
    seq: int
    time: float
    settled: tuple[SettledShape, ...]


def queue(state: FloorState, now: float, snoozed: bool = False) -> QueueShape:
    """The queue as of `now`, or what is out of sight."""
    found = rows(state, now, snoozed=snoozed)
    return QueueShape(
        seq=state.seq,
        time=now,
        judged=judged(state),
        counts=case_counts(state, now),
        snoozed=sum(1 for _ in open_cases(state, now, snoozed=True)),
        rows=tuple(
            RowShape(
                key=row.key,
                kind=row.first.kind.value,
                cause=row.first.cause.value,
                stations=row.stations,
                cases=tuple(case.id for case in row.cases),
            )
            for row in found
        ),
        cases=tuple(shape(state, case, now) for row in found for case in row.cases),
    )


def judged(state: FloorState) -> bool:
    """Whether anybody ever looked what needs a person: whoever runs stations does."""
    return bool(state.cases or state.settled or state.owned or not state.stations)


def case_counts(state: FloorState, now: float) -> Mapping[str, int]:
    """How many cases of each kind need a person."""
    return {kind.value: count for kind, count in counts(state, now).items()}


def shape(state: FloorState, case: Case, now: float) -> CaseShape:
    """One case as of `now`."""
    return CaseShape(
        id=case.id,
        kind=case.kind.value,
        cause=case.cause.value,
        rule=case.rule,
        station=case.station,
        name=name_of(state, case.station),
        title=case.title,
        evidence=case.evidence,
        since=case.since,
        age_s=max(0.0, now - case.since),
        opened=case.opened,
        about=case.about,
        group=case.group,
        snoozed_until=case.snoozed or None,
        wakes=case.wakes,
        plan=case.plan,
        plan_act=case.plan_act.value if case.plan else "",
        plan_at=case.plan_at if case.plan else None,
        note=case.note,
    )


def one(state: FloorState, case: Case, now: float) -> OneShape:
    """One case, and what can be done about it."""
    from sessions.floor.triage.acts import choices  # all that can be decided: the status of a floor needs none of it

    acts = (
        ActShape(
            act=each.act.value,
            words=each.words,
            takes=each.takes.value,
            lacks=each.lacks,
            why_not=each.why_not,
            cure=each.cure,
        )
        for each in choices(state, case, now)
    )
    return OneShape(case=shape(state, case, now), acts=tuple(acts))


def gone(state: FloorState, now: float) -> GoneShape:
    """What left the queue."""
    latest = sorted(state.settled.values(), key=lambda each: -each.time)
    return GoneShape(seq=state.seq, time=now, settled=tuple(_settled(state, each, now) for each in latest))


def _settled(state: FloorState, settled: Settled, now: float) -> SettledShape:
    return SettledShape(
        case=shape(state, settled.case, now),
        time=settled.time,
        act=settled.act.value if settled.act is not None else None,
        who=settled.who,
        rule=settled.rule,
        why=settled.why,
    )
