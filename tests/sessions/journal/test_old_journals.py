"""Journals of former versions: read as they are, and lifted in place when they are written."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.journal import blocks, upkeep
from sessions.journal.past.past import EventList
from sessions.journal.reader import JournalReader
from sessions.journal.recording.recording import Recording
from sessions.journal.writer import Journal
from sessions.observe.files.archive import zstd
from tests.support.journal import sample_stream

OLD = Path(__file__).with_name("old")
EVENTS, TOKENS = 1_300, 7_107_087
"""What the journal of version 1 holds: a simulation, in rows, with floors that are stored as a whole."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    path.write_bytes(zstd.decompress((OLD / "journal-1.db.zst").read_bytes()))
    return path


def _count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _same(path: Path) -> None:
    """Everything that a past answers is right."""
    with closing(JournalReader(path)) as reader:
        events = list(reader.events(0, EVENTS + 1))
        expected = EventList(events)
        assert reader.span == expected.span
        assert (len(events), reader.latest().total.tokens.total) == (EVENTS, TOKENS)
        assert reader.latest() == fold_all(EMPTY, events)
        for slots in (7, 200):
            assert reader.density(slots) == expected.density(slots)
        for seq in range(0, EVENTS, 111):
            assert reader.state_at(seq) == expected.state_at(seq)
            assert reader.failure_after(seq) == expected.failure_after(seq)
            assert reader.failure_before(seq) == expected.failure_before(seq)
            assert reader.seq_at(events[seq].time) == expected.seq_at(events[seq].time)
        for station in reader.latest().stations:
            assert reader.events_of(station, 1_250, 300) == expected.events_of(station, 1_250, 300)


def test_a_journal_of_version_1_is_read_as_it_is(path: Path) -> None:
    before = path.read_bytes()
    _same(path)
    assert path.read_bytes() == before
    with closing(JournalReader(path)) as reader:
        assert reader.readable().total.tokens.total == TOKENS, "its floor is something to look at before it is lifted"


def test_a_journal_of_version_1_is_lifted_in_place_and_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "WORTH_BYTES", 1 << 16)
    size, more = path.stat().st_size, sample_stream(20)

    async def lift() -> None:
        journal = await Journal.open(path)
        assert (journal.state.seq, journal.state.total.tokens.total) == (EVENTS, TOKENS)
        assert await journal.marks() == {"mark": b"x"}
        await journal.close()

    asyncio.run(lift())
    _same(path)
    assert (_count(path, "events"), _count(path, "blocks")) == (0, 2)
    assert _count(path, "checkpoints") == 0
    assert path.stat().st_size < size / 2, "the room of the rows was given back"

    async def go_on() -> None:
        journal = await Journal.open(path)
        assert await journal.append(more) == EVENTS + 20
        await journal.close()

    asyncio.run(go_on())
    with closing(JournalReader(path)) as reader:
        assert list(reader.events(EVENTS, 100)) == list(more)


def test_a_lift_that_was_broken_off_goes_on_where_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by a kill between two portions, after the rows of the first are packed."""
    monkeypatch.setattr(upkeep, "PORTION", 1)
    monkeypatch.setattr(blocks, "BLOCK_EVENTS", 100)
    portions = 0

    async def broken_off() -> None:
        journal = await Journal.begin(path)

        def told(progress: object) -> None:
            nonlocal portions
            portions += 1
            if portions == 3:
                opening.cancel()

        opening = asyncio.create_task(journal.bring_up(told))
        with pytest.raises(asyncio.CancelledError):
            await opening
        await journal.close()

    asyncio.run(broken_off())
    assert 0 < _count(path, "blocks") <= 13
    _same(path)
    asyncio.run(_opened(path))
    assert _count(path, "blocks") == 13, "thirteen hundred events"
    _same(path)


async def _opened(path: Path) -> None:
    await (await Journal.open(path)).close()


def test_a_recording_of_version_1_begins_with_the_floor_that_it_was_made_with() -> None:
    with closing(Recording(OLD / "recording-1.ftr")) as recorded:
        begin = recorded.state_at(0)
        assert (len(begin.sessions), len(begin.total.sessions), begin.total.calls > 0) == (30, 30, True)
        assert recorded.state_at(200).total.tokens.total == TOKENS
