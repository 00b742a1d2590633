"""What agents work at: their turns, what they say, and the tools they use. Part of the fold."""

from __future__ import annotations

from collections.abc import Mapping

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


_WORKING = Status.WORKING


@STATIONS.folds
def turn_started(draft: Draft, event: ev.TurnStarted) -> None:
    station = draft.station(event)
    running = still_running(station, event)
    put_evidence(draft, event, station, _WORKING, "turn started", event.text, turns=1, running=running)


@STATIONS.folds
def turn_finished(draft: Draft, event: ev.TurnFinished) -> None:
    reason = "interrupted by the operator" if event.interrupted else FINISHED
    turn_over(draft, event)
    station = draft.station(event)
    put_evidence(draft, event, station, Status.IDLE, reason, running=still_running(station, event))


@STATIONS.folds
def turn_failed(draft: Draft, event: ev.TurnFailed) -> None:
    turn_over(draft, event)
    station = draft.station(event)
    running = still_running(station, event)
    put_evidence(draft, event, station, Status.FAILED, event.reason, event.reason, errors=1, running=running)


@STATIONS.folds
def activity_seen(draft: Draft, event: ev.ActivitySeen) -> None:
    put_evidence(draft, event, draft.station(event), _WORKING, "wrote")


@STATIONS.folds
def text_written(draft: Draft, event: ev.TextWritten) -> None:
    put_evidence(draft, event, draft.station(event), _WORKING, "wrote", event.text)


@STATIONS.folds
def tool_called(draft: Draft, event: ev.ToolCalled) -> None:
    station = draft.station(event)
    running: Mapping[str, RunningTool] = station.running
    evidence, name, call, detail = station.evidence, event.tool, event.call, event.detail
    files = (event.file, *event.more_files) if event.file else ()
    # A turn that ended later than this call (a late line of another file) has ended the tool with it.
    over = event.time < evidence.seen and evidence.status in (Status.IDLE, Status.FAILED)
    if call and not over:
        begun = dict(running)
        if len(begun) >= MAX_RUNNING and call not in begun:
            del begun[next(iter(begun))]
        begun[call] = RunningTool(name, detail, event.time, files)
        running = begun
    elif files:  # nobody tells what comes of it
        _wrote(draft, station, files, event.time)
    says = f"{name} {detail}".strip()
    put_evidence(draft, event, station, _WORKING, f"tool {name}", says, tools=1, running=running)


@STATIONS.folds
def tool_finished(draft: Draft, event: ev.ToolFinished) -> None:
    station = draft.station(event)
    running: Mapping[str, RunningTool] = station.running
    if (tool := running.get(event.call)) is not None:
        if tool.files and not event.failed:
            _wrote(draft, station, tool.files, event.time)
        left = dict(running)
        del left[event.call]
        running = left
    put_evidence(draft, event, station, _WORKING, "tool came back", running=running, errors=event.failed)


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
