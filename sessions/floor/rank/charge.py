"""What a station is charged with: the seconds of its turns without those it could not hurry. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sessions.floor.progress.progress import Progress, Wait
from sessions.floor.progress.signs import children_of, has_working_child, heard_of
from sessions.floor.progress.tally import LONG_TOOL_S, QUIET_S, STAMPS
from sessions.floor.state import FloorState, Station, Status

_WAITING = (Status.NEEDS_ME, Status.WAITING)


def clock(state: FloorState, station: Station, progress: Progress, now: float) -> float:
    """What its clock says at `now`: all that it was ever charged with."""
    settled = progress.worked - progress.excused
    begin = progress.turn_since
    if not begin:
        return settled
    until = max(begin, now)
    return settled + until - begin - _length(_under_way(state, station, progress, now), begin, progress, until)


def _under_way(state: FloorState, station: Station, progress: Progress, now: float) -> Iterator[tuple[float, float]]:
    """What it waits for right now, from when until when."""
    if progress.wait is not Wait.NOTHING:
        evidence = station.evidence
        waits = progress.wait is Wait.REST or evidence.status in _WAITING
        yield progress.wait_since, now if waits else max(progress.wait_since, evidence.since)
    if station.running:
        since = min(tool.since for tool in station.running.values())
        if now - since > LONG_TOOL_S:
            yield since, now
    elif now - (heard := heard_of(state, station)) > QUIET_S:
        yield heard, now
    since, seen = progress.children_since, (each.evidence.seen for each in children_of(state, station.id))
    yield since, now if has_working_child(state, station.id) else max(seen, default=since)


def _length(spans: Iterator[tuple[float, float]], begin: float, progress: Progress, until: float) -> float:
    """How much of its turn these cover, each second once, without what was taken off before."""
    total, done = 0.0, max(begin, progress.excused_until)
    for since, end in sorted(spans):
        total += max(0.0, min(end, until) - max(since, done))
        done = max(done, end)
    return total


def spent(progress: Progress, now_clock: float, began: float) -> tuple[float, int]:
    """The charged seconds in which it settled its latest changes since `began` on its clock, and how many these are.

    They begin at the change before them, where that many are remembered, and else at `began`; they end now, and so
    count what goes on without a change.
    """
    stamps = progress.stamps
    start = max(began, stamps[0]) if len(stamps) == STAMPS else began
    return max(0.0, now_clock - start), sum(stamp > start for stamp in stamps)
