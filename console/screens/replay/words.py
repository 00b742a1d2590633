"""An event of a replay in a line: whose it is, what it is, and its details."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor import events as ev
from sessions.floor.state import FloorState, name_of
from sessions.text import clean
from widgets.draw.cells import Span
from widgets.parts.facts import told as told_of_station


def event_spans(event: ev.Event, state: FloorState) -> Sequence[Span]:
    """What happened, for the line beside the moment; `state` is the floor then."""
    if isinstance(event, ev.CommandEvent):
        whose, word, text = _of_operator(event, state)
        style = "text"
    elif isinstance(event, ev.StationEvent):
        whose, (word, text, style) = name_of(state, event.station), told_of_station(event)
    else:
        whose, word, text = _of_repository(event)
        style = "text"
    spans = [(clean(whose, 40), "text"), (clean(word, 40), style), (clean(text), "soft")]
    return [(said + " ", style) for said, style in spans if said]


def _of_operator(event: ev.CommandEvent, state: FloorState) -> tuple[str, str, str]:
    """Whose hand it was, what was wanted, and of what."""
    told = "wants", ""
    match event:
        case ev.StopWanted():
            told = "stops", "the supervisor"
        case ev.BaseWanted():
            told = "wants the base", event.base or "that is sensible"
        case ev.ImportWanted():
            told = "imports", " ".join(event.paths)
        case ev.NameWanted():
            told = "renames", f"{event.before} {event.name}"
    return event.who or event.source, *told


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
        case ev.CommandFailed():
            told = event.source, "could not", f"{event.reason} {event.cure}"
        case ev.CommandResumed():
            told = event.source, "resumed", "what was wanted"
        case ev.CommandDone():
            told = event.source, "done", ""
        case ev.SourceSkipped():
            told = event.source, "skipped", f"{event.reason} {event.detail}"
    return told
