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


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("python run.py", "Traceback: worker {} died in step 3 of the import"),
        ("psql -c 'select {}'", "connection to server on port 5432 failed: this was attempt {}"),
    ],
)
def test_small_numbers_that_are_another_each_time_hide_no_loop_where_nothing_else_is_done(
    command: str, error: str
) -> None:
    found = set()
    station, other = Working("a").ask(), Working("b").ask()
    for n in range(12):
        for each in (station, other):
            each.run(command.format(n), 5.0, error.format(300 + n)).rest(40)
        other.use("Read", f"src/part_{n}.py")
        loop = loop_of(station)
        found |= set() if loop is None else {loop.since}
        assert loop_of(other) is None
    assert len(found) == 1, "it is one and the same"


def test_fewer_that_fail_each_time_is_no_loop() -> None:
    station, blind = Working("a").ask(), Working("b").ask()
    for n in range(12):
        station.run("pytest -q", 10.0, f"{20 - n} tests failed in the whole suite").edit("src/a.py").rest(60)
        blind.run("pytest -q", 10.0, f"{20 - n} tests failed in the whole suite").use("mcp__edit").rest(60)
        assert loop_of(station) is None and loop_of(blind) is None


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


def test_a_loop_is_one_and_the_same_for_as_long_as_it_lasts() -> None:
    station = Working("a").ask()
    told = "fatal: unable to access the repository: Permission denied (publickey)"
    for n in range(4):
        station.run(f"git fetch origin pull/{n}", 5.0, told)
    for _ in range(20):
        station.run("git push", 5.0, told).use("Read", ".git/config").rest(20)
    seen = {
        loop.since
        for event in station.events
        if (loop := looping(floor(station, until=event.time).progress["a"], event.time)) is not None
    }
    assert seen == {START + 5}


def test_after_a_long_silence_nothing_is_a_repetition() -> None:
    for rests, named in ((800.0, True), (1_000.0, False)):
        station = Working("a").ask()
        for _ in range(2):
            station.run("make check", 5.0, SAME).rest(30)
        station.rest(rests)
        for _ in range(2):
            station.run("make check", 5.0, SAME).rest(30)
        assert (loop_of(station) is not None) is named


def test_what_failed_so_long_ago_is_another_failure() -> None:
    for every, named in ((1_500.0, True), (3_700.0, False)):
        station = Working("a").ask()
        for n in range(7):
            station.run("make check", 5.0, SAME)
            for part in range(int(every // 100)):
                station.rest(95).use("Read", f"src/{n}/{part}.py", 5.0)
        assert (loop_of(station) is not None) is named


def same_calls(
    count: int, every: float, error: str | None = None, tool: str = "Bash", given: str = "make a"
) -> Working:
    station = Working("a").ask()
    for n in range(count):
        station.rest(every if n else 0).use(tool, given, 0.0, error)
    return station


def turns(count: int, every: float, calls: str = "ab") -> Working:
    """A few calls, one after the other, round and round."""
    station = Working("a").ask()
    for _ in range(count):
        for each in calls:
            station.rest(every / len(calls)).run(f"make {each}", 0.0)
    return station


def mixed(count: int) -> Working:
    """A call that comes often, between others that come in no order that is short."""
    station = Working("a").ask()
    for each in "bcdefg":
        station.run("make a", 0.0).rest(20).run(f"make {each}", 0.0)
    for n in range(count):
        station.rest(20).run("make a", 0.0).run(f"make {'bcdefg'[n % 6]}", 0.0)
    return station


def between(count: int, every: float) -> Working:
    """A call that fails in the same way, and something new each time."""
    station = Working("a").ask()
    for n in range(count):
        station.rest(every if n else 0).run("make a", 0.0, "no").use("Read", f"src/{n}.py", 0.0)
    return station


def errors(count: int, every: float, others: int = 0, error: str = "there is no rule to make that") -> Working:
    """Calls of all kinds that fail in the same way, and so many others after each."""
    station = Working("a").ask()
    for n in range(count):
        station.rest(every if n else 0).run(f"make {n}", 0.0, error)
        for other in range(others):
            station.use("Read", f"src/{n}/{other}.py", 0.0)
    return station


@pytest.mark.parametrize(
    ("station", "named"),
    [
        (same_calls(3, 80, "no"), False),
        (same_calls(4, 80, "no"), True),
        (same_calls(4, 49, "no"), False),
        (same_calls(4, 50, "no"), True),
        (same_calls(6, 40), False),
        (same_calls(7, 40), True),
        (same_calls(7, 29), False),
        (same_calls(5, 119), False),
        (same_calls(5, 120), True),
        (same_calls(8, 30, tool="Read", given="src/a.py"), False),
        (same_calls(9, 30, tool="Read", given="src/a.py"), True),
        (same_calls(8, 30, tool="exec", given="src/a.py"), False),
        (same_calls(8, 30, tool="exec", given="cat src/a.py"), True),
        (turns(5, 50), False),
        (turns(6, 50), True),
        (turns(6, 50, "abc"), True),
        (turns(6, 50, "abcd"), True),
        (turns(12, 50, "abcde"), False),  # too many to be found out so soon
        (mixed(13), False),
        (mixed(14), True),
        (between(5, 80), False),
        (between(6, 80), True),
        (between(6, 47), False),
        (between(6, 48), True),
        (errors(5, 80), False),
        (errors(6, 80), True),
        (errors(6, 47), False),
        (errors(6, 48), True),
        (errors(12, 80, others=1), True),
        (errors(12, 80, others=2), False),
        (errors(12, 80, error="Exit code 1"), False),  # which may be anything
    ],
)
def test_how_often_and_for_how_long_it_takes_to_be_a_loop(station: Working, named: bool) -> None:
    assert (loop_of(station) is not None) is named


def test_a_slow_loop_is_given_three_times_as_long_as_it_takes() -> None:
    station = Working("a").ask()
    for _ in range(6):
        station.run("make all", 600.0, SAME)
    assert loop_of(station, station.now + 1_799) is not None
    assert loop_of(station, station.now + 1_801) is None
    quick = same_calls(6, 100, "no")
    assert loop_of(quick, quick.now + 900) is not None and loop_of(quick, quick.now + 901) is None


def test_what_fails_is_told_before_what_does_not() -> None:
    station = turns(12, 50)
    for _ in range(6):
        station.rest(60).run("make c", 0.0, "no").run("make a", 0.0).run("make b", 0.0)
    found = loop_of(station)
    assert found is not None and found.call == "Bash make c"
