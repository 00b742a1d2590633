"""Tasks in the hands of real stations: taken, told, checked in a clean place, bounced, given back; nothing twice."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from sessions.branches.git.run import GitError
from sessions.floor import events as ev
from sessions.floor.commands import (
    AddTasks,
    BringBack,
    ChangeLife,
    HoldTask,
    JudgeTask,
    PromptStation,
    RequeueStation,
    StartStation,
    Undo,
)
from sessions.floor.decide.decision import Refusal
from sessions.floor.ours.lives import Change, Life
from sessions.floor.state import FloorState
from sessions.floor.tasks import moves
from sessions.floor.tasks.task import Check, Task, TaskSpec, TaskState
from sessions.floor.triage.case import Kind
from sessions.journal.reader import JournalReader
from tests.support.house import House
from tests.support.queue.killing import TaskKilling
from tests.support.stations.yard import Floor, manned, yard_in
from tests.support.supervisor import until

FREE = StartStation("parrot", name="polly")
COMMIT = "git add -A; git -c user.name=p -c user.email=p@p commit -qm work"
GOOD = Check(commands=("grep -q good a.txt",), must=("a.txt",))


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


def work(text: str, check: Check = GOOD, retries: int = 2) -> TaskSpec:
    return TaskSpec("write a.txt", f"run: {text}; {COMMIT}", check, ("a.txt",), retries=retries)


async def comes_to(floor: Floor, state: TaskState, task: str = "t1") -> Task:
    """Wait until the task is so."""

    def is_so(floor: FloorState) -> bool:
        return task in floor.tasks and floor.tasks[task].state is state

    return (await until(floor.feed, is_so)).tasks[task]


def told(yard: House, *kinds: type[ev.Event]) -> list[str]:
    """What of these kinds the journal holds, by tag."""
    reader = JournalReader(yard.place.journal)
    try:
        return [type(event).__name__ for event in reader.events(0, 100_000) if isinstance(event, kinds)]
    finally:
        reader.close()


def test_a_task_is_taken_bounces_with_what_its_check_said_and_is_finished(yard: House) -> None:
    """The first try is wrong; told why, the station does it right: `grep` finds its output in what it is told."""

    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(FREE)
            await floor.done(AddTasks((work("test -e a.txt && echo good > a.txt || echo bad > a.txt"),)))
            task = await comes_to(floor, TaskState.FINISHED)
            assert (task.bounces, task.checks, task.lease, task.station) == (1, 2, 1, "polly")
            assert floor.state.hands == {}
            assert await asyncio.to_thread(yard.repo.git, "show", f"{task.head}:a.txt") == "good"

    asyncio.run(scene())
    kinds = (ev.TaskTaken, ev.TaskClaimed, ev.CheckFinished, ev.TaskBounced, ev.TaskFinished)
    once = ["TaskClaimed", "CheckFinished"]
    assert told(yard, *kinds) == ["TaskTaken", *once, "TaskBounced", *once, "TaskFinished"]


def test_case_44_what_was_killed_as_slowest_is_back_with_task_work_and_conversation_once_only(yard: House) -> None:
    wrote = yard.root / "wrote"
    os.mkfifo(wrote)

    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(FREE)
            slow = TaskSpec("write slowly", f"run: echo half > a.txt; echo > {wrote}; exec sleep 1000")
            await floor.done(AddTasks((slow,)))
            await asyncio.to_thread(wrote.read_text)
            place, session = floor.owned().directory, floor.state.stations["polly"].session
            await floor.done(RequeueStation("polly", "3 × the median", slow=True))
            task, known = floor.state.tasks["t1"], floor.owned()
            assert (task.state, task.hedged, task.learned[-1].by) == (TaskState.QUEUED, True, "polly")
            assert (known.life, len(known.kept)) == (Life.KILLED, 1)
            assert await asyncio.to_thread(yard.repo.git, "show", f"{known.kept[0]}:a.txt") == "half"

            await floor.done(replace(FREE, name="molly"))
            await comes_to(floor, TaskState.TAKEN)
            await asyncio.to_thread(wrote.read_text)
            await until(floor.feed, lambda state: bool(state.owned["molly"].turn_since))
            command = next(id for id, ended in floor.state.ended.items() if isinstance(ended.undo, BringBack))
            await floor.done(Undo(command))
            task = floor.state.tasks["t1"]
            assert (task.state, task.station, task.lease) == (TaskState.TAKEN, "polly", 3)
            assert (floor.owned().life, floor.state.stations["polly"].session) == (Life.RUNNING, session)
            assert floor.owned().directory == place
            await until(floor.feed, lambda state: bool(state.owned["polly"].turn_since))
            assert not floor.owned("molly").turn_since
            assert floor.state.ended[command].undone
            reply = await floor.wish(RequeueStation("polly", slow=True))
            assert (reply.ok, "once only" in reply.reason) == (False, True)

    asyncio.run(scene())


def test_a_station_whose_work_cannot_be_kept_ends_all_the_same_and_says_where_that_is(
    yard: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep_work(*_: object) -> None:
        raise GitError("its index is damaged")

    monkeypatch.setattr("sessions.supervisor.services.stations.lives.keep_work", keep_work)

    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(FREE)
            await floor.done(AddTasks((work("exec sleep 1000"),)))
            await comes_to(floor, TaskState.TAKEN)
            await floor.done(RequeueStation("polly", "too slow"))
            await comes_to(floor, TaskState.QUEUED)
            known = floor.owned()
            what = "what it has not committed is in its place alone: its index is damaged"
            assert (known.life, known.reason) == (Life.KILLED, f"too slow; {what}")

    asyncio.run(scene())


def test_case_3_a_finished_task_stays_so_over_three_restarts_and_leaves_nothing(yard: House) -> None:
    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(FREE)
            await floor.done(AddTasks((work("echo good > a.txt"),)))
            finished = await comes_to(floor, TaskState.FINISHED)
        for _ in range(3):
            async with manned(yard) as floor:
                await floor.lives(Life.RUNNING)
                assert floor.state.tasks == {"t1": finished}
                assert (floor.state.hands, floor.state.intents) == ({}, {})

    asyncio.run(scene())
    assert told(yard, ev.TaskTaken, ev.TaskFinished, ev.TaskReturned) == ["TaskTaken", "TaskFinished"]
    assert not list((yard.place.state_dir / "checks").glob("*"))


def test_case_51_who_had_a_task_before_is_not_heard_and_its_number_is_lower_also_after_a_restart(yard: House) -> None:
    """The first holder ends its turn in good order, long after the task was taken from it and is another one's."""
    gate = yard.root / "gate"
    os.mkfifo(gate)

    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(FREE)
            await floor.done(AddTasks((TaskSpec("wait", f"run: cat {gate}", GOOD),)))
            await until(floor.feed, lambda state: bool(state.owned["polly"].turn_since))
            await floor.done(RequeueStation("polly", "too long", hold=True))
            assert floor.state.tasks["t1"].lease == 1
        async with manned(yard) as floor:
            await floor.done(replace(FREE, name="molly"))
            await floor.done(HoldTask("t1", hold=False))
            task = await comes_to(floor, TaskState.TAKEN)
            assert (task.lease, task.station) == (2, "molly")
            await floor.done(ChangeLife("polly", Change.RESUME))
            late = moves.claimed(floor.state, "t1", 1, task.taken + 1)
            assert late == Refusal("t1 was taken again since: it is with molly", "leave it")
            await floor.done(PromptStation("polly", "say done"))
            await until(floor.feed, lambda state: state.owned["polly"].done > 0)
            assert floor.state.tasks["t1"].state is TaskState.TAKEN

    asyncio.run(scene())


