"""How Claude Code writes a conversation (see `conversation.index.Dialect`)."""

from __future__ import annotations

import re

import msgspec

from sessions.observe.conversation.entries import Entry, EntryKind, show
from sessions.observe.conversation.index import Dialect, Mark
from sessions.observe.edits import extent
from sessions.observe.lines import decoded
from sessions.observe.tools import arguments_of, tool_detail, tool_text
from sessions.observe.words import instant
from sessions.text import clean

_HEAD = 700
"""Lines of Claude Code say within their first bytes whether they are one of the large dull kinds."""
_OTHERS = (b'"type":"progress"', b'"type":"attachment"', b'"type":"file-history-snapshot"')
_SPOKEN = (b'{"type":"user"', b'{"type":"assistant"', b'{"type":"system"')
_SHOWN = frozenset({"tool_use", "server_tool_use", "tool_result", "image", "document"})
_NOTES = frozenset({"compact_boundary", "local_command", "informational", "api_error"})

_EMPTY = msgspec.Raw(b'""')
_BLANK = re.compile(rb'"(?: |\\[nrt])*"|null')


class _Mark(msgspec.Struct, gc=False):
    type: str = ""
    id: str = ""
    tool_use_id: str = ""
    text: msgspec.Raw = _EMPTY
    thinking: msgspec.Raw = _EMPTY


class _MarkedMessage(msgspec.Struct, gc=False):
    content: str | list[_Mark] | None = None


class _MarkedLine(msgspec.Struct, gc=False):
    type: str = ""
    subtype: str | None = None
    message: _MarkedMessage | None = None


class _Block(msgspec.Struct):
    type: str = ""
    text: msgspec.Raw = _EMPTY
    thinking: msgspec.Raw = _EMPTY
    id: str = ""
    name: str = ""
    input: msgspec.Raw = msgspec.Raw(b"{}")
    tool_use_id: str = ""
    is_error: bool | None = False
    content: str | list[_Block] | None = None


class _Message(msgspec.Struct):
    content: str | list[_Block] | None = None


class _Line(msgspec.Struct, rename="camel"):
    type: str = ""
    subtype: str | None = None
    timestamp: str = ""
    message: _Message | None = None
    content: str | None = None
    is_meta: bool | None = False
    is_compact_summary: bool | None = False
    is_sidechain: bool | None = False
    is_api_error_message: bool | None = False
    error: msgspec.Raw = msgspec.Raw(b"null")


_TEXT = msgspec.json.Decoder(str)
_MARKS = msgspec.json.Decoder(_MarkedLine)
_LINES = msgspec.json.Decoder(_Line)


def _dull(line: bytes) -> bool:
    """Whether the head of a line tells that it is no part of the conversation."""
    if line.startswith(b'{"type":"'):
        return not line.startswith(_SPOKEN)
    head = line[:_HEAD]
    return _OTHERS[0] in head or _OTHERS[1] in head or _OTHERS[2] in head


def _marks(line: bytes) -> list[Mark]:
    if _dull(line):
        return []
    found = decoded(_MARKS.decode, line)
    if found is None:
        return []
    if found.type == "system":
        return [Mark()] if found.subtype in _NOTES else []
    if found.type not in ("user", "assistant") or found.message is None:
        return []
    content = found.message.content
    if isinstance(content, str):
        return [Mark()]
    return [Mark(b.tool_use_id or b.id, bool(b.tool_use_id)) for b in content or () if _shown(b)]


def _shown(block: _Mark | _Block) -> bool:
    """Blocks without words say nothing: spacing between tools, and thinking that is kept secret."""
    if block.type in ("text", "thinking"):
        return _BLANK.fullmatch(block.text if block.type == "text" else block.thinking) is None
    return block.type in _SHOWN


def _entries(line: bytes) -> list[Entry]:
    found = decoded(_LINES.decode, line)
    if found is None:
        return []
    time = instant(found.timestamp) or 0.0
    if found.type == "system":
        return [_system(found, time)] if found.subtype in _NOTES else []
    if found.type not in ("user", "assistant"):
        return []
    content = found.message.content if found.message else None
    if isinstance(content, str):
        return [_words(_spoken(found), time, content, bool(found.is_api_error_message))]
    return [_entry(found, block, time) for block in content or () if _shown(block)]


def _system(line: _Line, time: float) -> Entry:
    if line.subtype == "api_error":
        error = arguments_of(line.error)
        text = next((v for k in ("formatted", "message") if isinstance(v := error.get(k), str)), "API error")
        return Entry(kind=EntryKind.ERROR, time=time, title=clean(text), lines=show(text), failed=True)
    text = line.content or line.subtype or ""
    return Entry(kind=EntryKind.NOTE, time=time, title=clean(text), lines=show(text))


def _entry(line: _Line, block: _Block, time: float) -> Entry:
    call = clean(block.tool_use_id or block.id)
    match block.type:
        case "tool_use" | "server_tool_use":
            arguments = arguments_of(block.input)
            added, removed = extent(block.name, arguments)
            return Entry(
                kind=EntryKind.TOOL,
                time=time,
                title=tool_detail(arguments),
                lines=show(tool_text(arguments)),
                call=call,
                tool=clean(block.name),
                added=added,
                removed=removed,
            )
        case "tool_result":
            text = _flat(block.content)
            failed = bool(block.is_error)
            return Entry(
                kind=EntryKind.RESULT, time=time, title=clean(text), lines=show(text), failed=failed, call=call
            )
        case "thinking":
            return _words(EntryKind.THINKING, time, _text(block.thinking))
        case "text":
            return _words(_spoken(line), time, _text(block.text), bool(line.is_api_error_message))
    return Entry(kind=EntryKind.NOTE, time=time, title=f"[{clean(block.type)}]")


def _words(kind: EntryKind, time: float, text: str, failed: bool = False) -> Entry:
    return Entry(kind=kind, time=time, title=clean(text), lines=show(text), failed=failed)


def _text(raw: msgspec.Raw) -> str:
    return decoded(_TEXT.decode, raw) or ""


def _spoken(line: _Line) -> EntryKind:
    if line.is_api_error_message:
        return EntryKind.ERROR
    if line.type == "assistant":
        return EntryKind.TEXT
    return EntryKind.NOTE if line.is_meta or line.is_compact_summary else EntryKind.PROMPT


def _flat(content: str | list[_Block] | None) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(_text(block.text) if block.type == "text" else f"[{block.type}]" for block in content or ())


DIALECT = Dialect(marks=_marks, entries=_entries)
