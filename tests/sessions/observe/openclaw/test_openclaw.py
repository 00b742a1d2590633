"""Sessions of OpenClaw in files: one meaning, every token once, whatever they hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe.callbook import Calls
from sessions.observe.contract import Desk
from sessions.observe.openclaw.transcript import OpenClawTranscript
from sessions.observe.seats import HomeRepository, Seats
from tests.sessions.observe.openclaw.written import SESSION, header, kinds, line, message, reply, wanted
from tests.support.chance import of_hundred
from tests.support.observe import FlatPrice
from tests.support.transcript import calls, desk, shared, spent

USAGE = st.builds(
    lambda fresh, output, read, written: {"input": fresh, "output": output, "cacheRead": read, "cacheWrite": written},
    st.integers(1, 5000),
    st.integers(0, 500),
    st.integers(0, 5000),
    st.integers(0, 500),
)


def read(lines: Sequence[bytes]) -> list[ev.Event]:
    return OpenClawTranscript(Path(f"{SESSION}.jsonl"), desk()).feed(lines, 0)


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


def test_the_real_file_to_the_token() -> None:
    (path,) = shared("openclaw").glob("*.jsonl")
    lines = path.read_bytes().splitlines()
    usages = [m["usage"] for m in (json.loads(each).get("message", {}) for each in lines) if "usage" in m]
    found = OpenClawTranscript(path, desk()).feed(lines, 0)
    assert not [e for e in found if isinstance(e, ev.SourceSkipped)]
    assert spent(found).total == sum(usage["totalTokens"] for usage in usages)
