"""What Claude Code writes becomes the right events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, Status
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe.callbook import Calls
from sessions.observe.claude.transcript import ClaudeTranscript
from sessions.observe.contract import Desk
from sessions.observe.seats import Seats
from tests.support.observe import (
    BEGIN,
    OTHER,
    SESSION,
    Json,
    WidePrice,
    desk,
    encode,
    line,
    only,
    prompt,
    read,
    reply,
    result,
    tool,
    usage,
    used_of,
)


def test_first_line_opens_station_and_session() -> None:
    opened, session, turn = read(prompt("Add a test", 3))
    assert isinstance(opened, ev.StationOpened)
    assert (opened.station, opened.kind, opened.directory, opened.branch) == ("api", "claude", "/srv/repo/api", "api")
    assert isinstance(session, ev.SessionOpened)
    assert (session.session, session.path, session.version) == (SESSION, f"/logs/{SESSION}.jsonl", "2.1.39")
    assert turn == ev.TurnStarted(
        time=BEGIN + 3, source="claude:11111111", station="api", session=SESSION, text="Add a test"
    )


def test_last_statement_of_a_call_wins_and_differences_add_up() -> None:
    transcript, events = ClaudeTranscript(Path(f"/logs/{SESSION}.jsonl"), desk()), list[ev.Event]()
    for said in (usage(3, 100, 1000, 8), usage(3, 100, 1000, 8), usage(3, 100, 1000, 650), usage(3, 90, 1000, 600)):
        events += transcript.feed(encode([reply("m1", said)]), 0)
    stated = [event for event in events if isinstance(event, ev.TokensUsed)]
    assert [event.calls for event in stated] == [1, 0, 0]
    assert stated[-1].tokens == Tokens(cache_write_5m=-10, output=-50)
    assert used_of(events) == Tokens(3, 90, 0, 1000, 600)
    assert sum(event.cost or 0 for event in stated) == pytest.approx(1693e-6)
    assert stated[0].context == 1111
    assert stated[0].window == 200_000


def test_the_context_window_is_the_one_in_use_until_a_session_has_held_more() -> None:
    events = read(
        reply("m1", usage(1, 0, 150_000, 1)),
        reply("m2", usage(1, 0, 400_000, 1)),
        reply("m3", usage(1, 0, 90_000, 1)),
        at=Desk(Seats(), Calls(), WidePrice()),
    )
    assert [event.window for event in events if isinstance(event, ev.TokensUsed)] == [200_000, 1_000_000, 1_000_000]


def test_cache_writes_are_split_by_time_to_live_and_thinking_is_part_of_output() -> None:
    split = {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 70}
    details = {"thinking_tokens": 40}
    with_split = read(reply("m1", usage(1, 100, 0, 50, cache_creation=split, output_tokens_details=details)))
    assert used_of(with_split) == Tokens(1, 30, 70, 0, 50, 40)
    assert used_of(read(reply("m1", usage(1, 100, 0, 50)))) == Tokens(1, 100, 0, 0, 50)


def certainties(events: Sequence[ev.Event]) -> list[Certainty]:
    return [event.certainty for event in events if isinstance(event, ev.TokensUsed)]


def test_a_call_whose_last_line_does_not_say_why_it_stopped_is_undercounted() -> None:
    """Versions up to 2.1.42 wrote the usage of a reply's first moment with every line, and no reason."""
    unended = read(reply("m1", usage(output=1), stop=None), reply("m1", usage(output=1), 1, stop=None))
    assert certainties(unended) == [Certainty.UNDERCOUNTED]
    assert fold_all(EMPTY, unended).total.certainty == "estimated"
    ended = read(reply("m1", usage(output=1), stop=None), reply("m1", usage(output=9), 1))
    assert certainties(ended) == [Certainty.EXACT]
    assert used_of(ended).output == 9


def test_a_call_that_is_settled_at_another_look_is_exact() -> None:
    begun = reply("m1", usage(output=1), stop=None)
    for ended in (reply("m1", usage(output=9), 1), reply("m1", usage(output=1), 1)):
        surroundings = desk()
        looks = ClaudeTranscript(Path("/logs/a.jsonl"), surroundings)
        first = looks.feed(encode([begun]), 0)
        looks = ClaudeTranscript(Path("/logs/a.jsonl"), surroundings, looks.save())
        state = fold_all(EMPTY, [*first, *looks.feed(encode([ended]), 0)])
        assert (state.total.calls, state.total.certainty, state.total.undercounted) == (1, "exact", 0)
        assert fold_all(EMPTY, first).total.certainty == "estimated"


