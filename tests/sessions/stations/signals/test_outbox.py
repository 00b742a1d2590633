"""What stations tell arrives exactly once and in order, whoever dies when."""

from __future__ import annotations

import asyncio
import random
import signal as signals
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.events import SignalRaised
from sessions.journal.reader import JournalReader
from sessions.stations.signals import hook
from sessions.stations.signals.outbox import BATCH, SHARE, Outbox
from tests import ROOT
from tests.support.stations.signals import STATION, listening, names, told


def test_signals_arrive_in_order_also_those_of_before(tmp_path: Path) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            told(tmp_path / "out" / STATION, "1", "2")
            await supervisor.until(lambda: len(supervisor.signals) == 2)
        told(tmp_path / "out" / STATION, "3", "4", "5")
        async with listening(tmp_path / "out", supervisor.marks) as next_one:
            told(tmp_path / "out" / STATION, "6")
            await next_one.until(lambda: len(next_one.signals) == 4)
        assert supervisor.texts + next_one.texts == ["1", "2", "3", "4", "5", "6"]
        assert {each.station for each in supervisor.signals} == {STATION}
        assert names(tmp_path / "out" / STATION) == []

    asyncio.run(scene())


def test_what_is_committed_and_not_taken_away_counts_once(tmp_path: Path) -> None:
    async def scene() -> None:
        outbox = Outbox(tmp_path / "out", {})
        told(outbox.follow(STATION), "1", "2")
        batch = await anext(outbox.batches())
        assert [each.payload["text"] for each in batch.signals] == ["1", "2"]
        outbox.close()  # it was committed, and the supervisor ended before it could settle
        told(tmp_path / "out" / STATION, "3")
        async with listening(tmp_path / "out", batch.marks) as supervisor:
            await supervisor.until(lambda: supervisor.signals)
            assert supervisor.texts == ["3"]

    asyncio.run(scene())


def test_what_is_not_committed_comes_again(tmp_path: Path) -> None:
    async def scene() -> None:
        outbox = Outbox(tmp_path / "out", {})
        told(outbox.follow(STATION), "1")
        batches = outbox.batches()
        first = await anext(batches)
        assert await anext(batches) is first
        await outbox.settle(first)
        told(outbox.directory(STATION), "2")
        second = await anext(batches)
        assert [each.payload["text"] for each in second.signals] == ["2"]
        outbox.close()

    asyncio.run(scene())


def test_files_that_come_late_under_an_earlier_name_are_not_passed_over(tmp_path: Path) -> None:
    """Two hooks that run at once are renamed into place in any order; a clock may also step back."""

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            early = hook.new_stem()
            told(tmp_path / "out" / STATION, "later")
            await supervisor.until(lambda: supervisor.signals)
            hook._put(str(tmp_path / "out" / STATION), early, {"name": "PROGRESS", "payload": {"text": "earlier"}})
            await supervisor.until(lambda: len(supervisor.signals) == 2)
            assert supervisor.texts == ["later", "earlier"]

    asyncio.run(scene())


def test_the_same_key_is_the_same_signal_also_after_a_restart(tmp_path: Path) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            told(tmp_path / "out" / STATION, "1", "1", key="build 7")
            told(tmp_path / "out" / STATION, "2")
            await supervisor.until(lambda: "2" in supervisor.texts)
        async with listening(tmp_path / "out", supervisor.marks) as next_one:
            told(tmp_path / "out" / STATION, "1", key="build 7")
            told(tmp_path / "out" / STATION, "3")
            await next_one.until(lambda: "3" in next_one.texts)
        assert supervisor.texts + next_one.texts == ["1", "2", "3"]

    asyncio.run(scene())


def test_one_station_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    async def scene() -> None:
        outbox = Outbox(tmp_path / "out", {})
        told(outbox.follow("loud"), *map(str, range(500)))
        told(outbox.follow("quiet"), "hello")
        first = await anext(outbox.batches())
        assert ("quiet", "hello") in [(each.station, each.payload["text"]) for each in first.signals]
        assert len(first.signals) < 500
        outbox.close()

    asyncio.run(scene())


def test_many_loud_stations_do_not_keep_the_others_waiting(tmp_path: Path) -> None:
    """One batch does not hold the shares of all of them: the next one begins with who was passed over."""

    async def scene() -> None:
        held = Outbox(tmp_path / "out", {})
        for number in range(BATCH // SHARE + 1):
            told(held.follow(f"loud-{number}"), *map(str, range(2 * SHARE)))
        told(held.follow("quiet"), "hello")
        heard: list[str] = []
        batches = held.batches()
        for _ in range(2):
            batch = await anext(batches)
            heard += [each.station for each in batch.signals]
            await held.settle(batch)
        assert len(heard) == 2 * BATCH
        assert heard.count("quiet") == 1
        held.close()

    asyncio.run(scene())


def test_long_keys_that_begin_alike_are_two(tmp_path: Path) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            for number in range(2):
                told(tmp_path / "out" / STATION, str(number), key="k" * 300 + str(number))
            await supervisor.until(lambda: supervisor.texts == ["0", "1"])

    asyncio.run(scene())


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", ".hidden", "x" * 101, "a\nb"])
def test_only_plain_names_become_directories(tmp_path: Path, name: str) -> None:
    async def scene() -> None:
        outbox = Outbox(tmp_path / "out", {})
        with pytest.raises(FactoryError, match="no name for a directory"):
            outbox.follow(name)
        outbox.close()

    asyncio.run(scene())


def test_a_station_that_is_forgotten_leaves_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out", stations=("a", "b")) as supervisor:
            await supervisor.outbox.forget("a")
            assert names(tmp_path / "out") == ["b"]
            told(tmp_path / "out" / "b", "on")
            await supervisor.until(lambda: supervisor.signals)

    asyncio.run(scene())


@pytest.mark.timeout(90)
def test_each_counts_once_however_often_the_supervisor_is_killed(tmp_path: Path) -> None:
    stations, each, chance = ("a", "b", "c"), 60, random.Random(7)
    for station in stations:
        (tmp_path / "out" / station).mkdir(parents=True, mode=0o700)
    (tmp_path / "out").chmod(0o700)
    todo = [(station, number) for number in range(each) for station in stations]
    kills = 0
    while todo or any(names(tmp_path / "out" / station) for station in stations):
        argv = [sys.executable, "-m", "tests.support.stations.reader", str(tmp_path)]
        process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"listens\n"
        for station, number in todo[: (some := chance.randrange(20, 90))]:
            told(tmp_path / "out" / station, str(number))
        del todo[:some]
        if todo:
            process.stdout.readline()
        else:
            while any(names(tmp_path / "out" / station) for station in stations):
                process.stdout.readline()
        process.send_signal(signals.SIGKILL)
        process.communicate()
        kills += 1
    with closing(JournalReader(tmp_path / "journal.db")) as reader:
        raised = [event for event in reader.events(0, 10_000) if isinstance(event, SignalRaised)]
    for station in stations:
        assert [event.text for event in raised if event.station == station] == [str(number) for number in range(each)]
    assert kills >= 3
