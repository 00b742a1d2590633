"""Opens a session's conversation: from its transcript, or from the journal's events where that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.observe.claude import conversation as claude
from sessions.observe.codex import conversation as codex
from sessions.observe.conversation.entries import Conversation, Entry, EntryKind, never, show, shows, walk
from sessions.observe.conversation.file import FileConversation
from sessions.observe.files.archive import successors
from sessions.observe.openclaw import conversation as openclaw
from sessions.observe.openclaw.rows import DatabaseConversation
from sessions.text import clean


def open_conversation(kind: str, path: Path, session: str = "") -> Conversation:
    """The conversation in a transcript of an agent `kind` (`claude`, `codex`, `openclaw`).

    `session` is needed where one file holds many sessions (OpenClaw's SQLite). Indexing takes about a second for
    300 MB. Raises FactoryError when the file cannot be opened or the kind has no reader.
    """
    with suppress(OSError):
        if not path.exists():
            path = next(iter(successors(path)), path)  # it was put away since its place was told
    if kind == "openclaw" and path.suffix in {".sqlite", ".db"}:
        return DatabaseConversation(path, session)
    dialects = {
        "claude": claude.DIALECT,
        "codex": codex.DIALECT,
        "openclaw": openclaw.DIALECT,
    }
    if kind not in dialects:
        raise FactoryError(f"no reader for conversations of {clean(kind)!r}", "its events are shown instead")
    return FileConversation(path, dialects[kind])


class EventConversation:
    """A conversation made of journal events, for stations whose transcript cannot be read here."""

    def __init__(self, events: Iterable[ev.Event]) -> None:
        self._entries: list[Entry] = []
        self.kept = 0
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

    def find(
        self, pattern: str, start: int, step: Literal[1, -1] = 1, given_up: Callable[[], bool] = never
    ) -> int | None:
        lowered = pattern.lower()
        within = walk(len(self._entries), start, step)
        return next((i for i in within if shows(self._entries[i], lowered)), None) if lowered else None

    def close(self) -> None:
        """Nothing to let go of."""


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
