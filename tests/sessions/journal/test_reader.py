"""Those who read a journal: every moment is reachable, also while it is written."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.journal.past import seek
from sessions.journal.past.past import EventList
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal
from tests.sessions.journal.short import STEP, STREAM
from tests.support.journal import NAMES

pytestmark = pytest.mark.usefixtures("short")


def test_readers_see_what_is_committed_while_it_is_written(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        reader, other = JournalReader(path), JournalReader(path)
        assert reader.span.last_seq == 0
        assert reader.latest() == reader.checkpoint() == EMPTY
        for end in range(100, 701, 100):
            await journal.append(STREAM[end - 100 : end])
            assert reader.span.last_seq == end
            assert other.latest() == journal.state
        assert reader.checkpoint().seq == 700 // STEP * STEP
        await journal.close()
        assert reader.checkpoint().seq == 700
        reader.close()
        other.close()

    asyncio.run(check())


def test_readers_on_many_threads_never_see_half_an_append(path: Path) -> None:
    """Every append adds 10 events; a reader that saw another number saw a torn one."""
    failures: list[object] = []
    done = threading.Event()

    def read() -> None:
        reader = JournalReader(path)
        try:
            while not done.is_set():
                seq = reader.span.last_seq
                state = reader.state_at(seq)
                if seq % 10 or state.seq != seq:
                    failures.append((seq, state.seq))
        except FactoryError as error:
            failures.append(error)
        finally:
            reader.close()

    async def check() -> None:
        journal = await Journal.open(path)
        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        for start in range(0, 700, 10):
            await journal.append(STREAM[start : start + 10])
        done.set()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        await journal.close()

    asyncio.run(check())
    assert failures == []


def test_the_log_is_cut_back_in_spite_of_a_reader(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        reader = JournalReader(path)
        await journal.append(STREAM)
        reader.latest()
        rows = list(await journal._connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)"))
        assert rows[0][0] == 0, "a reader kept the writer from its log"
        await journal.close()
        reader.close()

    asyncio.run(check())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seq=st.integers(-5, 720))
def test_any_moment_is_the_fold_of_its_events(reader: JournalReader, seq: int) -> None:
    assert reader.state_at(seq) == fold_all(EMPTY, STREAM[: max(0, seq)])


def test_a_step_on_costs_only_the_events_between() -> None:
    begun: list[int] = []

    def beginning(seq: int) -> FloorState:
        begun.append(seq)
        return EMPTY

    past, cursor = EventList(STREAM), seek.Cursor()
    for seq in (10, 11, 11 + STEP, 9, 500):
        assert cursor.state_at(past, seq, beginning) == past.state_at(seq)
    assert begun == [10, 9, 500]


def test_the_journal_is_the_same_past_as_its_events(reader: JournalReader) -> None:
    expected = EventList(STREAM)
    assert reader.span == expected.span
    for slots in (0, 1, 7, 200):
        assert reader.density(slots) == expected.density(slots)
    for seq in range(0, 702, 13):
        assert reader.failure_after(seq) == expected.failure_after(seq)
        assert reader.failure_before(seq) == expected.failure_before(seq)
        assert list(reader.events(seq, 5)) == list(expected.events(seq, 5))
    for event in (*STREAM, ev.ActivitySeen(time=0.0, station="s"), ev.ActivitySeen(time=1e11, station="s")):
        assert reader.seq_at(event.time) == expected.seq_at(event.time)


@pytest.mark.parametrize("station", ["ship-1", "nobody", *NAMES])
def test_events_of_a_station(reader: JournalReader, station: str) -> None:
    own = [(n, e) for n, e in enumerate(STREAM, 1) if isinstance(e, ev.StationEvent) and e.station == station]
    assert reader.events_of(station, 10_000, 1_000) == own
    assert reader.events_of(station, 300, 7) == [pair for pair in own if pair[0] < 300][-7:]
    assert reader.events_of(station, 1, 7) == []


def test_calls_are_looked_up_by_key(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        reader = JournalReader(path)
        assert not reader.has_calls()
        await journal.append([], calls={b"\x00k": b"1"})
        await journal.append([], calls={b"\x00k": b"2"})
        assert reader.has_calls()
        assert reader.call(b"\x00k") == b"2"
        assert reader.call(b"other") is None
        reader.close()
        await journal.close()

    asyncio.run(check())


def test_a_closed_reader_says_so(full: Path) -> None:
    reader = JournalReader(full)
    reader.close()
    reader.close()
    with pytest.raises(FactoryError, match="could not be read"):
        reader.latest()
