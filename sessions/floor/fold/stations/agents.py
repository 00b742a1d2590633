"""What agents say of themselves, and their processes: they ask, report, wait, fail and end. Part of the fold."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.stations.evidence import put_evidence, still_running
from sessions.floor.fold.stations.stations import STATIONS
from sessions.floor.reports import BACKGROUND, Report
from sessions.floor.state import Status

QUESTION_S = 5.0
"""A turn's last question, read so much later than the news that the agent is idle, still holds."""
_REPORTED = {
    Report.WORKING: (Status.WORKING, "says it is busy"),
    Report.NEEDS_ME: (Status.NEEDS_ME, "waits for an answer"),
    Report.IDLE: (Status.IDLE, "says it is idle"),
    Report.BACKGROUND: (Status.WAITING, BACKGROUND),
}


@STATIONS.folds
def person_needed(draft: Draft, event: ev.PersonNeeded) -> None:
    station = draft.station(event)
    late = station.evidence.seen - event.time
    if event.guess and not event.amid and station.report is Report.IDLE and 0 <= late < QUESTION_S:
        # The process was faster to say that it is idle than its conversation was with the question it ends with.
        event = replace(event, time=station.evidence.seen)
    put_evidence(draft, event, station, Status.NEEDS_ME, event.reason, event.reason, guess=event.guess)


@STATIONS.folds
def machine_awaited(draft: Draft, event: ev.MachineAwaited) -> None:
    put_evidence(draft, event, draft.station(event), Status.WAITING, event.reason, event.reason)


@STATIONS.folds
def agent_reported(draft: Draft, event: ev.AgentReported) -> None:
    station = draft.station(event)
    status, reason = _REPORTED[event.state]
    station = replace(station, process=event.process or station.process, report=event.state)
    draft.stations[event.station] = station
    old, before = station.evidence, draft.sessions.get(station.session)
    gone = before is not None and before.closed
    if event.session in draft.sessions:
        draft.sessions[event.session] = replace(draft.sessions[event.session], closed=False)
    if (
        status is Status.IDLE
        and not gone
        and (old.status is Status.FAILED or (old.status is Status.NEEDS_ME and old.guess))
    ):
        return  # that nothing runs is no news of a turn that failed, or that ended with a question
    quiet = status in (Status.IDLE, Status.WAITING)
    running = still_running(station, event) if quiet else station.running
    if quiet and old.status is status and old.reason:
        reason = old.reason
    if status is Status.NEEDS_ME and station.settled <= event.time < old.seen:
        event = replace(event, time=old.seen)  # only such lines are newer as stand beside an open dialog
    put_evidence(draft, event, station, status, event.reason or reason, event.reason, running=running)


@STATIONS.folds
def agent_lost(draft: Draft, event: ev.AgentLost) -> None:
    """The station's process is gone. Nothing that it wrote can be newer; another one may live on in its place."""
    station = draft.station(event)
    if station.session and event.session not in ("", station.session):
        return
    event = replace(event, time=max(event.time, station.evidence.seen))
    if event.session:
        draft.sessions[event.session] = replace(draft.session(event), closed=True)
    station = replace(station, process=0, report=None)
    put_evidence(draft, event, station, Status.FAILED, event.reason, event.reason, errors=1, running={})
