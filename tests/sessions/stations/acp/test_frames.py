"""Recorded frames of real agents, played by a scripted one and read by the whole adapter."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from sessions.floor import events as ev
from sessions.floor.tokens import Certainty, Tokens
from sessions.stations.acp import presets
from sessions.stations.acp.kind import AcpKind
from sessions.stations.contract import Decision
from tests import ROOT
from tests.support.agents.talk import Heard, begun, brief

FRAMES = ROOT.parent / "shared/data/frames"
KINDS: dict[str, tuple[AcpKind, Tokens, Certainty | None]] = {
    # The calls of sub-agents, and what it asked for a title, are in it: more than its `usage`.
    "claude": (presets.CLAUDE, Tokens(3_670, 600, 0, 900, 99), Certainty.REPORTED),
    "codex": (presets.CODEX, Tokens(3_210, 0, 0, 900, 78, 10), Certainty.REPORTED),
    # Without its record it tells no part that was cached, or thought.
    "gemini": (presets.GEMINI, Tokens(3_400, 0, 0, 0, 78), Certainty.REPORTED),
    # Without its record it tells the last request alone.
    "opencode": (presets.OPENCODE, Tokens(640, 0, 0, 900, 21, 5), Certainty.UNDERCOUNTED),
    "vibe": (presets.VIBE, Tokens(2_160, 0, 0, 900, 78), Certainty.REPORTED),
    "claw": (presets.OPENCLAW, Tokens(), None),
}
FILES = sorted(FRAMES.glob("acp-*.jsonl"))


async def played(kind: AcpKind, place: Path, file: Path) -> Heard:
    """One recorded turn; whatever is asked is allowed."""
    async with begun(kind, brief(place, "--frames", str(file))) as (agent, heard):
        await agent.prompt("p1", "Create hello.txt")
        await heard.when(lambda: bool(heard.all(ev.QuestionAsked) or heard.all(ev.TurnFinished)))
        for question in heard.all(ev.QuestionAsked):
            await agent.answer(question.question, Decision.ALLOW)
        assert isinstance(await heard.turn(), ev.TurnFinished)
    return heard


@pytest.mark.skipif(not FILES, reason="the recorded frames lie beside the repository, and are absent")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_recorded_frames_tell_the_turn_and_its_usage(file: Path, tmp_path: Path) -> None:
    kind, tokens, certainty = KINDS.get(file.stem.removeprefix("acp-"), (presets.ANY, None, None))
    heard = asyncio.run(played(kind, tmp_path, file))
    called, finished = heard.all(ev.ToolCalled), heard.all(ev.ToolFinished)
    assert [use.call for use in called] == [use.call for use in finished]
    assert not any(use.failed for use in finished)
    if tokens is None:
        return
    assert "Done. I wrote the file." in heard.words
    assert len(called) == 1
    wrote = called[0].file.endswith("/hello.txt") or "hello.txt" in called[0].detail
    assert wrote and called[0].tool in ("Write", "write", "write_file", "exec_command", "execute", "edit")
    assert heard.tokens == tokens
    back = {event.call for event in heard.all(ev.TokensUsed) if event.calls < 0}
    kept = {event.certainty for event in heard.all(ev.TokensUsed) if event.call not in back}
    assert kept == ({certainty} if certainty else set())


def frames(place: Path, updates: Iterable[object], response: dict[str, object]) -> Path:
    """A recording of our own."""
    lines: list[object] = [{"kind": "initialize", "o": {"protocolVersion": 1, "agentInfo": {"version": "9"}}}]
    lines += [{"kind": "update:", "o": update} for update in updates]
    lines.append({"kind": "prompt_response", "o": {"stopReason": "end_turn", **response}})
    file = place / "frames.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def test_a_command_that_failed_and_a_sub_agents_words(tmp_path: Path) -> None:
    meta = {"claudeCode": {"parentToolUseId": "task-1", "toolName": "Bash"}}
    updates = [
        {"sessionUpdate": "tool_call", "toolCallId": "task-1", "title": "Task", "status": "pending", "rawInput": {}},
        {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": "inner"}, "_meta": meta},
        {"sessionUpdate": "tool_call", "toolCallId": "c", "title": "make", "kind": "execute", "status": "in_progress"},
        {
            "sessionUpdate": "tool_call_update",
            "toolCallId": "c",
            "status": "completed",
            "_meta": {"terminal_output_delta": {"data": "no rule\n"}, "terminal_exit": {"exit_code": 2}},
        },
        {"sessionUpdate": "agent_message_chunk", "content": {"type": "image", "data": "AAAA"}},
    ]
    heard = asyncio.run(played(presets.ANY, tmp_path, frames(tmp_path, updates, {})))
    assert [(use.tool, use.detail) for use in heard.all(ev.ToolCalled)] == [("execute", "make"), ("tool", "Task")]
    assert [(use.call, use.failed, use.detail) for use in heard.all(ev.ToolFinished)] == [
        ("c", True, "no rule"),
        ("task-1", False, ""),
    ]
    assert heard.words == "[image]"
    assert heard.tokens == Tokens()
