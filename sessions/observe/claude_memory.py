"""What a reader of one Claude Code transcript must remember between its lines, and after a restart."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from sessions.observe.words import safe

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Memory(Struct, omit_defaults=True):
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
    recent: dict[str, int] = {}
    """The latest model calls (see `usage.state`)."""
    tools: dict[str, None] = {}
    """Tools under way."""
    command: str = ""
    """A slash command that becomes a request when its text follows."""


def named(path: Path) -> Memory:
    """What the name of a file tells before its first line is read.

    A session's file is named by its id. A sub-agent's is `agent-<id>.jsonl`, in a folder `subagents` of its session
    or, in older versions, beside it.
    """
    memory = Memory()
    if path.stem.startswith("agent-"):
        memory.agent = safe(path.stem[len("agent-") :]) or "sidechain"
        parents = path.parts
        if "subagents" in parents:
            memory.session = safe(parents[len(parents) - 1 - parents[::-1].index("subagents") - 1])
    elif _UUID.fullmatch(path.stem):
        memory.session = path.stem
    return memory
