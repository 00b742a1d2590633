"""Files that are written again and again while nothing is settled; edits that lead somewhere are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sessions.floor.progress.signs import Thrash, due, looping, thrashing
from tests.sessions.floor.working import START, Working, floor

SAME = "FAILED tests/test_pool.py::test_retry - AssertionError: expected 3 got 2"


def thrash_of(station: Working, at: float | None = None) -> Thrash | None:
    return thrashing(floor(station).progress["a"], station.now if at is None else at)


def rounds(count: int, every: float, **given: str) -> Working:
    station = Working("a").ask().edit("src/a.py").edit("src/b.py")
    for n in range(count):
        station.edit(("src/a.py", "src/b.py")[n % 2]).run("make check", 10.0, SAME).rest(every - 11)
    return station


def test_the_same_failure_after_every_write_is_thrashing() -> None:
    station = rounds(12, 150)
    found = thrash_of(station)
    assert found is not None
    assert (found.rounds, found.call, found.error) == (11, "Bash make check", SAME)
    assert found.since == START + 13, "when it first failed so"
    assert found.edits == 12
    assert looping(floor(station).progress["a"], station.now) is None, "something is written between"


@pytest.mark.parametrize(("count", "every", "found"), [(7, 200, True), (6, 200, False), (7, 120, False)])
def test_it_takes_six_rounds_and_a_quarter_of_an_hour(count: int, every: float, found: bool) -> None:
    assert (thrash_of(rounds(count, every)) is not None) is found


SETTLES: dict[str, Callable[[Working], object]] = {
    "a commit": lambda a: a.commit(),
    "another file": lambda a: a.edit("src/new.py"),
    "the check passes": lambda a: a.run("make check"),
    "another request": lambda a: a.end().ask("something else"),
}


@pytest.mark.parametrize("what", SETTLES)
def test_what_settles_ends_it(what: str) -> None:
    station = rounds(12, 150)
    assert thrash_of(station) is not None
    SETTLES[what](station)
    assert thrash_of(station) is None


def test_a_file_outside_the_repository_settles_nothing() -> None:
    station = rounds(12, 150)
    for n in range(3):
        station.edit(f"/tmp/scratch-{n}.py")
    assert thrash_of(station) is not None


def test_what_a_command_may_have_written_is_no_file_that_is_written_again() -> None:
    station = Working("a").ask().edit("src/a.py").edit("src/a.py")
    for n in range(12):
        station.run(f"sed -i s/{n}/x/ src/a.py").run("make check", 10.0, SAME).rest(130)
    assert floor(station).progress["a"].failing[0].rounds == 11
    assert thrash_of(station) is None


def test_another_failure_each_time_is_progress() -> None:
    station = Working("a").ask().edit("src/a.py")
    for n in range(14):
        station.edit("src/a.py").run("make check", 10.0, f"{14 - n} failed").rest(150)
    assert thrash_of(station) is None


def between(count: int, every: float, reads: int = 0, files: int = 2) -> Working:
    """Two files in turns, and nothing checked."""
    station = Working("a").ask()
    for n in range(files):
        station.edit(f"src/{n}.py")
    for n in range(count):
        station.edit(f"src/{n % files}.py").rest(every)
        if n < reads:
            station.use("Read", f"src/part_{n}.py")
    return station


@pytest.mark.parametrize(
    ("station", "found"),
    [
        (between(30, 90), True),
        (between(23, 120), False),  # too few
        (between(30, 50), False),  # not for long
        (between(30, 90, reads=6), False),  # it looks at something new as often
        (between(30, 90, reads=3), True),
        (between(30, 90, files=1), False),  # one file that is worked on
    ],
)
def test_files_written_in_turns_are_thrashing_where_nothing_is_settled(station: Working, found: bool) -> None:
    assert (thrash_of(station) is not None) is found


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("pytest -q", False),
        ("cargo test --all", False),
        ("make check", False),
        ("git diff", True),  # it looks, and tries nothing
        ("make check | tail -3", True),  # how that ended is not known
        ("make check || true", True),
    ],
)
def test_files_written_in_turns_whose_check_passes_each_time_are_work(command: str, found: bool) -> None:
    station = Working("a").ask().edit("src/a.py").edit("tests/test_a.py")
    for n in range(40):
        station.edit(("src/a.py", "tests/test_a.py")[n % 2]).run(command, 10.0).rest(50)
    assert (thrash_of(station) is not None) is found


def test_without_another_write_it_is_over_and_it_is_told_when() -> None:
    station = between(30, 90)
    last = station.now - 90
    moments = []
    moment = due(floor(station), "a")
    while moment < last + 1_800:  # it stalls before
        moments.append(moment)
        station.now = moment + 1
        station.say("still here", 0.0)
        moment = due(floor(station), "a")
    assert moment == last + 1_800
    assert thrash_of(station, moment) is not None
    assert thrash_of(station, moment + 1) is None
