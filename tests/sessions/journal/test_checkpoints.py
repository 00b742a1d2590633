"""Checkpoints and blocks of a journal: few, in their places, made anew where they are of another fold or damaged."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold import slices
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.journal import blocks, checkpoints, codec, group
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal
from tests.sessions.journal.short import STEP, STREAM, write

pytestmark = pytest.mark.usefixtures("short")


def test_checkpoints_of_another_fold_are_made_anew(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raised = tuple(replace(each, version=each.version + 1) for each in slices.SLICES)
    for module in (slices, checkpoints):
        monkeypatch.setattr(module, "SLICES", raised)
        monkeypatch.setattr(module, "VERSIONS", {each.name: each.version for each in raised})
    reader = JournalReader(full)
    assert reader.checkpoint() == EMPTY
    assert reader.readable() == fold_all(EMPTY, STREAM), "the older one is still something to look at"
    assert reader.latest() == fold_all(EMPTY, STREAM)
    write(full)
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
        write(full)
        needed = slices.kinds_of(slices.inputs(slices.stale({**slices.VERSIONS, raised: 0})))
        assert kinds == {type(event) for event in STREAM if type(event) in needed}
        for seq in grid:
            assert checkpoints.newest(reader._rows, seq) == fold_all(EMPTY, STREAM[:seq]), "also the older ones"


def test_a_checkpoint_that_close_wrote_is_replaced_by_the_next(path: Path) -> None:
    for end in range(10, 200, 10):
        write(path, STREAM[end - 10 : end])
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
        write(path, *(batch[at : at + portion] for at in range(0, 350, portion)))
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
    write(path, *([event] for event in STREAM[: 2 * STEP + 1]))
    assert len(threads) == 3 * len(slices.SLICES)
    assert threading.current_thread() not in threads


def test_a_damaged_checkpoint_costs_time_and_nothing_else(full: Path) -> None:
    connection = sqlite3.connect(full)
    with connection:
        connection.execute("UPDATE slices SET body = x'00' WHERE name = 'stations' AND seq IN (576, 640, 700)")
    connection.close()
    reader = JournalReader(full)
    assert reader.checkpoint().seq == 512
    assert reader.latest() == fold_all(EMPTY, STREAM)
    write(full)
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
