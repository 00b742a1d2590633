"""What the station screen scrolls through: a session as entries, read where it lies and only where somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.text import clean, clean_lines

MAX_LINES = 2_000
MAX_CHARS = 200_000
"""What one entry shows at most; the last line says how much more there is."""


class EntryKind(StrEnum):
    """What an entry of a conversation is."""

    PROMPT = "prompt"
    TEXT = "text"
    THINKING = "thinking"
    TOOL = "tool"
    RESULT = "result"
    ERROR = "error"
    NOTE = "note"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was said or done. Its text is harmless: cleaned and bounded."""

    kind: EntryKind
    time: float = 0.0
    """Seconds since 1970; 0 when the source does not say."""
    title: str = ""
    """One line: the command, the path, the first words."""
    lines: tuple[str, ...] = ()
    failed: bool = False
    call: str = ""
    """The id of the tool's use that a tool and its result share."""
    tool: str = ""
    added: int = 0
    """Lines that the tool adds to files, and removes from them; 0 where that is not told."""
    removed: int = 0


class Conversation(Protocol):
    """A session as numbered entries, oldest first. It may read the disk: use it from a worker."""

    def __len__(self) -> int: ...

    def entry(self, i: int) -> Entry:
        """Entry `i`; raises IndexError outside of 0..len-1, and nothing else."""
        ...

    def refresh(self) -> bool:
        """Read what was written since; True when there are other entries than before.

        A tool's result is put behind its call, so entries behind an open call may move down.
        """
        ...

    def find(self, pattern: str, start: int, step: Literal[1, -1] = 1) -> int | None:
        """The first entry from `start` on, in the direction `step`, that shows `pattern` in any case."""
        ...

    def close(self) -> None: ...


def show(text: str) -> tuple[str, ...]:
    """Foreign text as the lines of an entry: harmless, without blank ends, bounded."""
    lines = clean_lines(text.strip("\r\n"), MAX_CHARS)
    more = len(lines) - MAX_LINES
    if more > 0 or len(text) > MAX_CHARS:
        hidden = f"{more} more line{'s' * (more != 1)}" if more > 0 else f"{len(text) - MAX_CHARS} more characters"
        return (*lines[:MAX_LINES], f"… {hidden}")
    while lines and not lines[-1].strip():
        lines.pop()
    return tuple(lines)


def shows(entry: Entry, lowered: str) -> bool:
    """Whether the entry's title, tool or lines hold the pattern, which is in lower case."""
    return any(lowered in text.lower() for text in (entry.title, entry.tool, *entry.lines))


def open_conversation(kind: str, path: Path, session: str = "") -> Conversation:
    """The conversation in a transcript of an agent `kind` (`claude`, `codex`, `openclaw`).

    `session` is needed where one file holds many sessions (OpenClaw's SQLite). Indexing takes about a second for
    300 MB. Raises FactoryError when the file cannot be opened or the kind has no reader.
    """
    from sessions.observe import (
        conversation_claude,
        conversation_codex,
        conversation_database,
        conversation_openclaw,
    )
    from sessions.observe.archive import successors
    from sessions.observe.conversation_file import FileConversation

    with suppress(OSError):
        if not path.exists():
            path = next(iter(successors(path)), path)  # it was put away since its place was told
    if kind == "openclaw" and path.suffix in {".sqlite", ".db"}:
        return conversation_database.DatabaseConversation(path, session)
    dialects = {
        "claude": conversation_claude.DIALECT,
        "codex": conversation_codex.DIALECT,
        "openclaw": conversation_openclaw.DIALECT,
    }
    if kind not in dialects:
        raise FactoryError(f"no reader for conversations of {clean(kind)!r}", "its events are shown instead")
    return FileConversation(path, dialects[kind])


class EventConversation:
    """A conversation made of journal events, for stations whose transcript cannot be read here."""

    def __init__(self, events: Iterable[ev.Event]) -> None:
        self._entries: list[Entry] = []
        self.extend(events)

    def extend(self, events: Iterable[ev.Event]) -> bool:
        """Add newer events; True when they show something."""
        before = len(self._entries)
        self._entries += [entry for event in events if (entry := entry_of(event)) is not None]
        return len(self._entries) > before

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, i: int) -> Entry:
        if not 0 <= i < len(self._entries):
            raise IndexError(i)
        return self._entries[i]

    def refresh(self) -> bool:
        """Nothing comes by itself: see `extend`."""
        return False

    def find(self, pattern: str, start: int, step: Literal[1, -1] = 1) -> int | None:
        lowered = pattern.lower()
        within = walk(len(self._entries), start, step)
        return next((i for i in within if shows(self._entries[i], lowered)), None) if lowered else None

    def close(self) -> None:
        """Nothing to let go of."""


def walk(length: int, start: int, step: Literal[1, -1]) -> Sequence[int]:
    """The entries to look at from `start` on, in the direction `step`."""
    return range(max(0, start), length) if step > 0 else range(min(start, length - 1), -1, -1)


def entry_of(event: ev.Event) -> Entry | None:
    """What a journal event shows in a conversation, if anything."""
    entry: Entry | None = None
    match event:
        case ev.TurnStarted():
            entry = _spoken(EntryKind.PROMPT, event.time, event.text)
        case ev.TextWritten():
            entry = _spoken(EntryKind.TEXT, event.time, event.text)
        case ev.ToolCalled(time=time, tool=tool, call=call):
            title = clean(event.detail or event.file)
            entry = Entry(kind=EntryKind.TOOL, time=time, title=title, call=clean(call), tool=clean(tool))
        case ev.ToolFinished(time=time, failed=True, call=call, detail=detail):
            title = clean(detail) or "tool failed"
            entry = Entry(kind=EntryKind.ERROR, time=time, title=title, failed=True, call=clean(call))
        case ev.TurnFailed(time=time, reason=reason):
            entry = Entry(kind=EntryKind.ERROR, time=time, title=clean(reason), failed=True)
        case ev.TurnFinished(time=time, interrupted=True):
            entry = Entry(kind=EntryKind.NOTE, time=time, title="interrupted by the operator")
        case ev.PersonNeeded(time=time, reason=reason) | ev.MachineAwaited(time=time, reason=reason):
            entry = Entry(kind=EntryKind.NOTE, time=time, title=clean(reason))
    return entry


def _spoken(kind: EntryKind, time: float, text: str) -> Entry:
    return Entry(kind=kind, time=time, title=clean(text), lines=show(text))
