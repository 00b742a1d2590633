"""What commands about stations of ours come to: refused in words, or wanted in one transaction."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import (
    AnswerQuestion,
    AnyWish,
    AssignScope,
    ChangeLife,
    Command,
    FreezeFloor,
    PromptStation,
    RestoreKept,
    StartStation,
    Undo,
)
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Accepted, Decision, Refusal
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.reports import Report
from sessions.floor.scope import Budget, Mode, Network, Scope
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.tokens import Tokens
from sessions.views.undoing import newest
from tests.support.supervisor import opened

NOW = 1_000_000.0
API = Scope(write=("src/api/**",), read=("src/**",))


def answer(state: FloorState, wish: AnyWish) -> Decision:
    return decide(state, Command("c1", "ann@box", NOW, wish), NOW)


def refused(state: FloorState, wish: AnyWish) -> Refusal:
    decision = answer(state, wish)
    assert isinstance(decision, Refusal)
    return decision


def after(state: FloorState, *wishes: AnyWish) -> FloorState:
    """The floor on which these were wanted, one after the other."""
    for number, wish in enumerate(wishes):
        decision = decide(state, Command(f"w{number}x{state.seq}", "ann@box", NOW, wish), NOW)
        assert isinstance(decision, Accepted), decision
        state = fold_all(state, decision.events)
    return state


def after_start(state: FloorState) -> FloorState:
    """The floor on which everything that was wanted is done."""
    return fold_all(state, [ev.CommandDone(time=NOW, source="operator", command=name) for name in state.intents])


def alive(state: FloorState, *stations: str) -> FloorState:
    return fold_all(state, [ev.LifeChanged(time=NOW, station=name, life=Life.RUNNING, process=7) for name in stations])


FLOOR = fold_all(
    EMPTY, [opened(), ev.BranchChanged(time=1.0, branch="main"), ev.BranchChanged(time=1.0, branch="fix/a")]
)
BOSS = alive(
    after(FLOOR, StartStation("builtin", "lead", name="boss", scope=API, budget=Budget(tokens=1_000, turns=10))), "boss"
)


def reason(decision: Decision) -> str:
    assert isinstance(decision, Refusal), decision
    assert decision.cure
    return decision.reason


def test_a_start_opens_bounds_and_wants_a_station_at_once() -> None:
    decision = answer(FLOOR, StartStation("builtin", "Mend the pool, please!", scope=API, model="opus"))
    assert isinstance(decision, Accepted)
    assert [type(event) for event in decision.events] == [
        ev.StationOpened,
        ev.ScopeAssigned,
        ev.LifeChanged,
        ev.StartWanted,
    ]
    state = fold_all(FLOOR, decision.events)
    station, owned = state.stations["mend-the-pool"], state.owned["mend-the-pool"]
    assert (station.owner, station.kind, station.branch) == (Owner.OURS, "builtin", "station/mend-the-pool")
    assert (owned.life, owned.scope, owned.mode, owned.model) == (Life.WAITING, API, Mode.SAFE, "opus")
    assert owned.text == "Mend the pool, please!"
    assert [*state.intents] == ["c1"]


def test_names_and_branches_are_never_had_twice() -> None:
    state = after(FLOOR, StartStation("builtin", "yard"), StartStation("builtin", "yard"))
    assert [*state.owned] == ["yard", "yard-2"]
    assert state.owned["yard-2"].branch == "station/yard-2"
    assert answer(state, StartStation("builtin", name="yard-2")) == Refusal(
        "there is a station 'yard-2' already", "take another name"
    )
    ended = fold_all(state, [ev.LifeChanged(time=NOW, station="yard", life=Life.STOPPED)])
    assert refused(ended, StartStation("builtin", name="yard")).cure == "remove that, or take another name"
    gone = fold_all(ended, [ev.LifeChanged(time=NOW, station="yard", life=Life.REMOVED)])
    assert [*after(gone, StartStation("builtin", name="yard")).owned] == ["yard", "yard-2", "yard-3"]
    again = after(state, StartStation("builtin", branch="fix/a"))
    assert again.owned["a"].branch == "fix/a"
    assert "works on 'fix/a'" in reason(answer(again, StartStation("builtin", branch="fix/a")))


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (StartStation("../x"), "no kind of agent"),
        (StartStation("builtin", branch="-rf"), "no name of a branch"),
        (StartStation("builtin", branch="a..b"), "no name of a branch"),
        (StartStation("builtin", branch="x.lock"), "no name of a branch"),
        (StartStation("builtin", start="--upload-pack=x"), "nothing to begin a branch at"),
        (StartStation("builtin", scope=Scope(write=("/etc/**",))), "/etc"),
        (StartStation("builtin", scope=Scope(write=("../x",))), ".."),
        (StartStation("builtin", "x" * 200_001), "200,001 characters"),
        (StartStation("builtin", parent="nobody"), "no station 'nobody'"),
        (PromptStation("nobody", "x"), "no station 'nobody'"),
        (RestoreKept("refs/heads/main", "x"), "keeps no work"),
        (RestoreKept("refs/factory-tui/kept/a/1", "main"), "there already"),
        (RestoreKept("refs/factory-tui/kept/a/1", ""), "no branch is named"),
    ],
)
def test_what_cannot_be_is_refused_in_words(wish: AnyWish, said: str) -> None:
    assert said in reason(answer(FLOOR, wish))


def test_a_station_that_is_only_observed_is_not_ours_to_command() -> None:
    state = fold_all(FLOOR, [ev.StationOpened(time=2.0, station="boat", kind="codex")])
    assert "only observed" in reason(answer(state, PromptStation("boat", "x")))
    assert "only observed" in reason(answer(state, ChangeLife("boat", Change.KILL)))


def test_one_whose_budget_is_used_up_takes_nothing_before_it_has_more() -> None:
    turn = (ev.TurnStarted(time=NOW, station="boss", text="x"), ev.TurnFinished(time=NOW, station="boss"))
    last = fold_all(BOSS, [*turn * 9, turn[0]])
    assert refused(last, PromptStation("boss", "x")).reason == "its budget is used up: turns", "another one"
    state = fold_all(last, turn[1:])
    resumed = ChangeLife("boss", Change.RESUME)
    tried: list[tuple[Life, list[PromptStation | ChangeLife]]] = [
        (Life.PAUSED, [PromptStation("boss", "x"), resumed]),
        (Life.STOPPED, [resumed, replace(resumed, fresh=True)]),
    ]
    for life, wishes in tried:
        rests = fold_all(state, [ev.LifeChanged(time=NOW, station="boss", life=life)])
        for wish in wishes:
            trouble = refused(rests, wish)
            assert trouble.reason == "its budget is used up: turns"
            assert trouble.cure == "give it more: factory-tui scope boss --turns N"
            richer = [ev.ScopeAssigned(time=NOW, station="boss", scope=API, budget=Budget(turns=11))]
            assert isinstance(answer(fold_all(rests, richer), wish), Accepted) or isinstance(wish, PromptStation)


# Children


@pytest.mark.parametrize(
    ("scope", "budget", "said"),
    [
        (Scope(write=("src/**",), read=("src/**",)), Budget(tokens=10, turns=1), "would write what boss may not"),
        (Scope(write=("src/api/x.py",)), Budget(tokens=10, turns=1), "would read what boss may not"),
        (replace(API, network=Network.OPEN), Budget(tokens=10, turns=1), "more of the network than boss"),
        (Scope(read=("src/**",)), Budget(tokens=10, turns=1), "boss may not, such as README.md"),
        (Scope(write=("src/*.c",), read=("src/**",)), Budget(tokens=10, turns=1), "boss may not, such as src/some.c"),
        (API, Budget(tokens=2_000, turns=1), "boss has 1,000 tokens left"),
        (API, Budget(turns=1), "boss has 1,000 tokens left"),
        (API, Budget(tokens=10, turns=11), "boss has 10 turns left"),
    ],
)
def test_a_child_gets_no_more_than_its_parent_has(scope: Scope, budget: Budget, said: str) -> None:
    assert said in reason(answer(BOSS, StartStation("builtin", parent="boss", scope=scope, budget=budget)))


def test_a_child_takes_its_budget_from_its_parent() -> None:
    child = StartStation("builtin", name="hand", parent="boss", scope=API, budget=Budget(tokens=600, turns=5))
    state = after(BOSS, child)
    assert state.stations["hand"].parent == "boss"
    start = state.intents[[*state.intents][-1]].wanted
    assert isinstance(start, ev.StartWanted) and start.start == "station/boss"
    assert "boss has 400 tokens left" in reason(answer(state, replace(child, name="")))
    used = fold_all(state, [ev.TokensUsed(time=NOW, station="boss", tokens=Tokens(input=300))])
    smaller = StartStation("builtin", parent="boss", scope=API, budget=Budget(tokens=101, turns=1))
    assert "boss has 100 tokens left" in reason(answer(used, smaller))


def test_a_parent_is_narrowed_no_further_than_what_works_for_it_and_that_does_not_come_back_with_more() -> None:
    child = StartStation("builtin", name="hand", parent="boss", scope=API, budget=Budget(tokens=600, turns=5))
    state, less = after(BOSS, child), replace(API, write=("src/api/x/**",))
    narrow = AssignScope("boss", less, BOSS.owned["boss"].budget)
    assert "hand works for it: it would write what boss may not" in reason(answer(state, narrow))
    assert "hand first" in refused(state, narrow).cure
    had = ev.ScopeAssigned(time=NOW, station="boss", scope=less, budget=narrow.budget)
    assert isinstance(answer(fold_all(state, [had]), replace(narrow, budget=Budget(tokens=9_000))), Accepted)
    ended = fold_all(state, [ev.LifeChanged(time=NOW, station="hand", life=Life.STOPPED)])
    assert isinstance(answer(ended, ChangeLife("hand", Change.RESUME)), Accepted)
    assigned = ev.ScopeAssigned(time=NOW, station="boss", scope=less, budget=narrow.budget)
    assert isinstance(answer(ended, narrow), Accepted)
    assert "boss may not" in reason(answer(fold_all(ended, [assigned]), ChangeLife("hand", Change.RESUME)))


@pytest.mark.parametrize(("life", "cure"), [(Life.KILLED, "factory-tui resume boss"), (Life.REMOVED, "or for none")])
def test_nobody_works_for_a_station_that_is_not_expected_back(life: Life, cure: str) -> None:
    state = fold_all(BOSS, [ev.LifeChanged(time=NOW, station="boss", life=life)])
    trouble = refused(state, StartStation("builtin", parent="boss", scope=API, budget=Budget(tokens=1, turns=1)))
    assert trouble.reason == f"boss is {life.value}"
    assert cure in trouble.cure


def test_a_budget_is_lowered_no_further_than_what_was_given_away() -> None:
    hands = [
        StartStation("builtin", name=name, parent="boss", scope=API, budget=Budget(tokens=tokens, turns=2))
        for name, tokens in (("left", 300), ("right", 400))
    ]
    state = after(BOSS, *hands)
    trouble = refused(state, AssignScope("boss", API, Budget(tokens=699, turns=10)))
    assert trouble.reason == "it gave 700 tokens to what works for it: left, right"
    assert "leave it 700 tokens or more" in trouble.cure
    for enough in (Budget(tokens=700, turns=4), Budget(tokens=2_000_000, turns=10), Budget()):
        assert isinstance(answer(state, AssignScope("boss", API, enough)), Accepted)
    assert "it gave 4 turns" in reason(answer(state, AssignScope("boss", API, Budget(tokens=1_000, turns=3))))
    over = [ev.LifeChanged(time=NOW, station=name, life=Life.STOPPED) for name in ("left", "right")]
    assert isinstance(answer(fold_all(state, over), AssignScope("boss", API, Budget(tokens=699, turns=10))), Accepted)


def test_a_child_of_a_safe_station_is_safe() -> None:
    wish = StartStation("builtin", parent="boss", scope=API, budget=Budget(tokens=1, turns=1), mode=Mode.FULL)
    assert "safe mode" in reason(answer(BOSS, wish))


def test_families_have_a_depth() -> None:
    state, above = BOSS, "boss"
    for number in range(3):
        wish = StartStation(
            "builtin", name=f"c{number}", parent=above, scope=API, budget=Budget(tokens=500 - number, turns=4 - number)
        )
        state, above = after(state, wish), f"c{number}"
    deeper = StartStation("builtin", parent=above, scope=API, budget=Budget(tokens=1, turns=1))
    assert "4 stations stand above it" in reason(answer(state, deeper))


# Exclusive scopes


def test_what_one_has_to_itself_no_other_gets() -> None:
    state = after(FLOOR, StartStation("builtin", name="own", scope=replace(API, exclusive=True)))
    assert "own has that to itself" in reason(answer(state, StartStation("builtin", scope=Scope(write=("src/**",)))))
    beside = StartStation("builtin", name="beside", scope=Scope(write=("docs/**",)))
    both = after(state, beside)
    assert "own has that to itself" in reason(answer(both, AssignScope("beside", Scope(write=("src/api/a.py",)))))
    late = AssignScope("beside", Scope(write=("**",), exclusive=True))
    assert reason(answer(both, late))


def test_what_another_has_to_itself_is_named_with_the_way_to_leave_it_out() -> None:
    state = after(FLOOR, StartStation("builtin", name="own", scope=Scope(write=("ui/**", "!ui/x/**"), exclusive=True)))
    refused = answer(state, StartStation("builtin"))
    assert isinstance(refused, Refusal)
    assert refused.reason == "own has that to itself: ui/**"
    assert refused.cure == "leave it out: --write '**' --write '!ui/**'"
    assert isinstance(answer(state, StartStation("builtin", scope=Scope(write=("**", "!ui/**")))), Accepted)


@pytest.mark.parametrize("name", ["../evil", "a/b", ".hidden", "--name", "a\\b"])
def test_a_name_is_no_path_and_no_option(name: str) -> None:
    assert "is no name of a station" in reason(answer(FLOOR, StartStation("builtin", name=name)))


def test_a_name_that_would_be_cut_is_refused() -> None:
    assert isinstance(answer(FLOOR, StartStation("builtin", name="x" * 40)), Accepted)
    assert reason(answer(FLOOR, StartStation("builtin", name="x" * 41))) == "the name has 41 characters"


def test_a_task_of_blanks_is_none() -> None:
    assert "its task is empty" in reason(answer(FLOOR, StartStation("builtin", " \n")))


def test_what_a_station_has_to_itself_those_share_that_work_for_it() -> None:
    state = after(FLOOR, StartStation("builtin", name="own", scope=replace(API, exclusive=True)))
    assert isinstance(answer(state, StartStation("builtin", parent="own", scope=API)), Accepted)


def test_an_ended_station_keeps_nothing_to_itself() -> None:
    state = after(FLOOR, StartStation("builtin", name="own", scope=replace(API, exclusive=True)))
    state = fold_all(state, [ev.LifeChanged(time=NOW, station="own", life=Life.STOPPED)])
    assert isinstance(answer(state, StartStation("builtin", scope=API)), Accepted)


def test_what_ended_comes_back_only_where_nobody_else_has_its_scope() -> None:
    state = after(FLOOR, StartStation("builtin", name="own", scope=replace(API, exclusive=True)))
    state = fold_all(state, [ev.LifeChanged(time=NOW, station="own", life=Life.STOPPED)])
    state = after(state, StartStation("builtin", name="other", scope=API))
    assert "other writes there" in reason(answer(state, ChangeLife("own", Change.RESUME)))


@pytest.mark.parametrize("wrong", ["/etc/**", "~/.ssh/**", "../x", "", "a\\b", "src/[a-z].py", "!src/**"])
def test_a_scope_that_cannot_be_meant_is_no_scope_also_beside_an_exclusive_one(wrong: str) -> None:
    state = after(FLOOR, StartStation("builtin", name="own", scope=replace(API, exclusive=True)))
    state = after(state, StartStation("builtin", name="boss", scope=Scope(write=("docs/**",))))
    state = after(state, StartStation("builtin", name="hand", parent="boss", scope=Scope(write=("docs/a/**",))))
    for station in ("boss", "hand"):
        assert "README" in refused(state, AssignScope(station, Scope(write=(wrong,)))).cure
    assert "README" in refused(state, StartStation("builtin", scope=Scope(write=(wrong,)))).cure
    assert "README" in refused(state, AssignScope("boss", Scope(write=("docs/**",), read=(wrong,)))).cure


def test_a_question_for_more_is_no_way_around_a_parent_or_an_exclusive_scope() -> None:
    state = after(FLOOR, StartStation("builtin", name="own", scope=replace(API, exclusive=True)))
    state = after(state, StartStation("builtin", name="boss", scope=Scope(write=("docs/**",))))
    state = after(state, StartStation("builtin", name="hand", parent="boss", scope=Scope(write=("docs/a/**",))))

    def asking(station: str, *globs: str) -> FloorState:
        event = ev.QuestionAsked(time=NOW, station=station, question="q", tool="scope", paths=globs, asks=Asks.SCOPE)
        return fold_all(state, [event])

    assert "own has that" in reason(answer(asking("boss", "src/**"), AnswerQuestion("boss", "q", "allow")))
    assert "boss may not" in reason(answer(asking("hand", "tests/**"), AnswerQuestion("hand", "q", "allow")))
    assert isinstance(answer(asking("hand", "docs/b/**"), AnswerQuestion("hand", "q", "allow")), Accepted)
    assert isinstance(answer(asking("hand", "tests/**"), AnswerQuestion("hand", "q", "deny")), Accepted)


# Lives, questions, scopes


LIVES = {
    Change.INTERRUPT: {Life.RUNNING},
    Change.PAUSE: {Life.RUNNING},
    Change.RESUME: {Life.PAUSED, Life.HELD, Life.STOPPED, Life.KILLED, Life.LOST},
    Change.STOP: {Life.WAITING, Life.RUNNING, Life.PAUSED, Life.HELD, Life.LOST},
    Change.KILL: {Life.WAITING, Life.RUNNING, Life.PAUSED, Life.HELD, Life.LOST},
    Change.REMOVE: {Life.HELD, Life.STOPPED, Life.KILLED, Life.LOST},
}


@pytest.mark.parametrize("life", Life)
@pytest.mark.parametrize("change", Change)
def test_what_can_be_done_to_a_station_depends_on_its_life(change: Change, life: Life) -> None:
    state = fold_all(BOSS, [ev.LifeChanged(time=NOW, station="boss", life=life)])
    decision = answer(state, ChangeLife("boss", change))
    if life in LIVES[change]:
        assert isinstance(decision, Accepted)
    else:
        assert life.value in reason(decision)


def test_what_rests_on_a_frozen_floor_goes_on_with_all_others() -> None:
    frozen = ev.FreezeWanted(time=NOW, command="f", frozen=True)
    rests = fold_all(BOSS, [frozen, ev.LifeChanged(time=NOW, station="boss", life=Life.PAUSED)])
    assert reason(answer(rests, ChangeLife("boss", Change.RESUME))) == "the floor is frozen"
    assert isinstance(answer(rests, ChangeLife("boss", Change.RESUME, fresh=True)), Accepted)
    ended = fold_all(BOSS, [frozen, ev.LifeChanged(time=NOW, station="boss", life=Life.STOPPED)])
    assert isinstance(answer(ended, ChangeLife("boss", Change.RESUME)), Accepted)  # it waits for the thaw


def test_a_running_station_can_be_begun_afresh() -> None:
    assert isinstance(answer(BOSS, ChangeLife("boss", Change.RESUME, fresh=True)), Accepted)


def test_only_who_runs_is_prompted() -> None:
    assert isinstance(answer(BOSS, PromptStation("boss", "go on")), Accepted)
    assert "nothing to ask" in reason(answer(BOSS, PromptStation("boss", "  ")))
    state = fold_all(BOSS, [ev.LifeChanged(time=NOW, station="boss", life=Life.PAUSED)])
    assert "paused" in reason(answer(state, PromptStation("boss", "go on")))


def asked(*questions: str, always: bool = False) -> FloorState:
    return fold_all(
        BOSS,
        [ev.QuestionAsked(time=NOW, station="boss", question=name, tool="run", always=always) for name in questions],
    )


def test_the_oldest_question_is_answered_unless_another_is_named() -> None:
    state = asked("q1", "q2")
    for named, meant in (("", "q1"), ("q2", "q2")):
        decision = answer(state, AnswerQuestion("boss", named, "allow"))
        assert isinstance(decision, Accepted)
        (wanted,) = decision.events
        assert isinstance(wanted, ev.AnswerWanted) and wanted.question == meant


def test_an_answer_that_nobody_waits_for_is_refused() -> None:
    assert "asks nothing" in reason(answer(BOSS, AnswerQuestion("boss", "", "allow")))
    assert "does not wait" in reason(answer(asked("q1"), AnswerQuestion("boss", "q9", "allow")))
    assert "no answer" in reason(answer(asked("q1"), AnswerQuestion("boss", "q1", "perhaps")))
    assert "for good" in reason(answer(asked("q1"), AnswerQuestion("boss", "q1", "always")))
    assert isinstance(answer(asked("q1", always=True), AnswerQuestion("boss", "q1", "always")), Accepted)


def test_a_scope_that_is_as_it_was_changes_nothing() -> None:
    assert answer(BOSS, AssignScope("boss", API, Budget(tokens=1_000, turns=10))) == Accepted(())
    unbounded = answer(BOSS, AssignScope("boss", API))
    assert isinstance(unbounded, Accepted) and unbounded.events
    wanted = answer(BOSS, AssignScope("boss", Scope(), Budget(tokens=1_000)))
    assert isinstance(wanted, Accepted) and isinstance(wanted.events[0], ev.ScopeWanted)


def test_a_frozen_floor_stays_frozen() -> None:
    frozen = after(BOSS, FreezeFloor(True))
    assert frozen.frozen
    assert answer(frozen, FreezeFloor(True)) == Accepted(told="the floor was frozen already")
    assert answer(BOSS, FreezeFloor(False)) == Accepted(told="the floor was not frozen")


def test_of_one_that_is_idle_there_is_nothing_to_interrupt() -> None:
    interrupt = ChangeLife("boss", Change.INTERRUPT)
    nothing = Accepted(told="it is idle: there was nothing to interrupt")
    begun = fold_all(after_start(BOSS), [ev.AgentReported(time=NOW, station="boss", state=Report.IDLE)])
    turn = ev.TurnStarted(time=NOW, station="boss", text="lead")
    idle = fold_all(begun, [turn, ev.TurnFinished(time=NOW, station="boss")])
    assert answer(idle, interrupt) == nothing
    for state in (begun, after(idle, PromptStation("boss", "go")), fold_all(idle, [turn])):
        assert isinstance(decision := answer(state, interrupt), Accepted) and decision.events


@pytest.mark.parametrize("asked", [True, False])
def test_undoing_ends_no_turn_but_the_one_that_came_of_it_and_is_not_offered_again(asked: bool) -> None:
    """Neither the turn of a task that was taken since, nor, by a second `u`, what was done before."""
    begins, ends = ev.TurnStarted(time=NOW, station="boss", text="go"), ev.TurnFinished(time=NOW, station="boss")
    state = fold_all(after_start(BOSS), [begins] if asked else [begins, ends])
    if asked:
        question = ev.QuestionAsked(
            time=NOW, station="boss", question="q", tool="Bash", text="ls", asks=Asks.PERMISSION
        )
        state = after(fold_all(state, [question]), AnswerQuestion("boss", "q", "allow"))
    else:
        state = after(state, PromptStation("boss", "go"))
    (command,) = state.intents
    state = fold_all(after_start(state), [] if asked else [begins])
    wanted = answer(state, Undo(command))
    assert isinstance(wanted, Accepted) and isinstance(wanted.events[0], ev.LifeWanted)
    state = fold_all(state, [ends, begins])
    nothing = answer(state, Undo(command))
    assert isinstance(nothing, Accepted)
    assert nothing.told == "the turn that came of it is over: what it did stays"
    state = fold_all(state, nothing.events)
    assert state.owned["boss"].turn_since and not state.intents
    assert state.ended[command].undone and command not in newest(state, "ann@box")


@pytest.mark.parametrize(
    ("given", "station", "name"), [("工作站", "station", "工作站"), ("Fix it!", "Fix-it", "Fix it!")]
)
def test_a_station_is_called_as_it_was_named_and_its_id_can_be_a_directory(given: str, station: str, name: str) -> None:
    state = after(FLOOR, StartStation("builtin", name=given))
    assert [(each, state.stations[each].name) for each in state.owned] == [(station, name)]
    assert "already" in reason(answer(state, StartStation("builtin", name=given)))
    wanted = answer(state, ChangeLife(name, Change.STOP))
    assert isinstance(wanted, Accepted) and isinstance(wanted.events[0], ev.LifeWanted)
    assert wanted.events[0].station == station


def test_of_two_that_are_called_the_same_the_id_says_which() -> None:
    state = after(FLOOR, StartStation("builtin", name="one"), StartStation("builtin", name="two"))
    same = fold_all(state, [ev.StationRenamed(time=NOW, station=name, name="it") for name in ("one", "two")])
    assert answer(same, ChangeLife("it", Change.STOP)) == Refusal("2 stations are called 'it'", "say which: one, two")
    assert isinstance(answer(same, ChangeLife("two", Change.STOP)), Accepted)
