"""What a reader of one Claude Code transcript must remember between its lines, and after a restart."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from sessions.floor.tokens import Certainty, Tokens
from sessions.observe.words import safe

MAX_TOLD, MAX_REPLIES = 16, 16
"""Calls and replies that are remembered in full; a call's lines stand close together."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Told(Struct, frozen=True, array_like=True, gc=False):
    """What this file told of a call whose lines are still being read: when, of whom, and how sure and dear it was."""

    time: float
    model: str
    branch: str
    certainty: Certainty
    cost: float | None
    tokens: Tokens
    own: bool
    """No other file told of the call before."""


class OpenReply(Struct, array_like=True, gc=False):
    """A reply whose lines are still being read, where the gateway names no requests."""

    first: str
    """Its first line."""
    lines: list[str]
    """Its latest lines."""
    context: int
    output: int
    tools: bool
    """Its last line used a tool."""
    answered: bool = False
    """A tool has come back since its last line."""


class TranscriptState(Struct, omit_defaults=True):
    """What one transcript must remember between its lines."""

    session: str = ""
    agent: str = ""
    opened: bool = False
    parent: str = ""
    title: str = ""
    version: str = ""
    home: str = ""
    branch: str = ""
    clock: float = 0.0
    alive: float = 0.0
    copied: bool = False
    """The lines at hand were copied from another session."""
    finished: bool = False
    wide: bool = False
    """It has held more than the narrow context window."""
    told: dict[str, Told] = {}
    """The latest model calls."""
    replies: dict[str, OpenReply] = {}
    """The latest replies without the id of a request, by agent and message."""
    repeating: bool = False
    """What follows was told before, until something new is asked."""
    prompts: list[int] = []
    """The latest requests, as hashes: some old versions write the whole history again."""
    asks: str = ""
    """What the agent asked with its last words."""
    background: dict[str, str] = {}
    """Commands that go on behind the turn, by the id that their end will name."""
    tools: dict[str, None] = {}
    """Tools under way."""
    command: str = ""
    """A slash command that becomes a request when its text follows."""

    def given(self, agent: str, asked: bool) -> None:
        """A tool came back to an agent; or it was asked something new, and then no reply goes on."""
        for name, reply in list(self.replies.items()):
            if name.startswith(f"{agent}/"):
                reply.answered = True
                if asked:
                    del self.replies[name]

    def tell(self, call: str, told: Told) -> None:
        """Remember what was told of a call, for the lines of it that follow."""
        if call not in self.told and len(self.told) >= MAX_TOLD:
            del self.told[next(iter(self.told))]
        self.told[call] = told


def named(path: Path) -> TranscriptState:
    """What the name of a file tells before its first line is read.

    A session's file is named by its id. A sub-agent's is `agent-<id>.jsonl`, in a folder `subagents` of its session
    or, in older versions, beside it.
    """
    memory = TranscriptState()
    if path.stem.startswith("agent-"):
        memory.agent = safe(path.stem[len("agent-") :]) or "sidechain"
        parents = path.parts
        if "subagents" in parents:
            memory.session = safe(parents[len(parents) - 1 - parents[::-1].index("subagents") - 1])
    elif _UUID.fullmatch(path.stem):
        memory.session = path.stem
    return memory
