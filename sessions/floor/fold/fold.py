"""The only maker of floor states: `fold(state, event)`.

`fold` and `fold_all` are pure: they work on a draft of their own, and the state they were given stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold import branches, commands
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.metering import day
from sessions.floor.fold.slices import VERSIONS
from sessions.floor.reports import BACKGROUND, Report
from sessions.floor.state import (
    Evidence,
    FloorState,
    RunningTool,
    Session,
    Station,
    Status,
)
from sessions.floor.trees import tree_of

__all__ = ["FOLD_VERSION", "MAX_FILES", "MAX_RUNNING", "day", "fold", "fold_all"]

FOLD_VERSION = sum(VERSIONS.values()) - 1
"""Rises with the version of any slice (see `sessions.floor.fold.slices`), from 3, when there were none: recordings
store the floor as a whole. Raise that of the slice whose events would make another one."""
MAX_FILES = 500
"""Distinct files remembered per station; further ones are not, and the journal still has them."""
QUESTION_S = 5.0
"""A turn's last question, read so much later than the news that the agent is idle, still holds."""
MAX_RUNNING = 50
"""Tools under way remembered per station, the newest ones."""


def fold(state: FloorState, event: ev.Event) -> FloorState:
    """The state after one more event."""
    return fold_all(state, (event,))


def fold_all(state: FloorState, events: Iterable[ev.Event]) -> FloorState:
    """The state after all `events`: the same as folding them one by one, but faster."""
    draft = Draft(state)
    seq, time = state.seq, state.time
    for event in events:
        seq += 1
        time = max(time, event.time)
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(draft, event)
    draft.seq, draft.time = seq, time
    return draft.freeze()


def _factory_opened(draft: Draft, event: ev.FactoryOpened) -> None:
    draft.repo, draft.name = event.repo, event.name
    draft.base, draft.base_head = event.base, event.base_head
    draft.utc_offset, draft.utc_offsets, draft.simulated = event.utc_offset, event.utc_offsets, event.simulated
    draft.runs += 1


def _source_skipped(draft: Draft, event: ev.SourceSkipped) -> None:
    draft.skipped[event.reason] = draft.skipped.get(event.reason, 0) + event.count


def _station_opened(draft: Draft, event: ev.StationOpened) -> None:
    known = draft.stations.get(event.station)
    draft.stations[event.station] = replace(
        known or Station(event.station, opened=event.time),
        kind=event.kind,
        directory=event.directory,
        home=event.directory,
        branch=_branch_at(draft, event.directory, event.branch),
        role=event.role,
        elsewhere=event.elsewhere,
        owner=event.owner,
        parent=event.parent,
        origin=event.origin,
    )


def _station_renamed(draft: Draft, event: ev.StationRenamed) -> None:
    draft.stations[event.station] = replace(draft.station(event), called=event.name)


def _session_claimed(draft: Draft, event: ev.SessionClaimed) -> None:
    if event.session:
        draft.sessions[event.session] = replace(_session(draft, event), station=event.station, usage=event.usage)


def _session_opened(draft: Draft, event: ev.SessionOpened) -> None:
    station = draft.station(event)
    if event.session:
        known = _session(draft, event)
        draft.sessions[event.session] = replace(
            known,
            path=event.path,
            parent=event.parent,
            title=event.title,
            version=event.version,
            opened=min(known.opened, event.time),
            closed=False,
        )
        if event.time >= station.evidence.seen:
            station = replace(station, session=event.session)
    draft.stations[event.station] = station


def _session_closed(draft: Draft, event: ev.SessionClosed) -> None:
    if event.session:
        draft.sessions[event.session] = replace(_session(draft, event), closed=True)
    # A station may have begun its next conversation before the last one was closed.
    if event.session == draft.station(event).session or not event.session:
        running = _still_running(draft, event)
        _evidence(draft, event, Status.IDLE, "session ended", running=running, process=0, report=None)


def _branch_entered(draft: Draft, event: ev.BranchEntered) -> None:
    station = draft.station(event)
    directory = event.directory or station.directory
    branch = _branch_at(draft, directory, event.branch)
    draft.stations[event.station] = replace(station, branch=branch, directory=directory)


def _branch_at(draft: Draft, directory: str, said: str) -> str:
    """What is checked out in a directory, else what the agent said: many name their branch once, and then switch."""
    return draft.trees.get(tree_of(directory, draft.trees), said)


