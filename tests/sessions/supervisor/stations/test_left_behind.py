"""What is left behind when hosts, keepers and agents go without a word: it ends, and what was begun goes on."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import pytest

from sessions.floor.commands import ChangeLife, PromptStation, StartStation
from sessions.floor.ours.lives import Change, Life
from sessions.floor.scope import Mode
from sessions.paths import mark_of
from sessions.stations.hosting import client
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.marks import Mark
from sessions.stations.keeping.processes import marked
from sessions.stations.keeping.starting import pid_of
from sessions.stations.keeping.values import Child, KeeperError, Start
from sessions.stations.running import hosts
from sessions.supervisor.services.stations.crew import Crew
from tests.support.house import House
from tests.support.stations.yard import PARROT, Floor, ended_all, manned, yard_in
from tests.support.supervisor import PATIENCE_S, ended, settled, until


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


def test_a_killed_keeper_leaves_nothing_of_its_stations(yard: House) -> None:
    """Without a boundary what left its session hears no hangup; it must not run on beside the one that is begun."""
    program = (("command", "sh -c 'setsid sleep 600 & exec sleep 600'"),)

    async def check(floor: Floor) -> None:
        await floor.done(StartStation("command", "go", name="polly", mode=Mode.FULL, options=program))
        process = floor.owned().process
        before = await asyncio.to_thread(_of, yard, "polly", 2)
        os.kill(await asyncio.to_thread(pid_of, yard.place.state_dir), signal.SIGKILL)
        await until(floor.feed, lambda state: state.owned["polly"].process not in (0, process))
        after = await asyncio.to_thread(_of, yard, "polly", 2)
        assert len(after) == 2 and not before & after

    asyncio.run(_in(yard, check))


@pytest.mark.parametrize("end", ["stopped", "its host killed"])
def test_what_an_agent_left_behind_ends_with_it(yard: House, end: str) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        left = await asyncio.to_thread(_left_behind, yard, "polly")
        if end == "stopped":
            await floor.done(ChangeLife("polly", Change.STOP))
        else:
            process = floor.owned().process
            os.kill(process, signal.SIGKILL)
            await until(floor.feed, lambda state: state.owned["polly"].process not in (0, process))
        assert await asyncio.to_thread(ended, left)

    asyncio.run(_in(yard, check))


@pytest.mark.parametrize("lost", ["the journal", "all of it"])
def test_what_runs_and_no_journal_knows_is_ended(yard: House, lost: str) -> None:
    state_dir = yard.place.state_dir

    async def before(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.done(StartStation("command", "go", name="kiki", options=(("command", "sleep 600"),)))
        processes.extend([floor.owned().process, floor.owned("kiki").process, pid_of(state_dir)])

    async def after(floor: Floor) -> None:
        await until(floor.feed, lambda state: bool(state.runs))
        assert not floor.state.owned
        await floor.done(StartStation("parrot", name="anew"))
        for pid in processes[: 2 if lost == "the journal" else 3]:
            assert await asyncio.to_thread(ended, pid)

    processes: list[int] = []
    asyncio.run(_in(yard, before))
    if lost == "all of it":
        shutil.rmtree(state_dir)
    else:
        for path in state_dir.glob("journal.db*"):
            path.unlink()
    asyncio.run(_in(yard, after))


def test_another_factory_of_the_same_repository_is_left_alone(yard: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        before = floor.owned().process
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("XDG_STATE_HOME", str(yard.root / "other"))
            async with manned(yard) as other:
                await other.done(PARROT)
                assert other.owned().process != before
                await other.done(ChangeLife("polly", Change.STOP))
            await ended_all(yard.place.state_dir)
        assert (floor.owned().life, floor.owned().process) == (Life.RUNNING, before)
        await floor.done(PromptStation("polly", "say again"))

    asyncio.run(_in(yard, check))


@pytest.mark.parametrize("gone", ["host", "keeper"])
def test_a_start_over_which_somebody_is_killed_is_begun_again_at_once(
    yard: House, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a host that has ended, and no station is held for what it did not do."""
    tries = itertools.count()
    argv, start = client.argv, Keeper.start

    def dead(kinds: Sequence[str], socket: Path, log: Path) -> tuple[str, ...]:
        return ("false",) if gone == "host" and next(tries) == 0 else argv(kinds, socket, log)

    async def killed(keeper: Keeper, asked: Start) -> Child:
        if gone == "keeper" and next(tries) == 0:
            os.kill(keeper.pid, signal.SIGKILL)
        return await start(keeper, asked)

    async def check(floor: Floor) -> None:
        await floor.done(StartStation("parrot", name="polly"))
        assert (floor.owned().life, floor.owned().failures) == (Life.RUNNING, 1)

    monkeypatch.setattr(hosts, "BEGIN_S", 3_600.0)
    monkeypatch.setattr(client, "argv", dead)
    monkeypatch.setattr(Keeper, "start", killed)
    asyncio.run(_in(yard, check))


def test_a_keeper_that_answers_nobody_keeps_no_command_waiting(yard: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def halted(_: Crew) -> None:
        raise KeeperError("the keeper does not answer", "somebody may have halted it")

    async def check(floor: Floor) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await floor.done(PARROT)
        assert floor.state.skipped == {"observing stations broke": 1}

    monkeypatch.setattr(Crew, "find_keeper", halted)
    asyncio.run(_in(yard, check))


def _of(yard: House, station: str, count: int) -> set[int]:
    """The processes of a station, as soon as there are so many."""

    def found() -> set[int]:
        return {each.pid for each in marked(mark_of(yard.place.state_dir), station=station)}

    settled(lambda: len(found()) >= count)
    return found()


def _left_behind(yard: House, station: str) -> int:
    """A process that was started for a station and whose parents have gone."""
    mark = Mark(mark_of(yard.place.state_dir), station, "1")
    environment = {"PATH": os.environ["PATH"], **mark.environment}
    command = "setsid sleep 600 >/dev/null 2>&1 & echo $!"
    told = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, check=True)
    return int(told.stdout)


async def _in(yard: House, check: Callable[[Floor], Awaitable[None]]) -> None:
    async with manned(yard) as floor:
        await check(floor)