def test_an_output_that_cannot_hold_its_own_text_is_undercounted() -> None:
    long: list[Json] = [{"type": "text", "text": "word " * 1_000}]
    assert certainties(read(reply("m1", usage(output=1), content=long))) == [Certainty.UNDERCOUNTED]
    assert certainties(read(reply("m1", usage(output=900), content=long))) == [Certainty.EXACT]


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({"timestamp": 1_780_000_000}, 5),
        ({"cwd": 7}, 5),
        ({"message": {"id": "m1", "model": "claude-opus-4-6", "usage": {"output_tokens": 5.0}}}, 5),
        ({"message": {"id": "m1", "model": "claude-opus-4-6", "usage": {"output_tokens": 5.5}}}, 0),
        ({"message": {"id": "m1", "model": "claude-opus-4-6", "usage": {"output_tokens": -5}}}, 0),
        ({"message": {"id": "m1", "model": "claude-opus-4-6", "usage": {"output_tokens": 10**20}}}, 0),
    ],
)
def test_fields_of_an_odd_shape_cost_no_tokens_unless_they_are_the_tokens(fields: Json, output: int) -> None:
    events = read(prompt("go", 1), {**reply("m1", usage(output=5), 5), **fields}, reply("m2", usage(output=7), 9))
    assert used_of(events).output == output + 7
    times = [event.time - BEGIN for event in only(events, ev.TokensUsed)]
    assert times == ([1] if "timestamp" in fields else [5]) * bool(output) + [9]
    assert [event.reason for event in only(events, ev.SourceSkipped) if isinstance(event, ev.SourceSkipped)] == [
        "unexpected shape"
    ]


def test_an_api_error_after_the_beginning_of_a_reply_has_its_tokens() -> None:
    events = read(prompt("go"), reply("m1", usage(output=5), isApiErrorMessage=True))
    assert used_of(events).output == 5
    assert only(events, ev.TurnFailed)


def test_unknown_price_is_none() -> None:
    (used,) = only(read(reply("m1", usage(output=5), model="?new")), ev.TokensUsed)
    assert isinstance(used, ev.TokensUsed)
    assert used.cost is None


def test_synthetic_lines_have_no_tokens_and_api_errors_fail_the_turn() -> None:
    events = read(
        prompt("go"),
        reply(
            "s1", usage(9, 9, 9, 9), model="<synthetic>", content=[{"type": "text", "text": "No response requested."}]
        ),
        reply(
            "s2",
            usage(),
            model="<synthetic>",
            isApiErrorMessage=True,
            content=[{"type": "text", "text": "API Error: 529 overloaded"}],
        ),
    )
    assert used_of(events) == Tokens()
    assert [event.reason for event in events if isinstance(event, ev.TurnFailed)] == ["API Error: 529 overloaded"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            'API Error: 529 {"error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}',
            "API Error: 529 Overloaded",
        ),
        ('API Error: 400 {"error": {"message": "prompt is \\"too\\" long"}}', 'API Error: 400 prompt is "too" long'),
        ('API Error: 500 {"error": 7}', 'API Error: 500 {"error": 7}'),
        ("usage limit reached|1763766000", "usage limit reached until 2025-11-21 23:00 UTC"),
        ("|9999999999", "until 2286-11-20 17:46 UTC"),
        ("Connection\x1b[31m error.", "Connection error."),
        ("", "API error"),
    ],
)
def test_why_the_api_gave_up_is_told_in_words(said: str, reason: str) -> None:
    words: Json = {"type": "text", "text": said}
    lost = reply("s1", usage(), isApiErrorMessage=True, content=[words])
    (failed,) = only(read(prompt("go"), lost), ev.TurnFailed)
    assert isinstance(failed, ev.TurnFailed)
    assert failed.reason == reason


