"""Which cases there are on a floor: each rule is held by a floor that has one, and by one just before it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import PromptStation, SettleCase
from sessions.floor.conflicts import FileConflict, Outcome
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours import budget
from sessions.floor.ours.lives import FULL, MEMORY, REBOOTED, Asks, Life
from sessions.floor.reports import BACKGROUND
from sessions.floor.scope import Budget, Network, Scope
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskSpec
from sessions.floor.triage.acts import meaning
from sessions.floor.triage.case import Act, Case, Cause, Kind
from sessions.floor.triage.judge import cases_of, due, floor_cases, floor_due
from sessions.floor.triage.judging.bounds import MOST
from sessions.floor.triage.judging.everybody import ALONE_S, SEVERAL_S
from sessions.floor.triage.judging.landing import PATIENCE_S
from sessions.floor.triage.judging.looked import LONG_AGO_S, some
from sessions.floor.triage.judging.stuck import BROKEN_OFF, IDLE_S
from sessions.floor.triage.meanings import Means
from tests.sessions.floor import working as at_work
from tests.sessions.floor.working import Working
from tests.support.triage.floors import NOW, asks, floor, observed, ours


def of(state: FloorState, station: str = "api", now: float = NOW) -> list[Case]:
    return [*cases_of(state, station, now)]


def only(state: FloorState, station: str = "api", now: float = NOW) -> Case:
    (case,) = cases_of(state, station, now)
    return case


def life(life: Life, reason: str = "", name: str = "api", at: float = NOW - 5) -> ev.Event:
    return ev.LifeChanged(time=at, station=name, life=life, reason=reason)


def failed(name: str = "api", reason: str = "the model refused", at: float = NOW - 5) -> ev.Event:
    return ev.TurnFailed(time=at, station=name, reason=reason)


# Who asks


def test_each_question_is_a_case_once_and_for_as_long_as_it_is_open() -> None:
    state = floor(ours("api"), asks("api", "q1"), asks("api", "q2"))
    one, other = of(state)
    assert (one.id, one.kind, one.about, one.title, one.since) == (
        "api:question:q1",
        Kind.PERMISSION,
        "q1",
        "shell: git push",
        NOW - 10,
    )
    assert one.group == other.group != "", "the same request of many is settled with one key"
    answered = ev.QuestionAnswered(time=NOW, station="api", question="q1", decision="allow")
    assert [case.about for case in of(floor(ours("api"), asks("api", "q1"), asks("api", "q2"), answered))] == ["q2"]


def test_a_question_in_words_stands_alone_and_one_for_more_scope_is_of_its_own_kind() -> None:
    words = only(floor(ours("api"), asks("api", about=Asks.WORDS)))
    assert (words.kind, words.title, words.group) == (Kind.PERMISSION, "git push", "")
    wider = only(floor(ours("api"), asks("api", about=Asks.SCOPE, paths=("docs/**",))))
    assert (wider.kind, wider.cause, wider.rule) == (Kind.SCOPE, Cause.SCOPE, "asks for more")
    other = only(floor(ours("api"), asks("api", about=Asks.SCOPE, paths=("src/**",))))
    assert wider.group != other.group


def test_of_a_child_that_asks_the_parent_is_shown_too() -> None:
    """Case 15."""
    kid = ev.StationOpened(time=NOW - 50, station="kid", kind="builtin", owner=Owner.OURS, parent="api")
    state = floor(ours("api"), kid, asks("kid"))
    case = only(state, "kid")
    assert (case.station, case.evidence[0]) == ("kid", "works for api")
    sub = ev.QuestionAsked(time=NOW, station="api", question="q9", tool="Bash", text="ls", subagent="explorer")
    assert "asked by its sub-agent explorer" in only(floor(ours("api"), sub)).evidence


def test_one_that_is_observed_and_needs_a_person_is_a_case_and_a_guess_says_so() -> None:
    sure = ev.PersonNeeded(time=NOW - 5, station="guest", reason="permission prompt")
    case = only(floor(observed("guest"), sure), "guest")
    assert (case.kind, case.id, case.evidence) == (Kind.PERMISSION, f"guest:needs:{(NOW - 5) * 1000:.0f}", ())
    tools = [
        ev.ToolCalled(time=NOW - 6, station="guest", tool="Bash", call=f"c{n}", detail=f"make {n}") for n in (1, 2)
    ]
    assert only(floor(observed("guest"), tools, sure), "guest").evidence == ("Bash make 2",)
    guess = ev.PersonNeeded(time=NOW - 5, station="guest", reason="shall I go on?", guess=True)
    assert only(floor(observed("guest"), guess), "guest").evidence == ("a guess, by the words that its turn ends with",)


def test_what_old_transcripts_are_full_of_is_nobodys_business_any_more() -> None:
    state = floor(observed("guest"), failed("guest"))
    assert due(state, "guest", NOW) == NOW - 5 + LONG_AGO_S
    assert of(state, "guest", NOW - 5 + LONG_AGO_S - 1) and not of(state, "guest", NOW - 5 + LONG_AGO_S)
    assert of(floor(ours("api"), failed()), "api", NOW + 10 * LONG_AGO_S), "one of ours is always"


def test_a_signal_asks_for_somebody_to_come() -> None:
    raised = ev.SignalRaised(time=NOW, station="api", signal="s", name="REQUIRES_INTERVENTION", text="the VPN is down")
    case = only(floor(ours("api"), raised))
    assert (case.kind, case.title) == (Kind.SIGNAL, "the VPN is down")
    assert of(floor(ours("api"), replace(raised, name="PROGRESS"))) == []


def test_whoever_asked_for_somebody_goes_on_and_still_waits_for_that_until_it_is_asked_for_something() -> None:
    raised = ev.SignalRaised(time=NOW, station="api", signal="s", name="REQUIRES_INTERVENTION", text="the VPN is down")
    on = ev.ToolFinished(time=NOW + 1, station="api", call="c"), ev.TurnFinished(time=NOW + 2, station="api")
    state = floor(ours("api"), raised)
    ids = {only(state).id, only(floor(ours("api"), raised, *on)).id}
    assert len(ids) == 1
    asked = ev.TurnStarted(time=NOW + 3, station="api", text="the VPN is up again")
    assert of(floor(ours("api"), raised, *on, asked)) == []
    assert of(floor(ours("api"), raised, life(Life.STOPPED, at=NOW + 3))) == []
    again = only(floor(ours("api"), raised, *on, asked, replace(raised, time=NOW + 4)))
    assert again.id not in ids


def test_a_call_for_somebody_ends_with_its_station_and_one_that_is_observed_calls_too() -> None:
    raised = ev.SignalRaised(
        time=NOW - 6, station="api", signal="s", name="REQUIRES_INTERVENTION", text="the VPN is down"
    )
    for gone in (Life.REMOVED, Life.KILLED, Life.STOPPED):
        assert of(floor(ours("api"), raised, life(gone))) == []
    assert of(floor(ours("api"), raised, life(Life.PAUSED)))
    needed = ev.PersonNeeded(time=NOW - 5, station="guest", reason="REQUIRES_INTERVENTION the VPN is down")
    case = only(floor(observed("guest"), needed), "guest")
    assert (case.kind, case.title) == (Kind.SIGNAL, "the VPN is down")


def test_a_question_is_told_with_what_was_said_last_and_the_first_paths() -> None:
    asked = ev.QuestionAsked(
        time=NOW,
        station="api",
        question="q",
        tool="Write",
        text="\n  a.py",
        said="one\ntwo\n",
        paths=("a", "b", "c", "d"),
    )
    case = only(floor(ours("api"), asked))
    assert case.title == "Write: a.py"
    assert case.evidence == ("would write a, b, c", "said before: two")


def test_one_whose_budget_is_used_up_needs_nobody_for_something_else() -> None:
    spent = ev.BudgetReached(time=NOW - 6, station="api", share=1.0, what="turns")
    needed = ev.PersonNeeded(time=NOW - 5, station="api", reason="may I go on?")
    state = floor(ours("api", budget=Budget(turns=1)), spent, needed)
    assert [case.kind for case in of(state)] == [Kind.BUDGET]
    told = replace(needed, reason="its budget is used up: it rests until it has more")
    assert of(floor(ours("api"), told)) == []


def test_one_that_is_held_for_a_login_is_a_case_of_its_provider() -> None:
    """Case 47."""
    held = ev.PersonNeeded(time=NOW, station="api", reason="login: anthropic refuses the key (401)")
    other = replace(held, station="ship")
    state = floor(ours("api"), ours("ship"), held, other)
    case = only(state)
    assert (case.kind, case.cause, case.rule) == (Kind.PROVIDER, Cause.AUTH, "not logged in")
    assert case.group == only(state, "ship").group == "provider:auth:not logged in:builtin"


# What has failed


def test_a_failed_turn_has_its_cause_by_rules_and_unknown_is_honest() -> None:
    case = only(floor(ours("api"), failed(reason="API Error: 529 overloaded")))
    assert (case.kind, case.cause, case.rule, case.group) == (
        Kind.FAILED,
        Cause.PROVIDER,
        "overloaded",
        "failed:provider:overloaded:builtin",
    )
    unknown, other = only(floor(ours("api"), failed())), only(floor(ours("ship"), failed("ship")), "ship")
    assert (unknown.cause, unknown.rule) == (Cause.UNKNOWN, "")
    assert unknown.group == other.group != only(floor(ours("api"), failed(reason="bad luck"))).group


def test_what_failed_just_before_tells_the_cause_where_the_turn_does_not() -> None:
    working = Working("api").ask()
    for _ in range(2):
        working.run("make", error="cc1: No space left on device")
    state = floor(working.tell(ev.TurnFailed, reason="the model refused").events)
    case = only(state, now=working.now)
    assert (case.cause, case.rule) == (Cause.ENVIRONMENT, "no space")
    assert case.evidence[0] == "before that: Bash make: cc1: No space left on device"
    late = Working("api").ask().run("make", error="cc1: No space left on device").rest(121)
    state = floor(late.tell(ev.TurnFailed, reason="the model refused").events)
    assert only(state, now=late.now).cause is Cause.UNKNOWN


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


def test_what_a_child_came_to_is_not_lost_with_its_parent() -> None:
    """Case 53."""
    ended = ev.ChildEnded(time=NOW - 4, station="api", child="kid", ok=True, result="done")
    for gone in (Life.REMOVED, Life.KILLED, Life.STOPPED):
        case = only(floor(ours("api"), life(gone), ended))
        assert (case.kind, case.about, case.title) == (Kind.RESULT, "kid", "finished: done")
    assert of(floor(ours("api"), ended)) == []
    for soon in (Life.WAITING, Life.PAUSED):
        assert of(floor(ours("api"), life(soon), ended)) == [], "it is told as soon as it runs"
    told = replace(ended, time=NOW, delivered=True)
    assert of(floor(ours("api"), life(Life.KILLED), ended, told)) == []


# Bounds


def test_what_it_tried_outside_of_its_scope_is_a_case_until_it_may_do_that() -> None:
    tried = [ev.ScopeViolated(time=NOW - 5 + n, station="api", path=f"docs/{n}.md", act="write") for n in range(5)]
    state = floor(ours("api"), tried)
    cases = of(state)
    assert [case.about for case in cases] == [f"write docs/{n}.md" for n in range(5 - MOST, 5)]
    assert {(case.kind, case.cause, case.group) for case in cases} == {(Kind.SCOPE, Cause.SCOPE, "scope:api")}
    wider = ev.ScopeAssigned(time=NOW, station="api", scope=Scope(write=("src/**", "docs/**")))
    assert of(floor(ours("api"), tried, wider)) == []
    assert of(floor(ours("api"), tried, life(Life.KILLED, at=NOW))) == []


def test_a_host_that_it_tried_is_one_until_it_may_reach_it() -> None:
    tried = ev.ScopeViolated(time=NOW, station="api", path="pypi.org:443", act="connect")
    assert only(floor(ours("api"), tried)).about == "connect pypi.org:443"
    scope = Scope(network=Network.LISTED, hosts=("pypi.org",), write=("src/**",))
    assert of(floor(ours("api"), tried, ev.ScopeAssigned(time=NOW, station="api", scope=scope))) == []


def test_what_is_a_case_already_stays_one_while_it_tries_other_things() -> None:
    def tried(path: str, at: float, act: str = "write") -> ev.Event:
        return ev.ScopeViolated(time=at, station="api", path=path, act=act)

    first = [tried("a.md", NOW - 20), tried("pypi.org:443", NOW - 19, "connect")]
    told = [case.about for case in of(floor(ours("api"), first))]
    assert told == ["write a.md", "connect pypi.org:443"]
    opened = [ev.CaseOpened(time=NOW, station="api", what=each) for each in of(floor(ours("api"), first))]
    more = [tried(f"{n}.md", NOW - 10 + n) for n in range(4)]
    more += [tried(f"h{n}:443", NOW - 5 + n, "connect") for n in range(4)]
    assert {*told} < {case.about for case in of(floor(ours("api"), first, opened, more))}
    assert not {*told} & {case.about for case in of(floor(ours("api"), first, more))}
    again = of(floor(ours("api"), first, [tried("a.md", NOW)]))
    assert again[0].evidence == ("2×", "3× outside of its scope in all")
    linked = only(floor(ours("api"), tried("b.md", NOW, "link")))
    assert (linked.about, linked.evidence) == ("link b.md", ("1× outside of its scope in all",))


def test_a_budget_is_told_at_four_fifths_and_when_it_is_used_up_and_again_when_it_was_raised() -> None:
    """Case 40."""
    with_budget = ours("api", budget=Budget(turns=10))

    def used(share: float) -> ev.Event:
        return ev.BudgetReached(time=NOW, station="api", share=share, what="turns")

    turns: list[ev.Event] = []
    for n in range(9):
        turns += [ev.TurnStarted(time=NOW - 50 + n, station="api"), ev.TurnFinished(time=NOW - 50 + n, station="api")]
    assert of(floor(with_budget, turns)) == [], "it was not told yet"
    near = only(floor(with_budget, turns, used(0.8)))
    assert (near.kind, near.cause, near.about, near.id) == (
        Kind.BUDGET,
        Cause.BUDGET,
        "turns",
        "api:budget:near:turns:10",
    )
    over = only(floor(with_budget, turns, used(1.0), life(Life.PAUSED, f"{budget.OVER}: turns", at=NOW)))
    assert (over.id, over.title) == ("api:budget:over:turns:10", "its budget of turns is used up")
    raised = ev.ScopeAssigned(time=NOW, station="api", scope=Scope(), budget=Budget(turns=20))
    assert of(floor(with_budget, turns, used(1.0), raised)) == []
    assert of(floor(with_budget, turns, used(0.8), life(Life.STOPPED, at=NOW))) == []
    held = life(Life.HELD, f"{budget.OVER}: turns (it could not be paused)", at=NOW)
    assert only(floor(with_budget, turns, used(1.0), held)).kind is Kind.BUDGET


# Stuck


def test_a_silence_that_nothing_excuses_is_a_case_once_and_over_when_it_speaks() -> None:
    working = Working("api").ask().run("ls").say("hm")
    state = at_work.floor(working)
    heard = working.now
    assert of(state, now=heard + 899) == []
    assert due(state, "api", heard) <= heard + 901
    case = only(state, now=heard + 1_000)
    assert (case.kind, case.cause, case.id) == (Kind.STUCK, Cause.STALL, f"api:stalled:{heard * 1000:.0f}")
    assert only(state, now=heard + 2_000).id == case.id
    assert of(at_work.floor(working.rest(2_000).say("here I am")), now=working.now) == []


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


def test_writing_the_same_files_again_and_again_is_one_too() -> None:
    working = Working("api").ask()
    for _ in range(40):
        working.edit("a.py").edit("b.py").run("pytest -q", 90, error="E   assert 1 == 2")
    found = [case for case in of(at_work.floor(working), now=working.now) if case.kind is Kind.STUCK]
    assert [case.cause for case in found] == [Cause.LOOP]


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1"), (9, "9"), (10, "10"), (11, "over 9"), (19, "over 9"), (20, "20"), (73, "over 49"), (5_000, "over 999")],
)
def test_a_count_that_grows_is_told_in_steps(count: int, words: str) -> None:
    assert some(count) == words


# Landing


def conflict(a: str, b: str = "", at: float = NOW - PATIENCE_S, commits_only: bool = False) -> ev.Event:
    return ev.VerdictReached(
        time=at,
        a=a,
        b=b,
        outcome=Outcome.CONFLICT,
        files=(FileConflict("src/a.py", "content", 7),),
        commits_only=commits_only,
    )


def test_a_branch_that_collides_with_the_base_for_a_while_is_a_case() -> None:
    state = floor(ours("api"), conflict("station/api"))
    case = only(state)
    assert (case.kind, case.cause, case.about) == (Kind.CONFLICT, Cause.CONFLICT, "")
    assert case.evidence == ("7 conflicting lines in src/a.py",)
    assert of(state, now=NOW - 1) == [] and due(state, "api", NOW - 1) == NOW
    assert of(floor(ours("api"), conflict("station/other"))) == []


def test_what_is_only_in_uncommitted_work_is_not_about_to_land() -> None:
    clean = ev.VerdictReached(time=NOW, a="station/api", outcome=Outcome.CLEAN, commits_only=True)
    assert of(floor(ours("api"), conflict("station/api"), clean)) == []


def test_a_branch_that_collides_with_what_was_accepted_is_one_too() -> None:
    branches = [ev.BranchChanged(time=NOW - 99, branch=f"station/{name}", head="1" * 40) for name in ("api", "ship")]
    both = [*ours("api"), *ours("ship"), *branches, conflict("station/api", "station/ship")]
    assert of(floor(both)) == []
    accepted = [
        ev.TaskAdded(time=NOW - 90, task="t1", spec=TaskSpec("ship it")),
        ev.TaskTaken(time=NOW - 89, station="ship", task="t1", lease=1),
        ev.TaskFinished(time=NOW - 80, station="ship", task="t1", lease=1),
    ]
    case = only(floor(both, accepted))
    assert (case.kind, case.about) == (Kind.CONFLICT, "station/ship")
    landed = ev.BranchChanged(time=NOW, branch="station/ship", head="1" * 40, merged=True)
    assert of(floor(both, accepted, landed)) == []


def taken(*more: ev.Event) -> Iterable[ev.Event]:
    return (
        *ours("api"),
        ev.TaskAdded(time=NOW - 9, task="t1", spec=TaskSpec("count the carts")),
        ev.TaskTaken(time=NOW - 8, station="api", task="t1", lease=1),
        *more,
    )


def test_a_task_whose_check_failed_too_often_is_a_case_with_what_it_said() -> None:
    check = ev.CheckFinished(
        time=NOW - 3, station="api", task="t1", lease=1, passed=False, output="FAILED test_a.py::test_b - boom"
    )
    failed_ = ev.TaskFailed(time=NOW - 2, station="api", task="t1", lease=1, reason="its check failed 3 times")
    (case,) = floor_cases(floor(taken(check, failed_)), NOW)
    assert (case.kind, case.station, case.about, case.cause) == (Kind.CHECK, "api", "t1", Cause.FAILING_TEST)
    assert case.evidence == ("bounced 0×", "its check failed 3 times", "FAILED test_a.py::test_b - boom")
    assert floor_cases(floor(taken(check)), NOW) == ()
    (long,) = floor_cases(floor(taken(replace(check, output="a\nb\nc\nd\ne"), failed_)), NOW)
    assert long.evidence[2:] == ("b", "c", "d", "e") and long.rule == "its check failed"
    (silent,) = floor_cases(floor(taken(replace(failed_, reason="no space left on device"))), NOW)
    assert silent.rule == "no space"


def test_a_task_that_waits_to_be_accepted_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from sessions.floor.tasks.task import TaskState

    state = floor(taken())
    waiting = replace(state, tasks={"t1": replace(state.tasks["t1"], state=TaskState.REVIEW, head="a" * 40)})
    (case,) = floor_cases(waiting, NOW)
    assert (case.kind, case.station, case.title, case.about) == (Kind.REVIEW, "api", "count the carts", "t1")
    assert case.evidence == (f"at {'a' * 12}",)


# Everybody


def waits(name: str, at: float, reason: str = "529 overloaded, retry 3 of 10 in 7 s") -> list[ev.Event]:
    return [*observed(name), ev.MachineAwaited(time=at, station=name, reason=reason)]


def test_a_provider_that_several_have_been_waiting_for_is_one_case() -> None:
    state = floor(waits("a", NOW - SEVERAL_S), waits("b", NOW - SEVERAL_S))
    (case,) = floor_cases(state, NOW)
    assert (case.kind, case.station, case.cause, case.about) == (Kind.PROVIDER, "", Cause.PROVIDER, "claude")
    assert case.title == "2 stations wait for claude: overloaded"
    assert floor_cases(state, NOW - 1) == () and floor_due(state, NOW - 1) == NOW
    assert floor_cases(floor(waits("a", NOW - SEVERAL_S), waits("b", NOW)), NOW) == (), "one try again is no trouble"


def test_one_alone_is_told_when_it_has_waited_for_long() -> None:
    state = floor(waits("a", NOW - ALONE_S))
    assert [case.title for case in floor_cases(state, NOW)] == ["a waits for claude: overloaded"]
    assert floor_cases(state, NOW - 1) == () and floor_due(state, NOW - 1) == NOW
    assert floor_due(state, NOW) == math.inf


def test_of_many_that_wait_some_are_named_and_a_reason_that_no_rule_knows_is_the_provider() -> None:
    assert (SEVERAL_S, ALONE_S) == (60, 300)
    (case,) = floor_cases(floor(*(waits(f"s{n}", NOW - 60, "please hold") for n in range(7))), NOW)
    assert (case.cause, case.rule) == (Cause.PROVIDER, "waits for it")
    assert case.evidence == ("s0, s1, s2, s3, s4 and 2 more", "please hold")
    assert len(floor_cases(floor(waits("a", NOW - 60), waits("b", NOW - 60)), NOW)) == 1


def test_who_rests_or_runs_in_the_background_waits_for_no_provider() -> None:
    behind = waits("a", NOW - ALONE_S, f"{BACKGROUND}: npm run dev")
    before = NOW - ALONE_S - 10
    rests = [*ours("api", at=before), life(Life.PAUSED, "paused", at=NOW - ALONE_S)]
    starts = [*ours("ship", at=before), life(Life.WAITING, "to be started", "ship", NOW - ALONE_S)]
    assert floor_cases(floor(behind, rests, starts), NOW) == ()
    works = [*ours("api", at=before), ev.MachineAwaited(time=NOW - ALONE_S, station="api", reason="529 overloaded")]
    assert [case.about for case in floor_cases(floor(works), NOW)] == ["builtin"]


def test_the_case_stays_the_same_one_while_others_come_to_wait() -> None:
    state = floor(waits("a", NOW - SEVERAL_S - 9), waits("b", NOW - SEVERAL_S))
    (case,) = floor_cases(state, NOW)
    opened = ev.CaseOpened(time=NOW, station="", what=case)
    later = floor(waits("b", NOW - SEVERAL_S), waits("c", NOW - SEVERAL_S + 1), [opened])
    assert [each.id for each in floor_cases(later, NOW + 5)] == [case.id]


def test_stations_that_wait_for_memory_are_one_case() -> None:
    waiting = [life(Life.WAITING, f"{MEMORY}: 300 MB are free", name) for name in ("api", "ship")]
    (case,) = floor_cases(floor(ours("api"), ours("ship"), waiting), NOW)
    assert (case.kind, case.cause, case.title) == (Kind.MEMORY, Cause.ENVIRONMENT, "2 stations wait for memory")
    assert case.evidence == ("api, ship", f"{MEMORY}: 300 MB are free")
    other = life(Life.WAITING, "waits for other starts")
    assert floor_cases(floor(ours("api"), other), NOW) == ()


def test_stations_of_other_repositories_need_nobody_here() -> None:
    state = floor(observed("guest"), failed("guest"))
    away = replace(state, stations={"guest": replace(state.stations["guest"], elsewhere=True)})
    assert of(state, "guest") and not of(away, "guest")
    assert due(away, "guest", NOW) == math.inf


def test_whatever_an_agent_says_is_harmless_in_a_case() -> None:
    case = only(floor(ours("api"), failed(reason="\x1b]52;c;x\x07boom\u202e\n" + "y" * 9_000)))
    assert case.title.isprintable() and len(case.title) <= 100
    assert all(line.isprintable() and len(line) <= 160 for line in case.evidence)


def test_what_was_settled_is_no_new_case_as_one_of_many_goes_on() -> None:
    state = floor(waits("a", NOW - 2 * SEVERAL_S), waits("b", NOW - SEVERAL_S), waits("c", NOW - SEVERAL_S))
    (case,) = floor_cases(state, NOW)
    seen = ev.CaseSettled(time=NOW, station="", case=case.id, act=Act.SEEN, who="mara@box")
    state = fold_all(state, [ev.CaseOpened(time=NOW, station="", what=case), seen])
    state = fold_all(state, [ev.TextWritten(time=NOW + 5, station="a", text="on")])
    assert [each.id for each in floor_cases(state, NOW + 6)] == [case.id]
    anew = fold_all(state, [event for name in "abc" for event in waits(name, NOW + 100)])
    anew = fold_all(anew, [ev.TextWritten(time=NOW + 150, station=name, text="on") for name in "abc"])
    anew = fold_all(anew, [event for name in "abc" for event in waits(name, NOW + 900)])
    assert [each.id == case.id for each in floor_cases(anew, NOW + 1_000)] == [False], "that is another time"


def test_a_station_whose_turn_was_ended_amid_its_task_is_not_forgotten() -> None:
    """Whoever ended it has a while to say more; with one key it goes on, and is no case any more."""
    told = ev.TurnStarted(time=NOW, station="api", text="do it", prompt="t1-1-0")
    ended = ev.TurnFinished(time=NOW + 10, station="api", interrupted=True)
    state = floor(
        ours("api"),
        ev.TaskAdded(time=NOW, task="t1", spec=TaskSpec("mend the pool"), order=1.0),
        ev.TaskTaken(time=NOW, station="api", task="t1", lease=1),
        told,
    )
    assert of(state, now=NOW + 20) == []
    left = fold_all(state, [ended])
    assert of(left, now=NOW + 9 + IDLE_S) == [] and due(left, "api", NOW + 11) == NOW + 10 + IDLE_S
    case = only(left, now=NOW + 10 + IDLE_S)
    assert (case.kind, case.cause, case.rule, case.about) == (Kind.STUCK, Cause.STALL, BROKEN_OFF, "t1")
    means = meaning(left, SettleCase(case.id, Act.RETRY), case, NOW + 400)
    assert isinstance(means, Means)
    assert means.wish == PromptStation("api", "Your turn was broken off amid task t1. Go on with it.")
    done = replace(ended, interrupted=False)
    for event in (done, ev.TaskDropped(time=NOW + 20, task="t1")):
        assert of(fold_all(state, [ended, event] if event is not done else [done]), now=NOW + 9_000) == []
