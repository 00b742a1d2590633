"""Migrations, and files that are no journal, or one of tomorrow."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sessions.errors import FactoryError, NewerFormatError
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.journal import schema
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal
from tests.support.journal import sample_stream

STREAM = sample_stream(50)

Opener = Callable[[Path], None]


def _open_to_write(path: Path) -> None:
    async def work() -> None:
        await (await Journal.open(path)).close()

    asyncio.run(work())


def _open_to_read(path: Path) -> None:
    JournalReader(path).close()


both = pytest.mark.parametrize("open_it", [_open_to_write, _open_to_read])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"

    async def write() -> None:
        journal = await Journal.open(path)
        await journal.append(STREAM)
        await journal.close()

    asyncio.run(write())
    return path


def _change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _everything(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_new_journal_says_what_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert schema.applied(connection) == [name for name, _ in schema.MIGRATIONS]


@both
@pytest.mark.parametrize(
    "statement",
    [
        f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}",
        "INSERT INTO migrations VALUES (99, 'of tomorrow', 0)",
        "UPDATE migrations SET name = 'of another branch' WHERE number = 1",
    ],
)
def test_a_newer_journal_is_refused_unharmed(path: Path, open_it: Opener, statement: str) -> None:
    _change(path, statement)
    before = _everything(path.parent)
    with pytest.raises(NewerFormatError, match=r"journal\.db was written by a newer factory-tui"):
        open_it(path)
    assert _everything(path.parent) == before


@both
def test_a_newer_journal_whose_version_is_still_in_its_log_is_refused(
    path: Path, open_it: Opener, tmp_path: Path
) -> None:
    copy = tmp_path / "copy" / "journal.db"
    copy.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA user_version = 99")
        for suffix in ("", "-wal"):
            shutil.copy(path.with_name(path.name + suffix), copy.with_name(copy.name + suffix))
    before = _everything(copy.parent)
    with pytest.raises(NewerFormatError):
        open_it(copy)
    assert {name: _everything(copy.parent)[name] for name in before} == before


@both
@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00", b"SQLite format 3\x00" + b"\x00" * 4_096])
def test_what_is_no_journal_is_named_and_left_alone(tmp_path: Path, open_it: Opener, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(FactoryError, match=r"notes\.txt is not a journal"):
        open_it(path)
    assert _everything(tmp_path) == {"notes.txt": content}


@both
def test_another_programs_database_is_refused(tmp_path: Path, open_it: Opener) -> None:
    path = tmp_path / "other.db"
    _change(path, "CREATE TABLE events (seq)", "PRAGMA user_version = 1")
    before = _everything(tmp_path)
    with pytest.raises(FactoryError, match="is not a journal"):
        open_it(path)
    assert _everything(tmp_path) == before


@both
def test_a_damaged_journal_is_named(path: Path, open_it: Opener) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    with pytest.raises(FactoryError, match=r"journal\.db cannot be used"):
        open_it(path)


def test_a_journal_that_lacks_an_event_is_named(path: Path) -> None:
    _change(path, "DROP TRIGGER events_stay", "DELETE FROM events WHERE seq = 1")
    reader = JournalReader(path)
    with pytest.raises(FactoryError, match="is damaged"):
        _ = reader.span
    reader.close()


def test_a_missing_journal_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(FactoryError, match="there is no journal"):
        JournalReader(tmp_path / "journal.db")
    assert list(tmp_path.iterdir()) == []


def test_a_directory_is_no_journal(tmp_path: Path) -> None:
    with pytest.raises(FactoryError, match="cannot be read"):
        _open_to_write(tmp_path)


def test_a_name_with_special_characters_is_a_name(tmp_path: Path) -> None:
    for name in (b"50% ?mode=memory#x \xe2\x98\x83.db", b"no text \xff.db"):
        path = tmp_path / os.fsdecode(name)
        _open_to_write(path)
        _open_to_read(path)
        assert path.exists()


def test_a_copy_in_a_read_only_directory_can_be_read(path: Path) -> None:
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "journal.db"
        shutil.copyfile(path, copy)
        copy.chmod(0o444)
        Path(folder).chmod(0o555)
        if user == 0:  # whom permissions do not stop
            os.seteuid(65_534)
        try:
            reader = JournalReader(copy)
            assert reader.latest() == fold_all(EMPTY, STREAM)
            reader.close()
        finally:
            os.seteuid(user)
            Path(folder).chmod(0o700)


def test_migrations_run_in_order_once_and_keep_what_is_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = (
        *schema.MIGRATIONS,
        ("notes", ("CREATE TABLE notes (seq INTEGER PRIMARY KEY, text TEXT)",)),
        ("authors of notes", ("ALTER TABLE notes ADD COLUMN author TEXT",)),
    )
    monkeypatch.setattr(schema, "MIGRATIONS", more)
    for _ in range(2):
        _open_to_write(path)
        with closing(sqlite3.connect(path)) as connection:
            assert schema.applied(connection) == [name for name, _ in more]
            connection.execute("SELECT author FROM notes")
    reader = JournalReader(path)
    assert reader.latest() == fold_all(EMPTY, STREAM)
    reader.close()
    monkeypatch.undo()
    with pytest.raises(NewerFormatError):
        _open_to_write(path)


def test_a_migration_that_fails_leaves_the_journal_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = ("bad", ("CREATE TABLE half (x)", "this is no SQL"))
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, bad))
        with pytest.raises(FactoryError, match="could not be written"):
            _open_to_write(path)
    with closing(sqlite3.connect(path)) as connection:
        assert schema.applied(connection) == [name for name, _ in schema.MIGRATIONS]
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone()[0] == 0
    _open_to_write(path)


def test_leftovers_of_a_journal_that_was_removed_do_not_enter_the_new_one(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("INSERT INTO marks VALUES ('old', x'00')")
        log = path.with_name(path.name + "-wal").read_bytes()
    path.unlink()
    path.with_name(path.name + "-wal").write_bytes(log)
    path.with_name(path.name + ".new").write_bytes(b"half-made")

    async def check() -> None:
        journal = await Journal.open(path)
        assert await journal.marks() == {}
        assert journal.state == EMPTY
        await journal.close()

    asyncio.run(check())


def test_a_disk_that_is_full_during_a_migration_is_named_as_such(tmp_path: Path) -> None:
    """SQLite itself rolls back then; what it says of that must not hide what happened."""
    with closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA max_page_count = 3")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            schema._migrate(connection)


def test_on_a_full_disk_the_journal_is_copied_to_where_there_is_room(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    with closing(sqlite3.connect(path)) as writer:  # keeps the log beside the journal
        writer.execute("SELECT 1 FROM events").fetchone()
        monkeypatch.setattr(schema, "_FOR_COPIES", (str(tmp_path / "full"), str(room)))
        with closing(schema.connect_copy(path)) as copy:
            assert copy.execute("SELECT count(*) FROM events").fetchone() == (len(STREAM),)
        assert list(room.iterdir()) == []
        monkeypatch.setattr(schema, "_FOR_COPIES", (str(tmp_path / "full"),))
        with pytest.raises(OSError, match="full"):
            schema.connect_copy(path)
