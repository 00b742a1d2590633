"""Meters under construction: what the fold adds usage to, so that a thousand statements make one new meter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from msgspec.structs import astuple, replace

from sessions.floor.events import TokensUsed
from sessions.floor.pace import PaceDraft
from sessions.floor.state import FloorState, Station
from sessions.floor.tokens import Certainty, Counted, Meter, Tokens

_EXACT, _REPORTED, _UNDERCOUNTED = Certainty.EXACT, Certainty.REPORTED, Certainty.UNDERCOUNTED

_TOTALS = ("total", "elsewhere")
FIELDS = (*_TOTALS, "models", "branch_meters", "days", "elsewhere_days", "pace")
"""Of the floor: what is metered beside the stations."""
_STATIONS = "stations"
_NOTHING = Meter()
_CALLS = len(Tokens.__struct_fields__)
"""Where the calls stand in `Account.counts`: behind the tokens."""

AccountKey: TypeAlias = tuple[str, str, str, str, bool]
"""Station, model, branch and day of a call, and whether it was made elsewhere."""


class MetersDraft:
    """All meters and paces of a floor under construction: those that are added to become new ones, once."""

    def __init__(self, state: FloorState) -> None:
        self._before = state
        self._tallies: dict[tuple[str, str], Tally] = {}
        """Meters that were added to, by where they belong: a field of the floor, and the key in it."""
        self._accounts: dict[AccountKey, Account] = {}
        self._paces: dict[str | None, PaceDraft] = {}
        """By station; None is the factory's."""

    def account_of(self, station: Station, model: str, branch: str, day: str) -> Account:
        """The meters under construction that a call of this station, model, branch and day belongs to."""
        key = (station.id, model, branch, day, station.elsewhere)
        found = self._accounts.get(key)
        if found is None:
            before = self._before
            meters: dict[tuple[str, str], Meter | None] = {
                (_STATIONS, station.id): station.meter,
                ("total", ""): before.total,
                ("models", model): before.models.get(model),
                ("branch_meters", branch): before.branch_meters.get(branch),
                ("days", day): before.days.get(day),
            }
            if station.elsewhere:
                meters["elsewhere", ""] = before.elsewhere
                meters["elsewhere_days", day] = before.elsewhere_days.get(day)
            tallies = {place: self._tally(*place, meter) for place, meter in meters.items()}
            paces = (self.pace(station),) if station.elsewhere else (self.pace(station), self.pace(None))
            found = self._accounts[key] = Account(tallies, paces, key)
        return found

    def _tally(self, place: str, key: str, meter: Meter | None) -> Tally:
        """The meter under construction at `place`, begun from `meter`."""
        tally = self._tallies.get((place, key))
        if tally is None:
            tally = self._tallies[place, key] = Tally(meter or _NOTHING)
        return tally

    def used(self, station: str) -> tuple[int, float] | None:
        """The tokens and dollars that a station has used, where it was added to."""
        tally = self._tallies.get((_STATIONS, station))
        return None if tally is None else (tally.used, tally.cost)

    def pace(self, station: Station | None) -> PaceDraft:
        """The pace under construction of a station (None: of the factory)."""
        key = None if station is None else station.id
        draft = self._paces.get(key)
        if draft is None:
            draft = self._paces[key] = PaceDraft(self._before.pace if station is None else station.pace)
        return draft

    def set_back(self, time: float, stations: Iterable[Station]) -> None:
        """The clock went back: what was used from `time` on was used in another ten minutes than these."""
        for station in (None, *stations):
            key, pace = (None, self._before.pace) if station is None else (station.id, station.pace)
            if key in self._paces or not pace.ended(time):
                self.pace(station).set_back(time)

    def freeze(self, stations: dict[str, Station]) -> dict[str, Any]:
        """The fields of the floor that are others now; `stations` are given their meters and paces."""
        changes: dict[str, Any] = {}
        for account in self._accounts.values():
            account.hand_over()
        for station, pace in self._paces.items():
            if station is None:
                changes["pace"] = pace.freeze()
            else:
                stations[station] = replace(stations[station], pace=pace.freeze())
        for (place, key), tally in self._tallies.items():
            if place == _STATIONS:
                stations[key] = replace(stations[key], meter=tally.freeze())
            elif place in _TOTALS:
                changes[place] = tally.freeze()
            else:
                if place not in changes:
                    changes[place] = dict(getattr(self._before, place))
                changes[place][key] = tally.freeze()
        return changes


