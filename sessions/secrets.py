"""Takes secrets out of the words in events, whoever made them: the journal never holds one.

That is done at its one door (see `sessions.journal.codec.encoded`), by the type of the field: see `text.Words`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import get_args, get_type_hints

from msgspec.structs import replace

from sessions.floor.events import AnyEvent, Event
from sessions.redact import redact
from sessions.suspect import suspects
from sessions.text import Words


class Secretless(tuple[Event, ...]):
    """Events whose words hold no secret. Looking for them takes most of the time at the door: it is done once."""


def without_secrets(events: Iterable[Event]) -> Secretless:
    """The events, with everything in their words that looks like a secret replaced by `[secret]`."""
    if isinstance(events, Secretless):
        return events
    told, kept = _told().get, list(events)
    texts: list[str] = []
    places: list[tuple[int, str]] = []
    for number, event in enumerate(kept):
        for field in told(type(event), ()):
            if words := getattr(event, field):
                texts.append(words)
                places.append((number, field))
    for suspect in suspects(texts):
        hidden = redact(texts[suspect])
        if hidden != texts[suspect]:
            number, field = places[suspect]
            kept[number] = replace(kept[number], **{field: hidden})
    return Secretless(kept)


def words_of(kind: type[Event]) -> tuple[str, ...]:
    """The names of the fields of a kind of event that hold words of somebody."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(name for name in kind.__struct_fields__ if hints[name] == Words)


@cache
def _told() -> dict[type[Event], tuple[str, ...]]:
    """The kinds that hold words, with the fields that do."""
    kinds: tuple[type[Event], ...] = get_args(AnyEvent)
    return {kind: fields for kind in kinds if (fields := words_of(kind))}
