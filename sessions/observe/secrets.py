"""Takes secrets out of the words of agents and people before they become facts: the journal never holds them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.events import Event
from sessions.redact import redact

_WORDS: dict[type[Event], str] = {
    ev.SessionOpened: "title",
    ev.TurnStarted: "text",
    ev.TurnFailed: "reason",
    ev.PersonNeeded: "reason",
    ev.MachineAwaited: "reason",
    ev.AgentReported: "reason",
    ev.TextWritten: "text",
    ev.ToolCalled: "detail",
    ev.ToolFinished: "detail",
}
"""The field of an event that holds words of somebody; names, paths and numbers stay as they are."""


def without_secrets(events: Iterable[Event]) -> list[Event]:
    """The events, with everything in their words that looks like a secret replaced by `[secret]`."""
    told = _WORDS.get
    return [_hidden(event, field) if (field := told(type(event))) else event for event in events]


def _hidden(event: Event, field: str) -> Event:
    words = getattr(event, field)
    if not words or (kept := redact(words)) == words:
        return event
    return replace(event, **{field: kept})
