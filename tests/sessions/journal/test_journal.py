"""The journal: one writer, many readers, every moment reachable."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.fold import slices
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.journal import blocks, checkpoints, codec, group
from sessions.journal.past import seek
from sessions.journal.past.past import EventList
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal, JournalGoneError
from tests.support.chance import of_hundred
from tests.support.journal import NAMES, event_lists, sample_stream

STREAM = sample_stream(700)
STEP = 64
"""Events between checkpoints in these tests, so that a short journal has many."""


BLOCK = 48
"""Events of a block in these tests, so that a short journal has many, and some rows behind them."""


@pytest.fixture(autouse=True)
def _many_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "CHECKPOINT_EVERY", STEP)
    monkeypatch.setattr(group, "CHECKPOINT_SHARE", 1 << 20)
    monkeypatch.setattr(seek, "STEP", STEP)
    monkeypatch.setattr(blocks, "BLOCK_EVENTS", BLOCK)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def full(path: Path) -> Path:
    """A journal of the whole stream, closed."""
    _write(path, STREAM)
    return path


@pytest.fixture
def reader(full: Path) -> Iterator[JournalReader]:
    reader = JournalReader(full)
    yield reader
    reader.close()


def _write(path: Path, *batches: Sequence[ev.Event]) -> None:
    async def write() -> None:
        journal = await Journal.open(path)
        for batch in batches:
            await journal.append(batch)
        await journal.close()

    asyncio.run(write())


def test_what_was_appended_is_there_after_reopening(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        assert await journal.append(STREAM[:300], {"a": b"1", "b": b"2"}, {b"call": b"x"}) == 300
        assert await journal.append(STREAM[300:], {"a": b"3"}) == 700
        assert await journal.append([], {"c": b""}) == 700
        assert journal.state == fold_all(EMPTY, STREAM)
        await journal.close()
        await journal.close()
        journal = await Journal.open(path)
        assert journal.state == fold_all(EMPTY, STREAM)
        assert await journal.marks() == {"a": b"3", "b": b"2", "c": b""}
        await journal.close()
        with pytest.raises(FactoryError, match="closed"):
            await journal.append(STREAM)

    asyncio.run(check())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=of_hundred(25))
@given(st.lists(event_lists, max_size=4))
def test_any_events_come_back_and_fold_alike(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[ev.Event]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "journal.db"
    # Of one that is over and heard of again, the journal itself says that it is back.
    batches = [[event for event in batch if not isinstance(event, ev.SessionsOver)] for batch in batches]
    _write(path, *batches)
    facts = [event for batch in batches for event in batch]
    reader = JournalReader(path)
    try:
        assert list(reader.events(0, 1_000)) == facts
        assert reader.latest() == fold_all(EMPTY, facts)
    finally:
        reader.close()


def test_appends_side_by_side_share_commits_and_keep_their_order(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        commits = 0
        commit = journal._connection.commit

        async def counted() -> None:
            nonlocal commits
            commits += 1
            await commit()

        journal._connection.commit = counted  # type: ignore[method-assign]  # counts, and does the real thing
        seqs = await asyncio.gather(*(journal.append([event]) for event in STREAM))
        assert seqs == list(range(1, 701))
        assert commits < 10
        await journal.close()

    asyncio.run(check())
    reader = JournalReader(path)
    assert list(reader.events(0, 1_000)) == list(STREAM)
    reader.close()


def test_closing_finishes_what_waits(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        waiting = [asyncio.ensure_future(journal.append([event])) for event in STREAM[:50]]
        await asyncio.sleep(0)
        await journal.close()
        assert await asyncio.gather(*waiting) == list(range(1, 51))

    asyncio.run(check())


def test_a_cancelled_append_is_written_whole_or_not_at_all(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        first = asyncio.ensure_future(journal.append(STREAM[:20]))
        await asyncio.sleep(0)
        first.cancel()
        last = await journal.append(STREAM[20:30])
        assert last in (10, 30)
        assert journal.state.seq == last
        await journal.close()

    asyncio.run(check())


class _Foreign(ev.Event, frozen=True, kw_only=True, tag="foreign.1"):
    """A kind that is not in the vocabulary."""


def test_one_wrong_append_does_not_spoil_the_others(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        results = await asyncio.gather(
            journal.append(STREAM[:2]),
            journal.append([_Foreign(time=1.0)]),
            journal.append(STREAM[2:5]),
            return_exceptions=True,
        )
        assert (results[0], results[2]) == (2, 5)
        assert isinstance(results[1], KeyError)
        await journal.close()

    asyncio.run(check())


def test_a_second_writer_is_told_who_writes(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        with pytest.raises(FactoryError, match=f"already running .process {os.getpid()}"):
            await Journal.open(path)
        await journal.append(STREAM[:1])
        await journal.close()
        await (await Journal.open(path)).close()

    asyncio.run(check())


@pytest.mark.parametrize("replaced", [False, True])
def test_what_would_go_into_a_removed_file_is_not_acknowledged(path: Path, replaced: bool) -> None:
    def remove() -> None:
        path.unlink()
        if replaced:
            path.write_bytes(b"")

    async def check() -> None:
        journal = await Journal.open(path)
        await journal.append(STREAM[:5])
        remove()
        for _ in range(2):
            with pytest.raises(JournalGoneError, match="was removed"):
                await journal.append(STREAM[5:7])
        assert journal.state.seq == 5
        with pytest.raises(JournalGoneError):
            await journal.close()

    async def go_on() -> None:
        journal = await Journal.open(path)
        assert await journal.append(STREAM[:1]) == 1
        await journal.close()

    asyncio.run(check())
    path.unlink(missing_ok=True)
    asyncio.run(go_on())


@pytest.mark.parametrize("beside", ["-wal", ".lock"])
def test_a_writer_ends_when_what_lies_beside_its_journal_was_removed(path: Path, beside: str) -> None:
    """As by a removal of its directory that is still under way: others would not see what it writes, or write too."""

    async def check() -> None:
        journal = await Journal.open(path)
        await journal.append(STREAM[:5], {"mark": b"5"})
        path.with_name(path.name + beside).unlink()
        with pytest.raises(JournalGoneError, match="was removed"):
            await journal.append(STREAM[5:7], {"mark": b"7"})
        with pytest.raises(JournalGoneError):
            await journal.close()
        again = await Journal.open(path)
        assert (again.state.seq, await again.marks()) == (5, {"mark": b"5"}), "what was acknowledged is there"
        assert await again.append(STREAM[5:7]) == 7
        await again.close()

    asyncio.run(check())
    reader = JournalReader(path)
    assert list(reader.events(0, 100)) == list(STREAM[:7])
    reader.close()


def test_a_journal_is_private(full: Path) -> None:
    for file in full.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


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


def test_checkpoints_of_another_fold_are_made_anew(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raised = tuple(replace(each, version=each.version + 1) for each in slices.SLICES)
    for module in (slices, checkpoints):
        monkeypatch.setattr(module, "SLICES", raised)
        monkeypatch.setattr(module, "VERSIONS", {each.name: each.version for each in raised})
    reader = JournalReader(full)
    assert reader.checkpoint() == EMPTY
    assert reader.readable() == fold_all(EMPTY, STREAM), "the older one is still something to look at"
    assert reader.latest() == fold_all(EMPTY, STREAM)
    _write(full)
    assert reader.checkpoint().seq == 700
    assert reader._checkpoint_before(650).seq == 650 // STEP * STEP
    reader.close()


@pytest.mark.parametrize("raised", ["ground", "stations", "verdicts", "skipped"])
def test_a_raised_slice_is_made_anew_from_the_events_that_it_needs(
    full: Path, monkeypatch: pytest.MonkeyPatch, raised: str
) -> None:
    other = tuple(replace(each, version=each.version + (each.name == raised)) for each in slices.SLICES)
    for module in (slices, checkpoints):
        monkeypatch.setattr(module, "SLICES", other)
        monkeypatch.setattr(module, "VERSIONS", {each.name: each.version for each in other})
    kinds: set[type[ev.Event]] = set()
    decode = codec.decode

    def noted(line: bytes) -> ev.Event:
        event = decode(line)
        kinds.add(type(event))
        return event

    monkeypatch.setattr(codec, "decode", noted)
    with closing(JournalReader(full)) as reader:
        grid = [seq for (seq,) in reader._rows("SELECT DISTINCT seq FROM slices ORDER BY seq")]
        assert reader.checkpoint() == EMPTY
        _write(full)
        needed = slices.kinds_of(slices.inputs(slices.stale({**slices.VERSIONS, raised: 0})))
        assert kinds == {type(event) for event in STREAM if type(event) in needed}
        for seq in grid:
            assert checkpoints.newest(reader._rows, seq) == fold_all(EMPTY, STREAM[:seq]), "also the older ones"


def test_a_checkpoint_that_close_wrote_is_replaced_by_the_next(path: Path) -> None:
    for end in range(10, 200, 10):
        _write(path, STREAM[end - 10 : end])
    reader = JournalReader(path)
    rows = reader._rows("SELECT DISTINCT seq FROM slices ORDER BY seq")
    assert [seq for (seq,) in rows] == [64, 128, 190]
    reader.close()


@pytest.mark.parametrize("portion", [700, 50, 1])
def test_checkpoints_of_a_large_floor_take_no_more_than_their_share(
    path: Path, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    monkeypatch.setattr(group, "CHECKPOINT_SHARE", 8)
    for end in range(350, 701, 350):  # each run ends with a checkpoint of its own, which is nobody's share
        batch = STREAM[end - 350 : end]
        _write(path, *(batch[at : at + portion] for at in range(0, 350, portion)))
    reader = JournalReader(path)
    stored = reader._rows("SELECT seq, sum(length(body)) FROM slices GROUP BY seq ORDER BY seq")
    assert reader.latest() == fold_all(EMPTY, STREAM)
    reader.close()
    *on_grid, (last, _size) = stored
    assert last == 700
    assert 2 <= len(on_grid) < 700 // STEP
    assert [seq % STEP for seq, _ in on_grid] == [0] * len(on_grid)
    for (seq, size), (later, _) in pairwise(on_grid):
        assert later == -(-(seq + size // 8) // STEP) * STEP, "neither sooner than its share allows, nor later"


def test_a_checkpoint_is_never_made_on_the_event_loop(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads, encode = [], codec.encode_state

    def noted(state: FloorState) -> bytes:
        threads.append(threading.current_thread())
        return encode(state)

    monkeypatch.setattr(codec, "encode_state", noted)
    _write(path, *([event] for event in STREAM[: 2 * STEP + 1]))
    assert len(threads) == 3 * len(slices.SLICES)
    assert threading.current_thread() not in threads


def test_events_are_final(full: Path) -> None:
    connection = sqlite3.connect(full)
    for sql in (
        "DELETE FROM events",
        "UPDATE events SET body = x'00'",
        "DELETE FROM packed",
        "UPDATE packed SET lines = x'00'",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(sql)
    connection.close()


def test_a_closed_reader_says_so(full: Path) -> None:
    reader = JournalReader(full)
    reader.close()
    reader.close()
    with pytest.raises(FactoryError, match="could not be read"):
        reader.latest()


def test_a_damaged_checkpoint_costs_time_and_nothing_else(full: Path) -> None:
    connection = sqlite3.connect(full)
    with connection:
        connection.execute("UPDATE slices SET body = x'00' WHERE name = 'stations' AND seq IN (576, 640, 700)")
    connection.close()
    reader = JournalReader(full)
    assert reader.checkpoint().seq == 512
    assert reader.latest() == fold_all(EMPTY, STREAM)
    _write(full)
    assert reader.checkpoint() == fold_all(EMPTY, STREAM)
    assert reader._checkpoint_before(650).seq == 640
    reader.close()


def test_what_a_closed_journal_holds_is_packed_but_for_a_few(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_EVENTS", 500)
    mark = b'{"file": "a/b.py"}' * 200
    rows = []
    for batch in (STREAM[:100], STREAM[100:130], STREAM[130:]):

        async def write(batch: Sequence[ev.Event] = batch) -> None:
            journal = await Journal.open(path)
            await journal.append(batch, {"long": mark, "short": b"7"})
            await journal.close()

        asyncio.run(write())
        with closing(sqlite3.connect(path)) as connection:
            rows.append(connection.execute("SELECT count(*), (SELECT count(*) FROM blocks) FROM events").fetchone())
            assert connection.execute("SELECT length(value) < 200 FROM marks WHERE name = 'long'").fetchone()[0]
    assert rows == [(0, 1), (30, 1), (0, 3)]

    async def check() -> None:
        journal = await Journal.open(path)
        assert await journal.marks() == {"long": mark, "short": b"7"}
        assert journal.state == fold_all(EMPTY, STREAM)
        await journal.close()

    asyncio.run(check())
    reader = JournalReader(path)
    assert list(reader.events(0, 1_000)) == list(STREAM)
    reader.close()
