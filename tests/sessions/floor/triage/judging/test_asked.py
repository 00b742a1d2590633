"""Who asks: each question is a case once, and so is whoever waits for a person."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.scope import Budget
from sessions.floor.triage.case import Cause, Kind
from tests.support.triage.floors import NOW, asks, floor, life, observed, of, only, ours


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


def test_whoever_says_nothing_is_a_case_all_the_same() -> None:
    silent = ev.QuestionAsked(time=NOW, station="api", question="q", tool="", text="")
    case = only(floor(ours("api"), silent))
    assert (case.title, case.cause, case.rule) == ("asks", Cause.UNKNOWN, "")
    called = ev.SignalRaised(time=NOW, station="api", signal="s", name="REQUIRES_INTERVENTION", text="")
    assert only(floor(ours("api"), called)).title == "asks for somebody to come"
    needed = ev.PersonNeeded(time=NOW - 5, station="guest", reason="REQUIRES_INTERVENTION")
    assert only(floor(observed("guest"), needed), "guest").title == "asks for somebody to come"
