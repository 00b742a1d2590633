"""Transcripts that were put away: renamed, compressed, damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.tokens import Tokens
from sessions.observe.conversation.opening import open_conversation
from sessions.observe.files.archive import BELIEVED, is_lines, opened, stem_of, successors, unpacked, zstd
from sessions.observe.files.discover import CODEX, OPENCLAW, SearchRoot
from sessions.observe.observer import Observer
from sessions.observe.seats import Seats
from tests.sessions.observe.codex.test_codex import THREAD, event, item, meta, token_count, wanted
from tests.support.observe import FlatPrice
from tests.support.transcript import spent

ONE, TWO = (200, 800, 50, 0), (300, 900, 60, 0)


def rollout() -> bytes:
    said = item("message", 3, role="assistant", content=[{"type": "output_text", "text": "hello from the archive"}])
    return b"\n".join([meta(), token_count([ONE], 5), said, token_count([ONE, TWO], 9)]) + b"\n"


def observer(place: Path, kind: str = CODEX) -> Observer:
    return Observer([SearchRoot(place, kind)], Seats(), FlatPrice())


def told(observer: Observer) -> list[ev.Event]:
    return [event for batch in observer.scan() for event in batch.events]


def skips(events: list[ev.Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, ev.SourceSkipped)]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a.jsonl", "a"),
        ("a.jsonl.zst", "a"),
        ("a.jsonl.reset.2026-04-20T11-00-00.000Z", "a"),
        ("a.jsonl.deleted.2026-04-20T12-00-00.000Z", "a"),
        ("a.jsonl.bak", None),
        ("a.json", None),
        ("a.jsonl.lock", None),
    ],
)
def test_names_of_transcripts_that_were_put_away(name: str, stem: str | None) -> None:
    assert is_lines(name) is (stem is not None)
    if stem is not None:
        assert stem_of(name) == stem


@pytest.mark.parametrize("newline", [b"\n", b""])
def test_a_compressed_rollout_counts_like_a_plain_one(tmp_path: Path, newline: bytes) -> None:
    (tmp_path / f"rollout-{THREAD}.jsonl.zst").write_bytes(zstd.compress(rollout().rstrip() + newline))
    found = told(observer(tmp_path))
    assert spent(found) == wanted([ONE, TWO])
    assert skips(found) == []


def test_a_rollout_that_is_compressed_later_is_neither_counted_again_nor_gone(tmp_path: Path) -> None:
    plain = tmp_path / f"rollout-{THREAD}.jsonl"
    plain.write_bytes(rollout())
    reader = observer(tmp_path)
    first = told(reader)
    plain.with_name(plain.name + ".zst").write_bytes(zstd.compress(rollout()))
    plain.unlink()
    later = told(reader)
    assert spent(first) == wanted([ONE, TWO])
    assert [e for e in later if isinstance(e, ev.TokensUsed | ev.SourceSkipped | ev.TextWritten)] == []
    plain.with_name(plain.name + ".zst").unlink()
    assert skips(told(reader)) == ["deleted file"]


def test_a_conversation_is_read_in_its_compressed_file(tmp_path: Path) -> None:
    path = tmp_path / f"rollout-{THREAD}.jsonl.zst"
    path.write_bytes(zstd.compress(rollout()))
    conversation = open_conversation("codex", path)
    assert conversation.find("from the archive", 0) is not None
    assert conversation.find("never said", 0) is None
    told_before = open_conversation("codex", path.with_suffix(""))
    assert len(told_before) == len(conversation) > 0


@pytest.mark.parametrize("damage", ["cut", "foreign", "empty"])
def test_a_damaged_archive_is_told_once_and_what_it_held_before_counts(tmp_path: Path, damage: str) -> None:
    whole = zstd.compress(rollout() + os.urandom(1 << 20).hex().encode() + b"\n")
    data = {"cut": whole[: len(whole) - 100], "foreign": b"no zstd at all", "empty": b""}[damage]
    (tmp_path / f"rollout-{THREAD}.jsonl.zst").write_bytes(data)
    reader = observer(tmp_path)
    found = told(reader)
    assert spent(found) == (wanted([ONE, TWO]) if damage == "cut" else Tokens())
    assert skips(found) == ["unreadable file"]
    assert told(reader) == []


def test_an_archive_that_grows_without_end_is_read_in_pieces(tmp_path: Path) -> None:
    """What zeros in one line unpack to takes kilobytes on disk; no line of it is held."""
    path = tmp_path / f"rollout-{THREAD}.jsonl.zst"
    path.write_bytes(zstd.compress(rollout() + bytes(40 << 20) + b"\n" + event("task_complete", 12)))
    reader = Observer([SearchRoot(tmp_path, CODEX)], Seats(), FlatPrice(), longest=1 << 20)
    found = told(reader)
    assert spent(found) == wanted([ONE, TWO])
    assert skips(found) == ["line too long"]
    assert path.stat().st_size < 1 << 20


def test_a_value_that_unpacks_to_more_than_is_believed_is_none() -> None:
    assert unpacked(zstd.compress(bytes(2_000)), 2_001) == bytes(2_000)
    assert unpacked(zstd.compress(bytes(2_000)), 1_999) is None
    assert unpacked(b"(\xb5/\xfd", 10) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_unpacked_or_refused(data: bytes) -> None:
    plain = unpacked(data, 1_000)
    assert plain is None or len(plain) <= 1_000


def test_a_reset_conversation_goes_on_counting(tmp_path: Path) -> None:
    def session(name: str, output: int) -> bytes:
        usage = f'{{"input":10,"output":{output},"cacheRead":0,"cacheWrite":0,"totalTokens":{output + 10}}}'
        return (
            f'{{"type":"session","version":3,"id":"{name}","timestamp":"2026-04-20T10:00:00.000Z","cwd":"/w"}}\n'
            f'{{"type":"message","id":"m2","timestamp":"2026-04-20T10:00:02.000Z","message":{{"role":"assistant",'
            f'"content":[],"model":"m","usage":{usage},"stopReason":"stop"}}}}\n'
        ).encode()

    plain = tmp_path / "s1.jsonl"
    plain.write_bytes(session("s1", 10))
    reader = observer(tmp_path, OPENCLAW)
    assert spent(told(reader)).output == 10
    plain.rename(tmp_path / "s1.jsonl.reset.2026-04-20T11-00-00.000Z")
    plain.write_bytes(session("s2", 20))
    (tmp_path / "s3.jsonl.deleted.2026-04-20T12-00-00.000Z").write_bytes(session("s3", 30))
    later = told(reader)
    assert spent(later).output == 50
    assert skips(later) == []
    assert {e.session for e in later if isinstance(e, ev.TurnFinished)} == {"s2", "s3"}
    assert [e.path for e in later if isinstance(e, ev.SessionOpened) and e.session == "s1"] == [
        str(tmp_path / "s1.jsonl.reset.2026-04-20T11-00-00.000Z")
    ]


def test_what_follows_a_file_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "a[1].jsonl"
    assert successors(gone) == []
    (tmp_path / "a[1].jsonl.lock").touch()
    assert successors(gone) == []
    (tmp_path / "a[1].jsonl.zst").touch()
    assert successors(gone) == [tmp_path / "a[1].jsonl.zst"]


def test_a_plain_file_is_opened_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"{}")
    with opened(tmp_path / "a.jsonl") as file:
        assert file.read() == b"{}"


def test_a_bomb_is_told_and_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / f"rollout-{THREAD}.jsonl.zst"
    path.write_bytes(zstd.compress(rollout() + bytes(BELIEVED * 2)))
    reader = observer(tmp_path)
    found = told(reader)
    assert spent(found) == wanted([ONE, TWO])
    assert [(e.reason, e.detail) for e in found if isinstance(e, ev.SourceSkipped)] == [
        ("unreadable file", f"{path.name}: unpacks to more than is believed")
    ]
    with pytest.raises(FactoryError, match="more than is believed"):
        open_conversation("codex", path)


@pytest.mark.parametrize("whole", [True, False])
def test_a_rollout_that_is_archived_is_not_gone(tmp_path: Path, whole: bool) -> None:
    """Codex moves it to another folder; `whole` looks at everything, else only at what changed."""
    live, put_away = tmp_path / "sessions", tmp_path / "archived_sessions"
    for folder in (live, put_away):
        folder.mkdir()
    plain = live / f"rollout-{THREAD}.jsonl"
    plain.write_bytes(rollout())
    reader = Observer([SearchRoot(live, CODEX), SearchRoot(put_away, CODEX)], Seats(), FlatPrice())
    assert spent(told(reader)) == wanted([ONE, TWO])
    moved = plain.rename(put_away / plain.name)
    batches = reader.scan() if whole else reader.read(frozenset({str(plain), str(moved)}))
    later = [event for batch in batches for event in batch.events]
    assert skips(later) == []
    assert spent(later) == Tokens()
