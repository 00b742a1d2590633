"""What goes on right now is charged as what is over: without what cannot be hurried, each second once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.progress.progress import Progress, Wait
from sessions.floor.rank import charge
from sessions.floor.state import Evidence, Status
from tests.sessions.floor.working import START, Working, floor


def clock(*stations: Working, after: float = 0.0) -> float:
    state = floor(*stations)
    return charge.clock(state, state.stations["x"], state.progress["x"], stations[0].now + after)


WAITS: dict[str, Callable[[Working], object]] = {
    "a person": lambda x: x.tell(ev.QuestionAsked, question="q", tool="Bash", text="rm"),
    "a provider": lambda x: x.tell(ev.MachineAwaited, reason="529"),
    "a rest": lambda x: x.life(Life.PAUSED),
    "a long command": lambda x: x.call("Bash", "make all"),
}


@pytest.mark.parametrize("what", WAITS)
def test_what_is_waited_for_now_is_not_charged(what: str) -> None:
    station = Working("x").ask().think(100)
    WAITS[what](station)
    assert clock(station, after=200) == 100
    assert clock(station, after=5_000) == pytest.approx(100, abs=5)


T = START + 1_000


@pytest.mark.parametrize(
    ("progress", "status", "since", "charged"),
    [
        (Progress(turn_since=T, wait=Wait.PERSON, wait_since=T + 50), Status.NEEDS_ME, T + 50, 50),
        (Progress(turn_since=T, wait=Wait.PROVIDER, wait_since=T + 50), Status.WAITING, T + 50, 50),
        (Progress(turn_since=T, wait=Wait.PROVIDER, wait_since=T + 50), Status.WORKING, T + 80, 170),
        (Progress(turn_since=T, wait=Wait.REST, wait_since=T + 50), Status.WORKING, T + 80, 50),
        (Progress(turn_since=T), Status.WORKING, T + 80, 200),
        (Progress(turn_since=T, wait=Wait.REST, wait_since=T + 199.5), Status.WAITING, T, 199.5),
        (Progress(turn_since=T, wait=Wait.REST, wait_since=T + 50, excused_until=T + 80), Status.WAITING, T, 80),
        (Progress(turn_since=T, wait=Wait.REST, wait_since=T - 50), Status.WAITING, T, 0),
        (Progress(turn_since=T, wait=Wait.PROVIDER, wait_since=T - 50), Status.WORKING, T - 20, 200),
    ],
)
def test_a_wait_goes_on_until_its_evidence_says_that_it_works(
    progress: Progress, status: Status, since: float, charged: float
) -> None:
    state = floor(Working("x", at=T))
    seen = replace(state.stations["x"], evidence=Evidence(status, since, T + 200))
    assert charge.clock(state, seen, progress, T + 200) == charged


def test_of_many_commands_the_first_is_waited_for() -> None:
    station = Working("x").ask().think(100)
    station.call("Bash", "make")
    station.rest(30).call("Bash", "ls")
    assert clock(station, after=70) == 100


def test_a_parent_is_charged_again_once_all_that_works_for_it_rests() -> None:
    station = Working("x").ask().think(50)
    one, other = (Working(name, at=station.now, parent="x").ask() for name in ("one", "other"))
    one.rest(60).end()
    other.rest(100).end()
    assert clock(station, one, other, after=150) == 100


def test_a_short_command_is_charged_and_a_turn_that_is_over_is_not() -> None:
    station = Working("x").ask().think(100)
    station.call("Bash", "ls")
    assert clock(station, after=60) == 160
    assert clock(Working("x").ask().think(100).end(), after=60) == 100


def test_what_it_says_after_a_wait_ends_that() -> None:
    station = Working("x").ask().think(100).tell(ev.PersonNeeded, reason="asks").rest(200).say("thanks", 0.0)
    assert clock(station, after=50) == 150


def test_a_silence_is_charged_for_five_minutes() -> None:
    station = Working("x").ask().think(100)
    assert clock(station, after=300) == 400
    assert clock(station, after=310) == pytest.approx(100, abs=5)


def test_a_parent_is_not_charged_while_its_child_works_nor_for_what_was_waited_for_before() -> None:
    station = Working("x").ask().think(50).run("make all", 100.0)
    child = Working("child", at=station.now + 10, parent="x").ask().rest(200).say("going on")
    station.rest(20).use("Read", "a", 30.0)
    assert clock(station, child, after=250) == pytest.approx(60)


def test_a_wait_in_a_long_command_is_left_out_once() -> None:
    station = Working("x").ask().think(50)
    station.call("Bash", "make all")
    station.rest(100).wait_for_person(100).say("on", 0.0).run("ls", 1.0)
    assert clock(station, after=99) == 150, "with what of the command was before the wait"


def test_what_is_spent_is_counted_from_the_change_before_the_latest() -> None:
    four = Progress(stamps=(10.0, 20.0, 30.0, 40.0))
    assert charge.spent(four, 70.0, 0.0) == (60.0, 3)
    assert charge.spent(four, 70.0, 25.0) == (45.0, 2)
    assert charge.spent(replace(four, stamps=(20.0, 30.0)), 70.0, 0.0) == (70.0, 2)
    assert charge.spent(replace(four, stamps=(20.0, 30.0)), 70.0, 20.0) == (50.0, 1)
    assert charge.spent(four, 40.0, 40.0) == (0.0, 0) == charge.spent(four, 39.0, 40.0)