def test_case_53_what_a_child_came_to_is_in_triage_where_its_parent_is_gone(yard: House) -> None:
    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(StartStation("parrot", "say hello", name="polly"))
            await floor.turned(1)
            await floor.done(StartStation("parrot", "say well", name="kid", parent="polly"))
            await floor.turned(1, "kid")
            await floor.done(ChangeLife("polly", Change.KILL))
            await floor.done(PromptStation("kid", "say the answer is 42"))
            state = await until(floor.feed, lambda state: any(case.about == "kid" for case in state.cases.values()))
            (case,) = (case for case in state.cases.values() if case.about == "kid")
            assert (case.kind, case.station) == (Kind.RESULT, "polly")
            assert state.owned["polly"].results["kid"].text == "the answer is 42"

    asyncio.run(scene())


def test_kills_of_everybody_lose_no_task_and_do_none_twice(yard: House) -> None:
    found = TaskKilling(yard, seed=1, stations=2, tasks=6).work(kills=4)
    assert (found.lost, found.twice, found.together, found.unfinished) == ([], [], [], []), found
    assert sum(found.killed.values()) == 4


def test_a_task_that_nobody_can_check_waits_to_be_accepted_and_a_station_that_ends_gives_its_task_back(
    yard: House,
) -> None:
    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(FREE)
            await floor.done(AddTasks((work("echo good > a.txt", Check()),)))
            await comes_to(floor, TaskState.REVIEW)
            await floor.done(JudgeTask("t1", accepted=False, reason="say more"))
            await until(floor.feed, lambda state: state.tasks["t1"].bounces == 1)
            await comes_to(floor, TaskState.REVIEW)
            await floor.done(JudgeTask("t1", accepted=True))
            assert floor.state.tasks["t1"].state is TaskState.FINISHED
            await floor.done(AddTasks((TaskSpec("wait", "run: sleep 1000"),)))
            await until(floor.feed, lambda state: bool(state.owned["polly"].turn_since))
            await floor.done(ChangeLife("polly", Change.STOP))
            task = await comes_to(floor, TaskState.QUEUED, "t2")
            assert (task.reason, task.learned[-1].by) == ("polly is stopped", "polly")

    asyncio.run(scene())
