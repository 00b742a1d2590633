"""What has failed, and what is told as its cause."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.ours.lives import FULL, REBOOTED, Life
from sessions.floor.triage.case import Cause, Kind
from tests.sessions.floor.working import Working
from tests.support.triage.floors import NOW, failed, floor, life, of, only, ours


def test_a_failed_turn_has_its_cause_by_rules_and_unknown_is_honest() -> None:
    case = only(floor(ours("api"), failed(reason="API Error: 529 overloaded")))
    assert (case.kind, case.cause, case.rule, case.group) == (
        Kind.FAILED,
        Cause.PROVIDER,
        "overloaded",
        "failed:provider:overloaded:builtin",
    )
    unknown, other = only(floor(ours("api"), failed())), only(floor(ours("ship"), failed("ship")), "ship")
    assert (unknown.cause, unknown.rule, unknown.evidence) == (Cause.UNKNOWN, "", ())
    assert unknown.group == other.group != only(floor(ours("api"), failed(reason="bad luck"))).group


def test_what_failed_just_before_tells_the_cause_where_the_turn_does_not() -> None:
    working = Working("api").ask()
    for _ in range(2):
        working.run("make", error="cc1: No space left on device")
    state = floor(working.tell(ev.TurnFailed, reason="the model refused").events)
    case = only(state, now=working.now)
    assert (case.cause, case.rule) == (Cause.ENVIRONMENT, "no space")
    assert case.evidence[0] == "before that: Bash make: cc1: No space left on device"
    for seconds, cause in ((120, Cause.ENVIRONMENT), (120.5, Cause.UNKNOWN)):
        late = Working("api").ask().run("make", error="cc1: No space left on device").rest(seconds)
        state = floor(late.tell(ev.TurnFailed, reason="the model refused").events)
        assert only(state, now=late.now).cause is cause
    other = Working("api").ask().run("make", error="no").run("ls", error="cc1: No space left on device").say("hm")
    state = floor(other.tell(ev.TurnFailed, reason="the model refused").events)
    assert only(state, now=other.now).evidence[0] == "before that: Bash ls: cc1: No space left on device"


def test_what_the_turn_says_goes_before_what_a_tool_said() -> None:
    working = Working("api").ask().run("make", error="cc1: No space left on device").say("I look again")
    working.tell(ev.TurnFailed, reason="x " * 120 + "529 overloaded")
    case = only(floor(working.events), now=working.now)
    assert (case.cause, case.rule) == (Cause.PROVIDER, "overloaded")
    assert case.evidence[0] == "before that: Bash make: cc1: No space left on device"
    assert case.evidence[-1].startswith("by: ") and case.evidence[-1].endswith("529 overloaded")
    short = only(floor(ours("api"), failed(reason="529 overloaded")))
    assert (short.title, short.evidence) == ("529 overloaded", ()), "nothing is told twice"
    assert only(floor(ours("api"), failed(reason=""))).title == "failed"


def test_a_new_failure_is_a_new_case() -> None:
    again = ev.TurnStarted(time=NOW - 4, station="api", text="again")
    one, other = only(floor(ours("api"), failed())), only(floor(ours("api"), failed(), again, failed(at=NOW - 3)))
    assert one.id != other.id
    assert of(floor(ours("api"), failed(), again)) == []


def test_a_lost_process_and_a_crash_loop_are_told_apart() -> None:
    lost = only(floor(ours("api"), life(Life.LOST, "its process ended without a word")))
    assert (lost.kind, lost.cause) == (Kind.FAILED, Cause.CRASH)
    held = only(floor(ours("api"), life(Life.HELD, "its process ended without a word, 3 times in a row")))
    assert (held.kind, held.cause) == (Kind.CRASH_LOOP, Cause.CRASH)
    other = only(floor(ours("api"), life(Life.HELD, "there is no such branch")))
    assert other.kind is Kind.FAILED
    assert only(floor(ours("api"), failed(reason="it said no 3 times in a row"))).kind is Kind.FAILED


def test_all_that_a_stop_of_the_machine_ended_are_one_row() -> None:
    state = floor(ours("api"), ours("ship"), life(Life.LOST, REBOOTED), life(Life.LOST, REBOOTED, "ship"))
    case = only(state)
    assert (case.cause, case.rule) == (Cause.ENVIRONMENT, "the machine stopped")
    assert case.group == only(state, "ship").group


def test_one_that_fills_the_disk_is_a_case_of_the_disk_alone() -> None:
    for rests in (Life.PAUSED, Life.HELD):
        case = only(floor(ours("api"), life(rests, f"{FULL}: 3 GB are its own")))
        assert (case.kind, case.cause) == (Kind.DISK, Cause.ENVIRONMENT)
    assert of(floor(ours("api"), life(Life.PAUSED, "paused by the operator"))) == []
    assert of(floor(ours("api"), life(Life.STOPPED, f"{FULL}: 3 GB are its own"))) == []


def test_what_a_child_came_to_is_not_lost_with_its_parent() -> None:
    """Case 53."""
    ended = ev.ChildEnded(time=NOW - 4, station="api", child="kid", ok=True, result="done")
    for gone in (Life.REMOVED, Life.KILLED, Life.STOPPED):
        case = only(floor(ours("api"), life(gone), ended))
        assert (case.kind, case.about, case.title) == (Kind.RESULT, "kid", "finished: done")
        assert case.evidence == (f"api, for which it worked, is {gone.value}",)
    for ok, cause in ((True, Cause.UNKNOWN), (False, Cause.PROVIDER)):
        came = replace(ended, ok=ok, result="529 overloaded")
        assert only(floor(ours("api"), life(Life.KILLED), came)).cause is cause
    assert of(floor(ours("api"), ended)) == []
    for soon in (Life.WAITING, Life.PAUSED):
        assert of(floor(ours("api"), life(soon), ended)) == [], "it is told as soon as it runs"
    told = replace(ended, time=NOW, delivered=True)
    assert of(floor(ours("api"), life(Life.KILLED), ended, told)) == []
