"""Codex rollouts: what they say, and that every token is counted once, however the lines come."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe.codex.transcript import CodexTranscript
from sessions.observe.contract import Desk
from tests.support.chance import of_hundred
from tests.support.transcript import Book, Flat, Seats, calls, desk, shared, spent

THREAD = "01a1fef9-1650-78b1-8f93-4e1aeef57ad2"
FORK = "01a1fef9-2222-78b1-8f93-4e1aeef57ad2"
Usage = tuple[int, int, int, int]
"""Fresh input, cached, output, thinking (inside the output)."""
USAGE = st.tuples(st.integers(1, 5000), st.integers(0, 5000), st.integers(1, 500), st.integers(0, 500)).map(
    lambda u: (u[0], u[1], u[2] + u[3], u[3])
)


def line(type_: str, payload: Mapping[str, object], second: float = 0.0) -> bytes:
    stamp = f"2026-11-21T16:{int(second // 60):02}:{second % 60:06.3f}Z"
    return json.dumps({"timestamp": stamp, "type": type_, "payload": payload}, separators=(",", ":")).encode()


def meta(thread: str = THREAD, second: float = 0.0, **more: object) -> bytes:
    return line("session_meta", {"id": thread, "cwd": "/w", "cli_version": "0.120.0", **more}, second)


def event(type_: str, second: float = 0.0, **more: object) -> bytes:
    return line("event_msg", {"type": type_, **more}, second)


def item(type_: str, second: float = 0.0, **more: object) -> bytes:
    return line("response_item", {"type": type_, **more}, second)


def raw(usage: Usage) -> dict[str, int]:
    fresh, cached, output, thinking = usage
    return {
        "input_tokens": fresh + cached,
        "cached_input_tokens": cached,
        "output_tokens": output,
        "reasoning_output_tokens": thinking,
        "total_tokens": fresh + cached + output,
    }


def total(usages: Sequence[Usage]) -> Usage:
    fresh, cached, output, thinking = (sum(column) for column in zip(*usages, strict=True))
    return fresh, cached, output, thinking


def token_count(done: Sequence[Usage], second: float = 0.0) -> bytes:
    info = {"total_token_usage": raw(total(done)), "last_token_usage": raw(done[-1]), "model_context_window": 9_000}
    return event("token_count", second, info=info)


def record(name: str | None, usage: Usage, done: Sequence[Usage]) -> bytes:
    payload = {"response_id": name, "usage": raw(usage), "thread_token_usage": raw(total(done))}
    return line("token_usage_record", payload)


def wanted(usages: Sequence[Usage]) -> Tokens:
    fresh, cached, output, thinking = total(usages) if usages else (0, 0, 0, 0)
    return Tokens(input=fresh, cache_read=cached, output=output, thinking=thinking)


def read(lines: Sequence[bytes], surroundings: Desk | None = None, name: str = THREAD) -> list[ev.Event]:
    return CodexTranscript(Path(f"rollout-{name}.jsonl"), surroundings or desk()).feed(lines, 0)


def kinds(events: Sequence[ev.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


# Tokens


@given(st.lists(USAGE, min_size=1, max_size=8), st.data())
def test_totals_are_counted_once_under_any_chunking_and_duplication(usages: list[Usage], data: st.DataObject) -> None:
    lines = [meta(), event("token_count", info=None)]
    for i in range(len(usages)):
        written = [token_count(usages[: i + 1])] * data.draw(st.integers(1, 3))
        lines += [item("function_call", name="shell", call_id=f"c{i}", arguments="{}"), *written]
    surroundings, memory, found = desk(), b"", []
    while lines:
        taken = data.draw(st.integers(1, len(lines)))
        transcript = CodexTranscript(Path("rollout.jsonl"), surroundings, memory)
        found += transcript.feed(lines[:taken], 0)
        lines, memory = lines[taken:], transcript.save()
    assert spent(found) == wanted(usages)
    assert calls(found) == len(usages)
    assert {e.certainty for e in found if isinstance(e, ev.TokensUsed)} == {Certainty.REPORTED}


@given(st.lists(USAGE, min_size=1, max_size=6), st.lists(USAGE, min_size=1, max_size=6))
def test_totals_that_begin_anew_add_to_what_was(before: list[Usage], after: list[Usage]) -> None:
    lines = [token_count(before[: i + 1]) for i in range(len(before))]
    lines += [token_count(after[: i + 1]) for i in range(len(after))]
    # A new total that is larger in every number cannot be told from growth; nobody can.
    grown = all(a >= b for a, b in zip(raw(after[0]).values(), raw(total(before)).values(), strict=True))
    found = read([meta(), *lines])
    assert grown or spent(found) == wanted(before) + wanted(after)


@given(st.lists(USAGE, min_size=1, max_size=6), st.data())
def test_records_are_preferred_and_never_added_to_totals(usages: list[Usage], data: st.DataObject) -> None:
    lines = [meta()]
    for i, usage in enumerate(usages):
        stated = [record(f"resp_{i}", usage, usages[: i + 1])] * data.draw(st.integers(1, 2))
        both = [*stated, token_count(usages[: i + 1])]
        lines += both if data.draw(st.booleans()) or i else [both[-1], *stated]
    found = read(lines)
    assert spent(found) == wanted(usages)
    assert calls(found) == len(usages)


@given(st.lists(USAGE, min_size=1, max_size=5), st.lists(USAGE, min_size=1, max_size=5), st.booleans())
def test_an_older_fork_copies_history_and_counts_only_what_is_new(
    history: list[Usage], new: list[Usage], with_turns: bool
) -> None:
    def work(thread: str, first: int, usages: list[Usage], second: float) -> list[bytes]:
        lines = []
        for i in range(first, len(usages)):
            turn = [event("task_started", second, turn_id=f"{thread}-{i}")] if with_turns else []
            asked = event("user_message", second, message=f"do {i}")
            call = item("function_call", second, name="shell", call_id=f"{thread}-call-{i}", arguments="{}")
            lines += [*turn, asked, call, token_count(usages[: i + 1], second)]
        return lines

    parent = [meta(), *work(THREAD, 0, history, 10)]
    # A fork is written with times of its own; its first lines are the parent's.
    copied = [meta(second=100), *work(THREAD, 0, history, 100)]
    fork = [meta(FORK, 100, forked_from_id=THREAD), *copied, *work(FORK, len(history), [*history, *new], 200)]
    surroundings = desk()
    first, second = read(parent, surroundings), read(fork, surroundings, FORK)
    assert spent(first) == wanted(history)
    assert spent(second) == wanted(new)
    assert [e.text for e in second if isinstance(e, ev.TurnStarted)] == [
        f"do {i}" for i in range(len(history), len(history) + len(new))
    ]
    assert [e.parent for e in second if isinstance(e, ev.SessionOpened)] == [THREAD]


@pytest.mark.parametrize("ids", [True, False])
def test_a_rollout_that_was_moved_repeats_no_fact(ids: bool) -> None:
    def turn(name: str, second: float, *done: Usage) -> list[bytes]:
        begun = [event("task_started", second, turn_id=name)] if ids else []
        call = item("function_call", second + 3, name="shell", call_id=name, arguments='{"command":["ls"]}')
        ended = [event("task_complete", second + 5, turn_id=name)] if ids else []
        return [*begun, event("user_message", second + 1, message=name), token_count(done, second + 2), call, *ended]

    at, first, second = desk(), (10, 5, 3, 1), (20, 0, 4, 0)
    before = [meta(), *turn("one", 10, first)]
    CodexTranscript(Path("sessions/rollout.jsonl"), at).feed(before, 0)
    moved = CodexTranscript(Path("archived_sessions/rollout.jsonl"), at)
    again = moved.feed(before, 0)
    assert [type(e) for e in again] == [ev.SessionOpened]
    assert [e.path for e in again if isinstance(e, ev.SessionOpened)] == ["archived_sessions/rollout.jsonl"]
    news = moved.feed(turn("two", 30, first, second), 0)
    assert spent(news) == wanted([second])
    assert [e.call for e in news if isinstance(e, ev.ToolCalled)] == ["two"]
    assert [e.text for e in news if isinstance(e, ev.TurnStarted)] == (["two"] if ids else [])


def test_a_newer_fork_goes_on_from_totals_that_are_its_parents() -> None:
    history, new = [(100, 10, 5, 1)], (20, 110, 7, 2)
    base = {"thread_id": THREAD, "end_ordinal_exclusive": 21}
    lines = [meta(FORK, forked_from_id=THREAD, history_base=base), token_count([*history, new])]
    assert spent(read(lines, name=FORK)) == wanted([new])


def test_written_cache_is_told_apart_whether_inside_the_input_or_beside_it() -> None:
    usage = {"input_tokens": 100, "cached_input_tokens": 30, "cache_write_input_tokens": 20, "output_tokens": 5}
    inside = line("token_usage_record", {"response_id": "a", "usage": {**usage, "total_tokens": 105}})
    beside = line("token_usage_record", {"response_id": "b", "usage": {**usage, "total_tokens": 125}})
    assert spent(read([meta(), inside])) == Tokens(input=50, cache_write_5m=20, cache_read=30, output=5)
    assert spent(read([meta(), beside])) == Tokens(input=70, cache_write_5m=20, cache_read=30, output=5)


def test_records_without_a_name_are_calls_of_their_own() -> None:
    usages: list[Usage] = [(10, 5, 3, 1), (20, 0, 4, 0)]
    lines = [record(None, usage, usages[: n + 1]) for n, usage in enumerate(usages)]
    assert spent(read([meta(), *lines, *lines])) == wanted(usages)


def test_totals_alone_tell_what_was_spent() -> None:
    usages: list[Usage] = [(10, 5, 3, 1), (20, 0, 4, 0)]
    lines = [event("token_count", info={"total_token_usage": raw(total(usages[: n + 1]))}) for n in range(2)]
    assert spent(read([meta(), *lines])) == wanted(usages)


def test_a_line_without_a_time_happened_at_that_of_the_line_before() -> None:
    lines = [meta(second=1), event("user_message", 2, message="go"), event("error", 3, message="no")]
    (failed,) = [e for e in read([*lines[:2], lines[2].replace(b"2026", b"long ago")]) if isinstance(e, ev.TurnFailed)]
    (started,) = [e for e in read(lines) if isinstance(e, ev.TurnStarted)]
    assert failed.time == started.time


def test_model_window_context_and_cost_come_with_the_tokens() -> None:
    lines = [meta(), line("turn_context", {"cwd": "/w", "model": "gpt-5-codex"}), token_count([(10, 5, 3, 1)])]
    (used,) = [e for e in read(lines) if isinstance(e, ev.TokensUsed)]
    assert (used.model, used.window, used.context) == ("gpt-5-codex", 9_000, 18)
    assert used.cost == pytest.approx(18e-6)


def test_a_sub_agents_rollout_counts_for_its_parent() -> None:
    source = {"subagent": {"thread_spawn": {"parent_thread_id": THREAD, "depth": 1, "agent_nickname": "Ada"}}}
    lines = [
        meta(FORK, source=source),
        event("task_started", turn_id="t"),
        event("user_message", message="look"),
        token_count([(10, 0, 3, 0)]),
        event("turn_aborted", reason="interrupted"),
        event("task_complete"),
    ]
    found = read(lines, name=FORK)
    assert {e.session for e in found if isinstance(e, ev.StationEvent)} == {THREAD}
    (used,) = [e for e in found if isinstance(e, ev.TokensUsed)]
    assert (used.subagent, used.context) == ("Ada", 0)
    assert not {"SessionOpened", "TurnStarted", "TurnFinished"} & set(kinds(found))


# What else a rollout says


def test_a_turn_from_request_to_end() -> None:
    call = item("function_call", 4, name="exec_command", call_id="c", arguments=json.dumps({"cmd": "ls -l"}))
    lines = [
        meta(git={"branch": "feature"}),
        event("task_started", 1, turn_id="t1"),
        event("user_message", 2, message="list files"),
        item("message", 2, role="user", content=[{"type": "input_text", "text": "list files"}]),
        event("agent_message", 3, message="Looking."),
        item("message", 3, role="assistant", content=[{"type": "output_text", "text": "Looking."}]),
        call,
        item("function_call_output", 5, call_id="c", output="Process exited with code 0\nOutput:\nexited with code 1"),
        event("user_message", 6, message="and hidden ones"),
        event("task_complete", 7, turn_id="t1"),
    ]
    found = read(lines)
    assert kinds(found) == [
        *("StationOpened", "SessionOpened", "ActivitySeen", "TurnStarted", "TextWritten", "ToolCalled"),
        *("ToolFinished", "ActivitySeen", "TurnFinished"),
    ]
    opened, finished = found[0], found[6]
    assert isinstance(opened, ev.StationOpened) and (opened.branch, opened.directory) == ("feature", "/w")
    assert isinstance(finished, ev.ToolFinished) and not finished.failed
    assert found[5] == ev.ToolCalled(
        time=found[5].time,
        source=found[5].source,
        station="codex-1",
        session=THREAD,
        tool="exec_command",
        call="c",
        detail="ls -l",
    )


def test_the_newest_generation_says_the_same_with_items() -> None:
    command = {"type": "CommandExecution", "id": "c", "exit_code": 2}
    asked = {"type": "UserMessage", "content": "go"}
    said = {"type": "AgentMessage", "content": [{"type": "Text", "text": "Going."}]}
    lines = [
        meta(),
        event("item_completed", turn_id="t1", item=asked),
        event("item_completed", turn_id="t1", item=said),
        item("message", role="assistant", content=[{"type": "output_text", "text": "Going."}]),
        event("item_completed", turn_id="t1", item={**said, "content": "Gone."}),
        item("function_call", name="exec_command", call_id="c", arguments="{}"),
        event("item_completed", turn_id="t1", item={"type": "CommandExecution", "id": "c", "status": "in_progress"}),
        event("item_completed", turn_id="t1", item=command),
        item("function_call_output", call_id="c", output="Process exited with code 2\nOutput:\n"),
    ]
    found = read(lines)
    assert kinds(found)[2:] == ["TurnStarted", "TextWritten", "TextWritten", "ToolCalled", "ToolFinished"]
    assert [e.text for e in found if isinstance(e, ev.TurnStarted | ev.TextWritten)] == ["go", "Going.", "Gone."]
    assert [e.failed for e in found if isinstance(e, ev.ToolFinished)] == [True]


def test_a_failure_told_after_the_output_still_counts_once() -> None:
    late = event("item_completed", item={"type": "CommandExecution", "id": "c", "exit_code": 1})
    lines = [
        meta(),
        item("function_call", name="exec_command", call_id="c", arguments="{}"),
        item("function_call_output", call_id="c", output="Process running with session ID 7"),
        late,
        late,
    ]
    assert [e.failed for e in read(lines) if isinstance(e, ev.ToolFinished)] == [False, True]


@pytest.mark.parametrize(
    ("output", "failed"),
    [
        ("Exit code: 0\nWall time: 0 seconds\nOutput:\nExit code: 3", False),
        ("Exit code: 3\nWall time: 0 seconds\nOutput:\n", True),
        ("Chunk ID: x\nProcess exited with code -1\nOutput:\n", True),
        ('{"output":"no","metadata":{"exit_code":1,"duration_seconds":0.1}}', True),
        ('{"output":"yes","metadata":{"exit_code":0}}', False),
        ('{"output":"Exit code: 1"}', True),
        ("apply_patch verification failed: no such line", True),
        ([{"type": "input_text", "text": "Exit code: 1\nOutput:\n"}], True),
        ({"content": "Exit code: 1", "success": False}, True),
        (None, False),
        (7, False),
    ],
)
def test_exit_codes_of_all_generations(output: object, failed: bool) -> None:
    lines = [
        meta(),
        item("function_call", name="shell", call_id="c", arguments="{}"),
        item("function_call_output", call_id="c", output=output),
    ]
    assert [e.failed for e in read(lines) if isinstance(e, ev.ToolFinished)] == [failed]


@pytest.mark.parametrize(
    ("ended", "detail"), [({"exit_code": 2}, "exit code 2"), ({"success": False}, "failed"), ({"exit_code": 0}, "")]
)
def test_how_a_command_failed(ended: dict[str, object], detail: str) -> None:
    call = item("function_call", name="shell", call_id="c", arguments="{}")
    end = line("event_msg", {"type": "exec_command_end", "call_id": "c", **ended})
    (back,) = [e for e in read([meta(), call, end]) if isinstance(e, ev.ToolFinished)]
    assert (back.failed, back.detail) == (bool(detail), detail)


def test_a_patch_names_its_files_within_the_directory() -> None:
    patch = "*** Begin Patch\n*** Update File: /w/a.py\n@@\n-x\n+y\n*** Add File: b/c.py\n+z\n*** End Patch"
    custom = item("custom_tool_call", name="apply_patch", call_id="c", input=patch)
    arguments = json.dumps({"command": ["bash", "-lc", patch]})
    shell = item("function_call", name="shell", call_id="d", arguments=arguments)
    found = [e for e in read([meta(), custom, shell]) if isinstance(e, ev.ToolCalled)]
    assert [(e.file, e.more_files, e.detail) for e in found] == [("a.py", ("b/c.py",), "a.py, b/c.py")] * 2


@pytest.mark.parametrize(
    ("kind", "action", "detail"),
    [
        ("local_shell_call", {"type": "exec", "command": ["bash", "-lc", "ls -l"]}, "ls -l"),
        ("web_search_call", {"type": "search", "query": "merge trees"}, "merge trees"),
        ("web_search_call", {"type": "open_page", "url": "https://example.org"}, "https://example.org"),
    ],
)
def test_what_a_built_in_tool_does(kind: str, action: dict[str, object], detail: str) -> None:
    found = read([meta(), item(kind, call_id="c", action=action)])
    assert [e.detail for e in found if isinstance(e, ev.ToolCalled)] == [detail]


def test_an_interruption_by_the_operator_is_no_failure() -> None:
    found = read([meta(), event("turn_aborted", reason="interrupted")])
    assert [e.interrupted for e in found if isinstance(e, ev.TurnFinished)] == [True]
    assert not [e for e in found if isinstance(e, ev.TurnFailed)]


@pytest.mark.parametrize(
    ("told", "kind", "reason"),
    [
        (event("error", message="stream lost"), ev.TurnFailed, "stream lost"),
        (event("turn_aborted", reason="replaced"), ev.TurnFailed, "replaced"),
        (event("stream_error", message="Reconnecting 1/5"), ev.MachineAwaited, "Reconnecting 1/5"),
        (event("exec_approval_request", command=["rm", "x"]), ev.PersonNeeded, "approval: rm x"),
        (event("apply_patch_approval_request"), ev.PersonNeeded, "approval of a patch"),
        (event("request_user_input", questions=[{"question": "A or B?"}]), ev.PersonNeeded, "question: A or B?"),
        (event("elicitation_request", message="log in"), ev.PersonNeeded, "question of a tool: log in"),
        (
            event("token_count", info=None, rate_limits={"rate_limit_reached_type": "primary"}),
            ev.MachineAwaited,
            "rate limit: primary",
        ),
    ],
)
def test_what_stops_a_turn(
    told: bytes, kind: type[ev.TurnFailed | ev.MachineAwaited | ev.PersonNeeded], reason: str
) -> None:
    found = [e for e in read([meta(), told]) if isinstance(e, kind)]
    assert [e.reason for e in found] == [reason]


def test_a_turn_that_failed_is_not_finished_by_its_end() -> None:
    lines = [meta(), event("user_message", message="go"), event("error", message="no"), event("task_complete")]
    assert kinds(read(lines))[-1] == "TurnFailed"


@pytest.mark.parametrize("error", ["no quota", {"message": "no quota"}])
def test_an_end_that_tells_an_error_is_a_failure(error: object) -> None:
    found = read([meta(), event("user_message", message="go"), event("task_complete", error=error)])
    assert [e.reason for e in found if isinstance(e, ev.TurnFailed)] == ["no quota"]
    assert "TurnFinished" not in kinds(found)


def test_a_command_beyond_the_sandbox_probably_waits_for_a_person() -> None:
    given_ = {"cmd": "git push", "sandbox_permissions": "require_escalated"}
    call = item("function_call", name="exec_command", call_id="c", arguments=json.dumps(given_))
    asked = [e for e in read([meta(), call]) if isinstance(e, ev.PersonNeeded)]
    assert [(e.reason, e.guess) for e in asked] == [("approval: git push", True)]
    never = line("turn_context", {"cwd": "/w", "model": "m", "approval_policy": "never"})
    assert not [e for e in read([meta(), never, call]) if isinstance(e, ev.PersonNeeded)]


def test_a_rollout_without_its_first_line_is_known_by_its_name() -> None:
    lines = [event("user_message", message="go"), line("turn_context", {"cwd": "/w", "model": "m"})]
    found = [e for e in read(lines) if isinstance(e, ev.StationEvent)]
    assert {e.session for e in found} == {THREAD}
    assert [e.directory for e in found if isinstance(e, ev.BranchEntered)] == ["/w"]
    late = read([event("user_message", message="go"), meta(git={"branch": "feature"}), token_count([(10, 5, 3, 1)])])
    assert [(e.directory, e.branch) for e in late if isinstance(e, ev.BranchEntered)] == [("/w", "feature")]
    assert spent(late) == wanted([(10, 5, 3, 1)])


def test_another_directory_is_entered() -> None:
    moved = [line("turn_context", {"cwd": cwd, "model": "m"}) for cwd in ("/w", "/w/sub", "/other")]
    entered = [e for e in read([meta(), *moved]) if isinstance(e, ev.BranchEntered)]
    assert [(e.directory, e.branch) for e in entered] == [("/other", "")]


def test_the_branch_of_another_directory_is_its_worktrees() -> None:
    at = Desk(Seats({"/trees/api": "api"}), Book(), Flat())
    lines = [meta(git={"branch": "feature"}), line("turn_context", {"cwd": "/trees/api", "model": "m"})]
    found = CodexTranscript(Path(f"rollout-2026-11-21T16-00-00-{THREAD}.jsonl"), at).feed(
        [*lines, token_count([(10, 5, 3, 1)])], 0
    )
    assert [(e.directory, e.branch) for e in found if isinstance(e, ev.BranchEntered)] == [("/trees/api", "api")]
    assert [e.branch for e in found if isinstance(e, ev.TokensUsed)] == ["api"]


# Foreign content


def test_what_cannot_be_used_is_counted_by_reason() -> None:
    lines = [meta(), b"{", b"\xff", b"[]", line("novelty", {}), event("novelty"), event("token_count", info=3)]
    found = [e for e in read(lines) if isinstance(e, ev.SourceSkipped)]
    assert {e.reason: e.count for e in found} == {"not JSON": 2, "unexpected shape": 2, "unknown type": 2}


@pytest.mark.parametrize(
    "damage", [(b"{", b"\xef\xbb\xbf{"), (b"{", b"\0\0{"), (b'"/w', b'"/w\xff'), (b'"/w', b'"/w\\ud800')]
)
def test_damage_that_can_be_mended_costs_nothing(damage: tuple[bytes, bytes]) -> None:
    found = read([meta().replace(*damage, 1), token_count([(10, 5, 3, 1)])])
    assert [e.directory.startswith("/w") for e in found if isinstance(e, ev.StationOpened)] == [True]
    assert spent(found) == wanted([(10, 5, 3, 1)])
    assert not [e for e in found if isinstance(e, ev.SourceSkipped)]


@pytest.mark.parametrize("count", [-1, 10**30, 1.5, "7", [1]])
def test_absurd_counts_are_not_counted(count: object) -> None:
    payload = {"response_id": "a", "usage": {"input_tokens": count, "output_tokens": 1}}
    found = read([meta(), line("token_usage_record", payload)])
    assert spent(found) == Tokens()
    assert [e.reason for e in found if isinstance(e, ev.SourceSkipped)] == ["unexpected shape"]


_FIELDS = (
    "type payload id cwd source info item content text call_id arguments output total_token_usage last_token_usage"
    " input_tokens response_id usage role message questions command rate_limits git branch turn_id exit_code"
)
_TYPES = (
    "session_meta turn_context event_msg response_item token_usage_record token_count user_message item_completed"
    " function_call function_call_output message task_complete exec_approval_request"
)
FIELDS, TYPES = st.sampled_from(_FIELDS.split()), st.sampled_from(_TYPES.split())
JSON: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=of_hundred(200))
@given(
    st.lists(
        st.binary(max_size=40)
        | st.builds(
            lambda kind, inner, payload: json.dumps(
                {"timestamp": "2026-11-21T16:38:19.571Z", "type": kind, "payload": {**payload, "type": inner}}
            ).encode(),
            TYPES,
            TYPES,
            st.dictionaries(FIELDS, JSON, max_size=6),
        ),
        max_size=6,
    )
)
def test_no_content_raises(lines: list[bytes]) -> None:
    transcript = CodexTranscript(Path("rollout.jsonl"), desk())
    found = transcript.feed(lines, 0)
    CodexTranscript(Path("rollout.jsonl"), desk(), transcript.save()).feed(lines, 0)
    assert spent(found).total >= 0


def test_hostile_text_is_harmless() -> None:
    evil = "\x1b]52;c;aGk=\x07\u202eevil\x1b[31m"
    call = item("function_call", 5, name=evil, call_id=evil, arguments=json.dumps({"cmd": evil}))
    lines = [
        meta(evil, cwd=evil, cli_version=evil, git={"branch": evil}, forked_from_id=evil),
        line("turn_context", {"cwd": evil, "model": evil}),
        event("user_message", 5, message=evil),
        call,
        item("function_call_output", 5, call_id=evil, output="Exit code: 1\nOutput:\n" + evil),
        event("error", 5, message=evil),
        token_count([(1, 1, 1, 0)], 5),
    ]
    found = read(lines, name="x")
    assert "ToolFinished" in kinds(found)
    assert not any(bad in str(found) for bad in ("\\x1b", "\\x07", "\\u202e", "\x1b"))


# The shared rollouts, counted by a few lines of their own


@pytest.mark.parametrize("version", ["0.60.1", "0.120.0", "0.169.0"])
def test_real_rollouts_to_the_token(version: str) -> None:
    surroundings = desk()
    for path in sorted(shared(f"codex/{version}").glob("*.jsonl")):
        lines = path.read_bytes().splitlines()
        payloads = [json.loads(each)["payload"] for each in lines]
        infos = [p["info"] for p in payloads if p.get("type") == "token_count" and p["info"]]
        final = infos[-1]["total_token_usage"] if infos else None
        found = CodexTranscript(path, surroundings).feed(lines, 0)
        counted = spent(found)
        assert not [e for e in found if isinstance(e, ev.SourceSkipped)]
        if final is None:
            assert counted == Tokens()
            continue
        assert (counted.context, counted.cache_read, counted.output, counted.thinking) == (
            final["input_tokens"],
            final["cached_input_tokens"],
            final["output_tokens"],
            final["reasoning_output_tokens"],
        )
        certainties = {e.certainty for e in found if isinstance(e, ev.TokensUsed)}
        assert certainties == {Certainty.EXACT if version == "0.169.0" else Certainty.REPORTED}
        assert spent(CodexTranscript(path, surroundings).feed(lines, 0)) == Tokens()
