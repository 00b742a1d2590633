"""What the journal's events say of a session, as a conversation, where its transcript cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from sessions.floor import events as ev
from sessions.floor.describe import Tone, describe
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


_KINDS = {
    ev.TurnStarted: EntryKind.PROMPT,
    ev.TurnFinished: EntryKind.NOTE,
    ev.TurnFailed: EntryKind.ERROR,
    ev.PersonNeeded: EntryKind.NOTE,
    ev.MachineAwaited: EntryKind.NOTE,
    ev.TextWritten: EntryKind.TEXT,
    ev.ToolCalled: EntryKind.TOOL,
    ev.ToolFinished: EntryKind.ERROR,
}
"""What each kind of event is in a conversation, where it is in it at all."""


def entry_of(event: ev.Event) -> Entry | None:
    """What a journal event shows in a conversation, if anything."""
    kind = _KINDS.get(type(event))
    if kind is None or _all_is_well(event):
        return None
    if isinstance(event, ev.ToolCalled):
        title = clean(event.detail or event.file)
        return Entry(kind=kind, time=event.time, title=title, call=clean(event.call), tool=clean(event.tool))
    said = describe(event)
    text = f"{said.word} {said.text}" if isinstance(event, ev.TurnFinished) else said.text
    return Entry(
        kind=kind,
        time=event.time,
        title=clean(text),
        lines=show(text) if kind in (EntryKind.PROMPT, EntryKind.TEXT) else (),
        failed=said.tone is Tone.FAILED,
        call=clean(event.call) if isinstance(event, ev.ToolFinished) else "",
    )


def _all_is_well(event: ev.Event) -> bool:
    """Whether it says no more than what the next entry shows by being there."""
    return (isinstance(event, ev.ToolFinished) and not event.failed) or (
        isinstance(event, ev.TurnFinished) and not event.interrupted
    )
