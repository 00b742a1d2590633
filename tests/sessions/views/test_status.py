"""What a station does, as of a moment."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor.identity import Owner
from sessions.floor.reports import CADENCE_S, NO_PROCESS, Report
from sessions.floor.state import Evidence, RunningTool, Station, Status
from sessions.views.status import PERMISSION, TOOL_CADENCE_S, status_at

SEEN = 1_000.0


def _station(status: Status, tool: bool = False) -> Station:
    evidence = Evidence(status, SEEN - 10, SEEN, "claude:1", "wrote")
    return Station("s", evidence=evidence, running={"c": RunningTool("Bash", since=SEEN)} if tool else {})


@pytest.mark.parametrize("status", [Status.WORKING, Status.WAITING])
def test_silence_beyond_the_cadence_is_stale_and_a_guess(status: Status) -> None:
    station = _station(status)
    assert status_at(station, SEEN + CADENCE_S) is station.evidence
    stale = status_at(station, SEEN + CADENCE_S + 1)
    assert (stale.status, stale.since, stale.seen, stale.guess) == (Status.STALE, SEEN + CADENCE_S, SEEN, True)
    assert stale.reason == f"silent, and {NO_PROCESS}; the last: wrote"
    for known in (replace(station, process=7), replace(station, owner=Owner.OURS)):
        assert status_at(known, SEEN + CADENCE_S + 1).reason == "silent since: wrote"


def test_a_running_tool_may_be_silent_for_longer() -> None:
    station = _station(Status.WORKING, tool=True)
    assert status_at(station, SEEN + CADENCE_S + 1).status is Status.WORKING
    assert status_at(station, SEEN + TOOL_CADENCE_S + 1).status is Status.STALE


@pytest.mark.parametrize("status", [Status.NEEDS_ME, Status.FAILED, Status.IDLE, Status.UNKNOWN])
def test_what_nobody_expects_to_write_does_not_go_stale(status: Status) -> None:
    assert status_at(_station(status), SEEN + 1e6).status is status


def test_a_replay_may_look_from_before_the_evidence() -> None:
    assert status_at(_station(Status.WORKING), SEEN - 500).status is Status.WORKING


def test_a_quick_tool_that_is_silent_more_likely_waits_for_a_permission() -> None:
    evidence = Evidence(Status.WORKING, SEEN, SEEN, "test", "tool Edit")
    station = Station("s", evidence=evidence, running={"c": RunningTool("Edit", since=SEEN)})
    assert status_at(station, SEEN + CADENCE_S).status is Status.WORKING
    assert status_at(station, SEEN + CADENCE_S + 1).status is Status.STALE
    both = replace(station, running={**station.running, "d": RunningTool("Bash", since=SEEN)})
    assert status_at(both, SEEN + CADENCE_S + 1).status is Status.WORKING


@pytest.mark.parametrize(
    ("status", "process", "report", "later"),
    [
        (Status.WORKING, 7, Report.WORKING, Status.WORKING),
        (Status.WAITING, 7, Report.BACKGROUND, Status.WAITING),
        (Status.WORKING, 7, Report.BACKGROUND, Status.STALE),
        (Status.WORKING, 7, Report.IDLE, Status.IDLE),
        (Status.WORKING, 0, Report.WORKING, Status.STALE),
    ],
)
def test_a_process_that_lives_is_believed_in_silence(
    status: Status, process: int, report: Report, later: Status
) -> None:
    station = replace(_station(status), process=process, report=report)
    assert status_at(station, SEEN + 1e6).status is later


def test_of_the_tools_under_way_the_last_one_waits_for_its_permission() -> None:
    asked = Evidence(Status.NEEDS_ME, SEEN, SEEN, "claude:1", PERMISSION)
    running = {"a": RunningTool("Read", "a.py"), "b": RunningTool("Bash", "make"), "c": RunningTool("Edit", "b.py")}
    found = status_at(Station("s", evidence=asked, running=running), SEEN)
    assert found.reason == f"{PERMISSION}: Edit b.py"


def test_a_permission_says_what_the_tool_was_given() -> None:
    """The hook tells the tool's name alone, and what a person has to decide is the command."""
    asked = Evidence(Status.NEEDS_ME, SEEN, SEEN, "claude:1", "permission for Bash", True)
    running = {"a": RunningTool("Bash", "ls"), "b": RunningTool("Bash", "rm -rf build/"), "c": RunningTool("Read", "x")}
    station = Station("s", evidence=asked, running=running)
    assert status_at(station, SEEN) == replace(asked, reason="permission for Bash: rm -rf build/")
    assert status_at(replace(station, running={"c": running["c"]}), SEEN) is asked
    answer = replace(asked, reason="asks: which one?", guess=False)
    assert status_at(replace(station, evidence=answer), SEEN) is answer


def test_one_that_rests_or_waits_for_its_start_is_never_stale() -> None:
    rests = Station(id="s", evidence=Evidence(Status.WAITING, 1.0, 1.0, "factory", "paused by the operator"))
    assert status_at(rests, 90_000.0) == rests.evidence
