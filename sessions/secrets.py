"""Takes secrets out of the words in events, whoever made them: the journal never holds one.

That is done at its one door (see `sessions.journal.codec.encoded`), by the type of the field: see `text.Words`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TypeVar, get_args, get_type_hints

from msgspec import Struct
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
    told, deep, kept = _told().get, _deep(), list(events)
    texts: list[str] = []
    places: list[tuple[int, str]] = []
    for number, event in enumerate(kept):
        kind = type(event)
        for field in told(kind, ()):
            if words := getattr(event, field):
                texts.append(words)
                places.append((number, field))
        if kind in deep:
            kept[number] = _cleared(event)
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


S = TypeVar("S", bound=Struct)


def _cleared(value: S) -> S:
    """The same without secrets in the words of values within it; its own, if it is an event, are seen to apart."""
    changes: dict[str, object] = {}
    for field in value.__struct_fields__:
        old: object = getattr(value, field)
        new = _clear(old, not isinstance(value, Event) and field in _worded(type(value)))
        if isinstance(value, Event) and field in _listed(type(value)):
            new = _clear(old, words=True)
        if new is not old:
            changes[field] = new
    return replace(value, **changes) if changes else value


def _clear(value: object, words: bool) -> object:
    if isinstance(value, str):
        return redact(value) if words and value else value
    if isinstance(value, tuple):
        new = tuple(_clear(each, words) for each in value)
        return value if all(one is other for one, other in zip(new, value, strict=True)) else new
    return _cleared(value) if isinstance(value, Struct) else value


@cache
def _worded(kind: type[Struct]) -> frozenset[str]:
    """The fields of a value that hold words of somebody, or a list of them."""
    hints = get_type_hints(kind, include_extras=True)
    return frozenset(name for name in kind.__struct_fields__ if _has_words(hints[name]))


@cache
def _listed(kind: type[Struct]) -> frozenset[str]:
    """Those that hold a list of words."""
    hints = get_type_hints(kind, include_extras=True)
    return frozenset(name for name in _worded(kind) if hints[name] != Words)


def _has_words(hint: object) -> bool:
    return hint == Words or Words in get_args(hint)


@cache
def _deep() -> frozenset[type[Event]]:
    """The kinds that hold words in a list, or in a value."""
    kinds: tuple[type[Event], ...] = get_args(AnyEvent)
    return frozenset(kind for kind in kinds if _listed(kind) or any(map(_holds_words, _parts(kind))))


@cache
def _holds_words(kind: type[Struct]) -> bool:
    return bool(_worded(kind)) or any(map(_holds_words, _parts(kind)))


@cache
def _parts(kind: type[Struct]) -> tuple[type[Struct], ...]:
    """The kinds of values that a value of this kind may hold."""
    found: list[type[Struct]] = []
    todo = [*get_type_hints(kind).values()]
    while todo:
        hint = todo.pop()
        if isinstance(hint, type) and issubclass(hint, Struct):
            found.append(hint)
        else:
            todo += get_args(hint)
    return tuple(found)


@cache
def _told() -> dict[type[Event], tuple[str, ...]]:
    """The kinds that hold words, with the fields that do."""
    kinds: tuple[type[Event], ...] = get_args(AnyEvent)
    return {kind: fields for kind in kinds if (fields := words_of(kind))}
