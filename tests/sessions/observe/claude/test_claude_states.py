"""What a Claude Code transcript must not be taken for: late signs of life, results of a stopped turn, copied lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, Status
from sessions.observe.claude.transcript import ClaudeTranscript
from sessions.observe.claude.work import MAX_OPEN_TOOLS
from tests.support.observe import Json, desk, encode, line, only, prompt, read, reply, result, tool, usage

OTHER = "99999999-2222-4333-8444-555555555555"
STOPPED = prompt("[Request interrupted by user for tool use]", 3)


def status_of(*lines: Json) -> Status:
    (station,) = fold_all(EMPTY, read(*lines)).stations.values()
    return station.evidence.status


def progress(second: float) -> Json:
    return line("progress", second, data={"type": "bash_progress", "output": "."}, toolUseID="t1")


def test_late_progress_does_not_wake_a_station_whose_turn_is_over() -> None:
    over = [prompt("go"), reply("m1", usage(), 1, stop="end_turn"), progress(60)]
    assert status_of(*over) is Status.IDLE
    assert status_of(prompt("go"), reply("m1", usage(), 1), progress(60)) is Status.WORKING
    assert len(only(read(prompt("go"), reply("m1", usage(), 1), progress(60)), ev.ActivitySeen)) == 1


def test_a_result_after_an_interruption_does_not_wake_the_station() -> None:
    used = reply("m1", usage(), 1, content=[tool("Bash", "t1", command="make")])
    assert status_of(prompt("go"), used, result("t1", second=2)) is Status.WORKING
    lines = [prompt("go"), used, STOPPED, result("t1", failed=True, second=4)]
    assert status_of(*lines) is Status.IDLE
    assert not only(read(*lines), ev.ToolFinished)


def test_an_interruption_ends_what_was_asked() -> None:
    ask = reply("m1", usage(), 1, content=[tool("AskUserQuestion", "t1", questions=[{"question": "Which?"}])])
    assert status_of(prompt("go"), ask) is Status.NEEDS_ME
    assert status_of(prompt("go"), ask, STOPPED) is Status.IDLE


@pytest.mark.parametrize("note", ["isVisibleInTranscriptOnly", "isCompactSummary"])
def test_notes_of_a_compaction_are_no_requests(note: str) -> None:
    turns = only(read(prompt("go"), prompt("Summary of what was done", 5, **{note: True})), ev.TurnStarted)
    assert [turn.text for turn in turns if isinstance(turn, ev.TurnStarted)] == ["go"]


def test_lines_that_a_fork_copied_neither_move_it_nor_show_it_alive() -> None:
    shared, there = desk(), {"cwd": "/srv/repo/web", "gitBranch": "web"}
    replies = [{**reply(f"m{second}", usage(1), second), **there} for second in (1, 61)]
    copied = [prompt("go"), replies[0], progress(60), replies[1]]
    read(*copied, at=shared)
    found = read(*copied, progress(120), at=shared, name=f"{OTHER}.jsonl")
    assert not only(found, ev.BranchEntered, ev.ActivitySeen, ev.TurnStarted, ev.TextWritten)


@pytest.mark.parametrize("kind", ["progress", "attachment"])
def test_a_hook_that_a_fork_copied_asks_nobody(kind: str) -> None:
    shared = desk()
    asked = {"hookEvent": "PermissionRequest", "hookName": "PermissionRequest:Bash"}
    about = {"progress": {"data": {"type": "hook_progress", **asked}}, "attachment": {"attachment": asked}}[kind]
    copied = [prompt("go"), reply("m1", usage(1), 1), line(kind, 2, **about)]
    assert only(read(*copied, at=shared), ev.PersonNeeded)
    assert not only(read(*copied, at=shared, name=f"{OTHER}.jsonl"), ev.PersonNeeded)


def test_tools_that_never_come_back_are_not_remembered_for_ever() -> None:
    transcript = ClaudeTranscript(Path("/logs/a.jsonl"), desk())
    many = range(MAX_OPEN_TOOLS + 40)
    transcript.feed(encode([reply(f"m{i}", usage(), i, content=[tool("Bash", f"t{i}")]) for i in many]), 0)
    back = only(transcript.feed(encode([result("t0"), result("t103")]), 0), ev.ToolFinished)
    assert [event.call for event in back if isinstance(event, ev.ToolFinished)] == ["t103"]
    longer = transcript.save()
    transcript.feed(encode([reply(f"n{i}", usage(), i, content=[tool("Bash", f"u{i}")]) for i in many]), 0)
    assert len(transcript.save()) < len(longer) + 200
