"""The rank: which station is the slowest, with reasons that a person can check. Pure.

Long is not slow. What a station waits for is not charged to it, and nobody is ranked who waits, rests, runs a long
command or has just begun. A pace is compared with that of others of the same role and with tasks of like size, and only
where there are enough of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from sessions.floor.ours.owned import Owned
from sessions.floor.progress.progress import NOTHING, Progress
from sessions.floor.progress.signs import (
    SILENT_S,
    has_working_child,
    heard_of,
    is_there,
    looping,
    stalled,
    thrashing,
)
from sessions.floor.progress.tally import LONG_TOOL_S, QUIET_S
from sessions.floor.rank import charge
from sessions.floor.rank.cohorts import FRESH_S, Member, cohort_of, role_of, sizes_of
from sessions.floor.rank.figures import figures, frees, unknown
from sessions.floor.rank.ranking import Cohort, Entry, Excused, Not, Ranking, Reason, Why
from sessions.floor.rank.words import in_dollars, lasting, many, shortened, times
from sessions.floor.reports import NO_PROCESS
from sessions.floor.state import FloorState, Station, Status

EARLY_S = 600.0
"""Charged seconds of its present work before which a station is not ranked."""
SLOW = 3.0
"""How many times the median of its cohort a station takes before it is called slow."""
SURE = 2.25
"""How many standard deviations what it settled must lie below what the median would have."""
APART = 1.5
"""How many times as long as the slowest other one takes it must take, too; of many others the slowest is left out."""
MANY = 5
OVER_S = 600.0
"""Charged seconds for which it has been slow before it is called so."""


def rank(state: FloorState, now: float) -> Ranking:
    """All stations as of `now`."""
    clocks = {
        station.id: charge.clock(state, station, progress, now)
        for station in state.stations.values()
        if (progress := state.progress.get(station.id)) is not None
    }
    members = [member for name, clock in clocks.items() if (member := _member(state, name, clock, now)) is not None]
    entries: list[Entry] = []
    unranked: list[Excused] = []
    for station in state.stations.values():
        found = _placed(state, station, clocks.get(station.id, 0.0), members, now)
        if isinstance(found, Entry):
            entries.append(found)
        else:
            unranked.append(found)
    slow = sorted((each for each in entries if each.slow), key=lambda each: (-each.lost, each.station))
    others = sorted((each for each in entries if not each.slow), key=lambda each: (-(each.margin or 0.0), each.station))
    return Ranking(now, _verdict(state, slow, others), tuple(slow), tuple(others), tuple(unranked))


def _member(state: FloorState, name: str, clock: float, now: float) -> Member | None:
    """What a station's pace is for others, where it has been at work for long enough to have one."""
    station, progress = state.stations[name], state.progress[name]
    role = role_of(station, progress)
    if not role or station.elsewhere or clock < EARLY_S or now - station.evidence.seen > FRESH_S:
        return None
    seconds, changes = charge.spent(progress, clock, 0.0)
    if not changes:
        return None
    until_last = seconds - (clock - progress.stamps[-1])
    pace = max(until_last / changes, seconds / (changes + 1))  # what goes on counts once it takes longer than usual
    cost = station.cost_usd if station.meter.calls else None
    dollars = None if cost is None else cost / progress.settled
    return Member(name, role, sizes_of(state, progress), pace, dollars)


def _placed(state: FloorState, station: Station, clock: float, members: list[Member], now: float) -> Entry | Excused:
    """Where a station stands."""
    progress = state.progress.get(station.id, NOTHING)
    if (why := _at_rest(station, state.owned.get(station.id), now)) is not None:
        return why
    reasons = _signs(state, station, progress, now)
    if not reasons and (why := _busy(state, station, progress, clock, now)) is not None:
        return why
    role, sizes = role_of(station, progress), sizes_of(state, progress)
    cohort, paces = cohort_of(station.id, role, sizes, members)
    seconds, changes = charge.spent(progress, clock, progress.began)
    margin, against = None, ""
    if cohort.median and clock - progress.began >= EARLY_S:
        margin = seconds / max(1, changes) / cohort.median
        others = f"{cohort.n} {many(cohort.role)} ({lasting(cohort.median)} for one)"
        against = f"in {lasting(seconds)} of work: {margin:.1f} × the median of {others}"
        if not reasons and _is_slow(seconds, changes, cohort.median, paces):
            reasons = [_pace(seconds, changes, cohort.median, against, now)]
    task = state.tasks.get(progress.task)
    hedged = task is not None and task.hedged
    return Entry(
        station.id,
        bool(reasons) and not hedged,
        _words(station, reasons, hedged, now) or f"{changes} settled {against or _without(cohort, seconds)}",
        tuple(reasons),
        max((reason.lost for reason in reasons), default=0.0),
        margin,
        frees(station, now),
        figures(station, progress, clock, seconds, changes, cohort, now),
        cohort,
        unknown(station, progress, cohort),
        progress.task,
        hedged,
    )


_STATUS = {
    Status.NEEDS_ME: (Not.PERSON, "waits for you, for {lasts}: {reason}"),
    Status.WAITING: (Not.MACHINE, "waits, for {lasts}: {reason}"),
    Status.FAILED: (Not.FAILED, "failed {lasts} ago: {reason}"),
    Status.IDLE: (Not.IDLE, "has nothing to do, for {lasts}"),
    Status.WORKING: (Not.GONE, "was last heard of {seen} ago, and " + NO_PROCESS),
}


