"""What a station's progress is a sign of: that it repeats itself, goes back and forth, or has fallen silent. Pure.

None of them guesses from how long something takes. A *loop* is the same call with the same outcome, or the same error,
while nothing new happens; to *thrash* is to write the same files again and again without anything that is settled; and
a station has *stalled* when it is silent and nothing known of it is a reason for that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from sessions.floor.identity import Owner
from sessions.floor.pace import BUCKET_S
from sessions.floor.progress.progress import NOTHING, Progress, Repeated
from sessions.floor.reports import BACKGROUND, Report
from sessions.floor.state import FloorState, Station, Status

LOOP_S = 150.0
"""A loop goes on for so long before it is called one."""
LOOP_FAILURES = 4
"""How often the same call fails in the same way, with nothing new between."""
LOOP_CALLS = 14
"""How often the same call comes back well, with nothing new between, in whatever order."""
TURNS, TURNS_QUICK, TURNS_MANY = 7, 9, 5
"""How often it comes so one right after the other; likewise what comes back at once, as a file is read on with; and how
often several calls come round."""
SLOW_S = 360.0
"""What takes so long may come two times less."""
FAILED_CALLS, FAILED_S = 6, 240.0
"""How often the same call fails in the same way with nothing written between, whatever else is new; and how long."""
ERROR_CALLS, ERROR_S, ERROR_SHARE = 6, 240.0, 0.5
"""How often different calls end in the same error, how long, and the least part of all calls since that they are."""
LOOP_OVER_S = 900.0
"""Without another repetition for so long, or for three times as long as one takes, a loop is over."""

QUICK = frozenset({"read", "view", "cat", "grep", "glob", "ls", "list", "search", "find", "webfetch", "websearch"})
"""Tools that come back at once and say more each time than what they were given tells: the next page of a file."""

ROUNDS, ROUNDS_S = 6, 900.0
"""How often the same check fails in the same way after files were written again, and for how long."""
EDITS, EDITS_S, SWITCHED, FRESH = 24, 1_800.0, 0.5, 0.15
"""Writes to files that were written before, how long they go on, the least part that go to another file than the one
before, and the most calls for each that are new."""
THRASH_OVER_S = 1_800.0

SILENT_S = 900.0
"""The shortest silence that is a stall, unless the settings have it otherwise."""
CADENCES = 4.0
"""How many times the longest silence that is usual for the station."""
BUSY = 3.0
"""How much longer it may be silent while its process says that it works."""


class Loop(msgspec.Struct, frozen=True):
    """What a station repeats."""

    since: float
    """When it was first so: the loop's beginning. With it a loop is one and the same."""
    last: float
    count: int
    call: str
    """The tool and what it was given, harmless; the last one where several calls end in the same error."""
    error: str = ""
    """How it fails; "" where it does not."""


class Thrash(msgspec.Struct, frozen=True):
    """Files that are written again and again."""

    since: float
    last: float
    edits: int
    """Writes since then to files that were written before."""
    rounds: int = 0
    """How often a check failed in the same way in between; 0 where none did."""
    call: str = ""
    """The check."""
    error: str = ""


class Stall(msgspec.Struct, frozen=True):
    """A silence that nothing excuses."""

    since: float
    """When it was last heard of: with it a stall is one and the same."""
    usual: float
    """The longest silence that is usual for it."""
    patience: float
    """Seconds of silence after which it counts as stalled."""


def looping(progress: Progress, now: float) -> Loop | None:
    """What a station repeats at `now`; None where nothing is, or no longer. What fails says more than what does not.

    As long as it is the same, its `since` is, by whatever it is found out: with it an episode is told from another.
    """
    found = [each for each in _loops(progress) if now <= _over(each)]
    if not found:
        return None
    most = max(found, key=lambda each: (bool(each.error), each.count))
    return Loop(_since(progress, most), most.last, most.count, most.call, most.error)


def _since(progress: Progress, loop: Repeated) -> float:
    """Since when it fails so: the same error may have been another call's first, and was one loop with it."""
    same = [loop.since]
    if loop.error:
        same += [each.since for each in progress.failing if each.key == loop.key]
        same += [each.since for each in progress.errors if each.key in (loop.key, loop.key ^ loop.what)]
    return min(same)


def _loops(progress: Progress) -> Iterator[Repeated]:
    """What was repeated so often and for so long that it is a loop."""
    top = progress.top
    if top.last - top.since >= LOOP_S and (
        top.count >= (LOOP_CALLS if top.key == top.what else LOOP_FAILURES) or _comes_round(progress)
    ):
        yield top
    for each in progress.failing:
        if each.count >= FAILED_CALLS and each.last - each.since >= FAILED_S:
            yield each
    for each in progress.errors:
        enough = each.count >= max(ERROR_CALLS, ERROR_SHARE * (progress.calls - each.calls))
        if enough and each.last - each.since >= ERROR_S:
            yield each


