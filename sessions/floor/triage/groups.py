"""The queue as it is worked off: cases that are settled with one key are one row, the most urgent first. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import msgspec

from sessions.floor.state import FloorState
from sessions.floor.triage.case import Case, Kind

_URGENCY = {kind: at for at, kind in enumerate(Kind)}


class Row(msgspec.Struct, frozen=True):
    """Cases of one cause, or one case."""

    cases: tuple[Case, ...]
    """The oldest first; at least one."""

    @property
    def first(self) -> Case:
        """The one that stands for all."""
        return self.cases[0]

    @property
    def key(self) -> str:
        """What it is known by as the queue changes: its group, or its only case."""
        return self.first.group or self.first.id

    @property
    def stations(self) -> tuple[str, ...]:
        """Whom it is about, each once."""
        return tuple(dict.fromkeys(case.station for case in self.cases if case.station))


def in_sight(case: Case, now: float) -> bool:
    """Whether it is to be seen: what is snoozed is not, until its time has come."""
    return case.snoozed <= now


def open_cases(state: FloorState, now: float, snoozed: bool = False) -> Iterator[Case]:
    """The cases that need a person now, in the order in which they came; or those that are out of sight."""
    for case in state.cases.values():
        if case.kind not in state.expected.get(case.station, ()) and in_sight(case, now) is not snoozed:
            yield case


def rows(state: FloorState, now: float, apart: Collection[str] = (), snoozed: bool = False) -> tuple[Row, ...]:
    """The queue: the most urgent row first, of like ones the oldest. Groups in `apart` are taken apart."""
    found: dict[str, list[Case]] = {}
    for case in open_cases(state, now, snoozed):
        key = case.group if case.group and case.group not in apart else f"\0{case.id}"
        found.setdefault(key, []).append(case)
    made = (Row(tuple(sorted(cases, key=_age))) for cases in found.values())
    return tuple(sorted(made, key=lambda row: (_URGENCY[row.first.kind], *_age(row.first))))


def counts(state: FloorState, now: float) -> Mapping[Kind, int]:
    """How many cases of each kind need a person, the most urgent kind first."""
    found = dict.fromkeys(Kind, 0)
    for case in open_cases(state, now):
        found[case.kind] += 1
    return {kind: count for kind, count in found.items() if count}


def alike(state: FloorState, case: Case, now: float) -> tuple[Case, ...]:
    """All that are settled with it: those of its group that are in sight; itself where it stands alone."""
    if not case.group:
        return (case,)
    return tuple(each for each in open_cases(state, now) if each.group == case.group) or (case,)


def _age(case: Case) -> tuple[float, str]:
    return case.since, case.id
