"""What makes no progress is a case, and what is at work is none."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import PromptStation, SettleCase
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Life
from sessions.floor.tasks.task import TaskSpec, TaskState
from sessions.floor.triage.acts import meaning
from sessions.floor.triage.case import Act, Cause, Kind
from sessions.floor.triage.judge import due
from sessions.floor.triage.judging.stuck import BROKEN_OFF, minutes
from sessions.floor.triage.meanings import Means
from tests.sessions.floor import working as at_work
from tests.sessions.floor.working import Working
from tests.support.triage.floors import NOW, failed, floor, life, of, only, ours


def test_a_silence_that_nothing_excuses_is_a_case_once_and_over_when_it_speaks() -> None:
    working = Working("api").ask().run("ls").say("hm")
    state = at_work.floor(working)
    heard = working.now
    assert of(state, now=heard + 899) == []
    assert due(state, "api", heard) <= heard + 901
    case = only(state, now=heard + 1_000)
    assert (case.kind, case.cause, case.id) == (Kind.STUCK, Cause.STALL, f"api:stalled:{heard * 1000:.0f}")
    assert only(state, now=heard + 2_000).id == case.id
    assert case.evidence == ("believed to for 15 m", "last: hm")
    slow = Working("api").ask().run("ls").rest(250).run("ls -l").say("hm")
    (lines,) = (case.evidence for case in of(at_work.floor(slow), now=slow.now + 9_000))
    assert lines == ("believed to for 17 m", "silent for 4 m at most before that", "last: hm")
    assert of(at_work.floor(working.rest(2_000).say("here I am")), now=working.now) == []


@pytest.mark.parametrize(("seconds", "words"), [(59.4, "59 s"), (60.0, "1 m"), (150.0, "2 m")])
def test_a_duration_in_words(seconds: float, words: str) -> None:
    assert minutes(seconds) == words


def test_a_long_command_and_a_parent_with_a_child_at_work_are_not_stuck() -> None:
    """Case 41."""
    building = Working("api").ask()
    building.call("Bash", "make -j")
    assert of(at_work.floor(building), now=building.now + 720) == []
    parent, kid = Working("api").ask().say("go"), Working("kid", parent="api").ask()
    kid.call("Bash", "make")
    assert of(at_work.floor(parent, kid), now=parent.now + 1_800) == []


def test_the_same_error_again_and_again_is_a_loop_with_the_call_and_the_error() -> None:
    working = Working("api").ask()
    for _ in range(8):
        working.run("cargo test", 40, error="cargo: command not found")
    case = only(at_work.floor(working), now=working.now)
    assert (case.kind, case.cause, case.rule) == (Kind.STUCK, Cause.LOOP, "the same error again")
    assert case.title.startswith("Bash cargo test: ") and case.title.endswith(" times")
    assert case.evidence == ("cargo: command not found", "which is a case of command not found")
    other = Working("ship").ask()
    for _ in range(8):
        other.run("cargo build", 40, error="cargo: command not found")
    assert only(at_work.floor(other), "ship", now=other.now).group == case.group != ""
    waits = Working("api")
    waits.events, waits.now = [*working.events], working.now
    waits.tell(ev.MachineAwaited, reason="529 overloaded")
    assert only(at_work.floor(waits), now=waits.now).cause is Cause.LOOP
    working.end()
    assert of(at_work.floor(working), now=working.now) == [], "its turn is over"


def test_the_same_call_again_and_again_stands_alone() -> None:
    working = Working("api").ask()
    for _ in range(40):
        working.run("ls", 40)
    case = only(at_work.floor(working), now=working.now)
    assert (case.rule, case.group, case.evidence) == ("the same call again", "", ())


def test_writing_the_same_files_again_and_again_is_one_too() -> None:
    working = Working("api").ask()
    for _ in range(40):
        working.edit("a.py").edit("b.py").run("pytest -q", 90, error="E   assert 1 == 2")
    silent = Working("api").ask()
    for _ in range(60):
        silent.edit("a.py", 30).edit("b.py", 30)
    assert only(at_work.floor(silent), now=silent.now).evidence == ()
    case = only(at_work.floor(working), now=working.now)
    assert (case.kind, case.cause, case.rule) == (Kind.STUCK, Cause.LOOP, "back and forth")
    assert case.evidence == ("Bash pytest -q: failed over 19 times in the same way", "E assert 1 == 2")


TAKEN = [
    ev.TaskAdded(time=NOW, task="t1", spec=TaskSpec("mend the pool"), order=1.0),
    ev.TaskTaken(time=NOW, station="api", task="t1", lease=1),
]


def test_a_station_whose_turn_was_ended_amid_its_task_is_not_forgotten() -> None:
    """Whoever ended it has a while to say more; with one key it goes on, and is no case any more."""
    told = ev.TurnStarted(time=NOW, station="api", text="do it", prompt="t1-1-0")
    ended = ev.TurnFinished(time=NOW + 10, station="api", interrupted=True)
    state = floor(
        ours("api"),
        TAKEN,
        told,
    )
    assert of(state, now=NOW + 20) == []
    left = fold_all(state, [ended])
    assert of(left, now=NOW + 309) == [] and due(left, "api", NOW + 11) == NOW + 310
    case = only(left, now=NOW + 310)
    assert case.evidence == ("mend the pool", f"last: {left.stations['api'].evidence.reason}")
    assert (case.kind, case.cause, case.rule, case.about) == (Kind.STUCK, Cause.STALL, BROKEN_OFF, "t1")
    means = meaning(left, SettleCase(case.id, Act.RETRY), case, NOW + 400)
    assert isinstance(means, Means)
    assert means.wish == PromptStation("api", "Your turn was broken off amid task t1. Go on with it.")
    done = replace(ended, interrupted=False)
    for event in (done, ev.TaskDropped(time=NOW + 20, task="t1")):
        assert of(fold_all(state, [ended, event] if event is not done else [done]), now=NOW + 9_000) == []
    on = ev.TurnStarted(time=NOW + 20, station="api", text="on")
    for other in (life(Life.PAUSED, at=NOW + 20), life(Life.STOPPED, at=NOW + 20), on):
        state = fold_all(left, [other])
        assert not [case for case in of(state, now=NOW + 900) if case.rule == BROKEN_OFF], other
    idle = floor(ours("api"), replace(told, time=NOW - 9), replace(ended, time=NOW - 8), TAKEN)
    assert of(idle, now=NOW + 900) == [], "it has not begun with it"
    failing = fold_all(left, [failed(at=NOW + 20)])
    assert [case.kind for case in of(failing, now=NOW + 900)] == [Kind.FAILED], "that is a case of its own"
    amid = replace(left, owned={"api": replace(left.owned["api"], turn_since=NOW + 20)})
    assert of(amid, now=NOW + 900) == [], "its turn goes on, whatever it reports"
    state = replace(left, tasks={"t1": replace(left.tasks["t1"], state=TaskState.CHECKING)})
    assert of(state, now=NOW + 900) == []