def _comes_round(progress: Progress) -> bool:
    """Whether its latest calls are the same few, in the same order, again and again."""
    period, lasts = progress.period, progress.heard - progress.streak_since
    if not period or lasts < LOOP_S:
        return False
    if period > 1:
        return progress.streak // period + 1 >= TURNS_MANY
    tool, _, given = progress.top.call.partition(" ")
    quick = tool.lower() in QUICK or " " not in given
    return progress.streak + 1 >= (TURNS_QUICK if quick else TURNS) - 2 * (lasts >= SLOW_S)


def _over(each: Repeated) -> float:
    """Until when another repetition is awaited."""
    return each.last + max(LOOP_OVER_S, 3 * (each.last - each.since) / max(1, each.count - 1))


def thrashing(progress: Progress, now: float) -> Thrash | None:
    """What a station writes again and again at `now`; None where it settles what it writes."""
    if now > progress.edited_at + THRASH_OVER_S:
        return None
    for each in progress.failing:
        if each.rounds >= ROUNDS and each.last - each.first >= ROUNDS_S and progress.edits >= ROUNDS:
            return Thrash(each.first, each.last, progress.edits, each.rounds, each.call, each.error)
    edits, since, last = progress.edits, progress.edits_since, progress.edited_at
    if (
        edits >= EDITS
        and last - since >= EDITS_S
        and progress.switches >= SWITCHED * edits
        and progress.fresh <= FRESH * edits
    ):
        return Thrash(since, last, edits)
    return None


def stalled(state: FloorState, station: str, now: float, silent: float = SILENT_S) -> Stall | None:
    """The silence of a station at `now` that nothing excuses, `silent` seconds at least; None where it is no stall.

    What excuses it: a tool under way, a person or a machine that it waits for, a rest, a turn that is over, a station
    that works for it. Of a session that is only observed, and of which no process is known, silence says that nobody
    is there: many agents are ended amid a turn, and do not write it.
    """
    known = state.stations.get(station)
    if known is None or not is_there(known) or excused(state, known):
        return None
    progress = state.progress.get(station, NOTHING)
    heard, patience = heard_of(state, known), _patience(known, progress, silent)
    return Stall(heard, progress.quiet, patience) if now - heard > patience else None


def excused(state: FloorState, station: Station) -> str:
    """Why the silence of a station is none, in words; "" where nothing excuses it."""
    evidence = station.evidence
    if evidence.status is not Status.WORKING:
        return _AT_REST.get(evidence.status) or evidence.reason or evidence.status.value
    if station.running:
        tool = next(iter(station.running.values()))
        return f"{tool.tool} is under way"
    if station.report in (Report.IDLE, Report.BACKGROUND):
        return BACKGROUND if station.report is Report.BACKGROUND else "its turn is over"
    return "a station works for it" if has_working_child(state, station.id) else ""


_AT_REST = {Status.IDLE: "its turn is over", Status.FAILED: "it failed"}


def has_working_child(state: FloorState, station: str) -> bool:
    """Whether a station that works for this one is at work, or waits."""
    return any(each.evidence.status in _AT_WORK for each in children_of(state, station))


_AT_WORK = (Status.WORKING, Status.WAITING, Status.NEEDS_ME)


def children_of(state: FloorState, station: str) -> list[Station]:
    """The stations that work for one of which not all have ended."""
    if not state.progress.get(station, NOTHING).children:
        return []
    return [each for each in state.stations.values() if each.parent == station]


def heard_of(state: FloorState, station: Station) -> float:
    """When it was last heard of, or one that works for it: it may have waited for that until then."""
    waited = state.progress.get(station.id, NOTHING).waited_at
    used = float(station.pace.last * BUCKET_S)  # a call of its model is a sign of life that changes no status
    return max(
        [station.evidence.seen, waited, used, *(child.evidence.seen for child in children_of(state, station.id))]
    )


def _patience(station: Station, progress: Progress, silent: float) -> float:
    says_so = station.process and station.report is Report.WORKING
    return max(silent, CADENCES * progress.quiet) * (BUSY if says_so else 1.0)


def is_there(station: Station) -> bool:
    """Whether it is known that somebody is there who could be silent."""
    return bool(station.process) or station.owner is Owner.OURS


def due(state: FloorState, station: str, silent: float = SILENT_S) -> float:
    """When time alone may next change what is said here of a station, as of its newest event; infinite for never.

    Of a time that has passed nothing is due any more: what it changed is so already.
    """
    known = state.stations.get(station)
    if known is None:
        return math.inf
    progress, now = state.progress.get(station, NOTHING), state.time
    moments = [_over(each) for each in (progress.top, *progress.failing, *progress.errors) if each.count > 1]
    if progress.edits >= ROUNDS:
        moments.append(progress.edited_at + THRASH_OVER_S)
    if is_there(known) and not excused(state, known):
        moments.append(heard_of(state, known) + _patience(known, progress, silent))
    return min((moment for moment in moments if moment >= now), default=math.inf)
