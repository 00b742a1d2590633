"""The bounds of the signs, each to the second, of a progress that was put together by hand."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from sessions.floor.identity import Owner
from sessions.floor.pace import Pace
from sessions.floor.progress.progress import Progress, Repeated
from sessions.floor.progress.signs import (
    Loop,
    Stall,
    Thrash,
    due,
    excused,
    has_working_child,
    heard_of,
    looping,
    stalled,
    thrashing,
)
from sessions.floor.reports import Report
from sessions.floor.state import Evidence, FloorState, RunningTool, Station, Status

NOW = 1_000_000.0


def again(count: int, lasts: float, error: str = "", call: str = "Bash make it", calls: int = 0) -> Repeated:
    """The same, so often and for so long, until now."""
    key = 7 if error else 5
    return Repeated(key, 5, count, NOW - lasts, NOW, call, error, calls=calls)


def round_(period: int, streak: int, lasts: float, call: str = "Bash make it", top: float = 150.0) -> Progress:
    """Calls that come round, so many in a turn."""
    found = again(3, top, call=call)
    return Progress(top=found, period=period, streak=streak, heard=NOW, streak_since=NOW - lasts)


@pytest.mark.parametrize(
    ("progress", "loops"),
    [
        (Progress(top=again(4, 150, "no")), True),
        (Progress(top=again(3, 150, "no")), False),
        (Progress(top=again(4, 149, "no")), False),
        (Progress(top=again(14, 150)), True),
        (Progress(top=again(13, 150)), False),
        (round_(1, 6, 150), True),
        (round_(1, 5, 150), False),
        (round_(1, 6, 149), False),
        (round_(1, 6, 150, top=149), False),
        (round_(0, 9, 150), False),
        (round_(1, 4, 360), True),
        (round_(1, 3, 360), False),
        (round_(1, 4, 359), False),
        (round_(1, 8, 150, "Read the file"), True),
        (round_(1, 7, 150, "Read the file"), False),
        (round_(1, 7, 150, "Bash make"), False),
        (round_(1, 7, 150, "Bash make it"), True),
        (round_(2, 8, 150), True),
        (round_(2, 7, 150), False),
        (Progress(failing=(again(6, 240, "no"),)), True),
        (Progress(failing=(again(5, 240, "no"),)), False),
        (Progress(failing=(again(6, 239, "no"),)), False),
        (Progress(errors=(again(6, 240, "no", calls=9),), calls=21), True),
        (Progress(errors=(again(6, 240, "no", calls=9),), calls=22), False),
        (Progress(errors=(again(5, 240, "no"),), calls=5), False),
        (Progress(errors=(again(6, 239, "no"),), calls=6), False),
        (Progress(errors=(again(6, 240, "no", calls=6),), calls=6), True),
    ],
)
def test_what_is_a_loop(progress: Progress, loops: bool) -> None:
    assert (looping(progress, NOW) is not None) is loops


def test_what_says_more_each_time_is_no_loop_as_soon() -> None:
    for tool in ("Read", "View", "Cat", "Grep", "Glob", "LS", "List", "Search", "Find", "WebFetch", "WebSearch"):
        assert looping(round_(1, 7, 150, f"{tool} a b"), NOW) is None
        assert looping(round_(1, 8, 150, f"{tool} a b"), NOW) is not None


@pytest.mark.parametrize(
    ("progress", "lasts"),
    [
        (Progress(top=again(4, 150, "no")), 900),
        (Progress(top=again(4, 1_200, "no")), 1_200),  # three times what one takes
        (replace(round_(1, 9, 600), top=again(2, 600)), 1_800),
        (replace(round_(1, 9, 600), top=again(1, 600)), 1_800),
    ],
)
def test_a_loop_is_over_when_it_is_not_repeated(progress: Progress, lasts: float) -> None:
    assert looping(progress, NOW + lasts) and not looping(progress, NOW + lasts + 1)


def test_of_several_loops_the_one_that_fails_most_is_told() -> None:
    few, more = again(6, 240, "no"), replace(again(8, 300, "never", "Bash ls"), key=9)
    progress = Progress(top=again(20, 900), failing=(few, more))
    assert looping(progress, NOW) == Loop(NOW - 300, NOW, 8, "Bash ls", "never")


@pytest.mark.parametrize(
    ("first", "since"),
    [
        (Progress(failing=(replace(again(2, 500, "no"), key=7),)), 500.0),
        (Progress(failing=(replace(again(2, 500, "no"), key=8),)), 200.0),
        (Progress(errors=(replace(again(2, 500, "no"), key=7),)), 500.0),
        (Progress(errors=(replace(again(2, 500, "no"), key=7 ^ 5),)), 500.0),
        (Progress(errors=(replace(again(2, 500, "no"), key=5),)), 200.0),
    ],
)
def test_a_loop_begins_where_the_same_first_failed_so(first: Progress, since: float) -> None:
    loop = looping(replace(first, top=again(4, 200, "no")), NOW)
    assert loop is not None and loop.since == NOW - since
    well = looping(replace(first, top=again(14, 200)), NOW)
    assert well is not None and well.since == NOW - 200


def written(edits: int = 24, switches: int = 12, fresh: int = 3, lasts: float = 1_800.0) -> Progress:
    return Progress(edits=edits, switches=switches, fresh=fresh, edits_since=NOW - lasts, edited_at=NOW)


def rounds(count: int = 6, lasts: float = 900.0, edits: int = 6) -> Progress:
    failing = Repeated(7, 5, 1, NOW, NOW, "Bash make", "no", rounds=count, first=NOW - lasts)
    return Progress(edits=edits, edited_at=NOW, failing=(failing,))


EDITED, FAILED = Thrash(NOW - 1_800, NOW, 24), Thrash(NOW - 900, NOW, 6, 6, "Bash make", "no")


@pytest.mark.parametrize(
    ("progress", "found"),
    [
        (written(), EDITED),
        (written(edits=23), None),
        (written(lasts=1_799), None),
        (written(switches=11), None),
        (written(fresh=4), None),
        (written(edits=40, switches=20, fresh=6), replace(EDITED, edits=40)),
        (written(edits=40, switches=20, fresh=7), None),
        (rounds(), FAILED),
        (rounds(count=5), None),
        (rounds(lasts=899), None),
        (rounds(edits=5), None),
    ],
)
def test_what_goes_back_and_forth(progress: Progress, found: Thrash | None) -> None:
    assert thrashing(progress, NOW) == thrashing(progress, NOW + 1_800) == found
    assert thrashing(progress, NOW + 1_801) is None


X = Station("x", process=7, evidence=Evidence(Status.WORKING, seen=NOW))
AT_WORK, IDLE = Evidence(Status.WORKING), Evidence(Status.IDLE)


def floor(station: Station, progress: Progress | None = None, child: Evidence | None = None) -> FloorState:
    stations = {"x": station, "c0": Station("c0", evidence=Evidence(Status.WORKING, seen=NOW + 999))}
    if child is not None:
        stations["c1"] = Station("c1", parent="x", evidence=child)
    return FloorState(time=NOW, stations=stations, progress={"x": progress} if progress is not None else {})


@pytest.mark.parametrize(
    ("station", "progress", "patience"),
    [
        (X, None, 900.0),
        (X, Progress(quiet=226), 904.0),
        (X, Progress(quiet=200), 900.0),
        (replace(X, report=Report.WORKING), None, 2_700.0),
        (replace(X, report=Report.WORKING, process=0, owner=Owner.OURS), None, 900.0),
    ],
)
def test_how_long_it_may_be_silent(station: Station, progress: Progress | None, patience: float) -> None:
    state = floor(station, progress)
    assert stalled(state, "x", NOW + patience) is None
    usual = progress.quiet if progress is not None else 0.0
    assert stalled(state, "x", NOW + patience + 1) == Stall(NOW, usual, patience)
    assert due(state, "x") == NOW + patience
    assert stalled(state, "x", NOW + patience + 1, silent=9_999) is None


@pytest.mark.parametrize(
    ("station", "child", "reason"),
    [
        (X, None, ""),
        (X, IDLE, ""),
        *(
            (X, Evidence(status), "a station works for it")
            for status in (Status.WORKING, Status.WAITING, Status.NEEDS_ME)
        ),
        (replace(X, evidence=IDLE), None, "its turn is over"),
        (replace(X, evidence=Evidence(Status.FAILED, reason="y")), None, "it failed"),
        (replace(X, evidence=Evidence(Status.WAITING, reason="y")), None, "y"),
        (replace(X, evidence=Evidence(Status.WAITING)), None, "waiting"),
        (replace(X, running={"c": RunningTool("Bash")}), None, "Bash is under way"),
        (replace(X, report=Report.IDLE), None, "its turn is over"),
        (replace(X, report=Report.BACKGROUND), None, "runs in the background"),
        (replace(X, report=Report.WORKING), None, ""),
    ],
)
def test_what_excuses_a_silence(station: Station, child: Evidence | None, reason: str) -> None:
    state = floor(station, Progress(children=1), child)
    assert excused(state, station) == reason
    assert (stalled(state, "x", NOW + 9_999) is None) is bool(reason)
    assert (due(state, "x") == math.inf) is bool(reason)


def test_who_is_not_there_is_not_silent() -> None:
    gone = floor(replace(X, process=0))
    assert stalled(gone, "x", NOW + 9_999) is None and due(gone, "x") == math.inf
    assert stalled(gone, "y", NOW) is None and due(gone, "y") == math.inf


@pytest.mark.parametrize(
    ("station", "progress", "child", "heard"),
    [
        (X, None, None, NOW),
        (X, Progress(waited_at=NOW + 5), None, NOW + 5),
        (replace(X, pace=Pace(200_001)), None, None, NOW + 5),
        (X, Progress(children=1), Evidence(seen=NOW + 6), NOW + 6),
        (X, Progress(), Evidence(seen=NOW + 6), NOW),
    ],
)
def test_when_it_was_last_heard_of(
    station: Station, progress: Progress | None, child: Evidence | None, heard: float
) -> None:
    assert heard_of(floor(station, progress, child), station) == heard


def test_only_those_that_have_not_ended_are_at_work() -> None:
    assert not has_working_child(floor(X, Progress(), AT_WORK), "x")
    assert has_working_child(floor(X, Progress(children=1), AT_WORK), "x")


@pytest.mark.parametrize(
    ("progress", "at"),
    [
        (Progress(top=again(2, 10)), 900.0),
        (Progress(top=again(1, 10)), math.inf),
        (Progress(failing=(again(2, 900),)), 2_700.0),
        (Progress(errors=(again(2, 600),)), 1_800.0),
        (Progress(top=again(2, 600), failing=(again(2, 10),)), 900.0),
        (Progress(edits=6, edited_at=NOW - 1), 1_799.0),
        (Progress(edits=5, edited_at=NOW - 1), math.inf),
        (Progress(edits=6, edited_at=NOW - 1_800), 0.0),
        (Progress(edits=6, edited_at=NOW - 1_801), math.inf),
    ],
)
def test_when_time_alone_may_change_what_is_said(progress: Progress, at: float) -> None:
    assert due(floor(replace(X, process=0), progress), "x") == NOW + at
