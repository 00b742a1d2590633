"""What is new in the queue that no status of a station tells, and whether somebody works the queue. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sessions.floor.state import FloorState
from sessions.floor.triage.case import Case, Kind
from sessions.floor.triage.groups import in_sight
from sessions.views.floor.calls import CALLING

QUIET_S = 60.0
"""For so long after somebody has settled a case nobody is rung for: who works the queue sees what comes."""


class CaseWatch:
    """Looks at one floor after another. What was there at the first look is no news."""

    def __init__(self) -> None:
        self._known: Mapping[str, Case] | None = None

    @property
    def present(self) -> Mapping[str, Case]:
        """The cases of the last look."""
        return self._known or {}

    def look(self, state: FloorState, now: float) -> list[Case]:
        """The cases that are new, but for those of stations that call by themselves, of collisions, which are told by
        themselves, and those that a standing rule is about to settle."""
        before, self._known = self._known, state.cases
        if before is None or before is state.cases:
            return []
        new = [case for name, case in state.cases.items() if name not in before]
        return [case for case in new if in_sight(case, now) and not case.plan and not _is_told(state, case)]


def worked_until(state: FloorState, now: float) -> float:
    """Until when nobody is rung for, as somebody works the queue; 0 where nobody does."""
    for settled in reversed([*state.settled.values()]):
        if settled.time < now - QUIET_S:
            break
        if settled.act is not None and not settled.rule:
            return float(settled.time + QUIET_S)
    return 0.0


def _is_told(state: FloorState, case: Case) -> bool:
    station = state.stations.get(case.station)
    calls = station is not None and station.evidence.status in CALLING
    return calls or case.kind is Kind.CONFLICT or case.kind in state.expected.get(case.station, ())
