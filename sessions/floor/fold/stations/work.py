"""What agents work at: their turns, what they say, and the tools they use. Part of the fold."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.stations.evidence import put_evidence, still_running, turn_over
from sessions.floor.fold.stations.stations import STATIONS
from sessions.floor.reports import FINISHED
from sessions.floor.state import RunningTool, Station, Status

MAX_FILES = 500
"""Distinct files remembered per station; further ones are not, and the journal still has them."""
MAX_RUNNING = 50
"""Tools under way remembered per station, the newest ones."""
MAX_TIMED = 100
"""Files of which is remembered when a station wrote them last, the newest ones."""


@STATIONS.folds
def turn_started(draft: Draft, event: ev.TurnStarted) -> None:
    turns, running = draft.station(event).turns + 1, still_running(draft, event)
    put_evidence(draft, event, Status.WORKING, "turn started", event.text, turns=turns, running=running)


@STATIONS.folds
def turn_finished(draft: Draft, event: ev.TurnFinished) -> None:
    reason = "interrupted by the operator" if event.interrupted else FINISHED
    turn_over(draft, event)
    put_evidence(draft, event, Status.IDLE, reason, running=still_running(draft, event))


@STATIONS.folds
def turn_failed(draft: Draft, event: ev.TurnFailed) -> None:
    errors, running = draft.station(event).errors + 1, still_running(draft, event)
    turn_over(draft, event)
    put_evidence(draft, event, Status.FAILED, event.reason, event.reason, errors=errors, running=running)


@STATIONS.folds
def activity_seen(draft: Draft, event: ev.ActivitySeen) -> None:
    put_evidence(draft, event, Status.WORKING, "wrote")


@STATIONS.folds
def text_written(draft: Draft, event: ev.TextWritten) -> None:
    put_evidence(draft, event, Status.WORKING, "wrote", event.text)


@STATIONS.folds
def tool_called(draft: Draft, event: ev.ToolCalled) -> None:
    station = draft.station(event)
    running, old = station.running, station.evidence
    # A turn that ended later than this call (a late line of another file) has ended the tool with it.
    over = event.time < old.seen and old.status in (Status.IDLE, Status.FAILED)
    files = (event.file, *event.more_files) if event.file else ()
    if event.call and not over:
        running = dict(running)
        if len(running) >= MAX_RUNNING and event.call not in running:
            del running[next(iter(running))]
        running[event.call] = RunningTool(event.tool, event.detail, event.time, files)
    elif files:  # nobody tells what comes of it
        _wrote(draft, station, files, event.time)
    says = f"{event.tool} {event.detail}".strip()
    put_evidence(draft, event, Status.WORKING, f"tool {event.tool}", says, tools=station.tools + 1, running=running)


@STATIONS.folds
def tool_finished(draft: Draft, event: ev.ToolFinished) -> None:
    station = draft.station(event)
    running = station.running
    if event.call in running:
        if not event.failed and (files := running[event.call].files):
            _wrote(draft, station, files, event.time)
        running = {call: tool for call, tool in running.items() if call != event.call}
    errors = station.errors + event.failed
    put_evidence(draft, event, Status.WORKING, "tool came back", running=running, errors=errors)


def _wrote(draft: Draft, station: Station, written: tuple[str, ...], time: float) -> None:
    files = draft.files.get(station.id)
    if files is None:
        files = draft.files[station.id] = dict(station.files)
    for file in written:
        if file in files or len(files) < MAX_FILES:
            files[file] = files.get(file, 0) + 1
    times = draft.wrote.get(station.id)
    if times is None:
        times = draft.wrote[station.id] = dict(station.wrote)
    for file in written:
        times.pop(file, None)
        times[file] = time
    while len(times) > MAX_TIMED:
        del times[next(iter(times))]
