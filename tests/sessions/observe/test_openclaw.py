"""OpenClaw sessions in files and in SQLite: one meaning, every token once, whatever happens to the file."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe.callbook import Calls
from sessions.observe.contract import Desk
from sessions.observe.files.archive import zstd
from sessions.observe.files.discover import SearchRoot
from sessions.observe.observer import Observer
from sessions.observe.openclaw.transcript import OpenClawDatabase, OpenClawTranscript
from sessions.observe.seats import HomeRepository, Seats
from tests.support.chance import of_hundred
from tests.support.observe import FlatPrice
from tests.support.transcript import calls, desk, shared, spent

SESSION = "137d0291-cf5d-4e84-8a11-9ec78082905c"
USAGE = st.builds(
    lambda fresh, output, read, written: {"input": fresh, "output": output, "cacheRead": read, "cacheWrite": written},
    st.integers(1, 5000),
    st.integers(0, 500),
    st.integers(0, 5000),
    st.integers(0, 500),
)


def line(type_: str, second: int, **more: object) -> bytes:
    stamp = f"2026-11-21T16:{second // 60:02}:{second % 60:02}.000Z"
    return json.dumps({"type": type_, "timestamp": stamp, **more}).encode()


def header(session: str = SESSION, second: int = 0, **more: object) -> bytes:
    return line("session", second, version=3, id=session, cwd="/w", **more)


def message(name: str, second: int, role: str, **more: object) -> bytes:
    return line("message", second, id=name, message={"role": role, **more})


def reply(name: str, second: int, usage: Mapping[str, object], **more: object) -> bytes:
    words = [{"type": "text", "text": f"reply {name}"}]
    return message(name, second, "assistant", content=words, model="m", usage=usage, **more)


def wanted(usages: Sequence[Mapping[str, int]]) -> Tokens:
    total = Tokens()
    for usage in usages:
        total += Tokens(usage["input"], usage["cacheWrite"], 0, usage["cacheRead"], usage["output"])
    return total


def kinds(events: Sequence[ev.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def read(lines: Sequence[bytes]) -> list[ev.Event]:
    return OpenClawTranscript(Path(f"{SESSION}.jsonl"), desk()).feed(lines, 0)


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


# Tokens


@given(st.lists(USAGE, min_size=1, max_size=8), st.data())
def test_usage_is_counted_once_under_any_chunking_and_duplication(
    usages: list[dict[str, int]], data: st.DataObject
) -> None:
    lines = [header()]
    for i, usage in enumerate(usages):
        named = {"responseId": f"r{i}"} if data.draw(st.booleans()) else {}
        lines += [reply(f"e{i}", i + 1, usage, **named)] * data.draw(st.integers(1, 3))
    surroundings, memory, found = desk(), b"", []
    while lines:
        taken = data.draw(st.integers(1, len(lines)))
        transcript = OpenClawTranscript(Path("x.jsonl"), surroundings, memory)
        found += transcript.feed(lines[:taken], 0)
        lines, memory = lines[taken:], transcript.save()
    assert spent(found) == wanted(usages)
    assert calls(found) == len(usages)
    assert kinds(found).count("TextWritten") == len(usages)


def test_cost_is_what_the_agent_reports_and_else_what_the_table_says() -> None:
    usage = {"input": 10, "output": 5, "cost": {"total": 0.25}}
    unknown = {"input": 10, "output": 5, "cost": {"total": 0}}
    found = read([header(), reply("a", 1, usage), reply("b", 2, unknown)])
    used = [(e.cost, e.certainty, e.context) for e in found if isinstance(e, ev.TokensUsed)]
    assert used[0] == (0.25, Certainty.REPORTED, 15)
    assert used[1] == (15e-6, Certainty.EXACT, 15)


def test_a_fork_copies_events_and_counts_only_what_is_new() -> None:
    surroundings, usage = desk(), {"input": 10, "output": 5}
    own = [message("a", 1, "user", content="one"), reply("b", 2, usage, stopReason="stop")]
    new = [message("c", 61, "user", content="two"), reply("d", 62, usage, stopReason="stop")]
    first = OpenClawTranscript(Path(f"{SESSION}.jsonl"), surroundings).feed([header(), *own], 0)
    forked = header("fork", 60, parentSession=f"/somewhere/2026_{SESSION}.jsonl")
    second = OpenClawTranscript(Path("fork.jsonl"), surroundings).feed([forked, *own, *new], 0)
    assert spent(first) == spent(second) == Tokens(input=10, output=5)
    assert [e.text for e in second if isinstance(e, ev.TurnStarted)] == ["two"]
    assert [e.parent for e in second if isinstance(e, ev.SessionOpened)] == [SESSION]


# What else is said


def test_a_turn_from_request_to_end() -> None:
    call = {"type": "toolCall", "id": "c", "name": "write", "arguments": {"path": "/w/a/b.txt", "content": "x"}}
    lines = [
        header(),
        line("model_change", 0, id="m", modelId="big-1"),
        line("thinking_level_change", 0, id="t"),
        message("a", 1, "user", content="[Working directory: /w]\n\nwrite it"),
        message("b", 2, "assistant", content=[{"type": "text", "text": "Writing."}, call], stopReason="toolUse"),
        message("c", 3, "toolResult", toolCallId="c", content=[{"type": "text", "text": "no space"}], isError=True),
        reply("d", 4, {"input": 1, "output": 1}, stopReason="stop"),
    ]
    found = read(lines)
    assert kinds(found) == [
        *("StationOpened", "SessionOpened", "TurnStarted", "TextWritten", "ToolCalled", "ToolFinished"),
        *("TextWritten", "TokensUsed", "TurnFinished"),
    ]
    assert [e.text for e in found if isinstance(e, ev.TurnStarted)] == ["write it"]
    assert [(e.file, e.detail, e.call) for e in found if isinstance(e, ev.ToolCalled)] == [("a/b.txt", "a/b.txt", "c")]
    assert [(e.failed, e.detail) for e in found if isinstance(e, ev.ToolFinished)] == [(True, "no space")]


def test_events_without_a_time_are_events() -> None:
    said = json.dumps({"type": "message", "id": "a", "message": {"role": "user", "content": "go"}}).encode()
    assert "TurnStarted" in kinds(read([said]))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"stopReason": "error", "errorMessage": "529 overloaded"}, "529 overloaded"),
        ({"stopReason": "length"}, "stopped at the output limit"),
    ],
)
def test_what_stops_a_turn(more: dict[str, object], reason: str) -> None:
    found = read([header(), message("a", 1, "assistant", content=[], **more)])
    assert [e.reason for e in found if isinstance(e, ev.TurnFailed)] == [reason]


def test_an_interruption_by_the_operator_is_no_failure() -> None:
    found = read([header(), message("a", 1, "assistant", content=[], stopReason="aborted")])
    assert [e.interrupted for e in found if isinstance(e, ev.TurnFinished)] == [True]
    assert not [e for e in found if isinstance(e, ev.TurnFailed)]


def test_a_pending_approval_needs_a_person() -> None:
    details = {"status": "approval-pending", "approvalId": "1"}
    asked = message("a", 1, "toolResult", toolCallId="c", content="Approval required: rm x", details=details)
    assert [e.reason for e in read([header(), asked]) if isinstance(e, ev.PersonNeeded)] == ["Approval required: rm x"]


# Foreign content

_FIELDS = (
    "type id timestamp cwd parentSession modelId name customType data message role content model usage stopReason"
    " errorMessage responseId toolCallId isError details text arguments input output cacheRead cost total"
)
FIELDS = st.sampled_from(_FIELDS.split())
JSON: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=12,
)


def test_a_header_that_comes_late_tells_the_directory_and_its_branch() -> None:
    at = Desk(Seats(repository=HomeRepository("/w", {"/w": "api"})), Calls(), FlatPrice())
    lines = [reply("a", 1, {"input": 1, "output": 1}), header()]
    found = OpenClawTranscript(Path(f"{SESSION}.jsonl"), at).feed(lines, 0)
    assert [(e.directory, e.branch) for e in found if isinstance(e, ev.BranchEntered)] == [("/w", "api")]


TYPES = st.sampled_from(["session", "message", "model_change", "custom", "session_info", "x"])


@settings(max_examples=of_hundred(200))
@given(
    st.lists(
        st.binary(max_size=40)
        | st.builds(
            lambda kind, rest: json.dumps({**rest, "type": kind}).encode(),
            TYPES,
            st.dictionaries(FIELDS, JSON, max_size=6),
        ),
        max_size=6,
    )
)
def test_no_content_raises(lines: list[bytes]) -> None:
    transcript = OpenClawTranscript(Path("x.jsonl"), desk())
    assert spent(transcript.feed(lines, 0)).total >= 0
    OpenClawTranscript(Path("x.jsonl"), desk(), transcript.save()).feed(lines, 0)


def test_what_cannot_be_used_is_counted_by_reason() -> None:
    lines = [header(), b"{", b"7", line("novelty", 1, id="n"), reply("a", 1, {"input": -4})]
    found = [e for e in read(lines) if isinstance(e, ev.SourceSkipped)]
    assert {e.reason: e.count for e in found} == {"not JSON": 1, "unexpected shape": 2, "unknown type": 1}


@pytest.mark.parametrize(
    "damage", [(b"{", b"\xef\xbb\xbf{"), (b"{", b"\0\0{"), (b'"/w', b'"/w\xff'), (b'"/w', b'"/w\\ud800')]
)
def test_damage_that_can_be_mended_costs_nothing(damage: tuple[bytes, bytes]) -> None:
    found = read([header().replace(*damage, 1), reply("a", 1, {"input": 4})])
    assert [e.directory.startswith("/w") for e in found if isinstance(e, ev.StationOpened)] == [True]
    assert spent(found) == Tokens(input=4)
    assert not [e for e in found if isinstance(e, ev.SourceSkipped)]


def test_hostile_text_is_harmless() -> None:
    evil = "\x1b]52;c;aGk=\x07\u202eevil\x1b[31m"
    call = {"type": "toolCall", "id": evil, "name": evil, "arguments": {"command": evil}}
    lines = [
        line("session", 0, id=evil, cwd=evil, parentSession=evil),
        message(evil, 5, "user", content=evil),
        message("b", 5, "assistant", content=[call], model=evil, stopReason="error", errorMessage=evil),
        message("c", 5, "toolResult", toolCallId=evil, content=evil, isError=True),
        line("session_info", 5, id="d", name=evil),
        line(evil, 5, id="e"),
    ]
    found = read(lines)
    assert {"TurnStarted", "ToolCalled", "TurnFailed", "SourceSkipped"} <= set(kinds(found))
    assert not any(bad in str(found) for bad in ("\\x1b", "\\x07", "\\u202e", "\x1b"))


# The database


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


# The shared data, counted by a few lines of their own


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


def test_the_real_file_to_the_token() -> None:
    (path,) = shared("openclaw").glob("*.jsonl")
    lines = path.read_bytes().splitlines()
    usages = [m["usage"] for m in (json.loads(each).get("message", {}) for each in lines) if "usage" in m]
    found = OpenClawTranscript(path, desk()).feed(lines, 0)
    assert not [e for e in found if isinstance(e, ev.SourceSkipped)]
    assert spent(found).total == sum(usage["totalTokens"] for usage in usages)
