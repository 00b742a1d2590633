"""Sessions of OpenClaw in SQLite: read where it stands, every token once, whatever happens to the file."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.tokens import Tokens
from sessions.observe.contract import Desk
from sessions.observe.files.archive import zstd
from sessions.observe.files.discover import SearchRoot
from sessions.observe.observer import Observer
from sessions.observe.openclaw.transcript import OpenClawDatabase, OpenClawTranscript
from sessions.observe.seats import Seats
from tests.sessions.observe.openclaw.written import SESSION, header, kinds, message, reply
from tests.support.chance import of_hundred
from tests.support.transcript import calls, desk, shared, spent


@contextmanager
def database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(
            "CREATE TABLE IF NOT EXISTS transcript_events(session_id TEXT NOT NULL, seq INTEGER NOT NULL, "
            "event_json TEXT, created_at INTEGER NOT NULL, event_zstd BLOB, PRIMARY KEY(session_id, seq))"
        )
        db.commit()
        yield db


def add(db: sqlite3.Connection, lines: Sequence[bytes], session: str = SESSION, first: int = 0) -> None:
    rows = [(session, first + i, each.decode(), 0, None) for i, each in enumerate(lines)]
    db.executemany("INSERT OR REPLACE INTO transcript_events VALUES (?, ?, ?, ?, ?)", rows)
    db.commit()


def test_a_database_that_grows_is_read_from_where_it_was(tmp_path: Path) -> None:
    path, surroundings = tmp_path / "openclaw-agent.sqlite", desk()
    with database(path) as db:
        add(db, [header(), reply("a", 1, {"input": 1})])
        reader = OpenClawDatabase(path, surroundings)
        assert spent(reader.changes()) == Tokens(input=1)
        assert reader.changes() == []
        add(db, [reply("b", 2, {"input": 10})], first=2)
        add(db, [header("other"), reply("a", 3, {"input": 100})], "other")
        later = OpenClawDatabase(path, surroundings, reader.save())
        found = later.changes()
        assert spent(found) == Tokens(input=110)
        assert {e.session for e in found if isinstance(e, ev.TokensUsed)} == {SESSION, "other"}
        assert OpenClawDatabase(path, surroundings, later.save()).changes() == []


@pytest.mark.parametrize("named", [True, False])
def test_a_session_in_a_database_and_in_an_archive_counts_once(tmp_path: Path, named: bool) -> None:
    """A newer version of OpenClaw takes over what lies in files, which are put away."""
    words = {"responseId": "r1"} if named else {}
    lines = [header(), message("u", 1, "user", content="go"), reply("a", 2, {"input": 7}, stopReason="stop", **words)]
    with database(tmp_path / "openclaw-agent.sqlite") as db:
        add(db, lines)
    readers: list[Callable[[Desk], list[ev.Event]]] = [
        lambda at: OpenClawDatabase(tmp_path / "openclaw-agent.sqlite", at).changes(),
        lambda at: OpenClawTranscript(tmp_path / f"{SESSION}.jsonl.deleted.2026-11-22T00-00-00.000Z", at).feed(
            lines, 0
        ),
    ]
    for order in (readers, readers[::-1]):
        surroundings = desk()
        found = [event for look in order for event in look(surroundings)]
        assert (spent(found), calls(found)) == (Tokens(input=7), 1)
        assert {e.session for e in found if isinstance(e, ev.StationEvent)} == {SESSION}
    surroundings = desk()
    told = [event for look in readers for event in look(surroundings)]
    assert len([e for e in told if isinstance(e, ev.TurnStarted)]) == 1


def test_a_database_whose_writer_has_gone_is_read_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "openclaw-agent.sqlite"
    with database(path) as db:
        add(db, [header(), reply("a", 1, {"input": 1})])
    assert sorted(each.name for each in tmp_path.iterdir()) == [path.name]
    assert spent(OpenClawDatabase(path, desk()).changes()) == Tokens(input=1)
    assert sorted(each.name for each in tmp_path.iterdir()) == [path.name]


def test_a_database_below_a_directory_whose_name_is_no_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9") / "openclaw-agent.sqlite"
    path.parent.mkdir()
    with database(path) as db:
        add(db, [header(), reply("a", 1, {"input": 1})])
        assert spent(OpenClawDatabase(path, desk()).changes()) == Tokens(input=1)


def test_rows_that_were_written_anew_count_once(tmp_path: Path) -> None:
    path = tmp_path / "openclaw-agent.sqlite"
    lines = [header(), message("q", 1, "user", content="go"), *(reply(f"e{i}", i + 2, {"input": 1}) for i in range(4))]
    with database(path) as db:
        add(db, lines)
        reader = OpenClawDatabase(path, desk())
        reader.changes()
        db.execute("DELETE FROM transcript_events")
        add(db, [*lines[:4], reply("new", 60, {"input": 50})])
        found = reader.changes()
    assert spent(found) == Tokens(input=50)
    assert kinds(found) == ["TextWritten", "TokensUsed"]


def test_a_locked_database_is_read_later(tmp_path: Path) -> None:
    path = tmp_path / "openclaw-agent.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=DELETE")
        db.execute("CREATE TABLE transcript_events(session_id TEXT, seq INTEGER, event_json TEXT, event_zstd BLOB)")
        db.execute("INSERT INTO transcript_events VALUES (?, 0, ?, NULL)", (SESSION, header().decode()))
        db.commit()
        db.execute("BEGIN EXCLUSIVE")
        reader = OpenClawDatabase(path, desk())
        assert reader.changes() == []
        assert reader.behind
        db.commit()
        assert "SessionOpened" in kinds(reader.changes())
        assert not reader.behind


def test_garbage_and_absence_are_not_fatal_and_told_once(tmp_path: Path) -> None:
    path = tmp_path / "openclaw-agent.sqlite"
    reader = OpenClawDatabase(path, desk())
    assert reader.changes() == []
    assert reader.behind
    path.write_bytes(b"no database at all " * 500)
    found = reader.changes()
    assert [e.reason for e in found if isinstance(e, ev.SourceSkipped)] == ["unreadable file"]
    assert reader.changes() == []
    assert OpenClawDatabase(path, desk(), reader.save()).changes() == []
    path.unlink()
    with database(path) as db:
        add(db, [header()])
        assert "SessionOpened" in kinds(reader.changes())


@example(position=4034, junk=b"\x80")
@given(position=st.integers(0, 8_000), junk=st.binary(min_size=1, max_size=200))
@settings(max_examples=of_hundred(40))
def test_a_damaged_database_is_not_fatal(position: int, junk: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("damaged") / "openclaw-agent.sqlite"
    with database(path) as db:
        add(db, [header(), *(reply(f"e{i}", i + 1, {"input": 1}) for i in range(20))])
    data = bytearray(path.read_bytes())
    data[position : position + len(junk)] = junk
    path.write_bytes(data)
    assert spent(OpenClawDatabase(path, desk()).changes()).total <= 20 * 999


def test_rows_of_odd_types_are_not_fatal(tmp_path: Path) -> None:
    path = tmp_path / "openclaw-agent.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE transcript_events(session_id, seq, event_json, event_zstd)")
        odd = [(None, 1), (b"\xff", 1), ("s", "x"), ("s", 0), ("s", -1), (7, 2.5), ("\x1b[31m", 3)]
        for session, seq in odd:
            db.execute("INSERT INTO transcript_events VALUES (?, ?, ?, NULL)", (session, seq, header().decode()))
        db.execute("INSERT INTO transcript_events VALUES ('s', 1, 7, 'text')")
        db.commit()
        reader = OpenClawDatabase(path, desk())
        found = reader.changes()
        assert "SessionOpened" in kinds(found)
        assert "\x1b" not in str(found)
        OpenClawDatabase(path, desk(), reader.save()).changes()


def test_a_compressed_row_is_read_and_a_damaged_one_counted(tmp_path: Path) -> None:
    path = tmp_path / "openclaw-agent.sqlite"
    with database(path) as db:
        add(db, [header()])
        hello = reply("hello", 1, {"input": 1, "output": 1})
        for seq, packed in enumerate((zstd.compress(hello), b"(\xb5/\xfd not zstd"), 1):
            db.execute("INSERT INTO transcript_events VALUES (?, ?, NULL, 0, ?)", (SESSION, seq, packed))
        db.commit()
        found = OpenClawDatabase(path, desk()).changes()
    assert [e.reason for e in found if isinstance(e, ev.SourceSkipped)] == ["damaged zstd row"]
    assert [e.text for e in found if isinstance(e, ev.TextWritten)] == ["reply hello"]


def observed(observer: Observer, path: Path) -> Tokens:
    return spent([event for batch in observer.read(frozenset({f"{path}-wal"})) for event in batch.events])


def test_the_observer_notices_what_stands_only_in_the_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "openclaw-agent.sqlite"
    with database(path) as db:
        add(db, [header(), reply("a", 1, {"input": 1})])
        observer = Observer([SearchRoot(tmp_path, "openclaw")], Seats(), desk().pricing)
        assert spent([event for batch in observer.scan() for event in batch.events]) == Tokens(input=1)
        before = path.stat()
        add(db, [reply("b", 2, {"input": 10})], first=2)
        assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
        assert observed(observer, path) == Tokens(input=10)


def test_a_locked_database_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "openclaw-agent.sqlite"
    with database(path) as db:
        add(db, [header(), reply("a", 1, {"input": 1})])
        observer = Observer([SearchRoot(tmp_path, "openclaw")], Seats(), desk().pricing)
        db.execute("PRAGMA locking_mode=EXCLUSIVE")
        db.execute("DELETE FROM transcript_events WHERE 0")
        db.commit()
        assert spent([event for batch in observer.scan() for event in batch.events]) == Tokens()
        db.execute("PRAGMA locking_mode=NORMAL")
        db.execute("SELECT count(*) FROM transcript_events").fetchone()
        assert observed(observer, path) == Tokens(input=1)


def test_the_real_database_to_the_token(tmp_path: Path) -> None:
    path = tmp_path / "openclaw-agent.sqlite"
    shutil.copy(shared("openclaw/openclaw-agent.sqlite"), path)
    with closing(sqlite3.connect(path)) as db:
        rows = [json.loads(row[0]) for row in db.execute("SELECT event_json FROM transcript_events")]
    usages = [row["message"]["usage"] for row in rows if "usage" in row.get("message", {})]
    found = OpenClawDatabase(path, desk()).changes()
    assert not [e for e in found if isinstance(e, ev.SourceSkipped)]
    assert spent(found).total == sum(usage["totalTokens"] for usage in usages)
    assert calls(found) == len(usages)
    cost = sum(e.cost or 0 for e in found if isinstance(e, ev.TokensUsed))
    assert cost == pytest.approx(sum(usage["cost"]["total"] for usage in usages))