def _at_rest(station: Station, owned: Owned | None, now: float) -> Excused | None:
    """Why nothing is to be expected of it right now, where that is so."""
    evidence = station.evidence
    if station.elsewhere:
        return Excused(station.id, Not.ELSEWHERE, "works outside this repository")
    if owned is not None and not owned.lives:
        return Excused(station.id, Not.OVER, f"is {owned.life.value}", owned.since)
    heard = station.running or is_there(station) or now - evidence.seen <= SILENT_S
    if evidence.status is Status.WORKING and heard:
        return None
    why, words = _STATUS.get(evidence.status, (Not.UNKNOWN, "nothing is known of what it does"))
    lasts, seen = lasting(now - evidence.since), lasting(now - evidence.seen)
    said = words.format(lasts=lasts, seen=seen, reason=shortened(evidence.reason))
    return Excused(station.id, why, said, evidence.since)


def _busy(state: FloorState, station: Station, progress: Progress, clock: float, now: float) -> Excused | None:
    """Why a station that works is not ranked, where that is so."""
    if station.running:
        tool = min(station.running.values(), key=lambda tool: tool.since)
        if now - tool.since > LONG_TOOL_S:
            what = shortened(f"{tool.tool} {tool.detail}".rstrip())
            return Excused(
                station.id, Not.TOOL, f"in a long command, for {lasting(now - tool.since)}: {what}", tool.since
            )
    if has_working_child(state, station.id):
        return Excused(station.id, Not.CHILD, "waits for a station that works for it", progress.children_since)
    if not station.running and now - (heard := heard_of(state, station)) > QUIET_S:
        return Excused(station.id, Not.SILENT, f"silent for {lasting(now - heard)}: its model may think", heard)
    if clock - progress.began < EARLY_S:
        what = "its task" if progress.task else "its work"
        return Excused(station.id, Not.EARLY, f"early in {what}: {lasting(clock - progress.began)}", progress.began_at)
    return None


def _signs(state: FloorState, station: Station, progress: Progress, now: float) -> list[Reason]:
    """What holds of it without anything to compare it with, the weightiest first."""
    found: list[Reason] = []
    if (loop := looping(progress, now)) is not None:
        what = f"{shortened(loop.call)}" + (" fails in the same way" if loop.error else " again")
        words = f"{what}, {times(loop.count)} in {lasting(loop.last - loop.since)}"
        found.append(Reason(Why.LOOP, words, loop.since, now - loop.since))
    if (thrash := thrashing(progress, now)) is not None:
        words = f"{thrash.edits} writes to the same files in {lasting(now - thrash.since)}, nothing settled"
        if thrash.rounds:
            words += f"; {shortened(thrash.call)} failed in the same way after {thrash.rounds} of them"
        found.append(Reason(Why.THRASH, words, thrash.since, now - thrash.since))
    if (stall := stalled(state, station.id, now)) is not None:
        usual = f"; its longest silence is {lasting(stall.usual)}" if stall.usual else ""
        words = f"silent for {lasting(now - stall.since)}, with nothing under way{usual}"
        found.append(Reason(Why.STALL, words, stall.since, now - stall.since))
    return found


def _is_slow(seconds: float, changes: int, median: float, paces: Sequence[float]) -> bool:
    """Whether so many changes in so many charged seconds are clearly fewer than the others would have settled."""
    pace, expected = seconds / max(1, changes), seconds / median
    slowest = paces[-2] if len(paces) >= MANY else paces[-1]
    return (
        seconds - SLOW * median * max(1, changes) >= OVER_S
        and pace >= APART * slowest
        and expected - changes >= SURE * sqrt(expected)
    )


def _pace(seconds: float, changes: int, median: float, against: str, now: float) -> Reason:
    over = seconds - SLOW * median * max(1, changes)
    settled = f"{changes} changes settled" if changes > 1 else "1 change settled" if changes else "nothing settled"
    return Reason(Why.PACE, f"{settled} {against}, for {lasting(over)}", now - over, seconds - changes * median)


def _words(station: Station, reasons: list[Reason], hedged: bool, now: float) -> str:
    """What is said of one of which there is a reason, in a line; "" where there is none."""
    if not reasons:
        return ""
    free = frees(station, now)
    parts = [reason.words for reason in reasons]
    if free is None:
        parts.append("what it would free is not known")
    elif free:
        parts.append(f"would free {in_dollars(free)}/h")
    if hedged:
        parts.append("not named: its task was taken from a slow station once, and that is done once only")
    return "; ".join(parts)


def _without(cohort: Cohort, seconds: float) -> str:
    """Of how long, and why there is no verdict on a pace."""
    work = f"in {lasting(seconds)} of work"
    if not cohort.role:
        return f"{work}; its role is not known: not compared"
    others = "no other" if not cohort.n else "1 other" if cohort.n == 1 else f"only {cohort.n} others"
    return f"{work}; not compared: {others} of its role with tasks {cohort.size}"


def _verdict(state: FloorState, slow: list[Entry], others: list[Entry]) -> str:
    """The ranking in a line."""
    if slow:
        first = slow[0]
        more = f", and {len(slow) - 1} more" if len(slow) > 1 else ""
        return f"{state.stations[first.station].name}: {first.words}{more}"
    if not others:
        return "nothing is clearly slow: nobody is at work who could be ranked"
    count = "the 1 station that is" if len(others) == 1 else f"the {len(others)} stations that are"
    return f"nothing is clearly slow among {count} ranked"
