"""The shape of `slowest --json`, versioned: what scripts may rely on. Pure: a floor and a moment in, values out.

Field names and meanings are documented in README.md. Within one version fields are only ever added.
"""

from __future__ import annotations

import msgspec

from sessions.floor.rank.rank import rank
from sessions.floor.rank.ranking import Cohort, Entry, Excused, Figure, Reason
from sessions.floor.state import FloorState, name_of

VERSION = 1


class ReasonShape(msgspec.Struct, frozen=True, kw_only=True):
    """Why a station is slow."""

    why: str
    """`loop`, `thrash`, `stall`, `pace`."""
    words: str
    age_s: float
    """For how long it is so."""
    lost_s: float


class FigureShape(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    what: str
    value: float | None
    """Null where it is not known."""
    unit: str
    age_s: float | None
    """Since it last changed."""
    median: float | None
    """Of those that it is compared with."""


class CohortShape(msgspec.Struct, frozen=True, kw_only=True):
    """Whom it is compared with."""

    role: str
    size: str
    n: int
    median_s: float | None
    median_usd: float | None


class EntryShape(msgspec.Struct, frozen=True, kw_only=True):
    """A station that is ranked."""

    station: str
    name: str
    slow: bool
    words: str
    reasons: list[ReasonShape]
    lost_s: float
    margin: float | None
    """How many times the median of its cohort; null without a verdict on its pace."""
    frees_usd_h: float | None
    figures: list[FigureShape]
    cohort: CohortShape | None
    unknown: list[str]
    task: str
    hedged: bool


class ExcusedShape(msgspec.Struct, frozen=True, kw_only=True):
    """A station that is not ranked."""

    station: str
    name: str
    why: str
    words: str
    age_s: float | None


class Slowest(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `slowest --json`: each station is in one of the three lists."""

    version: int = VERSION
    seq: int
    time: float
    words: str
    slow: list[EntryShape]
    others: list[EntryShape]
    unranked: list[ExcusedShape]


def slowest(state: FloorState, now: float) -> Slowest:
    """The rank as of `now` (seconds since 1970)."""
    ranking = rank(state, now)
    return Slowest(
        seq=state.seq,
        time=round(now, 3),
        words=ranking.words,
        slow=[_entry(state, entry, now) for entry in ranking.slow],
        others=[_entry(state, entry, now) for entry in ranking.others],
        unranked=[_excused(state, each, now) for each in ranking.unranked],
    )


def _entry(state: FloorState, entry: Entry, now: float) -> EntryShape:
    return EntryShape(
        station=entry.station,
        name=name_of(state, entry.station),
        slow=entry.slow,
        words=entry.words,
        reasons=[_reason(reason, now) for reason in entry.reasons],
        lost_s=round(entry.lost, 3),
        margin=_rounded(entry.margin),
        frees_usd_h=entry.frees,
        figures=[_figure(figure) for figure in entry.figures],
        cohort=None if entry.cohort is None else _cohort(entry.cohort),
        unknown=list(entry.unknown),
        task=entry.task,
        hedged=entry.hedged,
    )


def _reason(reason: Reason, now: float) -> ReasonShape:
    age, lost = round(max(0.0, now - reason.since), 3), round(reason.lost, 3)
    return ReasonShape(why=reason.why.value, words=reason.words, age_s=age, lost_s=lost)


def _figure(figure: Figure) -> FigureShape:
    return FigureShape(
        key=figure.key,
        what=figure.what,
        value=_rounded(figure.value),
        unit=figure.unit,
        age_s=_rounded(figure.age),
        median=_rounded(figure.median),
    )


def _cohort(cohort: Cohort) -> CohortShape:
    median, usd = _rounded(cohort.median), _rounded(cohort.dollars)
    return CohortShape(role=cohort.role, size=cohort.size, n=cohort.n, median_s=median, median_usd=usd)


def _excused(state: FloorState, each: Excused, now: float) -> ExcusedShape:
    age = round(max(0.0, now - each.since), 3) if each.since else None
    name = name_of(state, each.station)
    return ExcusedShape(station=each.station, name=name, why=each.why.value, words=each.words, age_s=age)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
