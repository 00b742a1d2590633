"""The rows of the queue: what waits, what is out of sight, what left it lately and how. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from sessions.floor.state import FloorState
from sessions.floor.triage import groups
from sessions.floor.triage.case import Case, Kind, Settled
from sessions.views.triage.tab import Tab


class Item(msgspec.Struct, frozen=True):
    """A row: cases of one cause, one case, one that was settled, or a kind that is not shown for a station."""

    key: str
    cases: tuple[Case, ...] = ()
    """The oldest first."""
    settled: Settled | None = None
    expected: tuple[str, Kind] | None = None
    """The station, and the kind that is not shown for it."""

    @property
    def first(self) -> Case | None:
        """The one that stands for all."""
        return self.cases[0] if self.cases else None

    @property
    def stations(self) -> tuple[str, ...]:
        """Whom it is about, each once."""
        if self.expected is not None:
            return (self.expected[0],)
        return tuple(dict.fromkeys(case.station for case in self.cases if case.station))


Hidden = Callable[[Case], bool]


def items(state: FloorState, now: float, tab: Tab, apart: Collection[str], hidden: Hidden) -> tuple[Item, ...]:
    """The rows of a tab; `apart` are groups that were taken apart, and a `hidden` case is not shown."""
    match tab:
        case Tab.WAITING:
            return _rows(state, now, apart, hidden, snoozed=False)
        case Tab.AWAY:
            return (*_rows(state, now, apart, hidden, snoozed=True), *_expected(state))
        case Tab.SETTLED:
            return tuple(
                Item(f"settled:{id}", (settled.case,), settled) for id, settled in reversed([*state.settled.items()])
            )


def _rows(state: FloorState, now: float, apart: Collection[str], hidden: Hidden, snoozed: bool) -> tuple[Item, ...]:
    found = []
    for row in groups.rows(state, now, apart, snoozed):
        cases = tuple(case for case in row.cases if not hidden(case))
        if cases:
            group = cases[0].group
            found.append(Item(f"group:{group}" if group and group not in apart else cases[0].id, cases))
    return tuple(found)


def _expected(state: FloorState) -> tuple[Item, ...]:
    return tuple(
        Item(f"expected:{station}:{kind}", expected=(station, kind))
        for station, kinds in state.expected.items()
        for kind in kinds
    )


def waiting(state: FloorState, now: float) -> int:
    """How many cases need a person now."""
    return sum(1 for _ in groups.open_cases(state, now)) if state.cases else 0


def away(state: FloorState, now: float) -> int:
    """How many are out of sight, or kinds that are not shown for a station."""
    snoozed = sum(1 for _ in groups.open_cases(state, now, snoozed=True)) if state.cases else 0
    return snoozed + sum(map(len, state.expected.values()))


def wakes_in(state: FloorState, now: float) -> float:
    """Seconds until time alone brings a case back into sight; infinite for never."""
    return min((case.snoozed - now for case in state.cases.values() if case.snoozed > now), default=float("inf"))
