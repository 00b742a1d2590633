"""The lines of Claude Code transcripts: which kinds matter, told cheaply, and their fields as typed structs.

Only fields that become facts are declared; msgspec skips the rest, big tool results above all, without making
Python objects of them. The structs hold no cycles and live for one line, so the garbage collector need not know them.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

Count = Annotated[int, Meta(ge=0, le=1_000_000_000_000)] | None

TYPE, ATTACHMENT, PROGRESS = b'"type":"', b"attachment", b"progress"
USAGE = b'"usage":{'
HEAD = 800
"""Within so many bytes of a line's begin stands its type, where that is written before any big field."""
DULL = frozenset(
    b"file-history-snapshot queue-operation attachment api-request api-request-shape api-request-blob tools-used"
    b" last-prompt atis-latch cost-state mode permission-mode pr-link agent-name agent-color agent-setting tag"
    b" task-summary content-replacement worktree-state speculation-accept marble-origami-commit"
    b" marble-origami-snapshot file-history-delta attribution-snapshot started result invocation".split()
)
"""Known kinds of lines that hold no fact of their own."""


class Split(Struct, gc=False):
    """How long a cache write is kept."""

    ephemeral_5m_input_tokens: Count = 0
    ephemeral_1h_input_tokens: Count = 0


class OutputDetails(Struct, gc=False):
    thinking_tokens: Count = 0


class Counts(Struct, gc=False):
    """Tokens of one kind each, as Anthropic counts them."""

    input_tokens: Count = 0
    cache_creation_input_tokens: Count = 0
    cache_read_input_tokens: Count = 0
    output_tokens: Count = 0
    cache_creation: Split | None = None
    output_tokens_details: OutputDetails | None = None


class Iteration(Counts, gc=False):
    """One of several requests that made up a reply: the model's own, or one of a helper (an advisor, a compaction)."""

    type: str = ""
    model: str | None = None


class Usage(Counts, gc=False):
    """What a model call has used, as stated so far. Details have any shape: a new one must not cost the tokens."""

    iterations: Raw = Raw()
    server_tool_use: Raw = Raw()
    service_tier: Raw = Raw()
    speed: Raw = Raw()
    inference_geo: Raw = Raw()


class Searches(Struct, gc=False):
    web_search_requests: Count = 0


class Block(Struct, gc=False):
    """A part of a message."""

    type: str = ""
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw = Raw()
    tool_use_id: str | None = None
    is_error: bool | None = None


class Message(Struct, gc=False):
    model: str | None = None
    id: str | None = None
    content: str | list[Block] | None = None
    stop_reason: str | None = None
    usage: Usage | None = None

    @property
    def blocks(self) -> list[Block]:
        """The parts; a plain text is one part."""
        if isinstance(self.content, str):
            return [Block("text", self.content)]
        return self.content or []


class Line(Struct, rename="camel", gc=False):
    """Any line that becomes facts. First come the fields that most lines have, in the order in which they mostly stand
    there: a decoder looks for each where it found the one before it."""

    parent_uuid: str | None = None
    is_sidechain: bool | None = None
    cwd: str | None = None
    session_id: str | None = None
    version: str | None = None
    git_branch: str | None = None
    type: str = ""
    message: Message | None = None
    request_id: str | None = None
    uuid: str | None = None
    timestamp: str | None = None
    tool_use_result: Raw = Raw()
    subtype: str | None = None
    request_session_id: str | None = None
    """The session that made the call, where a fork copied the line from it."""
    agent_id: str | None = None
    is_meta: bool | None = None
    is_compact_summary: bool | None = None
    is_visible_in_transcript_only: bool | None = None
    is_api_error_message: bool | None = None
    retry_in_ms: float | None = None
    retry_attempt: int | None = None
    max_retries: int | None = None
    error: Raw = Raw()
    summary: str | None = None
    custom_title: str | None = None
    ai_title: str | None = None


class BareMessage(Struct, gc=False):
    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    usage: Usage | None = None


class BareLine(Struct, rename="camel", gc=False):
    """The little that tokens need, for lines whose other fields have an unknown shape; a count may be `12.0`."""

    type: str = ""
    timestamp: object = None
    request_id: str | None = None
    is_sidechain: bool | None = None
    agent_id: str | None = None
    message: BareMessage | None = None


class NestedLine(Struct, rename="camel", gc=False):
    """A sub-agent's line inside a progress line of its parent."""

    type: str = ""
    timestamp: str | None = None
    request_id: str | None = None
    uuid: str | None = None
    message: BareMessage | None = None


class AgentProgress(Struct, rename="camel", gc=False):
    agent_id: str | None = None
    message: NestedLine | None = None


class ProgressLine(Struct, gc=False):
    data: AgentProgress | None = None


class ToolInput(Struct, gc=False):
    """The fields of a tool's input that say what it does."""

    command: str | None = None
    file_path: str | None = None
    notebook_path: str | None = None
    path: str | None = None
    pattern: str | None = None
    query: str | None = None
    url: str | None = None
    description: str | None = None
    skill: str | None = None
    prompt: str | None = None
    run_in_background: bool | None = None


class Question(Struct, gc=False):
    question: str = ""


class Questions(Struct):
    questions: list[Question] = []


class Background(Struct, rename="camel", gc=False):
    """What a command's result says of its going on in the background."""

    background_task_id: str | None = None
    shell_id: str | None = None


class TextPart(Struct, gc=False):
    text: str = ""


class ResultBlock(Struct):
    tool_use_id: str | None = None
    content: str | list[TextPart] | None = None


class ResultMessage(Struct):
    content: list[ResultBlock] = []


class ResultLine(Struct):
    """A tool result with its text; decoded only where the tool failed."""

    message: ResultMessage


class ErrorText(Struct, gc=False):
    message: str | None = None
    formatted: str | None = None


decode_line = msgspec.json.Decoder(Line).decode
decode_bare = msgspec.json.Decoder(BareLine, strict=False).decode
decode_input = msgspec.json.Decoder(ToolInput).decode
decode_questions = msgspec.json.Decoder(Questions).decode
decode_results = msgspec.json.Decoder(ResultLine).decode
decode_background = msgspec.json.Decoder(Background).decode
decode_progress = msgspec.json.Decoder(ProgressLine).decode
decode_iterations = msgspec.json.Decoder(list[Iteration]).decode
decode_searches = msgspec.json.Decoder(Searches).decode
decode_word = msgspec.json.Decoder(str).decode
decode_error = msgspec.json.Decoder(ErrorText).decode


def kind_of(line: bytes) -> bytes:
    """The `type` of a line where it stands before any nested object, else an empty word.

    Inside JSON text a quote is escaped, so the bytes of a key are found nowhere else; and before the first nested
    object they can only be a key of the line itself.
    """
    at = line.find(TYPE, 0, HEAD)
    if at < 0:
        return b""
    nested = line.find(b"{", 1, at)
    if nested < 0:
        return line[at + 8 : line.find(b'"', at + 8)]
    return b"attachment" if line.endswith(b'"attachment":', 0, nested) else b""
