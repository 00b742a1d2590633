"""The rows of the queue: their order, what is folded and found, and what a key can do to each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.commands import AssignTask, DropTask, HoldTask, JudgeTask, RequeueStation
from sessions.floor.tasks.queue import in_order
from sessions.floor.tasks.task import OVER, Task, TaskSpec, TaskState
from sessions.views.tasks.board import EVERYTHING, PART, Choice, Part, board, counted
from sessions.views.tasks.verbs import JUDGED, Verb, refusal, trouble, wish_of
from sessions.views.tasks.words import check_words, first_of, standing
from tests.support.console import NOW, state_of
from tests.support.tasks.queue import OUTPUT, RETRY, queue_events

STATE = state_of(queue_events())


def ids(choice: Choice = EVERYTHING) -> list[str]:
    return [row.task.id for row in board(STATE.tasks, choice).rows]


def test_what_needs_a_person_stands_first_then_what_is_under_way_then_the_queue_then_what_is_held() -> None:
    assert ids() == ["t4", "t3", "t1", "t2", "t6", "t5"]
    assert [row.place for row in board(STATE.tasks).rows] == [0, 0, 0, 1, 2, 0]


def test_what_is_over_is_folded_until_it_is_asked_for_or_found() -> None:
    assert board(STATE.tasks).folded == 2
    assert ids(Choice(unfolded=True))[-2:] == ["t8", "t7"], "the newest first"
    assert ids(Choice("second timer")) == ["t7"]
    assert ids(Choice(parts=frozenset({Part.OVER}))) == ["t8", "t7"]


def test_words_are_found_in_titles_scopes_stations_and_texts_of_any_case() -> None:
    assert ids(Choice("POOL retry")) == ["t1"]
    assert ids(Choice("ship-03")) == ["t4"]
    assert ids(Choice("再試行")) == ["t6"]
    assert board(STATE.tasks, Choice("nowhere")).hidden == 8


def test_counts_are_told_with_those_first_that_need_a_person() -> None:
    assert [f"{number} {word}" for number, word, _ in counted(board(STATE.tasks))] == [
        *("1 failed", "1 under way", "1 in check", "2 queued", "1 held", "1 finished", "1 dropped")
    ]


@given(st.lists(st.tuples(st.sampled_from(TaskState), st.integers(-2, 2), st.floats(0, 9), st.floats(0, 9))))
def test_every_task_has_one_row_and_the_queue_is_in_the_order_in_which_it_is_taken(
    drawn: list[tuple[TaskState, int, float, float]],
) -> None:
    tasks = {
        f"t{at}": Task(f"t{at}", TaskSpec("x", priority=priority), state, order, since=since)
        for at, (state, priority, order, since) in enumerate(drawn)
    }
    shown = board(tasks, Choice(unfolded=True))
    assert sorted(row.task.id for row in shown.rows) == sorted(tasks)
    queue = [row for row in shown.rows if row.place]
    assert [row.place for row in queue] == [*range(1, len(queue) + 1)]
    assert [row.task for row in queue] == in_order(row.task for row in queue)
    parts = [PART[row.task.state] for row in shown.rows]
    assert parts == sorted(parts)
    folded = board(tasks)
    assert folded.folded == sum(task.state in OVER for task in tasks.values())
    assert len(folded.rows) + folded.folded == len(tasks) == folded.every


def test_each_state_says_why_nothing_goes_on() -> None:
    assert standing(STATE.tasks["t1"]) == "bounced 1 of 2: 2 tests fail in tests/pool"
    given_back = replace(STATE.tasks["t1"], bounces=3)
    assert standing(given_back) == "bounced 3 ×: 2 tests fail in tests/pool"
    assert standing(STATE.tasks["t3"]) == "says that it is done"
    assert standing(STATE.tasks["t4"]) == "its check failed 3 times"
    assert standing(STATE.tasks["t5"]) == "not before 4.3"
    assert standing(STATE.tasks["t2"]) == ""
    assert standing(STATE.tasks["t7"]) == "its check passed"
    assert first_of("\n \x1b[31m\n" + OUTPUT) == "tests/pool/test_retry.py::test_gives_up FAILED"


def test_a_check_is_told_in_words() -> None:
    assert check_words(RETRY.check) == [
        *("$ pytest -q tests/pool", "src/pool/** must change", "docs/** must not change"),
        "at most 6 files, at most 200 lines",
    ]


@pytest.mark.parametrize(
    ("task", "can"),
    [
        ("t1", {Verb.EDIT, Verb.ASSIGN, Verb.REQUEUE, Verb.SPLIT, Verb.DROP}),
        ("t2", {Verb.EDIT, Verb.EARLIER, Verb.LATER, Verb.HOLD, Verb.ASSIGN, Verb.SPLIT, Verb.DROP}),
        ("t3", {Verb.EDIT, Verb.ASSIGN, Verb.REQUEUE, Verb.SPLIT, Verb.DROP}),
        ("t4", {Verb.EDIT, Verb.HOLD, Verb.ASSIGN, Verb.REQUEUE, Verb.SPLIT, Verb.DROP, Verb.ACCEPT, Verb.BACK}),
        ("t5", {Verb.EDIT, Verb.HOLD, Verb.ASSIGN, Verb.SPLIT, Verb.DROP}),
        ("t7", set[Verb]()),
        ("t8", {Verb.HOLD}),
    ],
)
def test_what_can_be_done_to_each_and_why_not(task: str, can: set[Verb]) -> None:
    assert {verb for verb in Verb if not trouble(STATE.tasks[task], verb)} == can


def test_many_can_when_one_can_and_the_first_reason_is_told_else() -> None:
    assert refusal([STATE.tasks["t7"], STATE.tasks["t2"]], Verb.DROP) == ""
    assert refusal([STATE.tasks["t7"], STATE.tasks["t2"]], Verb.ACCEPT) == (
        "none of the 2 marked ones can: it is finished"
    )
    assert refusal([], Verb.DROP) == "nothing is selected"


def test_what_is_asked_of_the_supervisor() -> None:
    tasks = STATE.tasks
    assert wish_of(tasks["t2"], Verb.HOLD) == HoldTask("t2", True)
    assert [wish_of(tasks[id], Verb.HOLD) for id in ("t4", "t5", "t8")] == [
        HoldTask(id, False) for id in ("t4", "t5", "t8")
    ]
    assert wish_of(tasks["t2"], Verb.ASSIGN, station="worker") == AssignTask("t2", "worker")
    assert wish_of(tasks["t1"], Verb.ASSIGN, station="worker") == RequeueStation("proxy-00", "handed over", to="worker")
    assert wish_of(tasks["t4"], Verb.BACK, "not so") == JudgeTask("t4", False, "not so")
    assert wish_of(tasks["t4"], Verb.DROP, "too old") == DropTask("t4", "too old")
    assert all(not trouble(replace(tasks["t4"], state=state), Verb.ACCEPT) for state in JUDGED)
    with pytest.raises(ValueError, match="asks for more"):
        wish_of(tasks["t2"], Verb.SPLIT)


def test_the_queue_s_ages_are_those_of_the_floor() -> None:
    assert STATE.tasks["t4"].since == NOW - 1_270
