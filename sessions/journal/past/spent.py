"""What was used in a span of time, added up from the statements of usage made then. Exact: spans that meet add up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from sessions.floor.events import Event, FactoryOpened, StationOpened, TokensUsed
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState, without_usage
from sessions.journal import codec
from sessions.journal.past.past import Past, Span

CHUNK = 8_192
_SETTING = (FactoryOpened, StationOpened)
"""What says on whose day a call was made, and whether elsewhere."""
_USE = f'{{"type":"{codec.TAGS[TokensUsed]}","time":'.encode()
_SET = tuple(f'{{"type":"{codec.TAGS[kind]}"'.encode() for kind in _SETTING)


def _on() -> None:
    """Nobody calls it off."""


class Lines(Protocol):
    """A journal, of which most lines need not be decoded (see `JournalReader`)."""

    @property
    def span(self) -> Span: ...

    @property
    def pruned(self) -> int: ...

    def state_at(self, seq: int) -> FloorState: ...

    def lines(self, after: int, limit: int) -> list[bytes]: ...

    def seq_at(self, time: float) -> int: ...


def spent_in_journal(journal: Lines, since: float, until: float, check: Callable[[], None] = _on) -> FloorState:
    """As `spent`, of a journal, of which it decodes only what it must; `check` is called now and then."""
    # What was heard up to here had all happened before; later ones may be old, since history is heard late.
    at = max(journal.pruned, journal.seq_at(math.nextafter(since, -math.inf)))
    state = without_usage(journal.state_at(at))
    while lines := journal.lines(at, CHUNK):
        check()
        at += len(lines)
        state = fold_all(state, _counted(codec.decode_all(_needed(lines, since, until)), since, until))
    return state


def spent(past: Past, since: float, until: float) -> FloorState:
    """A floor whose meters hold what was used from `since` on and before `until`, by the time of each call."""
    at = past.span.first_seq - 1
    state = without_usage(past.state_at(at))
    while events := past.events(at, CHUNK):
        at += len(events)
        state = fold_all(state, _counted(events, since, until))
    return state


def _counted(events: Iterable[Event], since: float, until: float) -> list[Event]:
    return [
        event
        for event in events
        if (since <= event.time < until if isinstance(event, TokensUsed) else isinstance(event, _SETTING))
    ]


def _needed(lines: Sequence[bytes], since: float, until: float) -> Iterator[bytes]:
    """Lines that may matter. The time of a usage stands first in it; one that is written otherwise is decoded."""
    begin = len(_USE)
    for line in lines:
        if line.startswith(_USE):
            end = line.find(b",", begin)
            try:
                if since <= float(line[begin:end]) < until:
                    yield line
            except ValueError:
                yield line
        elif line.startswith(_SET) or not codec.tag_of(line):
            yield line
