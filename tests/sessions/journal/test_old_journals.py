"""Journals of former versions: read as they are, and lifted in place when they are written."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.floor.events import TokensUsed
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState, Session
from sessions.floor.tokens import Counted, Tokens
from sessions.journal import blocks, upkeep
from sessions.journal.past import past_sessions
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
        assert (len(begin.sessions), begin.total.sessions, begin.total.calls > 0) == (30, 30, True)
        assert recorded.state_at(200).total.tokens.total == TOKENS


@pytest.fixture
def numbered(tmp_path: Path) -> Path:
    """A journal of the time when each meter held the numbers of its sessions, which are all on its floor."""
    path = tmp_path / "journal.db"
    path.write_bytes(zstd.decompress((OLD / "journal-2.db.zst").read_bytes()))
    return path


def test_a_floor_with_numbered_sessions_is_read_as_one_that_counts_them(numbered: Path) -> None:
    with closing(JournalReader(numbered)) as reader:
        stored, anew = reader.readable(), fold_all(EMPTY, reader.events(0, 1_000))
        assert reader.checkpoint() == EMPTY, "it is of another version"
        assert (stored.seq, len(stored.sessions), stored.total.sessions) == (anew.seq, 90, 90)
        ordered = {name: replace(each, counted=_sorted(each.counted)) for name, each in anew.sessions.items()}
        lifted = {name: replace(each, counted=_sorted(each.counted)) for name, each in stored.sessions.items()}
        assert lifted == ordered
        assert replace(stored, sessions={}, progress={}) == replace(anew, sessions={}, progress={})


def _sorted(counted: Counted) -> Counted:
    return Counted(*(tuple(sorted(getattr(counted, place))) for place in counted.__struct_fields__))


@pytest.mark.parametrize("pruned", [False, True])
def test_a_journal_with_numbered_sessions_goes_on_without_them(
    numbered: Path, monkeypatch: pytest.MonkeyPatch, pruned: bool
) -> None:
    monkeypatch.setattr(past_sessions, "MOST", 0)
    monkeypatch.setattr(past_sessions, "LEAST", 0)
    if pruned:  # nothing is left but the floor of former times
        with closing(sqlite3.connect(numbered)) as connection, connection:
            connection.execute("INSERT INTO pruned VALUES (457, 1760854409.0, 0)")
            for table in ("packed", "blocks", "station_blocks", "events"):
                connection.execute(f"DROP TRIGGER IF EXISTS {'blocks' if table == 'packed' else table}_stay")
                connection.execute(f"DELETE FROM {table}")

    async def go_on() -> FloorState:
        journal = await Journal.open(numbered)
        assert (len(journal.state.sessions), journal.state.total.sessions) == (90, 90)
        first, *_, last = journal.state.sessions
        old, new = journal.state.sessions[first], journal.state.sessions[last]
        await journal.append([_used(old, first)])
        assert first not in journal.state.sessions
        await journal.append([_used(old, first), _used(new, last), _used(new, "another")])
        state = journal.state
        await journal.close()
        return state

    state = asyncio.run(go_on())
    assert (state.total.sessions, state.total.calls) == (91, 184)
    assert len(state.sessions) <= len(state.stations)
    assert state.models["opus"].sessions == 61, "the day is another, and the model counts it already"


def _used(session: Session, name: str) -> TokensUsed:
    return TokensUsed(time=1_765_000_000.0, station=session.station, session=name, model="opus", tokens=Tokens(1))


def test_a_recording_with_numbered_sessions_begins_with_the_floor_that_it_was_made_with() -> None:
    with closing(Recording(OLD / "recording-2.ftr")) as recorded:
        begin, end = recorded.state_at(0), recorded.state_at(recorded.span.last_seq)
        assert (begin.total.sessions, len(begin.sessions)) == (38, 39), "one has used nothing yet"
        assert end.total.sessions == len(end.sessions) == 90
        assert end.here.sessions == 90 - end.elsewhere.sessions
