"""What a station does as of a moment: the evidence of the state, aged by a clock that the caller brings."""

from __future__ import annotations

import math

from msgspec.structs import replace

from sessions.floor.identity import Owner
from sessions.floor.reports import BACKGROUND, CADENCE_S, NO_PROCESS, Report
from sessions.floor.state import Evidence, Station, Status

LIVE = (Status.WORKING, Status.WAITING)
"""Statuses whose age is that of the last word; all others have the age of the status itself."""
FACTORY = "factory"
"""The source of what the supervisor itself tells of its stations."""
TOOL_CADENCE_S = 1_800.0
"""The longest a single tool is believed to run in silence."""
_CLAUDE = ("Read", "Write", "Edit", "MultiEdit", "NotebookEdit", "Glob", "Grep", "LS", "TodoWrite")
QUICK_TOOLS = frozenset({*_CLAUDE, "read", "write", "edit", "apply_patch"})
"""Tools that come back at once: in silence one of these more likely waits for a permission."""
_BUSY = {Status.WORKING: (Report.WORKING,), Status.WAITING: (Report.WORKING, Report.BACKGROUND)}
"""What a living process says of itself that makes each status hold in silence."""
PERMISSION = "permission prompt"
"""What Claude Code waits for while its dialog is open."""
RESTING_S = 7 * 86_400.0
"""Silence after which a station with nothing to do is folded away, unless the settings say otherwise."""


def status_at(station: Station, now: float) -> Evidence:
    """The station's status at `now` with its evidence; silence beyond the cadence turns working into stale."""
    evidence = station.evidence
    if evidence.status not in LIVE:
        return _asked(station, evidence) if evidence.status is Status.NEEDS_ME else evidence
    stale = stale_from(station)
    if now <= stale:
        return evidence
    if _behind(station):  # its turn is over: a server that runs on is no work that has stalled
        return replace(evidence, status=Status.IDLE, since=stale, guess=True)
    if station.process and station.report is Report.IDLE:  # it lives and knows better than silence
        return replace(evidence, status=Status.IDLE, since=evidence.seen, reason="says it is idle")
    reason = "silent since: " + evidence.reason
    if not station.process and station.owner is not Owner.OURS:
        reason = f"silent, and {NO_PROCESS}; the last: {evidence.reason}"
    return Evidence(Status.STALE, stale, evidence.seen, evidence.source, reason, True)


def stale_from(station: Station) -> float:
    """Until when its silence is believed to be work; after that time alone changes its status. Infinite for never."""
    evidence = station.evidence
    if evidence.status not in LIVE:
        return math.inf
    if evidence.status is Status.WAITING and evidence.source == FACTORY:
        return math.inf  # it rests, or waits for its start: that is known, and no silence
    if station.process and station.report in _BUSY[evidence.status]:
        return math.inf  # its process lives and says so itself: silence is no doubt
    slow = _behind(station) or any(tool.tool not in QUICK_TOOLS for tool in station.running.values())
    return evidence.seen + (TOOL_CADENCE_S if slow else CADENCE_S)


def is_resting(evidence: Evidence, now: float, after: float) -> bool:
    """Whether a station that is not at work was last heard of more than `after` seconds ago; 0 is never."""
    return 0 < after < now - evidence.seen and evidence.status in (Status.IDLE, Status.STALE, Status.UNKNOWN)


def _behind(station: Station) -> bool:
    """Its turn is over, and commands that it started run on."""
    return station.evidence.status is Status.WAITING and station.evidence.reason.startswith(BACKGROUND)


def _asked(station: Station, evidence: Evidence) -> Evidence:
    """A permission of which only the tool is told, or not even that, with what the tool was given."""
    if evidence.reason == PERMISSION and station.running:
        tool = [*station.running.values()][-1]
        return replace(evidence, reason=f"{PERMISSION}: {tool.tool} {tool.detail}".rstrip())
    if not evidence.guess:
        return evidence
    for tool in reversed([*station.running.values()]):
        if tool.detail and evidence.reason == f"permission for {tool.tool}":
            return replace(evidence, reason=f"{evidence.reason}: {tool.detail}")
    return evidence
