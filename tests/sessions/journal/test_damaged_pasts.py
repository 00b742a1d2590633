"""Recordings and journals that were damaged: one clear message, or everything that is still readable."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.cli import main
from sessions.errors import FactoryError
from sessions.floor.events import SourceSkipped
from sessions.floor.state import FloorState, Station
from sessions.floor.tokens import Tokens
from sessions.journal import blocks, codec, group
from sessions.journal.past.past import EventList
from sessions.journal.reader import JournalReader
from sessions.journal.recording import record
from sessions.journal.writer import Journal
from sessions.observe.callbook import call_key, encode_tokens
from tests.support import damage
from tests.support.chance import of_hundred
from tests.support.journal import sample_stream

STREAM = sample_stream(60, stations=3)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory with a recording and a journal of several checkpoints, both sound."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group, "CHECKPOINT_EVERY", 16)
        patch.setattr(record, "BLOCK_EVENTS", 16)
        patch.setattr(blocks, "BLOCK_EVENTS", 16)
        directory = tmp_path_factory.mktemp("sound")
        record.write(EventList(STREAM), directory / "sound.ftr", 1, len(STREAM))
        asyncio.run(_journal(directory / "sound.db"))
        yield directory


async def _journal(path: Path) -> None:
    journal = await Journal.open(path)
    for first in range(0, len(STREAM), 7):
        calls = {call_key(str(first)): encode_tokens(Tokens(first))}
        await journal.append(STREAM[first : first + 7], {f"mark {first}": b"mark" * first}, calls)
    await journal.close()


async def _written(path: Path) -> None:
    journal = await Journal.open(path)
    try:
        await journal.marks()
        await journal.append(STREAM[:20])
    finally:
        await journal.close()


def _told(path: Path, doing: Callable[[], object]) -> None:
    """Do it; an error is a message that names the file."""
    try:
        doing()
    except FactoryError as error:
        assert path.name in error.message, error.message


@settings(deadline=None, max_examples=of_hundred(100))
@given(seed=st.integers(0, 2**32), whole=st.booleans())
def test_a_damaged_recording_is_read_or_refused(sound: Path, seed: int, whole: bool) -> None:
    path = sound / "damaged.ftr"
    (damage.damage_file if whole else damage.damage_parts)(sound / "sound.ftr", path, random.Random(seed))
    _told(path, lambda: damage.use(path, sound))


@settings(deadline=None, max_examples=of_hundred(30))
@given(seed=st.integers(0, 2**32), whole=st.booleans())
def test_a_damaged_journal_is_read_and_written_or_refused(sound: Path, seed: int, whole: bool) -> None:
    path = sound / "damaged.db"
    for left in sound.glob("damaged.db*"):
        left.unlink()
    (damage.damage_file if whole else damage.damage_rows)(sound / "sound.db", path, random.Random(seed))
    _told(path, lambda: damage.use(path, sound))
    _told(path, lambda: asyncio.run(_written(path)))


def test_a_floor_that_files_a_station_under_another_name_is_damaged() -> None:
    body = msgspec.json.encode(FloorState(stations={"ship": Station("shop")}))
    with pytest.raises(FactoryError, match="two names"):
        codec.read_state(body)


@pytest.fixture
def journal(sound: Path, tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    path.write_bytes((sound / "sound.db").read_bytes())
    return path


def _change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(damage.UNGUARDED)
        for statement in statements:
            connection.execute(statement)


def test_an_event_that_is_no_longer_bytes_is_counted_and_the_others_are_read(journal: Path) -> None:
    _change(journal, "UPDATE events SET body = 7 WHERE seq = 55", "DELETE FROM slices")
    reader = JournalReader(journal)
    try:
        assert isinstance(reader.events(54, 1)[0], SourceSkipped)
        assert list(reader.events(55, 100)) == list(STREAM[55:])
        assert reader.latest().skipped == {"unreadable event": 1}
    finally:
        reader.close()
    asyncio.run(_written(journal))


@pytest.mark.parametrize(
    "change", ["UPDATE packed SET lines = x'28b52ffd00' WHERE last = 32", "DELETE FROM packed WHERE last = 32"]
)
def test_a_block_that_is_damaged_is_counted_and_the_others_are_read(journal: Path, change: str) -> None:
    _change(journal, change, "DELETE FROM slices")
    reader = JournalReader(journal)
    try:
        assert all(isinstance(event, SourceSkipped) for event in reader.events(16, 16))
        assert list(reader.events(32, 100)) == list(STREAM[32:])
        assert reader.latest().skipped == {"unreadable event": 16}
        assert reader.latest().seq == 60
    finally:
        reader.close()
    asyncio.run(_written(journal))


def test_a_block_that_is_longer_than_any_is_told_and_unpacked_by_nobody(journal: Path) -> None:
    _change(journal, f"UPDATE blocks SET last = {1 << 40} WHERE last = 48", "DELETE FROM slices")
    reader = JournalReader(journal)
    try:
        with pytest.raises(FactoryError, match="the block up to event 1099511627776"):
            reader.events(40, 4)
    finally:
        reader.close()


def test_a_checkpoint_under_a_wrong_number_is_passed_over(journal: Path) -> None:
    _change(journal, "UPDATE slices SET seq = 20 WHERE seq = 32")
    reader = JournalReader(journal)
    try:
        assert reader.state_at(25).seq == 25
    finally:
        reader.close()


def test_a_journal_with_a_hole_is_not_written(journal: Path) -> None:
    _change(journal, "DELETE FROM events WHERE seq = 53", "DELETE FROM slices")
    with pytest.raises(FactoryError, match=r"it lacks event 53\).*take it from a backup"):
        asyncio.run(_written(journal))


def test_a_hole_is_told_and_what_lies_behind_it_is_read(journal: Path) -> None:
    _change(journal, "DELETE FROM events WHERE seq = 53")
    reader = JournalReader(journal)
    try:
        with pytest.raises(FactoryError, match="it lacks event 53"):
            reader.events(0, 100)
        assert list(reader.events(53, 100)) == list(STREAM[53:])
        assert reader.latest().seq == 60, "the floor goes on from a later checkpoint"
    finally:
        reader.close()


def test_a_station_that_lost_its_row_leaves_its_number_to_nobody(journal: Path) -> None:
    _change(journal, "DELETE FROM stations WHERE id = 1")
    asyncio.run(_written(journal))
    with closing(sqlite3.connect(journal)) as connection:
        assert sorted(number for (number,) in connection.execute("SELECT id FROM stations")) == [2, 3, 4]


def test_a_damaged_file_ends_a_command_with_one_line(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _change(journal, "UPDATE events SET latest = 'soon'")
    assert main(["replay", str(journal), "--json", "--at", "50%"]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"factory-tui: {journal} is damaged (event 60 has no time)") and told.count("\n") == 1
