"""What `u` comes to for stations: all that was changed by that, nothing else, and nothing passed over in silence."""

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
    DropRestored,
    ImportPaths,
    PromptStation,
    PruneEvents,
    Reply,
    RestoreKept,
    StandAgain,
    StartStation,
    Undo,
)
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Accepted, Decision, Refusal
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.scope import Budget, Network, Scope
from sessions.floor.state import EMPTY, FloorState
from sessions.views.undoing import came_to, newest, told
from tests.support.supervisor import opened

NOW, ANN, BOB = 1_000_000.0, "ann@box", "bob@box"
SCOPE, PURSE = Scope(write=("src/**",)), Budget(tokens=1_000, turns=9)
REF = "refs/factory-tui/kept/boss/20261130T000000Z-work"


def asked(state: FloorState, wish: AnyWish, command: str = "x", who: str = ANN) -> Decision:
    return decide(state, Command(command, who, NOW, wish), NOW)


def so(state: FloorState, wish: AnyWish, command: str, *facts: ev.Event, who: str = ANN) -> FloorState:
    """The floor on which that was wanted, these facts came of it, and it is done."""
    decision = asked(state, wish, command, who)
    assert isinstance(decision, Accepted), decision
    state = fold_all(state, (*decision.events, *facts))
    return fold_all(state, [ev.CommandDone(time=NOW, source="f", command=name) for name in state.intents])


def lives(life: Life, reason: str = "", kept: str = "") -> ev.LifeChanged:
    return ev.LifeChanged(time=NOW, source="f", station="boss", life=life, reason=reason, kept=kept)


def bound(scope: Scope, budget: Budget, who: str) -> ev.ScopeAssigned:
    return ev.ScopeAssigned(time=NOW, source="f", station="boss", scope=scope, budget=budget, who=who)


def undone(state: FloorState, command: str) -> Accepted:
    decision = asked(state, Undo(command), f"u{command}")
    assert isinstance(decision, Accepted), decision
    return decision


def refused(state: FloorState, command: str) -> Refusal:
    decision = asked(state, Undo(command), f"u{command}")
    assert isinstance(decision, Refusal), decision
    return decision


FLOOR = so(
    fold_all(EMPTY, [opened(), ev.BranchChanged(time=1.0, branch="main", head="aa")]),
    StartStation("builtin", "lead", name="boss", scope=SCOPE, budget=PURSE),
    "c0",
    lives(Life.RUNNING),
    ev.SessionOpened(time=NOW, source="f", station="boss", session="first"),
    ev.BranchChanged(time=NOW, branch="station/boss", head="bb"),
)


@pytest.mark.parametrize("life", [Life.HELD, Life.LOST])
@pytest.mark.parametrize("change", [Change.KILL, Change.STOP])
def test_one_that_was_held_or_lost_is_so_again_with_its_conversation_and_nothing_begins(
    life: Life, change: Change
) -> None:
    was = fold_all(FLOOR, [lives(life, "it failed")])
    ended = so(was, ChangeLife("boss", change), "c1", lives(Life.KILLED))
    assert newest(ended, ANN) == ("c1",)
    decision = undone(ended, "c1")
    again = fold_all(ended, decision.events)
    assert not again.intents
    assert (again.owned["boss"].life, again.owned["boss"].reason) == (life, "it failed")
    assert again.owned["boss"].failures == was.owned["boss"].failures, "nothing happened to it"
    assert again.stations["boss"].errors == was.stations["boss"].errors
    assert again.stations["boss"].session == "first"
    assert not any(ev.is_failure(event) for event in decision.events)
    resumed = asked(again, ChangeLife("boss", Change.RESUME))
    assert isinstance(resumed, Accepted)


def test_one_that_was_brought_back_since_does_not_become_held_again() -> None:
    ended = so(fold_all(FLOOR, [lives(Life.HELD)]), ChangeLife("boss", Change.KILL), "c1", lives(Life.KILLED))
    assert refused(fold_all(ended, [lives(Life.RUNNING)]), "c1").reason == "boss is running by now"


def test_one_that_was_removed_is_wanted_back_as_it_stood_with_what_was_kept() -> None:
    stopped = fold_all(FLOOR, [lives(Life.STOPPED, "enough")])
    gone = so(stopped, ChangeLife("boss", Change.REMOVE), "c1", lives(Life.REMOVED, "", REF))
    assert gone.owned["boss"].left == REF
    decision = undone(gone, "c1")
    wanted = decision.events[0]
    assert isinstance(wanted, ev.StandAgainWanted)
    assert (wanted.station, wanted.life, wanted.reason, wanted.tip) == ("boss", Life.STOPPED, "enough", "bb")
    assert "its conversation" in came_to(gone, {"c1": _done()}), "what is not as it was is told"
    other = so(gone, StartStation("builtin", name="next", branch="station/boss"), "c2")
    assert refused(other, "c1").reason == "next works on station/boss by now"