def _turn_started(draft: Draft, event: ev.TurnStarted) -> None:
    turns, running = draft.station(event).turns + 1, _still_running(draft, event)
    _evidence(draft, event, Status.WORKING, "turn started", event.text, turns=turns, running=running)


def _turn_finished(draft: Draft, event: ev.TurnFinished) -> None:
    reason = "interrupted by the operator" if event.interrupted else "turn finished"
    _evidence(draft, event, Status.IDLE, reason, running=_still_running(draft, event))


def _turn_failed(draft: Draft, event: ev.TurnFailed) -> None:
    errors, running = draft.station(event).errors + 1, _still_running(draft, event)
    _evidence(draft, event, Status.FAILED, event.reason, event.reason, errors=errors, running=running)


def _person_needed(draft: Draft, event: ev.PersonNeeded) -> None:
    old = draft.station(event).evidence
    if event.guess and draft.station(event).report is Report.IDLE and 0 <= old.seen - event.time < QUESTION_S:
        # The process was faster to say that it is idle than its conversation was with the question it ends with.
        event = replace(event, time=old.seen)
    _evidence(draft, event, Status.NEEDS_ME, event.reason, event.reason, event.guess)


_REPORTED = {
    Report.WORKING: (Status.WORKING, "says it is busy"),
    Report.NEEDS_ME: (Status.NEEDS_ME, "waits for an answer"),
    Report.IDLE: (Status.IDLE, "says it is idle"),
    Report.BACKGROUND: (Status.WAITING, BACKGROUND),
}


def _agent_reported(draft: Draft, event: ev.AgentReported) -> None:
    station = draft.station(event)
    status, reason = _REPORTED[event.state]
    station = replace(station, process=event.process, report=event.state)
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
    running = _still_running(draft, event) if quiet else station.running
    if quiet and old.status is status and old.reason:
        reason = old.reason
    if status is Status.NEEDS_ME and station.settled <= event.time < old.seen:
        event = replace(event, time=old.seen)  # only such lines are newer as stand beside an open dialog
    _evidence(draft, event, status, event.reason or reason, event.reason, running=running)


def _agent_lost(draft: Draft, event: ev.AgentLost) -> None:
    """The station's process is gone. Nothing that it wrote can be newer; another one may live on in its place."""
    station = draft.station(event)
    if station.session and event.session not in ("", station.session):
        return
    event = replace(event, time=max(event.time, station.evidence.seen))
    if event.session:
        draft.sessions[event.session] = replace(_session(draft, event), closed=True)
    errors = station.errors + 1
    _evidence(
        draft, event, Status.FAILED, event.reason, event.reason, errors=errors, running={}, process=0, report=None
    )


def _settles(event: ev.StationEvent, running: object) -> bool:
    """Whether this cannot be told while the main conversation waits for a person."""
    told = ev.ActivitySeen | ev.PersonNeeded | ev.AgentReported | ev.AgentLost
    if isinstance(event, told) or "/" in event.source:
        return False
    if isinstance(event, ev.ToolCalled):
        return isinstance(running, dict) and len(running) <= 1
    return not (running and isinstance(event, ev.ToolFinished | ev.TextWritten))


def _machine_awaited(draft: Draft, event: ev.MachineAwaited) -> None:
    _evidence(draft, event, Status.WAITING, event.reason, event.reason)


def _activity_seen(draft: Draft, event: ev.ActivitySeen) -> None:
    _evidence(draft, event, Status.WORKING, "wrote")


def _text_written(draft: Draft, event: ev.TextWritten) -> None:
    _evidence(draft, event, Status.WORKING, "wrote", event.text)


def _tool_called(draft: Draft, event: ev.ToolCalled) -> None:
    station = draft.station(event)
    running, old = station.running, station.evidence
    # A turn that ended later than this call (a late line of another file) has ended the tool with it.
    over = event.time < old.seen and old.status in (Status.IDLE, Status.FAILED)
    if event.call and not over:
        running = dict(running)
        if len(running) >= MAX_RUNNING and event.call not in running:
            del running[next(iter(running))]
        running[event.call] = RunningTool(event.tool, event.detail, event.time)
    if event.file:
        files = draft.files.get(event.station)
        if files is None:
            files = draft.files[event.station] = dict(station.files)
        for file in (event.file, *event.more_files):
            if file in files or len(files) < MAX_FILES:
                files[file] = files.get(file, 0) + 1
    says = f"{event.tool} {event.detail}".strip()
    _evidence(draft, event, Status.WORKING, f"tool {event.tool}", says, tools=station.tools + 1, running=running)


