"""What can be done about a case, and why something cannot."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import AnswerQuestion, AssignScope, ChangeLife, PromptStation, SettleCase
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.scope import Budget
from sessions.floor.triage import acts, meanings
from sessions.floor.triage.acts import Takes, choice, choices
from sessions.floor.triage.case import Act, Case, Cause, Kind
from sessions.floor.triage.meanings import Means
from tests.support.triage.floors import NOW, asks, case, floor, observed, opened, ours

ASKED = case("api", Kind.PERMISSION, about="q1")


def meant(state: object, wish: SettleCase, about: Case) -> Means:
    means = acts.meaning(state, wish, about, NOW)  # type: ignore[arg-type]
    assert isinstance(means, Means), means
    return means


@pytest.mark.parametrize("kind", Kind)
def test_something_can_be_done_about_each_kind(kind: Kind) -> None:
    state = floor(ours("api"), asks("api"), opened(about := case("api", kind, about="q1")))
    found = choices(state, about, NOW)
    assert [each.act for each in found if not each.why_not][-3:] == [Act.SEEN, Act.SNOOZE, Act.EXPECTED]
    assert all(each.words or each.why_not for each in found)
    assert len({each.act for each in found}) == len(found)


def test_a_permission_is_allowed_with_the_first_key() -> None:
    state = floor(ours("api"), asks("api"), opened(ASKED))
    first = choices(state, ASKED, NOW)[0]
    assert (first.act, first.words, first.why_not) == (Act.ALLOW, "shell git push is allowed", "")
    wish = meant(state, SettleCase(ASKED.id, Act.ALLOW), ASKED).wish
    assert wish == AnswerQuestion("api", "q1", "allow", "")


def test_what_is_refused_says_so_in_the_words_of_the_refusal() -> None:
    state = floor(ours("api"), asks("api"), opened(ASKED))
    assert choice(state, ASKED, Act.ALWAYS, NOW).why_not == "it cannot be allowed for good"
    gone = floor(ours("api"), opened(ASKED))
    assert choice(gone, ASKED, Act.ANSWER, NOW).lacks == "write what it is to be told"
    assert choice(gone, ASKED, Act.ALLOW, NOW).why_not.endswith("is nothing for a case of this kind")


def test_a_question_in_words_is_answered_with_words() -> None:
    state = floor(ours("api"), asks("api", about=Asks.WORDS), opened(ASKED))
    first = choices(state, ASKED, NOW)[0]
    assert (first.act, first.takes) == (Act.ANSWER, Takes.WORDS)
    wish = meant(state, SettleCase(ASKED.id, Act.ANSWER, text="the old one"), ASKED).wish
    assert wish == AnswerQuestion("api", "q1", "allow", "the old one")


def test_more_scope_is_allowed_as_asked_or_otherwise() -> None:
    about = case("api", Kind.SCOPE, about="q1")
    state = floor(ours("api"), asks("api", about=Asks.SCOPE, paths=("docs/**",)), opened(about))
    assert [each.act for each in choices(state, about, NOW)][:3] == [Act.ALLOW, Act.DENY, Act.RESCOPE]
    assert meant(state, SettleCase(about.id, Act.RESCOPE), about).wish == AnswerQuestion("api", "q1", "allow")
    wider = meant(state, SettleCase(about.id, Act.RESCOPE, paths=("docs/api/**",)), about).wish
    assert isinstance(wider, AssignScope) and wider.scope.write == ("src/**", "docs/api/**")


def test_a_violation_is_settled_by_opening_what_was_tried() -> None:
    state = floor(ours("api"))
    wrote = case("api", Kind.SCOPE, about="write docs/a.md")
    wider = meant(state, SettleCase(wrote.id, Act.RESCOPE), wrote).wish
    assert isinstance(wider, AssignScope) and wider.scope.write[-1] == "docs/a.md"
    reached = case("api", Kind.SCOPE, about="connect pypi.org:443")
    wider = meant(state, SettleCase(reached.id, Act.RESCOPE), reached).wish
    assert isinstance(wider, AssignScope) and wider.scope.hosts == ("pypi.org",)


def test_a_retry_speaks_to_one_that_runs_and_brings_back_one_that_does_not() -> None:
    about = case("api")
    told = meant(floor(ours("api")), SettleCase(about.id, Act.RETRY), about).wish
    assert isinstance(told, PromptStation) and "the model refused" in told.text
    back = meant(floor(ours("api", Life.HELD)), SettleCase(about.id, Act.RETRY, text="try"), about).wish
    assert back == ChangeLife("api", Change.RESUME, words="try")


def test_more_of_a_budget_is_twice_what_is_used_up() -> None:
    about = case("api", Kind.BUDGET, about="dollars", cause=Cause.BUDGET)
    state = floor(ours("api", budget=Budget(dollars=4, turns=9)))
    wish = meant(state, SettleCase(about.id, Act.MORE), about).wish
    assert isinstance(wish, AssignScope) and wish.budget == Budget(dollars=8, turns=9)
    named = meant(state, SettleCase(about.id, Act.MORE, budget=Budget(dollars=5)), about).wish
    assert isinstance(named, AssignScope) and named.budget == Budget(dollars=5, turns=9)


def test_a_full_context_begins_afresh_with_what_was_learned() -> None:
    about = case("api", cause=Cause.CONTEXT_FULL, evidence=("prompt is too long",))
    wish = meant(floor(ours("api")), SettleCase(about.id, Act.MORE), about).wish
    assert isinstance(wish, ChangeLife) and wish.fresh and "prompt is too long" in wish.words
    other = case("api")
    assert choice(floor(ours("api")), other, Act.MORE, NOW).lacks == "name a model or a budget"


def test_one_that_is_only_observed_is_answered_where_it_runs() -> None:
    about = case("guest", Kind.PERMISSION)
    found = {each.act: each for each in choices(floor(observed("guest"), opened(about)), about, NOW)}
    assert found[Act.ANSWER].why_not == "it was started by somebody else"
    assert found[Act.ANSWER].cure == "answer it where it runs: a claude of somebody else in /srv/guest"
    assert not found[Act.SEEN].why_not and not found[Act.SNOOZE].why_not


def test_a_case_of_the_whole_floor_is_nobodys_to_expect() -> None:
    about = case("", Kind.PROVIDER)
    assert [each.act for each in choices(floor(ours("api")), about, NOW)] == [Act.HOLD, Act.SEEN, Act.SNOOZE]


def test_whoever_waits_for_a_login_tries_it_again_or_goes_elsewhere() -> None:
    about = case("api", Kind.PROVIDER)
    state = floor(ours("api"), ev.PersonNeeded(time=NOW, station="api", reason="login: anthropic refuses the key"))
    first = choices(state, about, NOW)[0]
    assert (first.act, first.words, first.lacks, first.why_not) == (Act.RETRY, "its provider is tried again", "", "")
    assert meant(state, SettleCase(about.id, Act.RETRY), about).wish == PromptStation("api", meanings.AGAIN)
    assert {Act.MORE, Act.HAND_OVER, Act.REQUEUE, Act.HOLD} < set(acts.offered(about, state))


def test_whoever_goes_in_circles_is_stopped_as_its_turn_may_have_no_end() -> None:
    about = case("api", Kind.STUCK)
    started = ev.StartWanted(time=NOW, station="api", model="openai/x", command="c0", who="me@here")
    turn = ev.TurnStarted(time=NOW, station="api", text="look")
    state = floor(ours("api"), started, ev.CommandDone(time=NOW, command="c0"), turn)
    wish = meant(state, SettleCase(about.id, Act.RETRY, text="stop"), about).wish
    assert wish == ChangeLife("api", Change.RESUME, words="stop", model="openai/x")
    assert not choice(state, about, Act.RETRY, NOW).why_not
    idle = floor(ours("api"), started, turn, ev.TurnFinished(time=NOW, station="api"))
    assert meant(idle, SettleCase(about.id, Act.RETRY, text="stop"), about).wish == PromptStation("api", "stop")


def test_what_a_child_came_to_is_told_to_its_parent_or_to_another() -> None:
    about = case("api", Kind.RESULT, about="kid")
    state = floor(
        ours("api"), ours("ship"), ev.ChildEnded(time=NOW, station="api", child="kid", ok=True, result="done")
    )
    told = meant(state, SettleCase(about.id, Act.RETRY), about).wish
    assert told == PromptStation("api", "Station kid has finished: done")
    handed = meant(state, SettleCase(about.id, Act.HAND_OVER, to="ship"), about).wish
    assert handed == PromptStation("ship", "Station kid has finished: done")
    assert choice(state, about, Act.HAND_OVER, NOW).lacks


EVERY = "retry, fresh, more, hand over, requeue, give up, hold, kill"
OFFERED = {
    Kind.PERMISSION: "allow, deny, always, answer",
    Kind.DISK: "retry, requeue, kill",
    Kind.MEMORY: "",
    Kind.PROVIDER: "retry, more, hand over, requeue, hold, kill",
    Kind.CRASH_LOOP: EVERY,
    Kind.FAILED: "retry, more, fresh, hand over, requeue, give up, kill",
    Kind.SCOPE: "allow, deny, rescope, kill",
    Kind.BUDGET: "more, requeue, give up, kill",
    Kind.CHECK: "retry, allow, requeue, hand over, give up, kill",
    Kind.REVIEW: "allow, deny, give up",
    Kind.STUCK: "retry, fresh, answer, hand over, requeue, give up, hold, kill",
    Kind.CONFLICT: "retry, answer, hold",
    Kind.SIGNAL: "answer, retry, requeue, give up, kill",
    Kind.RESULT: "retry, hand over",
}
"""The keys of each kind, in their order: what is at hand first is what is done most."""


def words(acts_: tuple[Act, ...]) -> str:
    assert acts_[-3:] == (Act.SEEN, Act.SNOOZE, Act.EXPECTED)
    return ", ".join(act.value for act in acts_[:-3])


@pytest.mark.parametrize("kind", Kind)
def test_what_is_offered_for_each_kind_and_in_which_order(kind: Kind) -> None:
    assert words(acts.offered(case("api", kind, about="q1"), floor(ours("api"), asks("api")))) == OFFERED[kind]
    alone = {Kind.PERMISSION: "answer", Kind.SCOPE: "rescope, kill"}
    assert words(acts.offered(case("api", kind), floor(ours("api")))) == alone.get(kind, OFFERED[kind])
    asked = floor(ours("api"), asks("api", about=Asks.WORDS))
    if kind is not Kind.SCOPE:
        assert words(acts.offered(case("api", kind, about="q1"), asked)) == "answer, allow, deny"


AUTH, FULL = Cause.AUTH, Cause.CONTEXT_FULL


@pytest.mark.parametrize(
    ("about", "kind", "words"),
    [
        (case("api", cause=FULL), "builtin", "fresh, retry, more, hand over, requeue, give up, kill"),
        (case("api", cause=Cause.CRASH), "builtin", "retry, fresh, hand over, requeue, give up, kill"),
        (case("api", rule="no such model"), "builtin", "more, retry, fresh, hand over, requeue, give up, kill"),
        (case("api"), "command", "retry, hand over, requeue, give up, kill"),
        (case("api", Kind.SIGNAL), "command", "retry, requeue, give up, kill"),
        (case("api", Kind.BUDGET), "command", "more, requeue, give up, kill"),
    ],
)
def test_what_helps_against_its_cause_comes_first(about: Case, kind: str, words: str) -> None:
    state = floor(ours("api"))
    state = replace(state, stations={"api": replace(state.stations["api"], kind=kind)})
    told = acts.offered(about, state)[:-3]
    assert ", ".join(act.value for act in told) == words


def test_what_only_an_agent_understands_is_offered_of_no_floor() -> None:
    assert acts.offered(case("", Kind.PROVIDER, cause=FULL), floor()) == (Act.HOLD, Act.SEEN, Act.SNOOZE)


@pytest.mark.parametrize(
    ("life", "takes", "cases", "first"),
    [
        (Life.RUNNING, ("api", "ship"), [], Act.HAND_OVER),
        (Life.RUNNING, ("api", "ship"), [case("ship")], Act.HAND_OVER),
        (Life.RUNNING, ("api", "ship"), [case("ship", cause=AUTH)], Act.RETRY),
        (Life.RUNNING, ("api",), [], Act.RETRY),
        (Life.PAUSED, ("api", "ship"), [], Act.RETRY),
    ],
)
def test_a_login_that_is_refused_is_handed_over_to_one_that_has_another(
    life: Life, takes: tuple[str, ...], cases: list[Case], first: Act
) -> None:
    enlisted = [ev.StationEnlisted(time=NOW, station=name) for name in takes]
    state = floor(ours("api"), ours("ship", life), enlisted, opened(*cases))
    assert acts.offered(case("api", cause=AUTH), state)[0] is first


def test_what_each_act_asks_for() -> None:
    state = floor(ours("api"), asks("api"))
    takes = {made.act: made.takes.value for kind in Kind for made in choices(state, case("api", kind, about="q1"), NOW)}
    asked = {each: act for each, act in takes.items() if act != "nothing"}
    assert asked == {
        Act.DENY: "reason",
        Act.ANSWER: "words",
        Act.RETRY: "reason",
        Act.MORE: "more",
        Act.FRESH: "reason",
        Act.RESCOPE: "paths",
        Act.HAND_OVER: "station",
        Act.REQUEUE: "reason",
        Act.GIVE_UP: "reason",
        Act.SNOOZE: "until",
    }


def test_the_whole_floor_can_be_held() -> None:
    hold = choice(floor(ours("api")), case("", Kind.PROVIDER), Act.HOLD, NOW)
    assert (hold.words, hold.why_not) == ("all stations rest as they are", "")


@pytest.mark.parametrize(
    ("known", "place"),
    [
        ({"home": "", "directory": 300 * "d"}, f"a claude of somebody else in {119 * 'd'}…"),
        ({"home": "/home/mara"}, "a claude of somebody else in /home/mara"),
        ({"process": 7, "home": "", "directory": "/srv"}, "process 7 in /srv"),
        ({"home": "", "directory": "", "kind": ""}, "a program of somebody else"),
    ],
)
def test_where_one_runs_that_is_only_observed(known: dict[str, object], place: str) -> None:
    state = floor(observed("guest"))
    seen = replace(state.stations["guest"], **known)
    assert acts.where(replace(state, stations={"guest": seen}), case("guest")) == f"answer it where it runs: {place}"
    assert acts.where(floor(), case("guest")) == "it is not on the floor any more"


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({}, "out of sight for 30 minutes"),
        ({"until": NOW + 61}, "out of sight for 1 minutes"),
        ({"until": NOW - 1}, "that time is over"),
        ({"until": NOW}, "that time is over"),
        ({"until": NOW + acts.MOST_SNOOZE_S + 60}, "out of sight for 10081 minutes"),
        ({"until": NOW + acts.MOST_SNOOZE_S + 60.5}, "it would never be back"),
        ({"wakes": "turn_finished"}, "out of sight until its next turn finished"),
    ],
)
def test_how_long_a_case_is_out_of_sight(wish: dict[str, object], why: str) -> None:
    means = acts.meaning(floor(ours("api")), SettleCase("x", Act.SNOOZE, **wish), case("api"), NOW)  # type: ignore[arg-type]
    assert (means.words if isinstance(means, Means) else means.reason) == why
