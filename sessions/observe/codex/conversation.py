"""How Codex writes a conversation (see `conversation.index.Dialect`), in the three generations of its rollouts."""

from __future__ import annotations

import msgspec

from sessions.observe.codex import lines as cx
from sessions.observe.conversation.entries import Entry, EntryKind, show
from sessions.observe.conversation.index import Dialect, Mark
from sessions.observe.edits import extent
from sessions.observe.lines import decoded
from sessions.observe.tools import patched_files, tool_detail, tool_text
from sessions.observe.words import instant
from sessions.text import clean

_ERRORS = frozenset({"error", "turn_aborted"})
_NOTES = frozenset({"stream_error", "warning", "context_compacted"})
_SHOWN = cx.CALLS | cx.OUTPUTS | _ERRORS | _NOTES | {"message", "reasoning", "user_message", "item_completed"}


class _Payload(cx.ResponseItem):
    """A payload of any type that is shown."""

    message: str | None = None
    reason: str | None = None
    item: cx.Item | None = None


class _Line(msgspec.Struct):
    timestamp: str = ""
    payload: _Payload | None = None


class _MarkedItem(msgspec.Struct):
    type: str = ""


class _MarkedPayload(msgspec.Struct):
    type: str = ""
    role: str = ""
    call_id: str | None = None
    summary: list[msgspec.Raw] | str | None = None
    item: _MarkedItem | None = None


class _MarkedLine(msgspec.Struct):
    payload: _MarkedPayload | None = None


_LINES = msgspec.json.Decoder(_Line)
_MARKS = msgspec.json.Decoder(_MarkedLine)


def _shown(payload: _Payload | _MarkedPayload) -> bool:
    """A prompt is shown from the events, where it stands alone; among the items it stands with instructions."""
    if payload.type == "message":
        return payload.role == "assistant"
    if payload.type == "item_completed":
        return payload.item is not None and payload.item.type == "UserMessage"
    if payload.type == "reasoning":
        return bool(payload.summary) and not isinstance(payload.summary, str)
    return payload.type in _SHOWN


def _marks(line: bytes) -> list[Mark]:
    head = cx.HEAD.match(line)
    if head is not None and head[2].decode() not in _SHOWN:
        return []
    found = decoded(_MARKS.decode, line)
    payload = found.payload if found else None
    if payload is None or not _shown(payload):
        return []
    return [Mark(payload.call_id or "", payload.type in cx.OUTPUTS)]


def _entries(line: bytes) -> list[Entry]:
    found = decoded(_LINES.decode, line)
    payload = found.payload if found else None
    if found is None or payload is None or not _shown(payload):
        return []
    time = instant(found.timestamp) or 0.0
    if payload.type in cx.CALLS:
        return [_call(payload, time)]
    if payload.type in cx.OUTPUTS:
        return [_result(payload, time)]
    kind, text = _spoken(payload)
    return [Entry(kind=kind, time=time, title=clean(text), lines=show(text), failed=kind is EntryKind.ERROR)]


def _spoken(payload: _Payload) -> tuple[EntryKind, str]:
    match payload.type:
        case "message":
            return EntryKind.TEXT, cx.flat(payload.content)
        case "reasoning":
            return EntryKind.THINKING, "" if isinstance(payload.summary, str) else cx.flat(payload.summary)
        case "item_completed":
            return EntryKind.PROMPT, cx.flat(payload.item.content) if payload.item else ""
        case "user_message":
            return EntryKind.PROMPT, payload.message or ""
    kind = EntryKind.ERROR if payload.type in _ERRORS else EntryKind.NOTE
    return kind, payload.message or payload.reason or payload.type.replace("_", " ")


def _call(payload: _Payload, time: float) -> Entry:
    arguments = cx.call_arguments(payload)
    tool = payload.name or payload.type.removesuffix("_call")
    added, removed = extent(tool, arguments)
    return Entry(
        kind=EntryKind.TOOL,
        time=time,
        title=clean(", ".join(patched_files(arguments))) or tool_detail(arguments),
        lines=show(tool_text(arguments)),
        call=clean(payload.call_id or ""),
        tool=clean(tool),
        added=added,
        removed=removed,
    )


def _result(payload: _Payload, time: float) -> Entry:
    text = cx.output_text(payload.output)
    return Entry(
        kind=EntryKind.RESULT,
        time=time,
        title=clean(text),
        lines=show(text),
        failed=cx.failed_output(text),
        call=clean(payload.call_id or ""),
    )


DIALECT = Dialect(marks=_marks, entries=_entries)