def _tool_finished(draft: Draft, event: ev.ToolFinished) -> None:
    station = draft.station(event)
    running = station.running
    if event.call in running:
        running = {call: tool for call, tool in running.items() if call != event.call}
    errors = station.errors + event.failed
    _evidence(draft, event, Status.WORKING, "tool came back", running=running, errors=errors)


def _tokens_used(draft: Draft, event: ev.TokensUsed) -> None:
    # Its number never changes, so one that is known is asked without making the sessions a copy to write to.
    known = draft.before.sessions.get(event.session)
    number = (known or _session(draft, event)).number if event.session else 0
    station = draft.station(event)
    # A sub-agent has a model and a context of its own, and an older conversation says nothing of the present one.
    if not event.subagent and (event.session in ("", station.session) or event.time >= station.evidence.seen):
        station = replace(
            station,
            model=event.model or station.model,
            context=event.context or station.context,
            window=event.window or station.window,
        )
    draft.stations[event.station] = station
    tokens, dollars = event.tokens.total, event.cost or 0.0
    date = day(event.time, draft.utc_offset, draft.utc_offsets)
    for tally in draft.tallies_of(station, event.model, event.branch, date):
        tally.add(event, number)
    draft.pace(station.id, station.pace).add(event.time, tokens, dollars)
    if not station.elsewhere:
        draft.pace(None, draft.before.pace).add(event.time, tokens, dollars)


def _session(draft: Draft, event: ev.StationEvent) -> Session:
    """The event's session, numbered at its first event."""
    session = draft.sessions.get(event.session)
    if session is None:
        session = Session(len(draft.sessions) + 1, event.station, opened=event.time)
        draft.sessions[event.session] = session
    return session


def _still_running(draft: Draft, event: ev.StationEvent) -> dict[str, RunningTool]:
    """Tools that began after this event, which ends all earlier ones."""
    return {call: tool for call, tool in draft.station(event).running.items() if tool.since > event.time}


def _evidence(
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
    if time >= old.seen:
        since = old.since if old.status is status else time
        changes["evidence"] = Evidence(status, since, time, event.source, reason, guess)
        changes["session"] = event.session or station.session
    if says and time >= station.activity_time:
        changes["activity"] = says
        changes["activity_time"] = time
    draft.stations[event.station] = replace(station, **changes)


# Each handler takes the type it is filed under, which a dict cannot say.
_HANDLERS: dict[type[ev.Event], Callable[[Draft, Any], None]] = {
    ev.FactoryOpened: _factory_opened,
    ev.BaseChosen: branches.base_chosen,
    ev.BranchChanged: branches.branch_changed,
    ev.BranchRemoved: branches.branch_removed,
    ev.SourceSkipped: _source_skipped,
    ev.VerdictReached: branches.verdict_reached,
    ev.BranchCompared: branches.branch_compared,
    ev.StopWanted: commands.wanted,
    ev.BaseWanted: commands.wanted,
    ev.ImportWanted: commands.wanted,
    ev.NameWanted: commands.wanted,
    ev.CommandResumed: commands.resumed,
    ev.CommandDone: commands.done,
    ev.CommandFailed: commands.failed,
    ev.StationOpened: _station_opened,
    ev.StationRenamed: _station_renamed,
    ev.SessionClaimed: _session_claimed,
    ev.SessionOpened: _session_opened,
    ev.SessionClosed: _session_closed,
    ev.BranchEntered: _branch_entered,
    ev.TurnStarted: _turn_started,
    ev.TurnFinished: _turn_finished,
    ev.TurnFailed: _turn_failed,
    ev.PersonNeeded: _person_needed,
    ev.AgentReported: _agent_reported,
    ev.AgentLost: _agent_lost,
    ev.MachineAwaited: _machine_awaited,
    ev.ActivitySeen: _activity_seen,
    ev.TextWritten: _text_written,
    ev.ToolCalled: _tool_called,
    ev.ToolFinished: _tool_finished,
    ev.TokensUsed: _tokens_used,
}
