"""That an agent went on without the answer it asked for: somebody gave it in the agent's own terminal. Pure.

Claude Code leaves a hook waiting when its dialog is answered in the terminal [measured with 2.1.332]; what it does next
tells. Its payloads and those of Codex are alike.
"""

from __future__ import annotations

import msgspec

from sessions.stations.contract import Signal

_FINISHED = frozenset({"PostToolUse", "PostToolUseFailure", "PermissionDenied"})
_TURNS = frozenset({"Stop", "StopFailure", "UserPromptSubmit", "Interrupt"})
_ENDS = frozenset({"SessionEnd", "SessionStart"})


class Topic(msgspec.Struct, frozen=True):
    """What a question is about."""

    session: str
    subagent: str
    use: int
    """Of a tool: its name and arguments."""


def topic_of(signal: Signal) -> Topic:
    """What a signal is about."""
    said = signal.payload
    use = hash(msgspec.json.encode((said.get("tool_name"), said.get("tool_input")), order="sorted"))
    return Topic(str(said.get("session_id") or ""), str(said.get("agent_id") or ""), use)


def goes_on(signal: Signal, asked: Topic) -> bool:
    """Whether this was told by somebody who does not wait any more for the answer to what it `asked`."""
    about = topic_of(signal)
    if about.session != asked.session:
        return False
    if signal.name in _ENDS:
        return True
    if signal.name == "SubagentStop" or (signal.name in _TURNS and not about.subagent):
        return about.subagent == asked.subagent
    return signal.name in _FINISHED and about == asked
