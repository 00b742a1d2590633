"""Which sub-agents of a session have transcripts of their own."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from sessions.observe.words import is_file

AGENT = b'"agentId":"'


class SubagentFiles:
    """Looks for the transcripts of a session's sub-agents in their usual place, once for each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[bytes, bool] = {}

    def has(self, line: bytes) -> bool:
        """Whether the sub-agent that a progress line tells of has a file of its own."""
        at = line.rfind(AGENT) + len(AGENT)
        agent = line[at : line.find(b'"', at)] if at >= len(AGENT) else b""
        kept = self._known.get(agent)
        if kept is None:
            kept = agent.isalnum() and is_file(self._folder / f"agent-{agent.decode('ascii')}.jsonl")
            self._known[agent] = kept
        return kept

    @cached_property
    def _folder(self) -> Path:
        return self._path.with_suffix("") / "subagents"