def test_a_new_conversation_gives_way_to_the_one_before() -> None:
    fresh = so(
        FLOOR, ChangeLife("boss", Change.RESUME, fresh=True), "c1",
        ev.SessionOpened(time=NOW + 1, source="f", station="boss", session="second"),
    )  # fmt: skip
    assert fresh.stations["boss"].session == "second"
    wanted = undone(fresh, "c1").events[0]
    assert isinstance(wanted, ev.LifeWanted)
    assert (wanted.change, wanted.session, wanted.fresh) == (Change.RESUME, "first", False)
    assert "the conversation before" in came_to(fresh, {"c1": _done()})
    assert told(fresh, ("c1",)) == "the new conversation of boss"


def test_one_that_ran_is_not_ended_where_the_conversation_before_is_not_known() -> None:
    unnamed = so(
        fold_all(EMPTY, [opened()]), StartStation("builtin", "lead", name="boss"), "c0", lives(Life.RUNNING)
    )  # fmt: skip
    assert unnamed.stations["boss"].session == ""
    fresh = so(unnamed, ChangeLife("boss", Change.RESUME, fresh=True), "c1")
    assert refused(fresh, "c1").reason.startswith("nothing undoes a new conversation: the one before is not known")


def test_where_nothing_can_undo_it_that_is_said_and_not_what_was_before_is_undone() -> None:
    state = so(FLOOR, ChangeLife("boss", Change.RESUME, model="opus"), "c1")
    state = so(state, ImportPaths(("/a",)), "c2")
    state = so(state, PruneEvents(1.0, 9, False), "c3")
    for command, reason in (
        ("c3", "nothing undoes pruning the journal: what was taken out is gone"),
        ("c2", "nothing undoes reading transcripts in: what was read is in the journal"),
        ("c1", "nothing undoes another model: it had the model that its agent takes by itself"),
    ):
        later = {name for name in ("c3", "c2", "c1") if name > command}
        assert newest(state, ANN, later) == (command,)
        assert refused(state, command).reason.startswith(reason)
        assert state.ended[command].undone == ""


def test_a_branch_that_was_restored_goes_again_unless_somebody_works_on_it() -> None:
    state = so(FLOOR, RestoreKept(REF, "rescued"), "c1")
    assert state.ended["c1"].undo == DropRestored(REF, "rescued")
    assert isinstance(undone(state, "c1").events[0], ev.RestoredDropWanted)
    taken = so(state, StartStation("builtin", name="next", branch="rescued"), "c2")
    assert refused(taken, "c1").reason == "next works on rescued by now"


WIDE = replace(SCOPE, write=("src/**", "docs/**"))
RICH = replace(PURSE, tokens=9_999)


def test_only_what_was_assigned_is_as_it_was_and_what_others_changed_since_stays() -> None:
    state = so(
        FLOOR, AssignScope("boss", WIDE, replace(PURSE, turns=20)), "c1", bound(WIDE, replace(PURSE, turns=20), ANN)
    )
    other, purse = replace(WIDE, network=Network.OPEN), replace(PURSE, turns=20, tokens=5_000)
    state = fold_all(state, [bound(other, purse, BOB)])
    wanted = undone(state, "c1").events[0]
    assert isinstance(wanted, ev.ScopeWanted)
    assert wanted.scope == replace(SCOPE, network=Network.OPEN)
    assert wanted.budget == replace(PURSE, tokens=5_000)


def test_of_a_list_that_others_added_to_since_only_what_was_added_goes() -> None:
    state = so(FLOOR, AssignScope("boss", WIDE, PURSE), "c1", bound(WIDE, PURSE, ANN))
    state = fold_all(state, [bound(replace(WIDE, write=(*WIDE.write, "ui/**")), PURSE, BOB)])
    wanted = undone(state, "c1").events[0]
    assert isinstance(wanted, ev.ScopeWanted)
    assert wanted.scope.write == ("src/**", "ui/**")


@pytest.mark.parametrize(
    ("scope", "budget", "said"),
    [
        (
            replace(WIDE, write=("lib/**",)),
            Budget(tokens=9_999, turns=9),
            "bob@box has changed what it may",
        ),
        (
            replace(WIDE, write=(*WIDE.write, "!src/x/**")),
            Budget(tokens=9_999, turns=9),
            "bob@box has changed what it may",
        ),
        (WIDE, Budget(tokens=7, turns=9), "bob@box has changed its budget of tokens since"),
    ],
)
def test_what_somebody_else_has_changed_since_is_not_overwritten(scope: Scope, budget: Budget, said: str) -> None:
    state = so(FLOOR, AssignScope("boss", WIDE, RICH), "c1", bound(WIDE, RICH, ANN))
    assert refused(fold_all(state, [bound(scope, budget, BOB)]), "c1").reason.startswith(said)


