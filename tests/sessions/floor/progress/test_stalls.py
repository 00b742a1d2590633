"""A stall is a silence that nothing excuses, once per episode; whatever does is no stall, however long."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Life
from sessions.floor.progress.signs import due, looping, stalled
from sessions.floor.reports import Report
from tests.sessions.floor.working import HOUR, Working, floor


def at_work(name: str = "a", ours: bool = True) -> Working:
    station = Working(name, ours=ours).ask()
    for n in range(10):
        station.think().use("Read", f"src/part_{n}.py")
    return station


def test_silence_amid_a_turn_is_a_stall_from_a_time_that_is_told() -> None:
    station = at_work().say("now the tests")
    state, heard = floor(station), station.now
    moment = due(state, "a")
    assert moment == heard + 900
    assert stalled(state, "a", moment) is None
    found = stalled(state, "a", moment + 1)
    assert found is not None and (found.since, found.patience) == (heard, 900)
    assert stalled(state, "a", heard + 20 * HOUR) == found, "it is one and the same, however long it lasts"


def test_a_new_word_ends_it_and_what_comes_then_is_another() -> None:
    station = at_work()
    first = stalled(floor(station), "a", station.now + HOUR)
    station.rest(HOUR).say("still here")
    assert stalled(floor(station), "a", station.now + 60) is None
    second = stalled(floor(station), "a", station.now + 8 * HOUR)
    assert first and second and first.since != second.since


def test_whoever_is_often_silent_for_long_is_given_longer() -> None:
    station = Working("a").ask()
    for n in range(6):
        station.rest(600).use("Read", f"src/part_{n}.py")
    state = floor(station)
    assert stalled(state, "a", station.now + 2_000) is None
    found = stalled(state, "a", station.now + 2_500)
    assert found is not None and found.usual == pytest.approx(600, abs=5)


EXCUSED: dict[str, Callable[[Working], object]] = {
    "a silent build": lambda a: a.call("Bash", "make all"),
    "a turn that is over": lambda a: a.end(),
    "a person": lambda a: a.tell(ev.QuestionAsked, question="q", tool="Bash", text="rm"),
    "a dialog": lambda a: a.report(Report.NEEDS_ME),
    "a guess at a person": lambda a: a.tell(ev.PersonNeeded, reason="asks", guess=True),
    "a provider": lambda a: a.tell(ev.MachineAwaited, reason="429"),
    "a rest": lambda a: a.life(Life.PAUSED),
    "a command in the background": lambda a: a.report(Report.BACKGROUND),
    "a process that says it is idle": lambda a: a.report(Report.IDLE).rest(1).say("a last word"),
    "its end": lambda a: a.life(Life.STOPPED),
    "a failure": lambda a: a.tell(ev.TurnFailed, reason="API error 400"),
}


@pytest.mark.parametrize("what", EXCUSED)
def test_an_excuse_is_one_for_as_long_as_it_lasts(what: str) -> None:
    station = at_work()
    EXCUSED[what](station)
    state = floor(station)
    assert [stalled(state, "a", station.now + after) for after in (720.0, HOUR, 20 * HOUR)] == [None] * 3
    assert due(state, "a") == math.inf


def test_a_call_of_its_model_is_a_sign_of_life_and_so_is_the_end_of_a_wait() -> None:
    station = at_work().rest(600).think(0.0)
    assert stalled(floor(station), "a", station.now + 890) is None
    assert stalled(floor(station), "a", station.now + 905) is not None


def test_a_parent_whose_child_has_just_ended_is_given_time() -> None:
    parent = at_work("parent")
    child = Working("child", at=parent.now, parent="parent").ask().rest(3_000).say("done", 0.0).end()
    child.life(Life.STOPPED)
    assert stalled(floor(parent, child), "parent", child.now + 890) is None, "it was heard of that"
    parent.now = child.now + 100
    parent.tell(ev.ChildEnded, child="child", ok=True)
    assert stalled(floor(parent, child), "parent", parent.now + 890) is None
    assert stalled(floor(parent, child), "parent", parent.now + 901) is not None


def test_a_parent_waits_for_its_working_child_and_no_longer() -> None:
    parent = at_work("parent")
    child = Working("child", at=parent.now, parent="parent").ask().say("on it")
    state = floor(parent, child)
    assert stalled(state, "parent", parent.now + 2 * HOUR) is None
    assert stalled(state, "child", parent.now + 2 * HOUR) is not None
    child.rest(60).end().life(Life.STOPPED)
    parent.now = child.now
    parent.tell(ev.ChildEnded, child="child", ok=True)
    assert stalled(floor(parent, child), "parent", parent.now + 2 * HOUR) is not None


def test_of_sessions_that_are_only_seen_silence_says_that_nobody_is_there_unless_a_process_is_known() -> None:
    station = at_work(ours=False)
    state = floor(station)
    assert [stalled(state, "a", station.now + after) for after in (HOUR, 20 * HOUR)] == [None, None]
    assert due(state, "a") == math.inf
    lives = floor(station.report(Report.WORKING))
    assert due(lives, "a") == station.now + 2_700, "its process says that it works"
    assert stalled(lives, "a", station.now + 2_700) is None
    assert stalled(lives, "a", station.now + 2_700 + 1) is not None, "but not for ever"


def test_a_machine_that_was_asleep_makes_nobody_silent_and_charges_nobody() -> None:
    station, other = at_work().say("now the tests"), Working("b").ask().wait_for_provider(60, 30)
    slept = [*station.events, *other.events, ev.ClockSet(time=station.now + 2 * HOUR + 60, before=station.now + 60)]
    state, woke = floor(slept), station.now + 2 * HOUR + 60
    assert stalled(state, "a", woke + 899) is None and stalled(state, "a", woke + 901) is not None
    assert due(state, "a") == woke + 900
    worked = station.now + 60 - station.events[0].time
    assert (state.progress["a"].worked, state.owned["a"].worked) == (worked, worked)
    assert state.progress["b"].waited_provider == state.progress["b"].excused == worked
    assert state.progress["b"].wait_since == woke, "it waits on"


def test_after_a_clock_went_back_silence_is_one_at_once() -> None:
    station = at_work()
    station.tell(ev.MachineAwaited, reason="529").rest(60).say("on").use("Read", "src/z.py")
    for _ in range(9):
        station.run("make check", 30.0, "FAILED tests/test_pool.py::test_retry - expected 3 got 2")
    back = station.now - 2 * HOUR
    state = fold_all(floor(station), [ev.ClockSet(time=back, before=station.now)])
    assert stalled(state, "a", back + 901) is not None
    assert looping(state.progress["a"], back + 1) is None, "nothing of what it repeated is dated after now"
