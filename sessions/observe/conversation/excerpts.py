"""What the journal's events say of a session, as a conversation, where its transcript cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from sessions.floor import events as ev
from sessions.observe.conversation.entries import Entry, EntryKind, never, show, shows, walk
from sessions.text import clean


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
