"""The events of an OpenClaw session, the same in its SQLite file and in the older JSONL of pi."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from sessions.floor.tokens import Tokens

Count = Annotated[int, Meta(ge=0, le=1_000_000_000_000)] | None
Dollars = Annotated[float, Meta(ge=0.0, le=1e9)] | None

DULL = frozenset({"thinking_level_change", "custom_message", "label", "leaf", "branch_summary", "compaction"})
"""Known types of events that hold no fact of their own."""


class Cost(Struct):
    total: Dollars = None


class Usage(Struct, rename="camel"):
    """Tokens of one model call, in kinds that do not overlap; `reasoning_tokens` are inside the output."""

    input: Count = 0
    output: Count = 0
    cache_read: Count = 0
    cache_write: Count = 0
    reasoning_tokens: Count = 0
    total_tokens: Count = 0
    cost: Cost | None = None

    def tokens(self) -> Tokens:
        output = self.output or 0
        return Tokens(
            input=self.input or 0,
            cache_write_5m=self.cache_write or 0,
            cache_read=self.cache_read or 0,
            output=output,
            thinking=min(self.reasoning_tokens or 0, output),
        )

    @property
    def dollars(self) -> float | None:
        """What the agent says the call cost. It says 0 when it does not know the price, which is not said here."""
        return (self.cost.total or None) if self.cost is not None else None


class Block(Struct):
    """A part of a message's content."""

    type: str = ""
    id: str | None = None
    text: str | None = None
    name: str | None = None
    arguments: Raw = Raw(b"{}")


class Message(Struct, rename="camel"):
    """What was said, by whom, and what it used."""

    role: str = ""
    content: str | list[Block] | None = None
    model: str | None = None
    usage: Usage | None = None
    stop_reason: str | None = None
    error_message: str | None = None
    response_id: str | None = None
    tool_call_id: str | None = None
    is_error: bool | None = False
    details: Raw = Raw(b"null")

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        return "\n".join(block.text for block in self.content or () if block.text)

    @property
    def blocks(self) -> list[Block]:
        return self.content if isinstance(self.content, list) else [Block(type="text", text=self.content)]


class Event(Struct, rename="camel"):
    """One event of a session."""

    type: str = ""
    id: str | None = None
    timestamp: str = ""
    cwd: str | None = None
    parent_session: str | None = None
    model_id: str | None = None
    name: str | None = None
    custom_type: str | None = None
    data: Raw = Raw(b"null")
    message: Message | None = None


decode_event = msgspec.json.Decoder(Event).decode
