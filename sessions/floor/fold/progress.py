"""What every station gets done, repeats and waits for. Part of the fold.

It comes before the slices that it reads, and so sees the floor as it was before each event: the tool that comes back
is still under way, and a station's evidence is what was known of it until then.
"""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.fold import versions
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.slice import Slice
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.progress.progress import Wait
from sessions.floor.progress.tally import Tally
from sessions.floor.reports import Report
from sessions.floor.state import Branch, Station, Status

PROGRESS = Slice("progress", versions.PROGRESS, ("progress",), reads=("ground", "stations"))
_WAITING = (Status.NEEDS_ME, Status.WAITING)
_NOTHING, _REST = Wait.NOTHING, Wait.REST


def _tally(draft: Draft, station: str) -> Tally:
    """The station's progress to add to, without what it waits for no longer."""
    tally = draft.tally(station)
    if tally.wait is not _NOTHING and tally.wait is not _REST:
        evidence = draft.known_station(station).evidence
        if evidence.status not in _WAITING and evidence.since >= tally.wait_since:
            tally.go_on(evidence.since)
    return tally


@PROGRESS.folds
def station_opened(draft: Draft, event: ev.StationOpened) -> None:
    if event.parent and event.station not in draft.stations:
        draft.tally(event.parent).child_begins(event.time)


@PROGRESS.folds
def child_ended(draft: Draft, event: ev.ChildEnded) -> None:
    draft.tally(event.station).child_ends(event.time)


@PROGRESS.folds
def turn_started(draft: Draft, event: ev.TurnStarted) -> None:
    heard = draft.known_station(event.station).evidence.seen
    _tally(draft, event.station).asked_to(event.time, event.text, heard)


@PROGRESS.folds
def turn_over(draft: Draft, event: ev.TurnFinished | ev.TurnFailed | ev.SessionClosed | ev.AgentLost) -> None:
    _tally(draft, event.station).turn_over(event.time)


@PROGRESS.folds
def person_awaited(draft: Draft, event: ev.PersonNeeded | ev.QuestionAsked) -> None:
    _tally(draft, event.station).await_(Wait.PERSON, event.time)


@PROGRESS.folds
def question_answered(draft: Draft, event: ev.QuestionAnswered) -> None:
    _tally(draft, event.station)


@PROGRESS.folds
def machine_awaited(draft: Draft, event: ev.MachineAwaited) -> None:
    _tally(draft, event.station).await_(Wait.PROVIDER, event.time)


@PROGRESS.folds
def agent_reported(draft: Draft, event: ev.AgentReported) -> None:
    tally = _tally(draft, event.station)
    if event.state is Report.NEEDS_ME:
        tally.await_(Wait.PERSON, event.time)
    elif event.state is not Report.WORKING:
        tally.turn_over(event.time)


@PROGRESS.folds
def life_changed(draft: Draft, event: ev.LifeChanged) -> None:
    tally = _tally(draft, event.station)
    if event.life is Life.PAUSED:
        tally.await_(Wait.REST, event.time)
    elif event.life is Life.RUNNING:
        if tally.wait is Wait.REST:
            tally.go_on(event.time)
    else:
        tally.go_on(event.time)
        tally.turn_over(event.time)


@PROGRESS.folds
def clock_set(draft: Draft, event: ev.ClockSet) -> None:
    for name in {*draft.before.progress, *draft.tallies}:
        draft.tally(name).clock_set(event.time, event.before)


@PROGRESS.folds
def tool_called(draft: Draft, event: ev.ToolCalled) -> None:
    """Only of a use that nobody tells the end of, as of a sub-agent's."""
    if event.call:
        return
    tally = _tally(draft, event.station)
    tally.came_back(event.time, event.time)
    if event.file:
        _wrote(draft, event, tally, (event.file, *event.more_files))
    else:
        tally.did(event.time, event.source, event.tool, event.detail, None)


@PROGRESS.folds
def tool_finished(draft: Draft, event: ev.ToolFinished) -> None:
    """One event in four is of this kind."""
    name = event.station
    station = draft.stations.get(name)
    tool = None if station is None else station.running.get(event.call)
    if tool is None:
        return
    tally = draft.tallies.get(name) or draft.tally(name)
    if tally.wait is not _NOTHING:
        _tally(draft, name)
    tally.came_back(event.time, tool.since)
    if event.failed:
        tally.did(event.time, event.source, tool.tool, tool.detail, event.detail)
    elif tool.files:
        _wrote(draft, event, tally, tool.files)
    else:
        tally.did(event.time, event.source, tool.tool, tool.detail, None)


def _wrote(draft: Draft, event: ev.StationEvent, tally: Tally, files: tuple[str, ...]) -> None:
    if tally.wrote(event.time, files):
        tally.settle(event.time, "file", draft.used(event.station))


@PROGRESS.folds
def work_arrived(draft: Draft, event: ev.WorkArrived) -> None:
    if event.commits > 0:
        _tally(draft, event.station).committed(event.time, event.commits, draft.used(event.station))


@PROGRESS.folds
def branch_changed(draft: Draft, event: ev.BranchChanged) -> None:
    """Commits of stations that are only observed, on the branch that they work on."""
    known = draft.branches.get(event.branch)
    if known is None or known.head == event.head or event.ahead <= 0 or event.branch == draft.base:
        return
    for station in draft.stations.values():
        if station.branch == event.branch and station.owner is not Owner.OURS:
            _ahead(draft, event, known, station)


def _ahead(draft: Draft, event: ev.BranchChanged, known: Branch, station: Station) -> None:
    """Count what is ahead of all that was ahead before: what was taken back and made again stays what it was."""
    tally = draft.tally(station.id)
    if tally.base != draft.base_head or known.merged:
        tally.base, tally.ahead = draft.base_head, max(0, known.ahead)
    tally.ahead = max(tally.ahead, known.ahead)
    if event.ahead > tally.ahead:
        new, tally.ahead = event.ahead - tally.ahead, event.ahead
        if station.evidence.status in (Status.WORKING, *_WAITING) or tally.has_written:
            tally.committed(event.time, new, draft.used(station.id))


@PROGRESS.folds
def task_taken(draft: Draft, event: ev.TaskTaken) -> None:
    _tally(draft, event.station).begin(event.time, event.task, event.lease)


@PROGRESS.folds
def check_finished(draft: Draft, event: ev.CheckFinished) -> None:
    if (tally := _taken(draft, event)) is not None:
        tally.checked(event.time, event.passed, draft.used(event.station))


@PROGRESS.folds
def task_finished(draft: Draft, event: ev.TaskFinished) -> None:
    if (tally := _taken(draft, event)) is not None:
        tally.settle(event.time, "task", draft.used(event.station))
        tally.begin(event.time)


@PROGRESS.folds
def task_left(draft: Draft, event: ev.TaskFailed | ev.TaskReturned) -> None:
    if (tally := _taken(draft, event)) is not None:
        tally.begin(event.time)


def _taken(draft: Draft, event: ev.TakingEvent) -> Tally | None:
    """The progress of the station, where this is about what it has in hand."""
    tally = _tally(draft, event.station)
    return tally if (tally.task, tally.lease) == (event.task, event.lease) else None
