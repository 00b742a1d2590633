"""Which station takes which task next, and why a task waits, for whom."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import AssignTask, BringBack, Command, DropTask, ReopenTask, StartStation, TakeTasks, Undo
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Accepted, Refusal, done
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState
from sessions.floor.tasks import moves
from sessions.floor.tasks.areas import Areas
from sessions.floor.tasks.learned import learned
from sessions.floor.tasks.queue import Queue, Waiting, busy, clash, waiting, why
from sessions.floor.tasks.task import Learned, TaskSpec, TaskState
from tests.support.queue.floors import START, added, fact, floor, free, taken

FACT = fact()


def pairs(state: FloorState) -> dict[str, str]:
    return {station: task.id for station, task in Queue(state).pairs().items()}


def test_the_higher_priority_is_first_then_the_place_in_the_queue_then_the_age() -> None:
    state = floor(
        added(TaskSpec("late"), TaskSpec("urgent", priority=5), TaskSpec("moved")),
        ev.TaskOrdered(task="t3", order=0.5, **FACT),
        *(free(name, time=START + number) for number, name in enumerate("abc")),
    )
    assert pairs(state) == {"a": "t2", "b": "t3", "c": "t1"}
    assert list(waiting(state)) == ["t2", "t3", "t1"]


def test_a_station_takes_what_is_for_its_role_and_within_its_scope() -> None:
    state = floor(
        added(
            TaskSpec("anything", role="test"),
            TaskSpec("of the api", write=("src/api/**",)),
            TaskSpec("of nobody", write=("docs/**",)),
        ),
        free("ship", "src/**", role="ship"),
        free("test", "tests/**", role="test"),
    )
    assert pairs(state) == {"ship": "t2", "test": "t1"}
    assert why(state, "t3") == Waiting("no station that takes tasks may write docs/**")


def test_a_task_that_meets_one_under_way_waits_for_it_and_says_for_whom() -> None:
    state = floor(
        added(TaskSpec("one", write=("src/**",)), TaskSpec("two", write=("src/api/*.py",)), TaskSpec("three")),
        free("ship"),
        free("test"),
        taken("t1", "ship"),
    )
    assert pairs(state) == {"test": "t3"}
    assert why(state, "t2") == Waiting("ship writes there for t1, which is under way", "t1", "ship")


def test_a_wide_task_is_not_passed_for_ever_by_narrow_ones() -> None:
    state = floor(
        added(
            TaskSpec("one", write=("src/a/**",)), TaskSpec("wide", write=("src/**",)), TaskSpec("b", write=("src/b",))
        ),
        free("ship"),
        free("test"),
        taken("t1", "ship"),
    )
    assert pairs(state) == {}
    assert why(state, "t3") == Waiting("t2 comes first and writes there, too", "t2")


def test_a_wide_task_that_nobody_may_take_keeps_no_other_waiting() -> None:
    state = floor(
        added(TaskSpec("a", write=("src/a",)), TaskSpec("wide", write=("**",)), TaskSpec("b", write=("src/b",))),
        free("ship", "src/**"),
        free("test", "src/**"),
        taken("t1", "ship"),
    )
    assert pairs(state) == {"test": "t3"}


def test_two_that_meet_are_not_taken_at_once() -> None:
    state = floor(
        added(TaskSpec("one", write=("src/**",)), TaskSpec("two", write=("src/x",))), free("ship"), free("test")
    )
    assert pairs(state) == {"ship": "t1"}


@pytest.mark.parametrize(
    ("events", "reason", "waits"),
    [
        ([], "comes after t1, which is in the queue", "t1"),
        ([taken("t1", "ship")], "comes after t1, which is under way", "t1"),
        ([ev.TaskDropped(task="t1", **FACT)], "comes after t1, which was dropped", "t1"),
        ([ev.TaskHeld(task="t1", **FACT)], "comes after t1, which is held", "t1"),
    ],
)
def test_a_task_comes_after_others(events: list[ev.Event], reason: str, waits: str) -> None:
    state = floor(added(TaskSpec("one"), TaskSpec("two", after=("t1",))), free("ship"), free("test"), events)
    found = why(state, "t2")
    assert found is not None
    assert (found.reason, found.for_task) == (reason, waits)
    assert "t2" not in pairs(state).values()


def test_it_is_taken_when_what_it_comes_after_is_finished() -> None:
    done = ev.TaskFinished(station="ship", task="t1", lease=1, **FACT)
    state = floor(added(TaskSpec("one"), TaskSpec("two", after=("t1",))), free("ship"), taken("t1", "ship"), done)
    assert pairs(state) == {"ship": "t2"}


def test_only_its_station_takes_a_task_that_is_assigned_also_one_that_takes_no_others() -> None:
    assigned = ev.TaskAssigned(task="t1", station="own", **FACT)
    state = floor(
        added(TaskSpec("one", role="test"), TaskSpec("two")), free("own", takes=False), free("ship"), assigned
    )
    assert pairs(state) == {"own": "t1", "ship": "t2"}
    gone = floor(ev.LifeChanged(station="own", life=Life.KILLED, **FACT), before=state)
    assert why(gone, "t1") == Waiting("is for own, which is killed", for_station="own")


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (ev.LifeChanged(station="ship", life=Life.PAUSED, **FACT), "is paused"),
        (ev.QuestionAsked(station="ship", question="q", **FACT), "waits for an answer"),
        (ev.TurnStarted(station="ship", **FACT), "is at work"),
        (ev.TurnFailed(station="ship", reason="HTTP 401", **FACT), "is not idle"),
        (ev.PromptWanted(station="ship", text="hello", command="c1", **FACT), "is not idle"),
        (taken("t2", "ship"), "has t2 in hand"),
    ],
)
def test_a_station_that_is_not_free_takes_nothing(event: ev.Event, reason: str) -> None:
    state = floor(added(TaskSpec("one"), TaskSpec("two")), free("ship"), event)
    assert pairs(state) == {}
    assert busy(state, "ship") == reason
    assert why(state, "t1") == Waiting(f"ship {reason}", for_station="ship")


def test_nothing_is_taken_on_a_frozen_floor() -> None:
    state = floor(added(TaskSpec("one")), free("ship"), ev.FreezeWanted(frozen=True, command="c1", **FACT))
    assert pairs(state) == {}
    assert why(state, "t1") == Waiting("the floor is frozen")


def test_what_can_be_told_of_no_task_takes_none() -> None:
    opened = ev.StationOpened(time=START, source="test", station="script", kind="command", owner=Owner.OURS)
    state = floor(added(TaskSpec("one")), [opened, *free("script", takes=False)[1:]])
    for wish in (TakeTasks("script"), AssignTask("t1", "script"), StartStation("command", "say", takes=True)):
        refused = decide(state, Command("c1", "ann", START, wish), START)
        assert isinstance(refused, Refusal)
        assert "which can be told of no task" in refused.reason


def test_nobody_takes_tasks() -> None:
    state = floor(added(TaskSpec("one"), TaskSpec("two", role="test")), free("ship", takes=False))
    assert (pairs(state), why(state, "t1")) == ({}, Waiting("no station takes tasks"))
    state = floor(free("other"), before=state)
    assert why(state, "t2") == Waiting("no station of the role test takes tasks")


def test_a_parent_whose_child_works_takes_nothing() -> None:
    child = [*free("kid", takes=False), ev.TurnStarted(station="kid", **FACT)]
    child[0] = ev.StationOpened(
        time=START, source="test", station="kid", kind="parrot", owner=Owner.OURS, parent="ship"
    )
    state = floor(added(TaskSpec("one")), free("ship"), child)
    assert why(state, "t1") == Waiting("ship waits for kid", for_station="ship")


def test_a_thousand_tasks_and_forty_stations_take_no_time() -> None:
    """Measured 2 ms on 2 cores; a hundredth of a second is what a supervisor can do beside everything else."""
    specs = [TaskSpec(f"task {number}", write=(f"src/m{number}/**",), priority=number % 7) for number in range(1_000)]
    state = floor(added(*specs), *(free(f"s{number}") for number in range(40)))
    assert len(Queue(state).pairs()) == 40
    assert min(_seconds(lambda: Queue(state).pairs()) for _ in range(5)) < 0.05


def _seconds(doing: Callable[[], object]) -> float:
    """Of the processor, which others disturb: the shortest of a few counts."""
    began = time.process_time()
    doing()
    return time.process_time() - began


def test_what_a_station_did_for_a_task_counts_when_it_takes_it_again_and_took_no_other_since() -> None:
    back = ev.TaskReturned(station="ship", task="t1", lease=1, **FACT)
    state = floor(added(TaskSpec("one"), TaskSpec("two")), free("ship"), taken("t1", "ship"), back)
    again = moves.taken(state, state.tasks["t1"], "ship", "c" * 40, START + 9)
    assert (again.base, again.lease) == ("b" * 40, 2)
    other = floor(taken("t2", "ship", time=START + 5), before=state)
    assert moves.taken(other, other.tasks["t1"], "ship", "c" * 40, START + 9).base == "c" * 40
    assert (
        moves.taken(floor(free("test"), before=state), state.tasks["t1"], "test", "c" * 40, START + 9).base == "c" * 40
    )


def test_what_was_learned_is_what_failed_last_what_was_touched_since_and_what_was_said() -> None:
    calls = [
        event
        for number in range(3)
        for event in (
            ev.ToolCalled(station="ship", tool="run", call=f"c{number}", detail="make", **fact(3.0 + number)),
            ev.ToolFinished(station="ship", call=f"c{number}", failed=True, detail="no rule", **fact(3.5 + number)),
        )
    ]
    wrote = ev.ToolCalled(station="ship", tool="edit", file="/places/ship/src/a.py", **fact(2.5))
    before = ev.ToolCalled(station="ship", tool="edit", file="/places/ship/old.py", **fact(0.5))
    state = floor(added(TaskSpec("one")), free("ship"), before, taken("t1", "ship"), wrote, calls)
    found = learned(state, state.tasks["t1"])
    assert (found.by, found.branch, found.files) == ("ship", "station/ship", ("src/a.py",))
    assert found.output == "run make: no rule"
    assert learned(state, state.tasks["t1"], "the check").output == "the check"


def turn(begins: float, prompt: str = "", ends: float | None = None) -> list[ev.Event]:
    """A turn of the station ship."""
    over = [] if ends is None else [ev.TurnFinished(time=START + ends, source="host", station="ship")]
    return [ev.TurnStarted(time=START + begins, source="host", station="ship", prompt=prompt), *over]


COMPLETE = ev.SignalRaised(time=START + 5, source="signals", station="ship", signal="1", name="TASK_COMPLETE")


@pytest.mark.parametrize(
    ("events", "is_done"),
    [
        (turn(2, "t1-1-0", 3), True),
        (turn(2, "", 3), True),  # some tell of no ids
        (turn(2, "c-0042", 3), False),  # what somebody asked in between
        ([*turn(2, "c-0042", 3), *turn(4, "t1-1-0", 6)], True),
        ([*turn(2, "t1-1-0", 3), *turn(4, "c-0042", 6)], True),
        (turn(2, "t1-10-0", 3), False),
        ([COMPLETE], True),  # some tell of no turns
        ([*turn(2, "c-0042", 3), COMPLETE], False),
        ([*turn(2, "t1-1-0"), COMPLETE, ev.TurnFinished(time=START + 6, source="host", station="ship")], True),
    ],
)
def test_only_a_turn_in_which_its_station_was_told_of_it_says_that_a_task_is_done(
    events: list[ev.Event], is_done: bool
) -> None:
    state = floor(free("ship"), added(TaskSpec("one")), taken("t1", "ship"), events)
    assert bool(state.tasks["t1"].done) is is_done
    assert moves.is_done(state, state.tasks["t1"]) is is_done


def test_what_is_said_twice_does_not_end_the_next_task() -> None:
    state = floor(
        free("ship"),
        added(TaskSpec("one"), TaskSpec("two")),
        taken("t1", "ship"),
        turn(2, "t1-1-0", 3),
        ev.TaskFinished(time=START + 4, source="tasks", station="ship", task="t1", lease=1),
        taken("t2", "ship", time=START + 4),
        COMPLETE,
    )
    assert not state.tasks["t2"].done and not state.tasks["t2"].begun


def test_undoing_a_kill_takes_up_nothing_that_was_dropped_since() -> None:
    state = floor(
        free("ship"),
        added(TaskSpec("one")),
        taken("t1", "ship"),
        ev.LifeChanged(life=Life.KILLED, station="ship", **FACT),
        ev.TaskReturned(task="t1", lease=1, station="ship", reason="it was slow", learned=Learned(), **FACT),
        ev.TaskDropped(task="t1", reason="split up", **FACT),
    )
    refused = decide(state, Command("c1", "mara@box", START, BringBack("ship", "t1")), START + 4)
    assert isinstance(refused, Refusal) and refused.reason == "t1 was dropped since: split up"


def test_undoing_a_drop_gives_a_task_that_was_under_way_back_to_its_station() -> None:
    state = floor(free("ship"), added(TaskSpec("one")), taken("t1", "ship"))
    dropped = decide(state, Command("c1", "mara@box", START, DropTask("t1")), START + 4)
    assert isinstance(dropped, Accepted)
    state = fold_all(state, (*dropped.events, done("c1", START + 5)))
    back = decide(state, Command("c2", "mara@box", START, Undo("c1")), START + 6)
    assert isinstance(back, Accepted)
    task = fold_all(state, back.events).tasks["t1"]
    assert (task.state, task.station, task.lease) == (TaskState.TAKEN, "ship", 2)


def test_a_clock_that_goes_back_leaves_nobody_unheard() -> None:
    """Not the word of a station that it is done; nor is what it did for another task since counted as for this one."""
    state = floor(added(TaskSpec("one"), TaskSpec("two")), free("ship"), taken("t1", "ship", time=START + 3_600))
    back = ev.ClockSet(time=START, source="clock", before=START + 3_601)
    state = floor(back, COMPLETE, before=state)
    assert state.tasks["t1"].taken == START
    assert moves.is_done(state, state.tasks["t1"])
    kept = ev.TaskReturned(time=START + 6, source="test", station="ship", task="t1", lease=1)
    state = floor(kept, taken("t2", "ship", time=START + 3_600), back, before=state)
    assert moves.taken(state, state.tasks["t1"], "ship", "c" * 40, START + 9).base == "c" * 40


def test_what_nobody_ever_took_is_put_in_no_hands() -> None:
    """An undo is a wish like any other, and may be given by whoever can speak to the supervisor."""
    wish = ReopenTask("t1", 0, TaskState.TAKEN)
    decision = decide(floor(added(TaskSpec("one"))), Command("c1", "ann@box", START, wish), START)
    assert decision == Refusal("nobody had t1 in hand yet", "look at what is in the queue now")


@pytest.mark.parametrize(
    ("spec", "station", "reason"),
    [
        (TaskSpec("x"), free("own"), Waiting("is about to be taken")),
        (TaskSpec("x", write=("docs/a",)), free("own", "src/**"), "no station that takes tasks may write docs/a"),
        (TaskSpec("x", role="test"), free("own", role="ship"), "no station of the role test takes tasks"),
        (
            TaskSpec("x", role="test", write=("docs/a",)),
            [*free("own", "src/**", role="test"), *free("other", role="ship")],
            "no test that takes tasks may write docs/a",
        ),
        (TaskSpec("x", after=("t9",)), free("own"), Waiting("comes after t9, which is not there", "t9")),
    ],
)
def test_why_a_task_waits(spec: TaskSpec, station: list[ev.Event], reason: Waiting | str) -> None:
    state = floor(added(spec), station)
    assert why(state, "t1") == (Waiting(reason) if isinstance(reason, str) else reason)


def test_a_task_that_is_assigned_waits_for_its_station_alone() -> None:
    def waits(to: str, *more: list[ev.Event], write: tuple[str, ...] = ()) -> Waiting | None:
        assigned = ev.TaskAssigned(task="t1", station=to, **FACT)
        return why(floor(added(TaskSpec("x", write=write)), *more, assigned), "t1")

    assert waits("own", free("other")) == Waiting("is for own, which is not there", for_station="own")
    outside = Waiting("is for own, whose scope does not hold what it writes", for_station="own")
    assert waits("own", free("own", "src/**"), free("other"), write=("docs/a",)) == outside
    assert waits("own", free("own", takes=False), free("other")) == Waiting("is about to be taken")


def test_of_many_that_may_take_it_their_count_is_told() -> None:
    state = floor(
        added(*(TaskSpec(f"{n}", write=(f"{n}/**",)) for n in range(3))),
        free("a"),
        free("b"),
        taken("t1", "a"),
        taken("t2", "b"),
    )
    assert why(state, "t3") == Waiting("the 2 stations that may take it are not free", for_station="a")
    one = floor(added(TaskSpec("0"), TaskSpec("1")), free("a"), free("b"), taken("t1", "a"))
    assert why(one, "t2") == Waiting("is about to be taken"), "one of them is free"


def test_who_has_been_free_for_longest_is_first_and_who_is_unfit_takes_nothing() -> None:
    state = floor(added(TaskSpec("x")), free("a", time=START + 5), free("b"), free("c"))
    assert Queue(state).free == ["b", "c", "a"] and pairs(state) == {"b": "t1"}
    assert Queue(floor(added(TaskSpec("x")), free("b"), free("a"))).free == ["a", "b"]
    assert {name: task.id for name, task in Queue(state).pairs({"b"}).items()} == {"c": "t1"}
    assert set(Queue(floor(added(TaskSpec("x")), free("a", takes=False))).takers) == set()


def test_what_writes_where_another_one_is_at_work_clashes_with_it() -> None:
    state = floor(added(TaskSpec("x", write=("src/**",))), free("a"), taken("t1", "a"))
    assert clash(state, ("src/a.py",)) == "t1"
    assert clash(state, ("docs/a",)) == "" == clash(state, ("src/a.py",), "t1")


@pytest.mark.parametrize(
    ("state_of", "words"),
    [
        (TaskState.QUEUED, "is in the queue"),
        (TaskState.HELD, "is held"),
        (TaskState.TAKEN, "is under way"),
        (TaskState.CHECKING, "is being checked"),
        (TaskState.REVIEW, "waits to be accepted"),
        (TaskState.FAILED, "failed its check"),
        (TaskState.DROPPED, "was dropped"),
    ],
)
def test_what_it_comes_after_is_told_with_how_that_stands(state_of: TaskState, words: str) -> None:
    state = floor(added(TaskSpec("x"), TaskSpec("y", after=("t1",))), free("a"))
    tasks = {**state.tasks, "t1": replace(state.tasks["t1"], state=state_of)}
    assert why(replace(state, tasks=tasks), "t2") == Waiting(f"comes after t1, which {words}", "t1")


def test_tasks_that_are_alike_but_for_whose_they_are() -> None:
    to = [ev.TaskAssigned(task=f"t{number}", station=name, **FACT) for number, name in enumerate("ab", 1)]
    state = floor(added(TaskSpec("x"), TaskSpec("x"), TaskSpec("x")), free("a", takes=False), free("b"), to)
    assert pairs(state) == {"a": "t1", "b": "t2"}
    alone = floor(added(TaskSpec("x"), TaskSpec("x")), free("a", takes=False), to[:1])
    assert why(alone, "t2") == Waiting("no station takes tasks"), "it takes but what is assigned to it"


def test_a_parent_whose_child_rests_takes_the_next() -> None:
    kid = [replace(event, parent="a") if isinstance(event, ev.StationOpened) else event for event in free("kid")]
    assert busy(floor(free("a"), kid), "a") == ""


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (("src/*.py",), ("src/a*",), True),
        (("src/*.py",), ("src/*.md",), False),
        (("src/**",), ("src/api/a.py",), True),
        (("src/api/a.py",), ("src/**",), True),
        (("src/**", "!src/api/**"), ("src/api/a.py",), False),
        (("docs/**", "src/a"), ("src/b", "docs/c"), True),
        ((), ("src/**",), False),
        (("src/**",), (), False),
    ],
)
def test_where_tasks_meet(one: tuple[str, ...], other: tuple[str, ...], meet: bool) -> None:
    areas = Areas()
    areas.add("t1", one)
    assert areas.meeting(other) == ("t1" if meet else "")
