"""Making a recording: events of a past, chosen, renumbered, without secrets, and the floor they begin from."""

from __future__ import annotations

import zipfile
from array import array
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
from msgspec.structs import replace

from sessions import __version__
from sessions.errors import FactoryError
from sessions.floor.events import Event, StationEvent, is_failure
from sessions.floor.fold.fold import fold_all
from sessions.floor.fold.versions import FOLD_VERSION
from sessions.floor.state import FloorState
from sessions.harmless import map_strings
from sessions.journal import codec
from sessions.journal.past.past import Past
from sessions.journal.recording import archive
from sessions.journal.recording.archive import RecordingInfo
from sessions.redact import redact as redact_anew

BLOCK_EVENTS = 4096
"""Events of a block: a seek unpacks one and folds at most all of it."""
BLOCK_BYTES = 8_000_000
_CHUNK = 4096

redact_text = lru_cache(maxsize=8_192)(redact_anew)
"""Most strings of events are names, which come again and again."""


def write(
    past: Past,
    target: Path,
    first_seq: int,
    last_seq: int,
    stations: frozenset[str] | None = None,
    redact: bool = True,
) -> RecordingInfo:
    """Record events `first_seq`..`last_seq` of `past`, of all or some `stations`, to the file `target`.

    Events are numbered anew from 1; facts of no station (branches, sources) are always kept. The recording begins
    with the floor as the chosen events before it have made it. Secrets are replaced unless `redact` is False. The file
    appears only when it is whole; the same past gives the same bytes.
    """
    span = past.span
    first, last = max(first_seq, span.first_seq, 1), min(last_seq, span.last_seq)
    if first > last:
        if not span.last_seq:
            raise FactoryError(f"{past.title}: it holds nothing to record", "choose another past")
        told = f"{past.title}: there is nothing to record in events {first_seq} to {last_seq}"
        raise FactoryError(told, "choose another range")
    base = _base(past, first, stations)
    with archive.create(target) as file:
        writer = _Writer(file, map_strings(base, redact_text) if redact else base)
        for event in _chosen(past, first - 1, last, stations):
            writer.add(redacted(event) if redact else event)
        return writer.finish(redact)


def redacted(event: Event) -> Event:
    """The event without secrets in any of its strings; names stay the same wherever they occur."""
    single, several, deep = _string_fields(type(event))
    if deep:
        return map_strings(event, redact_text)
    texts = [getattr(event, name) for name in single]
    for name in several:
        texts += getattr(event, name)
    return event if all(redact_text(text) == text for text in texts) else map_strings(event, redact_text)


@lru_cache(maxsize=64)
def _string_fields(kind: type[Event]) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Names of the fields of an event that hold a string, and of those that hold several; whether others hold any."""
    types = get_type_hints(kind)
    single = tuple(name for name, held in types.items() if held is str)
    several = tuple(name for name, held in types.items() if held == tuple[str, ...])
    return single, several, any(_holds_text(held) for name, held in types.items() if name not in (*single, *several))


def _holds_text(kind: object) -> bool:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return any(map(_holds_text, get_type_hints(kind).values()))
    return kind is str or any(map(_holds_text, get_args(kind)))


def _chosen(past: Past, after: int, last: int, stations: frozenset[str] | None) -> Iterator[Event]:
    while after < last:
        events = past.events(after, min(_CHUNK, last - after))
        if not events:
            return
        after += len(events)
        for event in events:
            if stations is None or not isinstance(event, StationEvent) or event.station in stations:
                yield event


def _base(past: Past, first: int, stations: frozenset[str] | None) -> FloorState:
    """The floor that the chosen events before `first` have made; its numbering begins anew."""
    if stations is None:
        return replace(past.state_at(first - 1), seq=0)
    begin = past.span.first_seq - 1
    state = past.state_at(begin)
    if not state.stations.keys() <= stations:
        # Its totals already contain the others, and nothing says how much of them.
        raise FactoryError(
            f"{past.title} begins in the middle, single stations cannot be taken out", "record all of it"
        )
    return replace(fold_all(state, _chosen(past, begin, first - 1, stations)), seq=0)


class _Writer:
    """Collects events into blocks, each after the state it begins from."""

    def __init__(self, file: zipfile.ZipFile, base: FloorState) -> None:
        self._file = file
        self._state = base
        self._latest = base.time
        self._events: list[Event] = []
        self._lines: list[bytes] = []
        self._size = 0
        self._times = array("d")
        self._failures = array("I")
        self._blocks: list[int] = []
        self._stations: dict[str, int] = {}
        self._block_stations: list[tuple[int, ...]] = []

    def add(self, event: Event) -> None:
        (event,), (line,) = codec.encode_all((event,))
        if len(self._times) >= archive.MAX_EVENTS:
            raise FactoryError(f"a recording holds at most {archive.MAX_EVENTS:,} events", "record a shorter time")
        if self._size + len(line) > BLOCK_BYTES or len(self._lines) >= BLOCK_EVENTS:
            self._flush()
        self._events.append(event)
        self._lines.append(line)
        self._size += len(line)
        self._latest = max(self._latest, event.time)
        self._times.append(self._latest)
        if is_failure(event):
            self._failures.append(len(self._times))

    def finish(self, redacted: bool) -> RecordingInfo:
        """Write what is left and the header."""
        if self._lines or not self._blocks:
            self._flush()
        state = self._state
        info = RecordingInfo(
            program=__version__,
            fold=FOLD_VERSION,
            name=state.name,
            simulated=state.simulated,
            redacted=redacted,
            events=len(self._times),
            first_time=self._times[0] if self._times else self._latest,
            last_time=self._latest,
            failures=len(self._failures),
            tokens=state.total.tokens.total,
            stations=tuple(self._stations),
            branches=tuple(state.branches),
            blocks=tuple(self._blocks),
            block_stations=tuple(self._block_stations),
        )
        archive.add(self._file, "times", archive.pack_numbers(self._times))
        archive.add(self._file, "failures", archive.pack_numbers(self._failures))
        archive.add(self._file, "header.json", msgspec.json.format(msgspec.json.encode(info), indent=1))
        return info

    def _flush(self) -> None:
        number = len(self._blocks)
        archive.add(self._file, f"states/{number}", codec.write_state(self._state))
        archive.add(self._file, f"events/{number}", b"\n".join(self._lines))
        self._state = fold_all(self._state, self._events)
        self._blocks.append(len(self._lines))
        names = dict.fromkeys(event.station for event in self._events if isinstance(event, StationEvent))
        places = [self._stations.setdefault(name, len(self._stations)) for name in names]
        self._block_stations.append(tuple(sorted(places)))
        self._events, self._lines, self._size = [], [], 0
