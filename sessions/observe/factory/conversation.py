"""How our own hosts write a conversation (see `conversation.index.Dialect`)."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from sessions.observe.conversation.entries import Entry, EntryKind, show
from sessions.observe.conversation.index import Dialect, Mark
from sessions.observe.edits import extent
from sessions.observe.factory import lines as ft
from sessions.observe.files.handle import handle
from sessions.observe.lines import decoded
from sessions.observe.tools import arguments_of, tool_detail, tool_text
from sessions.text import clean

_HEAD = len(b'{"line":"')
_PLAIN = frozenset({b"prompt", b"text", b"thinking", b"note"})


class _Called(msgspec.Struct, gc=False):
    call: str = ""


class _Ended(msgspec.Struct, gc=False):
    interrupted: bool = False
    reason: str = ""


_CALLED = msgspec.json.Decoder(_Called)
_ENDED = msgspec.json.Decoder(_Ended)


def is_ours(path: Path) -> bool:
    """Whether a host of ours writes this transcript."""
    try:
        fd = handle(path)
    except OSError:
        return False
    try:
        return os.pread(fd, len(ft.FIRST), 0) == ft.FIRST
    except OSError:
        return False
    finally:
        os.close(fd)


def _marks(line: bytes) -> list[Mark]:
    what = line[_HEAD : line.find(b'"', _HEAD)]
    if what in _PLAIN:
        return [Mark()]
    if what in (b"tool", b"result"):
        found = decoded(_CALLED.decode, line)
        return [Mark(found.call, what == b"result")] if found else []
    if what == b"end":
        ended = decoded(_ENDED.decode, line)
        return [Mark()] if ended and (ended.interrupted or ended.reason) else []
    return []


def _entries(line: bytes) -> list[Entry]:
    entry = _entry(decoded(ft.ANY.decode, line))
    return [] if entry is None else [entry]


def _entry(line: ft.AnyLine | None) -> Entry | None:
    entry = None
    match line:
        case ft.Prompt(text=text, time=time):
            entry = _words(EntryKind.PROMPT, time, text)
        case ft.Text(text=text, time=time):
            entry = _words(EntryKind.TEXT, time, text)
        case ft.Thinking(text=text, time=time):
            entry = _words(EntryKind.THINKING, time, text)
        case ft.Note(text=text, time=time, failed=failed):
            entry = _words(EntryKind.ERROR if failed else EntryKind.NOTE, time, text, failed)
        case ft.End(interrupted=interrupted, reason=reason, time=time):
            entry = _words(EntryKind.ERROR if reason else EntryKind.NOTE, time, reason or _ending(interrupted))
        case ft.Tool() as tool:
            entry = _tool(tool)
        case ft.Result() as result:
            lines = show(f"{result.diff}\n{result.text}" if result.diff else result.text)
            entry = Entry(
                kind=EntryKind.RESULT,
                time=result.time,
                title=clean(result.text),
                lines=lines,
                failed=result.failed,
                call=clean(result.call),
            )
    return entry


def _ending(interrupted: bool) -> str:
    return "interrupted" if interrupted else "done"


def _tool(tool: ft.Tool) -> Entry:
    arguments = arguments_of(tool.arguments)
    added, removed = extent(tool.tool, arguments)
    return Entry(
        kind=EntryKind.TOOL,
        time=tool.time,
        title=clean(tool.title) or tool_detail(arguments),
        lines=show(tool_text(arguments)),
        call=clean(tool.call),
        tool=clean(tool.tool),
        added=added,
        removed=removed,
    )


def _words(kind: EntryKind, time: float, text: str, failed: bool = False) -> Entry:
    return Entry(kind=kind, time=time, title=clean(text), lines=show(text), failed=failed or kind is EntryKind.ERROR)


DIALECT = Dialect(marks=_marks, entries=_entries)
