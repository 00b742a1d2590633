"""Meters under construction: what the fold adds usage to, so that a thousand statements make one new meter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from msgspec.structs import replace

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
        return None if tally is None else tally.used

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

    __slots__ = ("_meter", "accounts", "cost", "sessions")

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self.accounts: list[Account] = []
        """What is added to it."""
        self.cost = meter.cost
        """At any time, and added up as the calls come: the order decides on the last digits of a sum of fractions."""
        self.sessions = meter.sessions

    @property
    def used(self) -> tuple[int, float]:
        """As `Meter.used`."""
        return self._meter.tokens.total + sum(account.total for account in self.accounts), self.cost

    def freeze(self) -> Meter:
        """The meter as it is now. Written out: most batches are of a few events."""
        meter, tokens = self._meter, self._meter.tokens
        fresh, write_5m, write_1h, read = tokens.input, tokens.cache_write_5m, tokens.cache_write_1h, tokens.cache_read
        output, thinking, calls, unpriced = tokens.output, tokens.thinking, meter.calls, meter.unpriced
        reported, estimated, undercounted = meter.reported, meter.estimated, meter.undercounted
        for account in self.accounts:
            fresh += account.input
            write_5m += account.cache_write_5m
            write_1h += account.cache_write_1h
            read += account.cache_read
            output += account.output
            thinking += account.thinking
            calls += account.calls
            unpriced += account.unpriced
            reported += account.reported
            estimated += account.estimated
            undercounted += account.undercounted
        tokens = Tokens(fresh, write_5m, write_1h, read, output, thinking)
        return Meter(tokens, calls, self.cost, unpriced, reported, estimated, undercounted, self.sessions)


class Account:
    """The meters and paces under construction that the calls of one station, model, branch and day belong to.

    Whole numbers are added up here, and read once, at the end; nobody asks for them in between.
    """

    __slots__ = (
        "_all",
        "_key",
        "_paces",
        "_tallies",
        "cache_read",
        "cache_write_1h",
        "cache_write_5m",
        "calls",
        "estimated",
        "input",
        "output",
        "reported",
        "seen",
        "thinking",
        "undercounted",
        "unpriced",
    )

    def __init__(self, tallies: Mapping[tuple[str, str], Tally], paces: tuple[PaceDraft, ...], key: AccountKey) -> None:
        """`tallies` by where they belong: a field of the floor, and the key in it."""
        self._tallies, self._all, self._paces, self._key = tallies, (*tallies.values(),), paces, key
        self.input = self.cache_write_5m = self.cache_write_1h = self.cache_read = 0
        self.output = self.thinking = self.calls = self.unpriced = 0
        self.reported = self.estimated = self.undercounted = 0
        for tally in self._all:
            tally.accounts.append(self)
        self.seen: set[str] = set()
        """Sessions that all of them count."""

    @property
    def total(self) -> int:
        """As `Tokens.total`."""
        return self.input + self.cache_write_5m + self.cache_write_1h + self.cache_read + self.output

    def add(self, event: TokensUsed) -> None:
        """Add one statement of usage; its session is counted apart (see `count`)."""
        tokens, calls, cost, certainty = event.tokens, event.calls, event.cost, event.certainty
        total = tokens.total
        self.input += tokens.input
        self.cache_write_5m += tokens.cache_write_5m
        self.cache_write_1h += tokens.cache_write_1h
        self.cache_read += tokens.cache_read
        self.output += tokens.output
        self.thinking += tokens.thinking
        self.calls += calls
        if cost is None:
            self.unpriced += calls
            cost = 0.0
        else:
            for tally in self._all:
                tally.cost += cost
        for pace in self._paces:
            pace.add(event.time, total, cost)
        if certainty is not _EXACT:
            if certainty is _UNDERCOUNTED:
                self.undercounted += calls
            elif certainty is _REPORTED:
                self.reported += calls
            else:
                self.estimated += calls
        if event.settled:
            self.undercounted -= 1

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
