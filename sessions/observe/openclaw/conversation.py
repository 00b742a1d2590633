"""How OpenClaw (and pi, whose format it is) writes a conversation (see `conversation.index.Dialect`)."""

from __future__ import annotations

import msgspec

from sessions.observe.conversation.entries import Entry, EntryKind, show
from sessions.observe.conversation.index import Dialect, Mark
from sessions.observe.edits import extent
from sessions.observe.lines import decoded
from sessions.observe.tools import arguments_of, tool_detail, tool_text
from sessions.observe.words import instant
from sessions.text import clean

_SHOWN = frozenset({"text", "thinking", "toolCall", "image"})
_NOTES = frozenset({"compaction", "branch_summary"})


class Block(msgspec.Struct, rename="camel", gc=False):
    """A part of a message's content."""

    type: str = ""
    id: str = ""
    text: str = ""
    thinking: str = ""
    name: str = ""
    arguments: msgspec.Raw = msgspec.Raw(b"{}")


class _Message(msgspec.Struct, rename="camel"):
    role: str = ""
    content: str | list[Block] | None = None
    tool_call_id: str = ""
    tool_name: str = ""
    is_error: bool | None = False
    error_message: str | None = None


class _Line(msgspec.Struct):
    type: str = ""
    timestamp: str = ""
    summary: str = ""
    message: _Message | None = None


_LINES = msgspec.json.Decoder(_Line)


def _marks(line: bytes) -> list[Mark]:
    found = decoded(_LINES.decode, line)
    if found is None:
        return []
    message = found.message
    if message is None:
        return [Mark()] if found.type in _NOTES else []
    if message.role == "toolResult":
        return [Mark(message.tool_call_id, True)]
    marks = [Mark(block.id if block.type == "toolCall" else "") for block in _blocks(message)]
    return [*marks, Mark()] if message.error_message else marks


def _entries(line: bytes) -> list[Entry]:
    found = decoded(_LINES.decode, line)
    if found is None:
        return []
    time, message = instant(found.timestamp) or 0.0, found.message
    if message is None:
        note = Entry(kind=EntryKind.NOTE, time=time, title=clean(found.type), lines=show(found.summary))
        return [note] if found.type in _NOTES else []
    if message.role == "toolResult":
        return [_result(message, time)]
    entries = [_entry(message.role, block, time) for block in _blocks(message)]
    if message.error_message:
        text = message.error_message
        entries.append(Entry(kind=EntryKind.ERROR, time=time, title=clean(text), lines=show(text), failed=True))
    return entries


def _blocks(message: _Message) -> list[Block]:
    if isinstance(message.content, str):
        return [Block(type="text", text=message.content)]
    return [block for block in message.content or () if block.type in _SHOWN]


def _result(message: _Message, time: float) -> Entry:
    text = "\n".join(block.text if block.type == "text" else f"[{block.type}]" for block in _blocks(message))
    return Entry(
        kind=EntryKind.RESULT,
        time=time,
        title=clean(text),
        lines=show(text),
        failed=bool(message.is_error),
        call=clean(message.tool_call_id),
        tool=clean(message.tool_name),
    )


def _entry(role: str, block: Block, time: float) -> Entry:
    match block.type:
        case "toolCall":
            arguments = arguments_of(block.arguments)
            added, removed = extent(block.name, arguments)
            return Entry(
                kind=EntryKind.TOOL,
                time=time,
                title=tool_detail(arguments),
                lines=show(tool_text(arguments)),
                call=clean(block.id),
                tool=clean(block.name),
                added=added,
                removed=removed,
            )
        case "thinking":
            return Entry(kind=EntryKind.THINKING, time=time, title=clean(block.thinking), lines=show(block.thinking))
        case "text":
            kind = {"user": EntryKind.PROMPT, "assistant": EntryKind.TEXT}.get(role, EntryKind.NOTE)
            return Entry(kind=kind, time=time, title=clean(block.text), lines=show(block.text))
    return Entry(kind=EntryKind.NOTE, time=time, title=f"[{clean(block.type)}]")


DIALECT = Dialect(marks=_marks, entries=_entries)