def test_what_is_as_it_was_before_already_is_told() -> None:
    state = so(FLOOR, AssignScope("boss", WIDE, PURSE), "c1", bound(WIDE, PURSE, ANN))
    assert undone(fold_all(state, [bound(SCOPE, PURSE, BOB)]), "c1").told == "it is as it was before already"


def test_a_scope_that_was_allowed_by_an_answer_is_narrowed_by_that_alone() -> None:
    question = ev.QuestionAsked(time=NOW, source="f", station="boss", question="q", asks=Asks.SCOPE, paths=("docs/**",))
    state = so(fold_all(FLOOR, [question]), AnswerQuestion("boss", "q", "allow"), "c1", bound(WIDE, PURSE, ANN))
    state = fold_all(state, [bound(WIDE, replace(PURSE, turns=99), BOB)])
    wanted = undone(state, "c1").events[0]
    assert isinstance(wanted, ev.ScopeWanted)
    assert (wanted.scope, wanted.budget.turns) == (SCOPE, 99)


def _turn(*kinds: type[ev.TurnStarted] | type[ev.TurnFinished]) -> list[ev.Event]:
    return [kind(time=NOW, source="f", station="boss") for kind in kinds]


@pytest.mark.parametrize("life", [Life.RUNNING, Life.STOPPED])
def test_of_a_turn_that_is_over_it_is_told_that_what_it_did_stays(life: Life) -> None:
    state = so(FLOOR, PromptStation("boss", "go"), "c1", *_turn(ev.TurnStarted, ev.TurnFinished), lives(life))
    decision = undone(state, "c1")
    assert decision.told == "the turn that came of it is over: what it did stays"
    assert not any(isinstance(event, ev.LifeWanted) for event in decision.events)
    assert "c1" not in newest(fold_all(state, decision.events), ANN)


def test_a_request_that_waits_for_another_turn_is_not_undone_at_the_cost_of_that_one() -> None:
    state = so(fold_all(FLOOR, _turn(ev.TurnStarted)), PromptStation("boss", "go"), "c1")
    decision = asked(state, Undo("c1"))
    assert isinstance(decision, Refusal)
    assert decision.reason.startswith("it is still at another turn")
    state = fold_all(state, _turn(ev.TurnFinished, ev.TurnStarted))
    assert any(isinstance(event, ev.LifeWanted) for event in undone(state, "c1").events)


def test_what_was_allowed_for_good_stays_allowed_and_that_is_told_whether_the_turn_goes_on_or_not() -> None:
    question = ev.QuestionAsked(time=NOW, source="f", station="boss", question="q", tool="Bash", always=True)
    state = fold_all(FLOOR, [*_turn(ev.TurnStarted), question])
    state = so(state, AnswerQuestion("boss", "q", "always"), "c1")
    assert "its like stays allowed" in came_to(state, {"c1": _done()})
    assert "its like stays allowed" in undone(fold_all(state, _turn(ev.TurnFinished)), "c1").told


def test_a_denial_is_taken_back_in_words_also_when_its_turn_is_over_but_not_where_nobody_hears_them() -> None:
    question = ev.QuestionAsked(time=NOW, source="f", station="boss", question="q", tool="Bash", text="ls")
    state = so(fold_all(FLOOR, [*_turn(ev.TurnStarted), question]), AnswerQuestion("boss", "q", "deny"), "c1")
    over = fold_all(state, _turn(ev.TurnFinished))
    wanted = undone(over, "c1").events[0]
    assert isinstance(wanted, ev.PromptWanted) and "Bash ls. It is allowed" in wanted.text
    assert "it is told that it was a mistake" in came_to(over, {"c1": _done()})
    assert refused(fold_all(over, [lives(Life.STOPPED)]), "c1") == Refusal(
        "it is stopped", "bring it back first: resume it"
    )


def test_nobody_stands_again_who_was_never_ended() -> None:
    assert isinstance(asked(FLOOR, StandAgain("boss", Life.HELD)), Refusal)


@pytest.mark.parametrize("life", [Life.RUNNING, Life.PAUSED, Life.WAITING, Life.REMOVED])
def test_nobody_is_said_to_run_again_by_being_undone(life: Life) -> None:
    killed = fold_all(FLOOR, [lives(Life.KILLED)])
    assert isinstance(asked(killed, StandAgain("boss", life)), Refusal)


def _done() -> Reply:
    return Reply(True)
