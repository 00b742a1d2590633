"""What is decided of a task in the hands of a station, to the event."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.decide.decision import Accepted, Decision, Refusal
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned, Question
from sessions.floor.scope import Budget
from sessions.floor.state import Branch, FloorState, Station
from sessions.floor.tasks import moves
from sessions.floor.tasks.moves import About
from sessions.floor.tasks.task import Check, Learned, Task, TaskSpec, TaskState
from sessions.floor.tokens import Meter
from tests.support.queue import floors as queue

NOW = 500.0
CHECKED = TaskSpec("one", check=Check(commands=("make",)))
TASK = Task("t1", CHECKED, TaskState.TAKEN, station="api", lease=2, taken=100.0, base="b1", done=300.0, bounces=1)
API = Owned(Life.RUNNING, since=90.0, directory="/places/api", branch="station/api", base="b0", worked=40.0)
BY: About = {"time": NOW, "source": "tasks", "station": "api", "task": "t1", "lease": 2}
LEARNED = Learned(by="api", branch="station/api")
TAKEN_AGAIN = Refusal("t1 was taken again since: it is with Ann", "leave it")
FINISHED = Refusal("t1 is finished", "leave it")


def floor(
    task: Task = TASK, api: Owned | None = API, *others: Task, children: dict[str, Owned] | None = None
) -> FloorState:
    """A task, its station, which is called Ann, and those that work for it."""
    owned = {"api": api} | (children or {})
    return FloorState(
        stations={
            "api": Station("api", called="Ann", meter=Meter(calls=1, cost=2.0)),
            **{name: Station(name, parent="api") for name in children or ()},
        },
        owned={name: each for name, each in owned.items() if each is not None},
        tasks={each.id: each for each in (task, *others)},
        hands={task.station: task.id} if task.under_way else {},
    )


@pytest.mark.parametrize(
    ("task", "of", "lease", "found"),
    [
        (TASK, "t1", 2, TASK),
        (TASK, "t2", 2, Refusal("there is no task t2", "see `factory-tui task list`")),
        (TASK, "t1", 1, TAKEN_AGAIN),
        (TASK, "t1", 3, TAKEN_AGAIN),
        (replace(TASK, state=TaskState.FINISHED), "t1", 2, FINISHED),
    ],
)
def test_only_the_present_taking_is_heard(task: Task, of: str, lease: int, found: Task | Refusal) -> None:
    state = floor(task)
    assert moves.present(state, of, lease) == found
    if isinstance(found, Refusal):
        result = ev.CheckFinished(time=NOW, station="api", task=of, lease=lease, passed=True)
        assert moves.claimed(state, of, lease, NOW) == moves.checked(state, result) == found
        assert moves.failed(state, of, lease, "x", NOW) == found


def test_each_that_is_free_and_whose_head_is_known_takes_the_next() -> None:
    state = queue.floor(queue.added(*[TaskSpec("x")] * 3), *(queue.free(name) for name in ("a", "b", "c")))
    decision = moves.take(state, {"b": "h1", "c": "h2"}, NOW)
    assert isinstance(decision, Accepted)
    found = [(each.station, each.task, each.base) for each in decision.events if isinstance(each, ev.TaskTaken)]
    assert found == [("b", "t1", "h1"), ("c", "t2", "h2")]


@pytest.mark.parametrize(
    ("task", "other", "base"),
    [
        (TASK, None, "b1"),
        (replace(TASK, station="ship"), None, "c1"),
        (replace(TASK, base=""), None, "c1"),
        (TASK, replace(TASK, id="t2", taken=100.0), "c1"),
        (TASK, replace(TASK, id="t2", taken=99.0), "b1"),
        (TASK, replace(TASK, id="t2", taken=200.0, station="ship"), "b1"),
    ],
)
def test_what_it_had_done_for_a_task_counts_when_it_takes_that_again(task: Task, other: Task | None, base: str) -> None:
    queued = replace(task, state=TaskState.QUEUED)
    state = floor(queued, API, *([other] if other is not None else []))
    spent = Budget(dollars=2.0, seconds=40.0)
    about: About = {**BY, "source": "hand", "lease": 3}
    assert moves.taken(state, queued, "api", "c1", NOW, "hand") == ev.TaskTaken(**about, base=base, spent=spent)
    assert moves.taken(state, queued, "api", "c1", NOW).source == "tasks"


@pytest.mark.parametrize(
    ("head", "branches", "base"),
    [
        ("h1", {"station/api": Branch("station/api", head="h2")}, "h1"),
        ("", {"station/api": Branch("station/api", head="h2")}, "h2"),
        ("", {"station/api": Branch("station/api")}, "b0"),
        ("", {"main": Branch("main", head="h2")}, "b0"),
    ],
)
def test_the_head_of_a_station_is_what_is_known_of_it(head: str, branches: dict[str, Branch], base: str) -> None:
    assert moves.base_of(replace(floor(api=replace(API, head=head)), branches=branches), "api") == base


WORKS = replace(API, turn_since=200.0)


@pytest.mark.parametrize(
    ("task", "api", "children", "done"),
    [
        (TASK, API, {}, True),
        (TASK, None, {}, False),
        (replace(TASK, done=0.0), API, {}, False),
        (TASK, WORKS, {}, False),
        (TASK, replace(API, questions={"q1": Question("q1", 1.0)}), {}, False),
        (TASK, API, {"c1": WORKS, "c2": API}, False),
        (TASK, API, {"c1": API, "c2": replace(WORKS, life=Life.STOPPED)}, True),
    ],
)
def test_it_is_done_when_its_station_says_so_and_waits_for_nobody(
    task: Task, api: Owned | None, children: dict[str, Owned], done: bool
) -> None:
    assert moves.is_done(floor(task, api, children=children), task) is done


def test_what_is_done_already_is_not_claimed_again() -> None:
    assert moves.claimed(floor(), "t1", 2, NOW, "ready") == Accepted((ev.TaskClaimed(**BY, text="ready"),))
    checking = replace(TASK, state=TaskState.CHECKING)
    refused = Refusal("t1 is checking already", "wait for what comes of that")
    assert moves.claimed(floor(checking), "t1", 2, NOW) == refused


PASSED = ev.CheckFinished(**BY, passed=True, head="h1")
FAILED = ev.CheckFinished(**BY, passed=False, failures=("x" * 300, "and y"), output="the end\n")
CHECKING = replace(TASK, state=TaskState.CHECKING)
BOUNCED = ev.TaskBounced(**BY, reason="x" * 200)
LEARNED_OF = replace(LEARNED, output="\n".join(("x" * 300, "and y", "the end")))
RETURNED = ev.TaskReturned(**BY, reason="x" * 200, learned=LEARNED_OF)


@pytest.mark.parametrize(
    ("task", "api", "result", "follows"),
    [
        (CHECKING, API, PASSED, [ev.TaskFinished(**BY, head="h1")]),
        (replace(CHECKING, spec=TaskSpec("one")), API, PASSED, []),
        (replace(CHECKING, spec=TaskSpec("one")), API, FAILED, [BOUNCED]),
        (CHECKING, API, FAILED, [BOUNCED]),
        (CHECKING, API, replace(FAILED, failures=()), [replace(BOUNCED, reason="its check failed")]),
        (replace(CHECKING, bounces=2), API, FAILED, [ev.TaskFailed(**BY, reason="x" * 200)]),
        (replace(CHECKING, bounces=3), API, FAILED, [ev.TaskFailed(**BY, reason="x" * 200)]),
        (CHECKING, None, FAILED, [replace(RETURNED, learned=replace(LEARNED_OF, branch=""))]),
        *(
            (CHECKING, replace(API, life=life), FAILED, [RETURNED])
            for life in (Life.HELD, Life.STOPPED, Life.KILLED, Life.REMOVED)
        ),
        *((CHECKING, replace(API, life=life), FAILED, [BOUNCED]) for life in (Life.WAITING, Life.PAUSED, Life.LOST)),
    ],
)
def test_what_comes_of_a_check(
    task: Task, api: Owned | None, result: ev.CheckFinished, follows: list[ev.Event]
) -> None:
    assert moves.checked(floor(task, api), result) == Accepted((result, *follows))


def test_nothing_comes_of_a_check_that_nobody_asked_for() -> None:
    assert moves.checked(floor(), PASSED) == Refusal("t1 is taken", "nothing is checked")


BOUND = replace(TASK, spec=replace(CHECKED, budget=Budget(dollars=1.5, seconds=30.0)))


@pytest.mark.parametrize(
    ("task", "of", "over"),
    [
        (BOUND, "api", "dollars"),
        (replace(BOUND, spent=Budget(dollars=0.5)), "api", "dollars"),
        (replace(BOUND, spent=Budget(dollars=0.75)), "api", "seconds"),
        (replace(BOUND, spent=Budget(dollars=0.75, seconds=10.0)), "api", "seconds"),
        (replace(BOUND, spent=Budget(dollars=0.75, seconds=11.0)), "api", ""),
        (BOUND, "ship", ""),
        (TASK, "api", ""),
    ],
)
def test_a_task_is_bound_by_what_was_used_since_it_was_taken(task: Task, of: str, over: str) -> None:
    assert moves.overspent(floor(task), of, NOW) == over


def test_it_fails_and_it_is_given_back() -> None:
    state = floor()
    assert moves.failed(state, "t1", 2, "no place", NOW) == Accepted((ev.TaskFailed(**BY, reason="no place"),))
    back = ev.TaskReturned(**BY, reason="y" * 200, learned=LEARNED, who="ann")
    assert moves.returned(state, TASK, NOW, "y" * 201, who="ann") == back
    other = Learned(notes="it was hard")
    assert moves.returned(state, TASK, NOW, "y", other) == ev.TaskReturned(**BY, reason="y", learned=other)


def gone(life: Life, reason: str = "") -> Owned:
    return replace(API, life=life, reason=reason)


def back(reason: str, lost: bool = False, held: bool = False) -> Decision:
    return Accepted((ev.TaskReturned(**BY, reason=reason, learned=LEARNED, lost=lost, held=held),))


@pytest.mark.parametrize(
    ("task", "api", "comes"),
    [
        (TASK, gone(Life.STOPPED), back("Ann is stopped")),
        (TASK, gone(Life.KILLED, "it was slow"), back("Ann is killed: it was slow")),
        (TASK, gone(Life.REMOVED), back("Ann is removed")),
        (TASK, gone(Life.HELD), back("Ann is held back", lost=True)),
        (replace(TASK, lost=1), gone(Life.HELD, "exit 1"), back("Ann is held back: exit 1", lost=True)),
        (
            replace(TASK, lost=2),
            gone(Life.HELD, "exit 1"),
            back("3 stations were held back over it, the last as exit 1", lost=True, held=True),
        ),
        (
            replace(TASK, lost=4),
            gone(Life.HELD, "z" * 200),
            back("3 stations were held back over it, the last as " + "z" * 153, lost=True, held=True),
        ),
        (
            replace(TASK, lost=2),
            gone(Life.HELD),
            back("3 stations were held back over it, the last as it failed", lost=True, held=True),
        ),
        (replace(TASK, lost=2), gone(Life.STOPPED), back("Ann is stopped")),
        (TASK, API, Accepted()),
        (TASK, gone(Life.LOST), Accepted()),
        (TASK, None, Accepted()),
        (CHECKING, gone(Life.STOPPED), Accepted()),
        (replace(TASK, station="ship"), gone(Life.STOPPED), Accepted()),
    ],
)
def test_what_a_station_had_in_hand_goes_back_when_it_ends(task: Task, api: Owned | None, comes: Decision) -> None:
    assert moves.ended(floor(task, api), "api", NOW) == comes