def test_tools_with_their_files_and_failures() -> None:
    events = read(
        reply("m1", None, content=[tool("Edit", "t1", file_path="/srv/repo/api/src/a.py", old_string="x")]),
        reply("m1", None, content=[tool("Bash", "t2", command="make  test\nfast", description="Run")]),
        reply("m1", None, content=[tool("Read", "t3", file_path="/etc/hosts")]),
        result("t1"),
        result("t2", failed=True, text="2 failed"),
        reply("m1", None, content=[tool("mcp__db__query", "t4")]),
        result("t4", failed=True, text=[{"type": "text", "text": "no such table"}]),
    )
    called = [event for event in events if isinstance(event, ev.ToolCalled)]
    assert [(event.tool, event.detail, event.file) for event in called] == [
        ("Edit", "src/a.py", "src/a.py"),
        ("Bash", "make test fast", ""),
        ("Read", "/etc/hosts", ""),
        ("mcp__db__query", "", ""),
    ]
    back = [event for event in events if isinstance(event, ev.ToolFinished)]
    assert [(event.call, event.failed, event.detail) for event in back] == [
        *[("t1", False, ""), ("t2", True, "2 failed"), ("t4", True, "no such table")],
    ]


def test_turns_are_what_a_person_asked() -> None:
    events = read(
        prompt("first", 1),
        result("unknown", second=2),
        prompt("<system-reminder>note</system-reminder>", 3, isMeta=True),
        prompt("<local-command-stdout>ok</local-command-stdout>", 4),
        prompt("<command-name>/model</command-name><command-args></command-args>", 5),
        prompt("<local-command-stdout>kept</local-command-stdout>", 6),
        prompt(
            "<command-message>x</command-message><command-name>/work</command-name><command-args>on it</command-args>",
            7,
        ),
        prompt([{"type": "text", "text": "The text of the command"}], 8, isMeta=True),
        prompt("This session is being continued", 9, isCompactSummary=True),
        prompt([{"type": "text", "text": "second"}], 10),
        prompt("[Request interrupted by user for tool use]", 11),
    )
    assert [event.text for event in events if isinstance(event, ev.TurnStarted)] == ["first", "/work on it", "second"]
    assert [event.time for event in events if isinstance(event, ev.TurnFinished) and event.interrupted] == [BEGIN + 11]


def test_a_long_slash_command_is_told_by_its_first_words() -> None:
    command = f"<command-name>/work</command-name><command-args>on {'it ' * 9_000}</command-args>"
    events = read(prompt(command, 1), prompt([{"type": "text", "text": "The text of the command"}], 2, isMeta=True))
    (turn,) = only(events, ev.TurnStarted)
    assert isinstance(turn, ev.TurnStarted)
    assert turn.text.startswith("/work on it it")


def test_a_request_full_of_tags_without_an_end_is_read() -> None:
    """Each of the beginnings would else be looked through to the end of the text."""
    (turn,) = only(read(prompt("<command-name>" * 100_000, 1), prompt("go", 2)), ev.TurnStarted)
    assert isinstance(turn, ev.TurnStarted)
    assert turn.text == "go"


def test_what_the_agent_says_and_what_it_refuses() -> None:
    said: list[Json] = [{"type": "text", "text": "It\x1b[31m is\ndone."}, {"type": "thinking", "thinking": "?"}]
    found = read(prompt("go"), reply("m1", None, 1, content=said), reply("m2", None, 2, content=[], stop="refusal"))
    assert [event.text for event in found if isinstance(event, ev.TextWritten)] == ["It is done."]
    assert [event.reason for event in found if isinstance(event, ev.TurnFailed)] == ["the model refused"]


@pytest.mark.parametrize("stop", ["end_turn", None])
def test_end_of_turn_is_told_once_however_often_it_is_written(stop: str | None) -> None:
    events = read(
        prompt("go"),
        reply("m1", None, stop=stop),
        line("system", 2, subtype="stop_hook_summary"),
        line("system", 3, subtype="turn_duration"),
    )
    assert len(only(events, ev.TurnFinished)) == 1
    assert isinstance(events[-1], ev.TurnFinished)


def test_questions_need_a_person_until_they_are_answered() -> None:
    question = tool("AskUserQuestion", "q1", questions=[{"question": "Which\x1b[31m one?"}])
    asking = read(reply("m1", None, 1, content=[question]))
    state = fold_all(EMPTY, asking)
    assert state.stations["api"].evidence.status is Status.NEEDS_ME
    assert state.stations["api"].evidence.reason == "asks: Which one?"
    (unknown,) = only(read(reply("m1", None, content=[tool("AskUserQuestion", questions=[])])), ev.PersonNeeded)
    assert isinstance(unknown, ev.PersonNeeded) and unknown.reason == "asks a question"
    answered = read(reply("m1", None, 1, content=[question]), result("q1", second=2))
    assert fold_all(EMPTY, answered).stations["api"].evidence.status is Status.WORKING


