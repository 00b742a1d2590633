"""Questions about figures alone: whoever asks needs to know nothing of floors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessions.asking.question import Question
from sessions.floor.tokens import By, Meter, Used

if TYPE_CHECKING:
    from sessions.floor.state import FloorState


class WhatWasUsed(Question[Used], frozen=True, tag="what_was_used"):
    """What everything used up to now, in groups."""

    by: By


def used_of(state: FloorState, by: By, spent: bool = False) -> Used:
    """What everything on a floor used, in groups that add up to the total; with `spent` without stations that used
    nothing."""
    if by is By.STATION:
        stations = {name: each for name, each in state.stations.items() if not spent or each.meter != Meter()}
        groups = {name: station.meter for name, station in stations.items()}
        return Used(state.total, state.here, groups, tuple(name for name, s in stations.items() if s.elsewhere))
    meters = {By.MODEL: state.models, By.BRANCH: state.branch_meters, By.DAY: state.days}[by]
    groups = {key: meter for key, meter in meters.items() if meter.calls or meter.tokens.total}
    return Used(state.total, state.here, groups)
