"""An event of a replay in a line: whose it is, what it is, and its details."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor.describe import describe, whose
from sessions.floor.events import Event, StationEvent
from sessions.floor.state import FloorState
from sessions.text import clean
from widgets.draw.cells import Span
from widgets.parts.facts import TONE, text_of


def event_spans(event: Event, state: FloorState) -> Sequence[Span]:
    """What happened, for the line beside the moment; `state` is the floor then."""
    said = describe(event)
    style = TONE[said.tone] if isinstance(event, StationEvent) else "text"
    spans = [
        (clean(whose(event, said, state), 40), "text"),
        (clean(said.word, 40), style),
        (clean(text_of(said)), "soft"),
    ]
    return [(text + " ", style) for text, style in spans if text]
