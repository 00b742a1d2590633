"""The lines of Codex rollouts in three generations: kinds told cheaply from their head, and the fields that matter."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from sessions.observe.lines import decoded
from sessions.observe.tools import Arguments, arguments_of

Count = Annotated[int, Meta(ge=0, le=1_000_000_000_000)] | None

HEAD = re.compile(
    rb'\{"timestamp":"[^"]{0,40}",(?:"ordinal":\d{1,18},)?"type":"(\w{1,40})","payload":\{"type":"(\w{1,60})"'
)
"""The head of a line as Codex writes it: the line's type and its payload's. Other heads are decoded to be known."""

CALLS = frozenset({"function_call", "custom_tool_call", "local_shell_call", "web_search_call"})
OUTPUTS = frozenset({"function_call_output", "custom_tool_call_output"})
DULL = frozenset(
    b"ghost_snapshot other turn_diff plan_update session_configured conversation_path shutdown_complete"
    b" mcp_list_tools_response mcp_startup_update mcp_startup_complete list_custom_prompts_response"
    b" skills_update_available thread_name_updated deprecation_notice history_entry_response raw_response_item"
    b" raw_response_completed environment_connected environment_disconnected turn_moderation_metadata"
    b" realtime_conversation_started realtime_conversation_realtime realtime_conversation_closed"
    b" realtime_conversation_sdp realtime_conversation_list_voices_response".split()
)
"""Payloads that hold no fact of their own and are no sign of work either."""
QUIET = frozenset(
    b"reasoning compaction context_compaction compaction_summary tool_search_call tool_search_output"
    b" image_generation_call agent_reasoning agent_reasoning_raw_content agent_reasoning_section_break background_event"
    b" context_compacted entered_review_mode exited_review_mode thread_rolled_back undo_started undo_completed warning"
    b" view_image_tool_call model_reroute hook_started hook_completed item_started guardian_assessment"
    b" dynamic_tool_call_request dynamic_tool_call_response agent_message sub_agent_activity patch_apply_updated"
    b" terminal_interaction thread_goal_updated thread_queue_changed guardian_warning safety_buffering"
    b" auth_recovery_started auth_recovery_completed model_verification elicitation_abandoned".split()
)
"""Payloads that say no more than that the agent is at work. So do all that end in `_begin`, `_end` or `_delta`."""
_AGENTS = ("inter_agent_communication", "inter_agent_communication_metadata")
LINES = frozenset({"world_state", "compacted", "security_risk_score", "realtime_item", *_AGENTS})
"""Known types of lines that hold no fact of their own."""

_EXIT = re.compile(r"(?:Exit code: |exited with code )(-?\d{1,9})\b")
_HEADER = 500
_REFUSED = (
    "failed to parse",
    "unsupported call",
    "unsupported custom tool call",
    "apply_patch verification failed",
    "exec_command failed",
    "write_stdin failed",
    "aborted by user",
    "execution error",
    "rejected by user",
)


class Line(Struct):
    """A line of a rollout."""

    timestamp: str = ""
    ordinal: Count = None
    """The line's number, in rollouts that count them."""
    type: str = ""
    payload: Raw = Raw(b"{}")


class Git(Struct):
    branch: str | None = None


class SessionMeta(Struct):
    """Who writes the file: its first line, and (in older forks) copied lines behind it."""

    id: str = ""
    cwd: str = ""
    cli_version: str = ""
    git: Git | None = None
    forked_from_id: str | None = None
    history_base: Raw = Raw(b"null")
    """A newer fork's history lies in its parent's file; older forks copy it."""
    source: Raw = Raw(b"null")
    parent_thread_id: str | None = None
    session_id: str | None = None
    """The thread that a person or program began, in whose service this one is."""
    subagent_history_start_ordinal: Count = None
    """Lines with a smaller number are copies of the parent's history."""


class TurnContext(Struct):
    """What holds for the model calls that follow."""

    cwd: str = ""
    model: str = ""
    turn_id: str | None = None
    approval_policy: Raw = Raw(b"null")
    approvals_reviewer: str | None = None
    service_tier: str | UnsetType | None = UNSET


class Usage(Struct):
    """Tokens as Codex counts them: cached and written ones are inside `input_tokens`, thinking inside the output."""

    input_tokens: Count = 0
    cached_input_tokens: Count = 0
    cache_write_input_tokens: Count = 0
    output_tokens: Count = 0
    reasoning_output_tokens: Count = 0
    total_tokens: Count = 0


