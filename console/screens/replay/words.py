"""An event of a replay in a line: whose it is, what it is, and its details."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor import events as ev
from sessions.text import clean
from widgets.draw.cells import Span
from widgets.parts.facts import told as told_of_station


def event_spans(event: ev.Event) -> Sequence[Span]:
    """What happened, for the line beside the moment."""
    if isinstance(event, ev.StationEvent):
        whose, (word, text, style) = event.station, told_of_station(event)
    else:
        whose, word, text = _of_repository(event)
        style = "text"
    spans = [(clean(whose, 40), "text"), (clean(word, 40), style), (clean(text), "soft")]
    return [(said + " ", style) for said, style in spans if said]


def _of_repository(event: ev.Event) -> tuple[str, str, str]:
    """Whose a fact of no station is, its word, and its details."""
    told = event.source, "noted", ""
    match event:
        case ev.FactoryOpened():
            told = event.name or "the past", "begins", ""
        case ev.BaseChosen():
            told = event.base, "is the base", ""
        case ev.BranchChanged():
            told = event.branch, "changed", event.subject
        case ev.BranchRemoved():
            told = event.branch, "is gone", ""
        case ev.BranchCompared():
            told = event.branch, "compared", ""
        case ev.VerdictReached():
            told = event.a, f"× {event.b or 'base'}", event.outcome.value
        case ev.SourceSkipped():
            told = event.source, "skipped", f"{event.reason} {event.detail}"
    return told