class Tally:
    """A meter that can be added to; it never leaves the fold."""

    __slots__ = ("_meter", "cost", "counts", "sessions", "used")

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self.counts: list[tuple[int, ...]] = []
        """What is added to it, as `Account.counts` of each account that it belongs to."""
        self.used = meter.tokens.total
        """All tokens; of a station's alone, at any time."""
        self.cost = meter.cost
        """At any time, and added up as the calls come: the order decides on the last digits of a sum of fractions."""
        self.sessions = meter.sessions

    def freeze(self) -> Meter:
        """The meter as it is now."""
        meter, tokens = self._meter, self._meter.tokens
        before = (*astuple(tokens), meter.calls, meter.unpriced, meter.reported, meter.estimated, meter.undercounted)
        counts = [*map(sum, zip(before, *self.counts, strict=True))]
        tokens, (calls, *parts) = Tokens(*counts[:_CALLS]), counts[_CALLS:]
        unpriced, reported, estimated, undercounted = parts
        return Meter(tokens, calls, self.cost, unpriced, reported, estimated, undercounted, self.sessions)


class Account:
    """The meters and paces under construction that the calls of one station, model, branch and day belong to.

    Whole numbers are added up here and handed over once; nobody asks for them in between.
    """

    __slots__ = (
        "_all",
        "_cache_read",
        "_cache_write_1h",
        "_cache_write_5m",
        "_calls",
        "_estimated",
        "_input",
        "_key",
        "_output",
        "_paces",
        "_reported",
        "_station",
        "_tallies",
        "_thinking",
        "_undercounted",
        "_unpriced",
        "seen",
    )

    def __init__(self, tallies: Mapping[tuple[str, str], Tally], paces: tuple[PaceDraft, ...], key: AccountKey) -> None:
        """`tallies` by where they belong: a field of the floor, and the key in it."""
        self._tallies, self._all, self._paces, self._key = tallies, (*tallies.values(),), paces, key
        self._station = tallies[_STATIONS, key[0]]
        self._input = self._cache_write_5m = self._cache_write_1h = self._cache_read = 0
        self._output = self._thinking = self._calls = self._unpriced = 0
        self._reported = self._estimated = self._undercounted = 0
        self.seen: set[str] = set()
        """Sessions that all of them count."""

    def add(self, event: TokensUsed) -> None:
        """Add one statement of usage; its session is counted apart (see `count`)."""
        tokens, calls, cost, certainty = event.tokens, event.calls, event.cost, event.certainty
        total = tokens.total
        self._input += tokens.input
        self._cache_write_5m += tokens.cache_write_5m
        self._cache_write_1h += tokens.cache_write_1h
        self._cache_read += tokens.cache_read
        self._output += tokens.output
        self._thinking += tokens.thinking
        self._calls += calls
        self._station.used += total
        if cost is None:
            self._unpriced += calls
            cost = 0.0
        else:
            for tally in self._all:
                tally.cost += cost
        for pace in self._paces:
            pace.add(event.time, total, cost)
        if certainty is not _EXACT:
            if certainty is _UNDERCOUNTED:
                self._undercounted += calls
            elif certainty is _REPORTED:
                self._reported += calls
            else:
                self._estimated += calls
        if event.settled:
            self._undercounted -= 1

    def hand_over(self) -> None:
        """Give what was added up to the meters: once, at the end."""
        counts = (
            self._input,
            self._cache_write_5m,
            self._cache_write_1h,
            self._cache_read,
            self._output,
            self._thinking,
            self._calls,
            self._unpriced,
            self._reported,
            self._estimated,
            self._undercounted,
        )
        for tally in self._all:
            tally.counts.append(counts)

    def count(self, counted: Counted) -> Counted:
        """Count a session in each meter that does not count it yet; what it is counted by then."""
        station, model, branch, day, elsewhere = self._key
        if (
            day in counted.days
            and station in counted.stations
            and model in counted.models
            and branch in counted.branch_meters
            and (not elsewhere or day in counted.elsewhere_days)
        ):
            return counted  # nearly always
        new = [place for place in self._tallies if not counted.by(*place)]
        for place in new:
            self._tallies[place].sessions += 1
        return counted.plus(new)
