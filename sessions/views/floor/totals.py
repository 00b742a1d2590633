"""The factory's figures in one line: how many do what, how fast, how much, and how fresh it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from sessions.floor.ours.lives import Life
from sessions.floor.pace import FIVE_BILLION_A_DAY
from sessions.floor.state import FloorState, Status
from sessions.floor.tokens import Certainty, Meter
from sessions.floor.zone import Zone, day
from sessions.text import clean
from sessions.views.floor.panes import Pane, certainty_of

SPARK_POINTS = 12
SPARK_S = 50
"""Twelve points of 50 seconds: the ten minutes that a pace remembers."""


class Counts:
    """How many panes are of stations of this repository that are still there, and how many of those that do not rest
    in which status."""

    def __init__(self) -> None:
        self.stations = 0
        self.statuses: dict[Status, int] = {}

    @staticmethod
    def of(panes: Iterable[Pane]) -> Counts:
        """Of all panes, before any filter."""
        counts = Counts()
        for pane in panes:
            counts.add(pane)
        return counts

    def add(self, pane: Pane, step: int = 1) -> None:
        """Count one more, or with -1 one that is no longer."""
        if not pane.station or pane.elsewhere or (pane.ours is not None and pane.ours.life is Life.REMOVED):
            return
        self.stations += step
        if not pane.resting:
            self.statuses[pane.status] = self.statuses.get(pane.status, 0) + step
            if not self.statuses[pane.status]:
                del self.statuses[pane.status]


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """The header's figures: those of this repository's stations. Those that rest are in no count of states."""

    name: str
    base: str
    base_head: str
    simulated: bool
    scripted: bool
    frozen: bool = False
    """All stations of ours rest by the operator's hand."""
    stations: int
    statuses: Mapping[Status, int]
    branches: int
    rate: float
    rate_1m: float
    rate_10m: float
    spark: tuple[int, ...]
    tokens: int
    tokens_today: int
    certainty: Certainty
    cost: float | None
    part_priced: bool
    certainty_today: Certainty
    cost_today: float | None
    part_priced_today: bool
    dollars_per_h: float
    pace_share: float
    """The mean rate of the last ten minutes against five billion tokens a day."""
    newest: float
    """Time of the newest event; 0 when there is none."""
    zone: Zone
    """The operator's clock."""


def totals(state: FloorState, counts: Counts, now: float) -> Totals:
    """The factory's figures at `now`."""
    here = state.here if state.elsewhere.calls else state.total
    date = day(now, state.utc_offset, state.utc_offsets)
    today = state.days.get(date, Meter()).minus(state.elsewhere_days.get(date, Meter()))
    pace = state.pace
    return Totals(
        name=clean(state.name, 80),
        base=clean(state.base, 80),
        base_head=clean(state.base_head[:7]),
        simulated=state.simulated,
        scripted=state.scripted,
        frozen=state.frozen,
        stations=counts.stations,
        statuses=dict(counts.statuses),
        branches=len(state.branches),
        rate=pace.tokens_per_s(now),
        rate_1m=pace.tokens_per_s(now, 60),
        rate_10m=pace.tokens_per_s(now, 600),
        spark=tuple(pace.spark(now, SPARK_POINTS, SPARK_S)),
        tokens=here.tokens.total,
        tokens_today=today.tokens.total,
        certainty=certainty_of(here),
        cost=here.cost_usd,
        part_priced=0 < here.unpriced < here.calls,
        certainty_today=certainty_of(today),
        cost_today=today.cost_usd if today.calls else 0.0,
        part_priced_today=0 < today.unpriced < today.calls,
        dollars_per_h=pace.dollars_per_h(now),
        pace_share=pace.tokens_per_s(now, 600) / FIVE_BILLION_A_DAY,
        newest=state.time,
        zone=state.zone,
    )