@pytest.mark.parametrize(("hook", "asked_for"), [("PermissionRequest:Bash", "Bash"), ("own hook", "a tool")])
def test_permission_hook_is_a_guess(hook: str, asked_for: str) -> None:
    data = {"type": "hook_progress", "hookEvent": "PermissionRequest", "hookName": hook}
    other = line("progress", 4, data={"type": "hook_progress", "hookEvent": "PreToolUse"})
    (needed,) = only(read(prompt("go"), other, line("progress", 5, data=data)), ev.PersonNeeded)
    assert isinstance(needed, ev.PersonNeeded)
    assert (needed.reason, needed.guess) == (f"permission for {asked_for}", True)


def test_retries_wait_for_a_machine() -> None:
    error = {"message": "Connection error.", "formatted": "Connection dropped"}
    retry = line("system", 1, subtype="api_error", error=error, retryInMs=571.2, retryAttempt=2, maxRetries=10)
    (waiting,) = only(read(retry), ev.MachineAwaited)
    assert isinstance(waiting, ev.MachineAwaited)
    assert waiting.reason == "Connection dropped, retry 2 of 10"


def test_progress_is_a_sparse_sign_of_life_and_its_messages_count_once() -> None:
    inside = {"type": "agent_progress", "message": reply("m9", usage(5, 5, 5, 5))}
    lines = [line("progress", second, data=inside) for second in range(0, 100, 2)]
    for entry in lines:
        entry["timestamp"] = entry.pop("timestamp")  # it is written behind the data
    events = read(prompt("go"), *lines)
    assert used_of(events) == Tokens(5, 5, 0, 5, 5)
    assert 2 <= len(only(events, ev.ActivitySeen)) <= 4


def test_moving_to_another_branch_or_directory() -> None:
    events = read(
        prompt("a", 1),
        prompt("b", 2, cwd="/srv/repo/api/assets"),
        prompt("c", 3, gitBranch="fix"),
        prompt("d", 4, gitBranch="fix", cwd="/srv/repo/other"),
    )
    moves = [(event.branch, event.directory) for event in events if isinstance(event, ev.BranchEntered)]
    assert moves == [("fix", "/srv/repo/api"), ("fix", "/srv/repo/other")]


def test_a_memory_that_cannot_be_read_is_no_obstacle() -> None:
    transcript = ClaudeTranscript(Path(f"/logs/{SESSION}.jsonl"), desk(), b"\xc1 from another time")
    assert used_of(transcript.feed(encode([reply("m1", usage(output=3))]), 0)).output == 3


def test_titles() -> None:
    events = read(
        {"type": "summary", "summary": "Old\nname", "leafUuid": "x"},
        prompt("go"),
        {"type": "ai-title", "aiTitle": "Better", "sessionId": SESSION},
    )
    assert [event.title for event in events if isinstance(event, ev.SessionOpened)] == ["Old name", "Better"]


def test_subagents_belong_to_their_parent() -> None:
    agent: Json = {"isSidechain": True, "agentId": "a1"}
    lines = [prompt("explore", 1, **agent), {**reply("m1", usage(1, 2, 3, 4), 2, stop="end_turn"), **agent}]
    lines.append(line("system", 3, subtype="turn_duration", **agent))
    own_file = read(*lines, name=f"{SESSION}/subagents/agent-a1.jsonl")
    beside = read(*lines, name="agent-a1.jsonl")
    inline = read(*lines)
    for events in (own_file, beside, inline):
        (used,) = only(events, ev.TokensUsed)
        assert isinstance(used, ev.TokensUsed)
        assert (used.session, used.subagent, used.context) == (SESSION, "a1", 0)
        assert used.source == "claude:11111111/a1"
        assert not only(events, ev.TurnStarted, ev.TurnFinished, ev.TextWritten)
    assert not only(own_file + beside, ev.SessionOpened)


def test_a_fork_repeats_no_fact() -> None:
    original = [
        prompt("go", 1),
        reply("m1", usage(1, 2, 3, 4), 2, content=[tool("Edit", "t1", file_path="/srv/repo/api/a.py")]),
        result("t1", failed=True, second=3),
        {**result("t9", second=3), "isSidechain": True, "agentId": "a1"},
        line("system", 3, subtype="api_error", retryInMs=5),
        prompt("[Request interrupted by user]", 4),
    ]
    copied = [{**entry, "sessionId": OTHER} for entry in original]
    own = [prompt("more", 10, session=OTHER, cwd="/srv/repo/fork"), reply("m2", usage(1, 1, 1, 1), 11, session=OTHER)]
    shared = desk()
    first = read(*original, at=shared)
    fork = read(*copied, *own, at=shared, name=f"{OTHER}.jsonl")
    assert used_of(first) == Tokens(1, 2, 0, 3, 4)
    assert used_of(fork) == Tokens(1, 1, 0, 1, 1)
    assert [event.text for event in fork if isinstance(event, ev.TurnStarted)] == ["more"]
    assert not only(fork, ev.ToolCalled, ev.ToolFinished, ev.TurnFinished, ev.MachineAwaited)


