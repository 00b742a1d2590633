"""A recording as a past: one file, opened in an instant, entered anywhere."""

from __future__ import annotations

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, islice
from pathlib import Path

import msgspec
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor.events import Event, StationEvent
from sessions.floor.fold.versions import FOLD_VERSION
from sessions.floor.state import FloorState
from sessions.harmless import harmless, is_harmless
from sessions.journal import codec
from sessions.journal.past import seek
from sessions.journal.past.past import Density, Span
from sessions.journal.recording import archive
from sessions.journal.recording.archive import RecordingInfo
from sessions.text import clean

__all__ = ["Recording", "RecordingInfo"]


class Recording:
    """The past in a recording. Events are numbered from 1; the floor before them is `state_at(0)`.

    Usable from any thread. Its texts are made harmless on reading, since anybody may have written the file. Raises
    `NewerFormatError` for a file of a newer program, `FactoryError` for one that is damaged or no recording; the
    latter also later, when a damaged part of it is first read.
    """

    def __init__(self, path: Path) -> None:
        self.title = clean(path.name)
        self._archive = archive.Archive(path)
        try:
            self.info = self._archive.header()
            self._check(self.info)
            self._times = self._archive.read_numbers("times", "d", self.info.events)
            self._failures = self._archive.read_numbers("failures", "I", self.info.failures)
            self._check_order()
        except BaseException:
            self._archive.close()
            raise
        self._starts = list(accumulate(self.info.blocks, initial=0))
        self._cursor = seek.Cursor()
        self._unpacked: tuple[int, list[bytes]] = (-1, [])

    @property
    def span(self) -> Span:
        return Span(1, self.info.events, self.info.first_time, self.info.last_time)

    def state_at(self, seq: int) -> FloorState:
        """The floor after event `seq`; the one the recording begins from for 0."""
        return self._cursor.state_at(self, max(0, min(seq, self.info.events)), self._checkpoint_before)

    def events(self, after: int, limit: int) -> Sequence[Event]:
        """The events after sequence number `after`, at most `limit` of them."""
        first, last = max(0, after), min(max(0, after) + max(0, limit), self.info.events)
        found: list[Event] = []
        while first < last:
            block = bisect_right(self._starts, first) - 1
            start = self._starts[block]
            found += _decode(self._lines(block)[first - start : last - start])
            first = self._starts[block + 1]
        return found

    def events_of(self, station: str, before: int, limit: int) -> list[tuple[int, Event]]:
        """The newest `limit` events of a station below sequence number `before`, oldest first, with their numbers."""
        found: list[tuple[int, Event]] = []
        place = self.info.stations.index(station) if station in self.info.stations else None
        needle = b'"station":' + msgspec.json.encode(station)
        for block in reversed(range(bisect_left(self._starts, before - 1))):
            if block >= len(self.info.blocks) or place not in self.info.block_stations[block]:
                continue
            start = self._starts[block]
            for at, line in reversed(list(enumerate(self._lines(block)[: before - 1 - start], start + 1))):
                if len(found) >= limit:
                    return found[::-1]
                if needle in line:
                    (event,) = _decode([line])
                    if isinstance(event, StationEvent) and event.station == station:
                        found.append((at, event))
        return found[::-1]

    def seq_at(self, time: float) -> int:
        """The last event up to which every time is at most `time`; 0 when all are later."""
        return bisect_right(self._times, time)

    def failure_after(self, seq: int) -> int | None:
        """The next event after `seq` that is a failure."""
        at = bisect_right(self._failures, seq)
        return int(self._failures[at]) if at < len(self._failures) else None

    def failure_before(self, seq: int) -> int | None:
        """The last event before `seq` that is a failure."""
        at = bisect_left(self._failures, seq)
        return int(self._failures[at - 1]) if at else None

    def density(self, slots: int) -> Sequence[Density]:
        """The timeline in `slots` equal spans of time."""
        return seek.density(slots, 1, self.info.events, lambda seq: self._times[seq - 1], self._count_failures)

    def close(self) -> None:
        """Let go of the file."""
        self._archive.close()

    def _count_failures(self, after: int, last: int) -> int:
        return bisect_right(self._failures, last) - bisect_right(self._failures, after)

    def _checkpoint_before(self, seq: int) -> FloorState:
        """The stored floor at or before `seq`. Of another fold's states only the first is used: nothing replaces it."""
        block = bisect_right(self._starts, seq) - 1 if self.info.fold == FOLD_VERSION else 0
        block = min(block, len(self.info.blocks) - 1)
        body = self._archive.read(f"states/{block}", archive.MAX_PART_BYTES)
        try:
            state = codec.read_state(body)
            if not is_harmless(body):
                state = harmless(state)
        except FactoryError as error:
            raise self._archive.damaged(error.message) from error
        return replace(state, seq=self._starts[block])

    def _lines(self, block: int) -> list[bytes]:
        """The lines of a block; the last one that was asked for is kept."""
        number, lines = self._unpacked
        if number != block:
            body = self._archive.read(f"events/{block}", archive.MAX_PART_BYTES)
            lines = body.split(b"\n")
            if len(lines) != self.info.blocks[block]:
                raise self._archive.damaged(f"events/{block} has {len(lines)} events")
            self._unpacked = (block, lines)
        return lines

    def _check(self, info: RecordingInfo) -> None:
        sound = (
            0 <= info.events <= archive.MAX_EVENTS
            and 0 <= info.failures <= info.events
            and sum(info.blocks) == info.events
            and len(info.blocks) == len(info.block_stations) > 0
            and all(count > 0 for count in info.blocks)
        )
        if not sound:
            raise self._archive.damaged("its header contradicts itself")

    def _check_order(self) -> None:
        """Bisection needs ascending numbers; comparisons are false for what is no number."""
        times, failures = self._times, self._failures
        sound = (
            all(map(operator.le, times, islice(times, 1, None)))
            and all(map(operator.lt, failures, islice(failures, 1, None)))
            and (not failures or 1 <= failures[0] <= failures[-1] <= len(times))
            and (not times or 0.0 <= times[0] <= times[-1] <= codec.MAX_TIME)
        )
        if not sound:
            raise self._archive.damaged("its index is out of order")


def _decode(lines: Sequence[bytes]) -> list[Event]:
    """The events in these lines, with harmless texts only."""
    events = codec.decode_all(lines)
    if is_harmless(b"\n".join(lines)):
        return events
    return [event if is_harmless(line) else harmless(event) for event, line in zip(events, lines, strict=True)]
