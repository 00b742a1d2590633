"""What a station does as of a moment: the evidence of the state, aged by a clock that the caller brings."""

from __future__ import annotations

from sessions.floor.state import Evidence, Station, Status

CADENCE_S = 180.0
"""A working session writes at least this often while no tool runs."""
TOOL_CADENCE_S = 1_800.0
"""The longest a single tool is believed to run in silence."""


def status_at(station: Station, now: float) -> Evidence:
    """The station's status at `now` with its evidence; silence beyond the cadence turns working into stale."""
    evidence = station.evidence
    if evidence.status not in (Status.WORKING, Status.WAITING):
        return evidence
    limit = TOOL_CADENCE_S if station.running else CADENCE_S
    if now - evidence.seen <= limit:
        return evidence
    reason = "silent since: " + evidence.reason
    return Evidence(Status.STALE, evidence.seen + limit, evidence.seen, evidence.source, reason, True)
