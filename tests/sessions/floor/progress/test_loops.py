"""A loop is named as one soon after its start; work that only looks like one is not."""

from __future__ import annotations

import pytest

from sessions.floor.progress.signs import Loop, due, looping
from tests.sessions.floor.working import START, Working, floor

SAME = "FAILED tests/test_pool.py::test_retry - AssertionError: expected 3 got 2"


def loop_of(station: Working, at: float | None = None) -> Loop | None:
    state = floor(station)
    return looping(state.progress[station.name], station.now if at is None else at)


def named_after(station: Working, begins: float) -> float:
    """Seconds from `begins` until the loop is first named, looking at it after each event; infinite for never."""
    for event in station.events:
        state = floor(station, until=event.time)
        if looping(state.progress[station.name], event.time) is not None:
            return event.time - begins
    return float("inf")


@pytest.mark.parametrize("period", [10.0, 30.0, 60.0, 120.0])
@pytest.mark.parametrize("error", [None, SAME])
def test_the_same_call_again_and_again_is_a_loop_within_ten_minutes(period: float, error: str | None) -> None:
    station = Working("a").ask().run("ls src").run("cat src/pool.py")
    begins = station.now
    while station.now < begins + 900:
        station.run("make check", period / 2, error).rest(period / 2)
    found = loop_of(station)
    assert found is not None
    assert (found.call, found.error, found.since) == ("Bash make check", error or "", begins + period / 2)
    assert named_after(station, begins) <= 600


def test_numbers_ids_and_times_that_are_another_each_time_hide_no_loop() -> None:
    station = Working("a").ask()
    for n in range(12):
        command = f"curl -s localhost:80{n:04}/health --output /tmp/probe.{n}x/out"
        station.run(command, 5.0, f"Exit code 7 curl: (7) Failed to connect after {n} ms at 12:00:{n:02}").rest(15)
    assert loop_of(station) is not None


def test_a_loop_of_several_calls_is_one() -> None:
    station = Working("a").ask()
    for turn in range(12):
        station.run("make check", 10.0, SAME).use("Read", "src/pool.py").use("Grep", "retry").rest(10)
        found = loop_of(station)
        assert found is None if turn < 7 else found is not None and found.call == "Bash make check"
    assert found is not None and found.count == 12


def test_the_same_failure_is_a_loop_whatever_else_is_read_between() -> None:
    station = Working("a").ask()
    for n in range(8):
        station.run("make check", 10.0, SAME).use("Read", f"src/part_{n}.py").rest(30)
    found = loop_of(station)
    assert found is not None and found.error == SAME


def test_different_calls_that_end_in_the_same_error_are_a_loop() -> None:
    station = Working("a").ask()
    error = "fatal: unable to access the repository: Permission denied (publickey)"
    for n in range(9):
        station.run(f"git push origin HEAD:refs/heads/try-{n}", 10.0, error).rest(30)
    found = loop_of(station)
    assert found is not None and found.error == error and found.count == 9


def healthy() -> dict[str, Working]:
    tdd, paging, polling, waits, checks, sed, sparse = (
        Working(name).ask() for name in ("tdd", "paging", "polling", "waits", "checks", "sed", "sparse")
    )
    for n in range(8):
        tdd.edit("src/pool.py").run("pytest -q", 10.0, f"{9 - n} failed, {n} passed in 1.2{n}s").rest(30)
        paging.use("Read", "src/huge.py", 0.5).rest(6)
        polling.use("BashOutput", "bash_1", 0.5).rest(60)
        waits.run("sleep 60; tail -3 build.log", 61.0)
        checks.edit(f"src/part_{n % 3}.py").run("ruff check .", 5.0).rest(30)
        sed.run("pytest -q", 10.0, SAME).run(f"sed -i 's/{n}/x/' src/pool.py").rest(40)
        sparse.run("git status").use("Read", f"src/part_{n}.py").run(f"rg 'def {n}'").rest(40)
    return {each.name: each for each in (tdd, paging, polling, waits, checks, sed, sparse)}


@pytest.mark.parametrize("name", healthy())
def test_work_is_no_loop(name: str) -> None:
    station = healthy()[name]
    assert named_after(station, START) == float("inf")


def test_a_new_request_begins_anew_and_the_same_one_does_not() -> None:
    for text, named in (("go on", True), ("look at the lock instead", False)):
        station = Working("a").ask("go on")
        for _ in range(3):
            station.run("make check", 5.0, SAME).rest(55)
        station.end().rest(5).ask(text)
        for _ in range(3):
            station.run("make check", 5.0, SAME).rest(40)
        assert (loop_of(station) is not None) is named


def test_a_loop_that_nothing_adds_to_is_over_and_it_is_told_when() -> None:
    station = Working("a").ask()
    for _ in range(8):
        station.run("make check", 5.0, SAME).rest(25)
    last = station.now - 25
    moment = due(floor(station), "a")
    assert moment == last + 900
    assert loop_of(station, moment) is not None
    assert loop_of(station, moment + 1) is None
