"""What goes on right now is charged as what is over: without what cannot be hurried, each second once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.rank import charge
from tests.sessions.floor.working import Working, floor


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
    assert clock(station, after=5_000) == pytest.approx(100, abs=5)


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
