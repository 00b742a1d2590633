"""Settling: the events of the wish that is meant, and that the case is settled, in one transaction; and back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, BringBack, ExpectKind, ReopenCase, SettleCase, Undo
from sessions.floor.decide.decision import Accepted, Refusal
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Change, Life
from sessions.floor.tasks.task import TaskSpec
from sessions.floor.triage.case import Act, Kind
from sessions.journal import codec
from tests.support.triage.floors import NOW, after, answer, asks, case, done, floor, observed, opened, ours

ASKED = case("api", Kind.PERMISSION, about="q1")
FAILED = case("api")
ASKING = floor(ours("api"), asks("api"), opened(ASKED))


def events_of(state: object, wish: AnyWish) -> tuple[ev.Event, ...]:
    decision = answer(state, wish)  # type: ignore[arg-type]
    assert isinstance(decision, Accepted), decision
    return decision.events


def test_an_answer_and_the_case_are_one_transaction() -> None:
    settled, wanted = events_of(ASKING, SettleCase(ASKED.id, Act.DENY, text="not on main"))
    assert isinstance(wanted, ev.AnswerWanted) and (wanted.decision, wanted.reason) == ("deny", "not on main")
    assert isinstance(settled, ev.CaseSettled)
    assert (settled.case, settled.act, settled.who, settled.text) == (ASKED.id, Act.DENY, "mara@box", "not on main")
    state = after(ASKING, SettleCase(ASKED.id, Act.DENY))
    assert not state.cases and state.settled[ASKED.id].command == "c1"


def test_what_cannot_be_done_leaves_the_case() -> None:
    for wish in (
        SettleCase(ASKED.id, Act.ALWAYS),
        SettleCase(ASKED.id, Act.MORE),
        SettleCase(ASKED.id, Act.ANSWER),
        SettleCase("nothing", Act.SEEN),
        SettleCase(ASKED.id, Act.SNOOZE, until=NOW - 1),
        SettleCase(ASKED.id, Act.SNOOZE, until=NOW + 1e9),
    ):
        refused = answer(ASKING, wish)
        assert isinstance(refused, Refusal) and refused.cure, wish


def test_a_case_is_settled_once() -> None:
    state = after(ASKING, SettleCase(ASKED.id, Act.SEEN))
    refused = answer(state, SettleCase(ASKED.id, Act.ALLOW), "c2")
    assert isinstance(refused, Refusal) and refused.reason == "it is settled: seen by mara@box"


def test_a_command_that_fails_brings_its_case_back_with_the_reason() -> None:
    state = after(ASKING, SettleCase(ASKED.id, Act.ALLOW))
    state = fold_all(state, [ev.CommandFailed(time=NOW + 1, command="c1", reason="the agent is gone")])
    assert state.cases[ASKED.id].note == "allow failed: the agent is gone"
    assert state.cases[ASKED.id].returned == NOW + 1 and not state.settled


@pytest.mark.parametrize("act", [Act.SEEN, Act.SNOOZE, Act.EXPECTED, Act.HOLD, Act.KILL])
def test_whatever_is_done_is_undone_and_the_case_is_back(act: Act) -> None:
    about = case("api", Kind.STUCK)
    state = done(after(floor(ours("api"), opened(about)), SettleCase(about.id, act)))
    if act is not Act.SNOOZE:
        assert about.id in state.settled
    else:
        assert state.cases[about.id].snoozed == NOW + 1_800
    if life := {Act.KILL: Life.KILLED, Act.HOLD: Life.PAUSED}.get(act):
        state = fold_all(state, [ev.LifeChanged(time=NOW, station="api", life=life)])
    state = after(state, Undo("c1"), "c2")
    assert about.id in state.cases and not state.cases[about.id].snoozed and not state.expected
    again = answer(state, Undo("c1"), "c3")
    assert isinstance(again, Refusal) and again.reason == "that is undone already"


def test_the_undoing_of_what_was_wanted_comes_with_it() -> None:
    back = ReopenCase(FAILED.id)
    state = floor(ours("api"), opened(FAILED))
    wanted = next(each for each in events_of(state, SettleCase(FAILED.id, Act.KILL)) if isinstance(each, ev.LifeWanted))
    assert wanted.change is Change.KILL and isinstance(wanted.undo, ReopenCase) and wanted.undo.case == back.case
    assert codec.decode_all(codec.encoded([wanted]).bodies) == [wanted]


def test_what_is_expected_of_a_station_is_not_shown_for_it() -> None:
    one, two, other = case("api"), case("api", number=2), case("api", Kind.STUCK)
    state = after(floor(ours("api"), opened(one, two, other)), SettleCase(one.id, Act.EXPECTED))
    assert [*state.cases] == [other.id] and state.expected == {"api": (Kind.FAILED,)}
    assert {each.act for each in state.settled.values()} == {Act.EXPECTED}
    state = after(state, ExpectKind("api", Kind.FAILED, False), "c2")
    assert {*state.cases} == {one.id, two.id, other.id} and not state.expected
    assert answer(state, ExpectKind("api", Kind.FAILED, False), "c3") == Accepted(told="that is so already")


def test_two_hundred_of_one_cause_are_settled_with_one_key_and_undone_together() -> None:
    cases = [case(f"s{n}", group="g") for n in range(200)]
    state = floor([event for n in range(200) for event in observed(f"s{n}")], opened(*cases))
    for number, each in enumerate(cases):
        decision = answer(state, SettleCase(each.id, Act.SEEN), f"k{number}", together="one")
        assert isinstance(decision, Accepted)
        state = fold_all(state, decision.events)
    assert not state.cases and len(state.settled) == 200
    assert {state.ended[f"k{number}"].together for number in range(200)} == {"one"}


def test_a_snooze_ends_at_its_time_or_with_an_event_and_is_never_for_ever() -> None:
    state = after(ASKING, SettleCase(ASKED.id, Act.SNOOZE, until=NOW + 60))
    assert state.cases[ASKED.id].snoozed == NOW + 60
    state = after(ASKING, SettleCase(ASKED.id, Act.SNOOZE, wakes="turn_finished"))
    assert (state.cases[ASKED.id].wakes, state.cases[ASKED.id].snoozed) == ("turn_finished", NOW + 7 * 86_400)


def test_what_a_station_is_in_still_is_not_forgotten_for_all_that_was_settled_since() -> None:
    old = replace(FAILED, station="old", id="old:failed:1")
    state = floor(observed("old"), opened(old))
    state = after(state, SettleCase(old.id, Act.SEEN))
    for number in range(600):
        told = [
            *opened(each := case("busy", number=number)),
            ev.CaseClosed(time=NOW, station="busy", case=each.id, why=""),
        ]
        state = fold_all(state, told)
    assert len(state.settled) == 500 and old.id in state.settled


@pytest.mark.parametrize("act", [Act.REQUEUE, Act.HAND_OVER, Act.GIVE_UP])
def test_a_task_that_is_taken_from_its_station_has_a_way_back(act: Act) -> None:
    """Case 54: also what was given up."""
    about = case("api", Kind.STUCK)
    taken = [
        ev.TaskAdded(time=NOW - 9, task="t1", spec=TaskSpec("count")),
        ev.TaskTaken(time=NOW - 8, station="api", task="t1", lease=1),
    ]
    events = events_of(floor(ours("api"), taken, opened(about)), SettleCase(about.id, act, text="too slow"))
    (wanted,) = (event for event in events if isinstance(event, ev.RequeueWanted))
    assert (wanted.task, wanted.why, wanted.hold) == ("t1", "too slow", act is Act.GIVE_UP)
    assert wanted.undo == ReopenCase(about.id, also=BringBack("api", "t1"))
    assert [event.act for event in events if isinstance(event, ev.CaseSettled)] == [act]


def test_a_task_that_failed_its_check_goes_back_or_is_accepted_or_held() -> None:
    about = case("api", Kind.CHECK, about="t1")
    told = [
        ev.TaskAdded(time=NOW - 9, task="t1", spec=TaskSpec("count")),
        ev.TaskTaken(time=NOW - 8, station="api", task="t1", lease=1),
        ev.TaskFailed(time=NOW - 7, station="api", task="t1", lease=1, reason="its check failed 3 times"),
    ]
    state = floor(ours("api"), told, opened(about))
    for act, what in ((Act.RETRY, ev.TaskBounced), (Act.ALLOW, ev.TaskFinished), (Act.GIVE_UP, ev.TaskReturned)):
        kinds = {type(event) for event in events_of(state, SettleCase(about.id, act))}
        assert {what, ev.CaseSettled} <= kinds, (act, kinds)


@pytest.mark.parametrize("act", [Act.RETRY, Act.FRESH, Act.KILL])
def test_what_goes_on_by_itself_is_not_begun_anew(act: Act) -> None:
    begun = ev.TurnStarted(time=NOW + 5, station="api", text="go on")
    state = floor(ours("api"), ev.TurnFailed(time=NOW - 9, station="api", reason="529"), opened(FAILED), begun)
    refused = answer(state, SettleCase(FAILED.id, act))
    assert isinstance(refused, Refusal) and refused.reason == "api is at work again"
    assert isinstance(answer(state, SettleCase(FAILED.id, Act.SEEN)), Accepted)
