"""Sessions as conversations: what every agent's files come to, harmless and in bounds."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.observe.claude import conversation as conversation_claude
from sessions.observe.codex import conversation as conversation_codex
from sessions.observe.conversation.entries import MAX_LINES, show
from sessions.observe.conversation.excerpts import EventConversation
from sessions.observe.conversation.opening import open_conversation
from sessions.observe.openclaw import conversation as conversation_openclaw
from tests.sessions.observe.conversation.written import (
    TIME,
    K,
    asked,
    entries,
    opened,
    result,
    said,
    use,
    words,
)
from tests.support.chance import of_hundred
from tests.support.transcript import shared

EVIL = "\x1b]52;c;aGk=\x07\u202eevil\x1b[31m"


def test_a_session_of_claude_as_entries(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(
        asked("do it")
        + said("assistant", {"type": "thinking", "thinking": "hm"}, words("Doing."), use("a"), use("b", name="Read"))
        + said("user", result("b", "second"))
        + said("user", result("a", "first", failed=True))
        + said("assistant", words("\n\n"))
        + b'{"type":"progress","data":{"message":{"type":"assistant"}}}\n'
        + b'{"type":"system","subtype":"compact_boundary","content":"Conversation compacted"}\n'
    )
    with opened(path) as conversation:
        found = entries(conversation)
        assert [e.kind for e in found] == [K.PROMPT, K.THINKING, K.TEXT, K.TOOL, K.RESULT, K.TOOL, K.RESULT, K.NOTE]
        assert [(e.call, e.tool, e.title, e.failed) for e in found[3:7]] == [
            ("a", "Bash", "ls", False),
            ("a", "Bash", "first", True),
            ("b", "Read", "ls", False),
            ("b", "Read", "second", False),
        ]
        assert found[0].time == pytest.approx(1795279099.571)


def test_a_search_looks_at_what_is_shown_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(asked('Löwe "quoted" tab\there') + said("assistant", words("nothing")) + asked("LÖWE"))
    with opened(path) as conversation:
        assert conversation.find("löwe", 0) == 0
        assert conversation.find("löwe", 1) == 2
        assert conversation.find('"QUOTED"', 0) == 0
        assert conversation.find("tab    here", 0) == 0
        assert conversation.find("assistant", 0) is None
        assert conversation.find("", 0) is None
        assert conversation.find("nothing", 9, -1) == 1
        assert conversation.find("nothing", 0, -1) is None


@settings(max_examples=of_hundred(100))
@given(lines=st.lists(st.binary(max_size=60) | st.sampled_from([asked("x")[:-1], said("user", result("c"))[:-1]])))
@pytest.mark.parametrize("kind", ["claude", "codex", "openclaw"])
def test_no_bytes_raise(kind: str, lines: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("c") / "s.jsonl"
    path.write_bytes(b"\n".join(lines))
    with opened(path, kind) as conversation:
        assert len(entries(conversation)) == len(conversation)
        conversation.find("x", 0)


_NAMES = (
    "type payload message content text thinking id tool_use_id name input role timestamp subtype isMeta is_error"
    " call_id arguments output item summary action command toolCallId errorMessage user assistant system tool_use"
)


NAMES = st.sampled_from(_NAMES.split())


JSON: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


DIALECTS = (conversation_claude.DIALECT, conversation_codex.DIALECT, conversation_openclaw.DIALECT)


@settings(max_examples=of_hundred(300))
@given(st.dictionaries(NAMES, JSON, min_size=1))
def test_the_index_and_the_entries_agree(fields: dict[str, object]) -> None:
    line = json.dumps(fields).encode()
    for dialect in DIALECTS:
        marks, shown = dialect.marks(line), dialect.entries(line)
        assert len(marks) == len(shown) or not shown


def test_text_is_harmless_and_bounded(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(
        asked(EVIL)
        + said("assistant", words(EVIL), {"type": "thinking", "thinking": EVIL}, use(EVIL, EVIL, EVIL))
        + said("user", result(EVIL, EVIL), {"type": EVIL}, {"type": "image"})
        + said("user", result("big", "line\n" * (MAX_LINES * 3)))
        + said("user", result("wide", "w" * 1_000_000))
    )
    with opened(path) as conversation:
        found = entries(conversation)
        assert not any(bad in str(found) for bad in ("\\x1b", "\\x07", "\\u202e", "\x1b"))
        big, wide = found[-2:]
        assert len(big.lines) == MAX_LINES + 1 and big.lines[-1].endswith("more lines")
        assert sum(map(len, wide.lines)) < 201_000 and wide.lines[-1] == "… 800000 more characters"


@pytest.mark.parametrize("damage", [b"\xff", b"\\ud83d"])
def test_half_a_character_hides_nothing_else(damage: bytes, tmp_path: Path) -> None:
    """What was cut in the middle of an emoji, as agents do with long outputs, is not JSON for strict readers."""

    def shown(kind: str, *lines: bytes) -> list[str]:
        path = tmp_path / "s.jsonl"
        path.write_bytes(b"".join(lines).replace(b"@", damage))
        with opened(path, kind) as conversation:
            return [entry.title.rstrip("\ufffd?") for entry in entries(conversation)]

    reply = said("assistant", words("one@"), {"type": "thinking", "thinking": "two@"}, use("c", "three@"))
    lines = asked("go@"), reply, said("user", result("c", "four@"))
    assert shown("claude", *lines) == ["go", "one", "two", "three", "four"]

    def item(**payload: object) -> bytes:
        return json.dumps({"timestamp": TIME, "type": "response_item", "payload": payload}).encode() + b"\n"

    call = item(type="function_call", call_id="c", name="shell", arguments='{"command":"one@"}')
    assert shown("codex", call, item(type="function_call_output", call_id="c", output="two@")) == ["one", "two"]
    message = {"role": "assistant", "content": [words("one@")]}
    line = json.dumps({"type": "message", "timestamp": TIME, "message": message}).encode()
    assert shown("openclaw", line + b"\n") == ["one"]


def test_lines_keep_their_indentation_and_lose_blank_ends() -> None:
    assert show("\n  a\n\n\tb\n\n") == ("  a", "", "    b")
    assert show("") == ()
    assert show("a\n" * MAX_LINES + "a")[-1] == "… 1 more line"
    assert len(show("a\n" * MAX_LINES)) == MAX_LINES


def test_an_edit_shows_what_goes_and_what_comes(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    given_ = {"file_path": "/w/a.py", "old_string": "x\ny", "new_string": "z"}
    path.write_bytes(said("assistant", {"type": "tool_use", "id": "c", "name": "Edit", "input": given_}))
    with opened(path) as conversation:
        entry = conversation.entry(0)
        assert entry.title == "/w/a.py"
        assert entry.lines == ("file_path: /w/a.py", "- x", "- y", "+ z")


def test_an_agent_without_a_reader_and_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FactoryError, match="no reader"):
        open_conversation("vibe", tmp_path / "x.jsonl")
    for pipe in ("pipe", "pipe.jsonl.zst"):
        os.mkfifo(tmp_path / pipe)
    for kind, name in (
        ("claude", "x.jsonl"),
        ("openclaw", "x.sqlite"),
        ("claude", "pipe"),
        ("codex", "pipe.jsonl.zst"),
        ("codex", "."),
    ):
        with pytest.raises(FactoryError, match="cannot read"):
            open_conversation(kind, tmp_path / name)


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [("codex", "codex/*/*.jsonl"), ("openclaw", "openclaw/*.jsonl"), ("claude", "claude/2*/*/*.jsonl")],
)
def test_every_agents_conversation_reads_alike(kind: str, pattern: str) -> None:
    read = 0
    for path in sorted(shared("").glob(pattern)):
        with opened(path, kind) as conversation:
            found = entries(conversation)
        if len(found) < 5 or K.ERROR in {e.kind for e in found}:
            continue  # a fork without a history of its own, and a session whose provider was down
        read += 1
        assert [e.kind for e in found[:5]] == [K.PROMPT, K.TEXT, K.TOOL, K.RESULT, K.TEXT]
        assert found[2].call == found[3].call and found[2].tool == found[3].tool != ""
        assert all(e.time > 1.79e9 and e.title for e in found)
    assert read


def test_large_real_sessions_are_counted_by_a_few_lines_of_their_own() -> None:
    notes = {"compact_boundary", "api_error", "local_command", "informational"}
    for path in sorted(shared("claude/fleet").glob("*.jsonl")):
        wanted = 0
        for line in path.read_bytes().splitlines():
            each = json.loads(line)
            wanted += each["type"] == "system" and each["subtype"] in notes
            if each["type"] in ("user", "assistant"):
                content = each["message"]["content"]
                blocks = [{}] if isinstance(content, str) else content
                wanted += sum(bool(b.get("text", "x").strip() and b.get("thinking", "x").strip()) for b in blocks)
        with opened(path) as conversation:
            assert len(conversation) == wanted > 0
            assert all(e.title or e.tool for e in entries(conversation))


def test_a_session_in_the_real_database(tmp_path: Path) -> None:
    path = tmp_path / "openclaw-agent.sqlite"
    shutil.copy(shared("openclaw/openclaw-agent.sqlite"), path)
    with opened(path, "openclaw", "137d0291-cf5d-4e84-8a11-9ec78082905c") as conversation:
        assert [e.kind for e in entries(conversation)] == [K.PROMPT, K.TEXT, K.TOOL, K.RESULT, K.TEXT]
        assert conversation.find("identical", 0) is None
        assert conversation.find("WROTE", 0) == 3
        assert not conversation.refresh()
        with closing(sqlite3.connect(path)) as db:
            row = json.dumps({"type": "message", "message": {"role": "user", "content": "more"}})
            db.execute(
                "INSERT INTO transcript_events(session_id, seq, event_json, created_at) SELECT session_id, 99, ?, 0 "
                "FROM transcript_events LIMIT 1",
                (row,),
            )
            db.commit()
        assert conversation.refresh()
        assert conversation.entry(5).title == "more"
    with opened(path, "openclaw", "nobody") as empty:
        assert len(empty) == 0


def test_events_as_a_conversation() -> None:
    happened: Sequence[ev.Event] = [
        ev.TurnStarted(time=1, station="s", text="do it"),
        ev.ActivitySeen(time=2, station="s"),
        ev.TextWritten(time=2, station="s", text="doing" + EVIL),
        ev.ToolCalled(time=3, station="s", tool="Bash", call="c", detail="ls"),
        ev.ToolFinished(time=4, station="s", call="c"),
        ev.ToolFinished(time=4, station="s", call="d", failed=True, detail="no"),
        ev.PersonNeeded(time=5, station="s", reason="approval"),
        ev.MachineAwaited(time=6, station="s", reason="rate limit"),
        ev.TurnFailed(time=7, station="s", reason="gave up"),
    ]
    conversation = EventConversation(happened[:4])
    assert conversation.extend(happened[4:])
    assert not conversation.extend([ev.ActivitySeen(time=9, station="s"), ev.TurnFinished(time=9, station="s")])
    assert conversation.extend([ev.TurnFinished(time=9, station="s", interrupted=True)])
    *found, last = entries(conversation)
    assert (last.kind, last.title) == (K.NOTE, "stopped by the operator")
    assert [e.kind for e in found] == [K.PROMPT, K.TEXT, K.TOOL, K.ERROR, K.NOTE, K.NOTE, K.ERROR]
    assert [e.failed for e in found] == [False, False, False, True, False, False, True]
    assert "\x1b" not in str(found)
    assert conversation.find("GAVE", 0) == 6
    assert conversation.find("do", 6, -1) == 1
    assert not conversation.refresh()
    with pytest.raises(IndexError):
        conversation.entry(8)
    conversation.close()
