"""What a station is known to do, and by what: newer evidence takes the place of older. Part of the fold."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.draft import Draft
from sessions.floor.reports import Report
from sessions.floor.state import Evidence, RunningTool, Status

_TOLD = frozenset((ev.ActivitySeen, ev.PersonNeeded, ev.AgentReported, ev.AgentLost))
"""Kinds that are told by others than the main conversation, too."""
_BESIDE = frozenset((ev.ToolFinished, ev.TextWritten))
"""Kinds that are told of it while a tool asks a person."""


def put_evidence(
    draft: Draft,
    event: ev.StationEvent,
    status: Status,
    reason: str,
    says: str = "",
    guess: bool = False,
    **changes: object,
) -> None:
    """Change the station: newer evidence for its status, what it says or does, and other fields.

    Evidence and activity older than what is known say nothing of the present.
    """
    station = draft.station(event)
    old, time = station.evidence, event.time
    settles = _settles(event, changes.get("running", station.running))
    if settles:
        changes["settled"] = max(time, station.settled)
    asks = station.report is Report.NEEDS_ME and old.status is Status.NEEDS_ME
    if asks and status is Status.WORKING and not settles and not isinstance(event, ev.AgentReported):
        # Sub-agents, and tools that were called together with the one that asks, go on while it waits for an answer.
        draft.stations[event.station] = replace(station, **changes)
        return
    if changes.get("asks", station.asks) and status is Status.WORKING:  # until all of it is answered
        draft.stations[event.station] = replace(station, **changes)
        return
    if time >= old.seen:
        since = old.since if old.status is status else time
        changes["evidence"] = Evidence(status, since, time, event.source, reason, guess)
        changes["session"] = event.session or station.session
    if says and time >= station.activity_time:
        changes["activity"] = says
        changes["activity_time"] = time
    draft.stations[event.station] = replace(station, **changes)


def _settles(event: ev.StationEvent, running: object) -> bool:
    """Whether this cannot be told while the main conversation waits for a person."""
    kind = type(event)
    if kind in _TOLD or "/" in event.source:
        return False
    if kind is ev.ToolCalled:
        return isinstance(running, dict) and len(running) <= 1
    return not (running and kind in _BESIDE)


def still_running(draft: Draft, event: ev.StationEvent) -> dict[str, RunningTool]:
    """Tools that began after this event, which ends all earlier ones."""
    return {call: tool for call, tool in draft.station(event).running.items() if tool.since > event.time}