class UsageRecord(Struct):
    """`token_usage_record`: the provider's usage of one response, since 0.166."""

    response_id: str | None = None
    usage: Usage | None = None
    thread_token_usage: Usage | None = None
    service_tier: str | None = None


class TokenInfo(Struct):
    total_token_usage: Usage | None = None
    last_token_usage: Usage | None = None
    model_context_window: Count = 0


class RateLimits(Struct):
    rate_limit_reached_type: str | None = None


class Part(Struct):
    """A part of a message's or a tool output's content."""

    type: str = ""
    text: str | None = ""


class Item(Struct):
    """What `item_completed` carries."""

    type: str = ""
    id: str = ""
    content: list[Part] | str | None = None
    exit_code: int | None = None
    status: str | None = None


class Question(Struct):
    question: str = ""


class Settings(Struct):
    model: str | None = None
    service_tier: str | UnsetType | None = UNSET


class EventMsg(Struct):
    """The payload of an `event_msg`: the fields of all its types together."""

    type: str = ""
    turn_id: str | None = None
    message: str | None = None
    reason: str | None = None
    info: TokenInfo | None = None
    rate_limits: RateLimits | None = None
    model_context_window: Count = 0
    item: Item | None = None
    call_id: str | None = None
    exit_code: int | None = None
    success: bool | None = None
    command: list[str] | str | None = None
    questions: list[Question] | None = None
    server_name: str | None = None
    error: Raw = Raw(b"null")
    thread_settings: Settings | None = None
    service_tier: str | None = None
    last_agent_message: str | None = None


class Action(Struct):
    """What a built-in tool does."""

    command: list[str] | None = None
    query: str | None = None
    url: str | None = None


class ResponseItem(Struct):
    """The payload of a `response_item`: the fields of all its types together."""

    type: str = ""
    role: str = ""
    content: list[Part] | None = None
    summary: list[Part] | str | None = None
    call_id: str | None = None
    id: str | None = None
    name: str = ""
    arguments: Raw = Raw(b'""')
    input: str | None = ""
    action: Action | None = None
    output: Raw = Raw(b'""')


decode_line = msgspec.json.Decoder(Line).decode
decode_meta = msgspec.json.Decoder(SessionMeta).decode
decode_context = msgspec.json.Decoder(TurnContext).decode
decode_record = msgspec.json.Decoder(UsageRecord).decode
decode_event = msgspec.json.Decoder(EventMsg).decode
decode_item = msgspec.json.Decoder(ResponseItem).decode
_decode_text = msgspec.json.Decoder(str).decode
_decode_output = msgspec.json.Decoder(str | list[Part]).decode


def flat(content: list[Part] | str | None) -> str:
    """The text of a content's parts; what is no text is named."""
    if isinstance(content, str):
        return content
    return "\n".join(part.text or f"[{part.type}]" for part in content or ())


def call_arguments(item: ResponseItem) -> Arguments:
    """A call's arguments: JSON inside a string, plain text (a patch), or the action of a built-in tool."""
    if item.action is not None:
        return {"command": item.action.command or item.action.query or item.action.url or ""}
    return {"input": item.input} if item.input else arguments_of(_unquoted(item.arguments))


def trouble(raw: Raw) -> str:
    """What an `error` says: a text, or an object with a message; "" for none."""
    said = arguments_of(raw).get("message") or _unquoted(raw)
    return said if isinstance(said, str) else "" if bytes(raw) == b"null" else "error"


def _unquoted(raw: Raw) -> str | Raw:
    text = decoded(_decode_text, raw)
    return raw if text is None else text


def output_text(raw: Raw) -> str:
    """A tool's output as text: a string, a list of parts, or (in old rollouts) JSON with `output` inside a string."""
    output = decoded(_decode_output, raw)
    if output is None:
        return str(arguments_of(raw).get("content", ""))
    if isinstance(output, list):
        return flat(output)
    return _old_output(output) if output.startswith('{"output"') else output


def _old_output(text: str) -> str:
    decoded = arguments_of(text)
    metadata, output = decoded.get("metadata"), decoded.get("output")
    code = metadata.get("exit_code") if isinstance(metadata, dict) else None
    if not isinstance(output, str):
        return text
    return f"Exit code: {code}\nOutput:\n{output}" if isinstance(code, int) else output


def failed_output(text: str) -> bool:
    """Whether a tool's output says that it failed, or did not run at all.

    The exit code stands in the lines that Codex writes above a command's own output, which may say anything.
    """
    if text.startswith(_REFUSED):
        return True
    header, _, _ = text[:_HEADER].partition("\nOutput:")
    found = _EXIT.search(header)
    return found is not None and int(found[1]) != 0
