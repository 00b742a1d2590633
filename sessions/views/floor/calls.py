"""Who calls: the stations of this repository that begin to need a person or fail, each episode once. Pure."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping

import msgspec

from sessions.floor.lineage import changed
from sessions.floor.state import Evidence, FloorState, Station, Status
from sessions.views.status import RESTING_S, is_resting, stale_from, status_at

CALLING = (Status.NEEDS_ME, Status.FAILED)
"""Statuses that a person must know of, the more urgent one first."""
COUNTED = (*CALLING, Status.WAITING, Status.STALE)
"""Statuses that every screen counts, in this order, without what is folded away on the floor."""
AGAIN_S = 60.0
"""A station that fails once more within so many seconds goes on failing: it retries."""


class _Known(msgspec.Struct, frozen=True):
    """A station as it was looked at last, its status then, and whether it is one that counts."""

    station: Station
    evidence: Evidence
    counts: bool


class Call(msgspec.Struct, frozen=True):
    """A station has begun to need a person, or has failed. Texts are as the agent wrote them."""

    station: str
    """Its id."""
    name: str
    status: Status
    since: float
    reason: str = ""
    guess: bool = False


class CallTracker:
    """Looks at one floor after another: what the stations' statuses add up to, and which calls are new.

    An episode that began before the first look is no call: it stood there when the console was opened, or an old
    transcript tells of it. A look costs the stations that changed since the last one, by an event or by time alone.
    """

    def __init__(self, resting_s: float = RESTING_S) -> None:
        """Stations that have nothing to do for `resting_s` seconds do not count; 0 is never."""
        self._resting_s = resting_s
        self._stations: Mapping[str, Station] = {}
        self._known: dict[str, _Known] = {}
        self._silent: list[tuple[float, str]] = []
        """When silence alone changes what stations are, as a heap."""
        self._due: dict[str, float] = {}
        """The earliest entry of each in the heap. Later evidence has no entry of its own: it is found out when due."""
        self._first = math.inf
        """The moment of the first look."""
        self._now = 0.0
        self._failed: dict[str, float] = {}
        """When stations failed last."""
        self._loud: dict[str, Evidence] = {}
        self._counts: dict[Status, int] = {}

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many stations of this repository were in which of the `COUNTED` statuses at the last look."""
        return {status: number for status in COUNTED if (number := self._counts.get(status))}

    @property
    def loud(self) -> list[str]:
        """The stations that call, whenever they began: those that need a person, longest first; then the failed."""
        asking = [(found.since, name) for name, found in self._loud.items() if found.status is Status.NEEDS_ME]
        failed = [(-found.since, name) for name, found in self._loud.items() if found.status is Status.FAILED]
        return [name for _, name in (*sorted(asking), *sorted(failed))]

    @property
    def calls(self) -> bool:
        """Whether there are any."""
        return bool(self._loud)

    def is_loud(self, station: str) -> bool:
        """Whether it is one of those."""
        return station in self._loud

    def due(self) -> float:
        """The earliest moment after which silence alone may change what a station is; infinite for never."""
        return self._silent[0][0] if self._silent else math.inf

    def look(self, state: FloorState, now: float) -> list[Call]:
        """The calls that are new in `state` as of `now`, the oldest first."""
        self._first = min(self._first, now)
        calls = [call for name in self._changed(state, now) if (call := self._note(name, state.stations[name], now))]
        if len(self._known) != len(state.stations):
            for name in self._known.keys() - state.stations.keys():
                self._count(name, self._known.pop(name), None)
        self._stations, self._now = state.stations, now
        return sorted(calls, key=lambda call: (call.since, call.station))

    def _changed(self, state: FloorState, now: float) -> Iterator[str]:
        """The stations whose status may be another one now."""
        stations = state.stations
        if now < self._now:  # a replay went back
            self._silent.clear()
            self._due.clear()
            yield from stations
        elif stations is not self._stations:
            yield from (name for name in changed(self._stations, stations) if name in stations)
        while self._silent and self._silent[0][0] < now:
            name = heapq.heappop(self._silent)[1]
            self._due.pop(name, None)
            if name in stations:
                yield name

    def _note(self, name: str, station: Station, now: float) -> Call | None:
        """Take in a station as it is now; returns its call if that is new."""
        before, new = self._known.get(name), status_at(station, now)
        counts = not (station.elsewhere or is_resting(new, now, self._resting_s))
        self._known[name] = after = _Known(station, new, counts)
        self._count(name, before, after)
        due = new.seen + self._resting_s if new.status is Status.STALE and self._resting_s else stale_from(station)
        if now <= due < self._due.get(name, math.inf):
            self._due[name] = due
            heapq.heappush(self._silent, (due, name))
        if new.status not in CALLING or station.elsewhere:
            return None
        if before and (before.evidence.status, before.evidence.since) == (new.status, new.since):
            return None
        again = new.status is Status.FAILED and new.since - self._failed.get(name, -math.inf) < AGAIN_S
        if new.status is Status.FAILED:
            self._failed[name] = new.since
        if again or new.since < self._first:
            return None
        return Call(name, station.name, new.status, new.since, new.reason, new.guess)

    def _count(self, name: str, before: _Known | None, after: _Known | None) -> None:
        """Count a station as it is no longer, and as it is now."""
        self._loud.pop(name, None)
        for known, step in ((before, -1), (after, 1)):
            if known is not None and known.counts:
                status = known.evidence.status
                self._counts[status] = self._counts.get(status, 0) + step
                if step > 0 and status in CALLING:
                    self._loud[name] = known.evidence
