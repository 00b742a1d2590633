"""What the service of tasks does where things happen at once: against a floor alone, without stations that run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.decide.decision import Accepted, Decision, Hand
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.idle import coming
from sessions.floor.state import FloorState
from sessions.floor.tasks import moves
from sessions.floor.tasks.task import Check, Task, TaskSpec, TaskState
from sessions.stations.checking.values import Checked
from sessions.stations.running.fitting import Factory
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.services.stations.service import Stations
from sessions.supervisor.services.tasks import checks, giving, returning
from tests.support.queue.floors import START, added, fact, floor, free, taken
from tests.support.supervisor import PATIENCE_S

SPEC = TaskSpec("write a.txt", check=Check(commands=("true",)))


class Kept:
    """What a recorder does, with nothing but the floor."""

    def __init__(self, state: FloorState) -> None:
        self.state, self._news = state, asyncio.Event()
        self.full = 0
        """How often the disk takes nothing."""

    async def decide(self, decide: Callable[[FloorState], Decision]) -> Decision:
        if self.full:
            self.full -= 1
            raise FactoryError("the disk is full", "make room")
        decision = decide(self.state)
        assert isinstance(decision, Accepted), decision
        self.say(*decision.events)
        return decision

    def say(self, *events: ev.Event) -> None:
        self.state = fold_all(self.state, events)
        self._news.set()

    async def comes_to(self, state: TaskState) -> Task:
        """The task, once it is so."""
        async with asyncio.timeout(PATIENCE_S):
            while self.task.state is not state:
                self._news.clear()
                await self._news.wait()
        return self.task

    @property
    def task(self) -> Task:
        return self.state.tasks["t1"]


class Hands:
    """What stations do for tasks, noted."""

    factory = Factory(Path("/nowhere"), Path("/nowhere"), "mark")

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.quieted: list[str] = []
        self.back: list[str] = []
        self.stuck = ""

    def text_of(self, task: Task) -> str:
        return task.spec.title

    async def tell(self, station: str, prompt: str, text: str) -> None:
        self.told.append((station, prompt))

    async def quiet(self, station: str) -> None:
        if station == self.stuck:
            raise FactoryError("what ends its turn is not known", "attach")
        self.quieted.append(station)

    async def resume(self, station: str) -> None:
        self.back.append(station)


def hand(command: str) -> Hand:
    return {"time": START, "source": "operator", "command": command, "who": "mara", "together": ""}


def about(kept: Kept) -> moves.About:
    return moves.about(kept.task, START + 60)


def checked(monkeypatch: pytest.MonkeyPatch, check: Callable[[], object]) -> tuple[Kept, checks.Checks]:
    """Checks of one task that is being checked, each of which is `check`."""

    async def run_check(*_: object) -> Checked:
        found = check()
        if isinstance(found, asyncio.Event):
            await found.wait()
        return Checked(True, head="h")

    async def head(station: str) -> str:
        return "h"

    monkeypatch.setattr(checks, "run_check", run_check)
    kept = Kept(floor(added(SPEC), free("ship"), taken("t1", "ship")))
    kept.say(ev.TaskClaimed(**about(kept)))
    return kept, checks.Checks(cast(Recorder, kept), cast(Stations, Hands()), head)


def test_a_check_that_is_wanted_again_while_it_is_broken_off_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task is dropped amid its check, and that is undone before the end of it."""

    async def scene() -> None:
        began, waits = asyncio.Semaphore(0), [asyncio.Event(), None]

        def check() -> object:
            began.release()
            return waits.pop(0)

        kept, it = checked(monkeypatch, check)
        it.follow()
        await began.acquire()
        kept.say(ev.TaskDropped(task="t1", **fact()))
        it.follow()
        kept.say(ev.TaskReopened(**about(kept), state=TaskState.CHECKING))
        it.follow()
        assert (await kept.comes_to(TaskState.FINISHED)).head == "h"
        await it.close()

    asyncio.run(scene())


def test_a_check_that_breaks_is_not_run_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        def check() -> object:
            raise OSError("no such thing")

        kept, it = checked(monkeypatch, check)
        it.follow()
        assert (await kept.comes_to(TaskState.FAILED)).reason == "it could not be checked: OSError"
        await it.close()

    asyncio.run(scene())


def test_what_came_of_a_check_is_recorded_as_soon_as_the_disk_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "FIRST_RETRY_S", 0.001)
    runs: list[None] = []

    async def scene() -> None:
        kept, it = checked(monkeypatch, lambda: runs.append(None))
        kept.full = 2
        it.follow()
        await kept.comes_to(TaskState.FINISHED)
        await it.close()

    asyncio.run(scene())
    assert len(runs) == 1


def test_checks_that_run_are_not_swept_away_by_a_service_that_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[Factory] = []
    monkeypatch.setattr("sessions.stations.checking.room.sweep", swept.append)

    async def scene() -> None:
        _, it = checked(monkeypatch, asyncio.Event)
        await it.sweep()
        it.follow()
        await it.sweep()
        await it.close()

    asyncio.run(scene())
    assert len(swept) == 1


@pytest.mark.parametrize("gone", [True, False])
def test_a_station_is_told_of_its_task_as_it_is_by_then(monkeypatch: pytest.MonkeyPatch, gone: bool) -> None:
    """While its work tree is looked at the task is dropped, or becomes another one."""

    async def scene() -> None:
        kept, hands, again = Kept(floor(added(SPEC), free("ship"), taken("t1", "ship"))), Hands(), asyncio.Event()
        loop, change = asyncio.get_running_loop(), ev.TaskChanged(task="t1", spec=TaskSpec("b"), **fact())

        def left(*_: object) -> tuple[list[str], list[str]]:
            if kept.task.spec is SPEC:
                event = ev.TaskDropped(task="t1", **fact()) if gone else change
                loop.call_soon_threadsafe(kept.say, event)
            return [], []

        monkeypatch.setattr(giving, "left", left)
        it = giving.Giving(cast(Recorder, kept), cast(Stations, hands), again.set)
        it.give()
        await asyncio.wait_for(again.wait(), PATIENCE_S)
        assert hands.told == []
        it.give()
        await asyncio.gather(*it._under_way.values())
        assert hands.told == ([] if gone else [("ship", "t1-1-0-e1")])
        await it.close()

    asyncio.run(scene())


def test_who_has_a_turn_to_end_takes_nothing_until_then() -> None:
    drop = ev.DropWanted(station="a", task="t1", also=("b",), **hand("c1"))
    back = ev.BringBackWanted(station="c", task="t1", taker="d", **hand("c2"))
    assert coming(fold_all(floor(), [drop, back])) == {"a", "b", "c", "d"}


def test_one_that_cannot_be_stopped_keeps_nobody_from_stopping_or_from_being_brought_back() -> None:
    async def scene() -> None:
        hands = Hands()
        it = returning.Returning(cast(Recorder, Kept(floor())), cast(Stations, hands))
        hands.stuck = "a"
        with pytest.raises(FactoryError, match="what ends its turn"):
            await it.drop(ev.DropWanted(station="a", task="t1", also=("b",), **hand("c1")))
        assert hands.quieted == ["b"]
        await it.bring_back(ev.BringBackWanted(station="c", task="t1", taker="a", **hand("c2")))
        assert hands.back == ["c"]

    asyncio.run(scene())
