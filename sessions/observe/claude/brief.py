"""The little that a line of Claude Code must be asked for, where only what it used is wanted."""

from __future__ import annotations

from msgspec import Raw, Struct
from msgspec.json import Decoder

from sessions.observe.claude import lines as cl
from sessions.observe.claude import usage as usages
from sessions.observe.lines import BROKEN


class Usage(cl.Counts, gc=False):
    """As `cl.Usage`, where its details have the shape that is known."""

    iterations: list[cl.Iteration] | None = None
    server_tool_use: cl.Searches | None = None
    service_tier: str | None = None
    speed: str | None = None
    inference_geo: str | None = None


class Message(Struct, gc=False):
    model: str | None = None
    id: str | None = None
    content: Raw = Raw()
    stop_reason: str | None = None
    usage: Usage | None = None


class Line(Struct, rename="camel", gc=False):
    """Its fields are in the order in which they are mostly written, in which they are found at once."""

    git_branch: str | None = None
    message: Message | None = None
    request_id: str | None = None
    type: str = ""
    timestamp: str | None = None


class NestedLine(Struct, rename="camel", gc=False):
    """A sub-agent's line inside a progress line of its parent."""

    type: str = ""
    timestamp: str | None = None
    request_id: str | None = None
    message: Message | None = None


class AgentProgress(Struct, gc=False):
    message: NestedLine | None = None


class ProgressLine(Struct, rename="camel", gc=False):
    git_branch: str | None = None
    data: AgentProgress | None = None


decode_line = Decoder(Line).decode
decode_progress = Decoder(ProgressLine).decode
_decode_content = Decoder(str | list[cl.Block] | None).decode


def is_partial(message: Message, usage: Usage) -> bool:
    """As `usage.is_partial`."""
    return not message.stop_reason or _says_more(message, usage.output_tokens or 0)


def _says_more(message: Message, output: int) -> bool:
    """Whether the line's own text takes more than the output that it states; see `usage.is_partial`."""
    if memoryview(message.content).nbytes <= usages.room(output):
        return False
    try:
        content = _decode_content(message.content)
    except BROKEN:
        return False
    return usages.is_partial(cl.Message(content=content, stop_reason=message.stop_reason), output)