def test_a_copy_made_in_the_middle_of_a_reply_takes_nothing_back() -> None:
    shared = desk()
    events = read(reply("m1", usage(output=5)), reply("m1", usage(output=900)), at=shared)
    events += read(reply("m1", usage(output=5), session=OTHER), at=shared, name=f"{OTHER}.jsonl")
    assert used_of(events).output == 900


def test_a_copy_of_statements_that_fell_ends_where_the_original_does() -> None:
    shared, lines = desk(), [reply("m1", usage(output=20)), reply("m1", usage(output=10))]
    events = read(*lines, at=shared)
    events += read(*[{**entry, "sessionId": OTHER} for entry in lines], at=shared, name=f"{OTHER}.jsonl")
    assert used_of(events).output == 10


def test_a_fork_names_its_parent() -> None:
    events = read(reply("m1", usage(1), requestSessionId=OTHER))
    assert only(events, ev.SessionOpened)[-1] == ev.SessionOpened(
        time=BEGIN,
        source="claude:11111111",
        station="api",
        session=SESSION,
        path=f"/logs/{SESSION}.jsonl",
        parent=OTHER,
        version="2.1.39",
    )


def test_what_cannot_be_used_is_counted_by_reason() -> None:
    lines = [
        *encode([prompt("go")]),
        b"\xff\xfe\x00garbage",
        b"[1, 2]",
        b"7",
        b"{" * 5_000,
        b"[" * 100_000,
        *encode([line("holiday"), line("attachment", attachment={}), {"type": "cost-state", "totalCostUSD": 5}]),
        *encode([line("assistant", message="?"), reply("m1", usage(output=5), content=[{"type": 9}])]),
        *encode([line("assistant"), line("user"), {**reply("", usage(output=5)), "uuid": None}]),
        b"\0\0\0" + encode([reply("m2", usage(output=7))])[0] + b"\r",
        encode([prompt("caf")])[0].replace(b"caf", b"caf\xe9 \\ud800"),
    ]
    events = ClaudeTranscript(Path(f"/logs/{SESSION}.jsonl"), desk()).feed(lines, 0)
    skipped = {event.reason: event.count for event in events if isinstance(event, ev.SourceSkipped)}
    assert skipped == {"not JSON": 2, "unknown type": 1, "unexpected shape": 7, "call without an id": 1}
    assert used_of(events).output == 12


def test_hostile_text_is_harmless() -> None:
    evil = "\x1b]52;c;AAAA\x07\u202e[red]\u200b" + "x" * 10_000
    lines = [
        prompt(evil, cwd="/srv/" + evil, gitBranch=evil, version=evil),
        reply("m1", usage(1), content=[{"type": "text", "text": evil}, tool(evil, evil, command=evil)], model=evil),
        line("system", 5, subtype="api_error", error={"message": evil}, retryInMs=5),
    ]
    for event in read(*lines):
        for value in (getattr(event, name) for name in event.__struct_fields__):
            if isinstance(value, str):
                assert value.isprintable()
                assert len(value) <= 1_000
                assert "\u202e" not in value


def test_a_line_that_begins_like_progress_is_progress_only_if_it_is() -> None:
    """Most progress lines begin alike behind their first id; what stands before that may open another object."""
    progress = {**line("progress", 1), "parentUuid": "0" * 36, "data": {"type": "hook_progress"}}
    (alike,) = encode([progress])
    (inside,) = encode([reply("m1", usage(output=7), 2)])
    nested = b'{"x":{"parent":"' + b"0" * 35 + b'",' + alike[53:-1] + b"}," + inside[1:]
    assert nested[53:].startswith(alike[53 : alike.index(b'"data"')])
    transcript = ClaudeTranscript(Path(f"/logs/{SESSION}.jsonl"), desk())
    assert used_of(transcript.feed([*encode([prompt("go")]), alike, nested, alike], 0)).output == 7
