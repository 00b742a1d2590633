"""A floor state under construction: what a batch of events touches is copied once, however many they are."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.conflicts import Compared, Verdict
from sessions.floor.fold.metering import Tally
from sessions.floor.pace import Pace, PaceDraft
from sessions.floor.state import Branch, Ended, FloorState, Intent, Session, Station
from sessions.floor.tokens import Meter
from sessions.floor.trees import checked_out

_MAPPINGS = (
    *("stations", "branches", "sessions", "verdicts", "committed_verdicts", "compared", "skipped"),
    *("intents", "ended"),
)
_METERS = ("models", "branch_meters", "days", "elsewhere_days")
_NOTHING = Meter()


class Draft:
    """A state under construction: the one mutable thing, and it never leaves the fold.

    Its mappings are copies, made at the first touch; a mapping that nothing touched stays the same object.
    """

    def __init__(self, state: FloorState) -> None:
        self.before = state
        self.seq, self.time = state.seq, state.time
        self.repo, self.name = state.repo, state.name
        self.base, self.base_head = state.base, state.base_head
        self.utc_offset, self.utc_offsets = state.utc_offset, state.utc_offsets
        self.simulated, self.runs = state.simulated, state.runs
        self.tallies: dict[tuple[str, str], Tally] = {}
        """Meters that were added to, by where they belong: a name of `_METERS`, `stations`, or a total."""
        self.accounts: dict[tuple[str, str, str, str, bool], tuple[Tally, ...]] = {}
        self.paces: dict[str | None, PaceDraft] = {}
        """By station; None is the factory's."""
        self.files: dict[str, dict[str, int]] = {}

    @cached_property
    def stations(self) -> dict[str, Station]:
        return dict(self.before.stations)

    @cached_property
    def branches(self) -> dict[str, Branch]:
        return dict(self.before.branches)

    @cached_property
    def sessions(self) -> dict[str, Session]:
        return dict(self.before.sessions)

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        return dict(self.before.verdicts)

    @cached_property
    def committed_verdicts(self) -> dict[str, Verdict]:
        return dict(self.before.committed_verdicts)

    @cached_property
    def compared(self) -> dict[str, Compared]:
        return dict(self.before.compared)

    @cached_property
    def skipped(self) -> dict[str, int]:
        return dict(self.before.skipped)

    @cached_property
    def intents(self) -> dict[str, Intent]:
        return dict(self.before.intents)

    @cached_property
    def ended(self) -> dict[str, Ended]:
        return dict(self.before.ended)

    @cached_property
    def trees(self) -> dict[str, str]:
        """By worktree the branch that it has checked out."""
        return checked_out(self.__dict__.get("branches", self.before.branches).values())

    def forget_trees(self) -> None:
        """A branch was checked out, or is no longer."""
        self.__dict__.pop("trees", None)

    def station(self, event: ev.StationEvent) -> Station:
        """The event's station; one that nobody opened is made, so that no event is lost."""
        return self.stations.get(event.station) or Station(event.station, opened=event.time)

    def tallies_of(self, station: Station, model: str, branch: str, day: str) -> tuple[Tally, ...]:
        """The meters under construction that a call of this station, model, branch and day belongs to."""
        key = (station.id, model, branch, day, station.elsewhere)
        found = self.accounts.get(key)
        if found is None:
            before = self.before
            found = (
                self._tally("stations", station.id, station.meter),
                self._tally("total", "", before.total),
                self._tally("models", model, before.models.get(model)),
                self._tally("branch_meters", branch, before.branch_meters.get(branch)),
                self._tally("days", day, before.days.get(day)),
            )
            if station.elsewhere:
                away = before.elsewhere_days.get(day)
                found = (
                    *found,
                    self._tally("elsewhere", "", before.elsewhere),
                    self._tally("elsewhere_days", day, away),
                )
            self.accounts[key] = found
        return found

    def _tally(self, place: str, key: str, meter: Meter | None) -> Tally:
        """The meter under construction at `place`, begun from `meter`."""
        tally = self.tallies.get((place, key))
        if tally is None:
            tally = self.tallies[place, key] = Tally(meter or _NOTHING)
        return tally

    def pace(self, station: str | None, pace: Pace) -> PaceDraft:
        """The pace under construction of a station (None: of the factory), begun from `pace`."""
        draft = self.paces.get(station)
        if draft is None:
            draft = self.paces[station] = PaceDraft(pace)
        return draft

    def freeze(self) -> FloorState:
        """The state as it is now. The draft is used up: what it hands over must not change any more."""
        before = self.before
        changes: dict[str, Any] = {name: self.__dict__[name] for name in _MAPPINGS if name in self.__dict__}
        for name, files in self.files.items():
            self.stations[name] = replace(self.stations[name], files=files)
        for station, pace in self.paces.items():
            if station is None:
                changes["pace"] = pace.freeze()
            else:
                self.stations[station] = replace(self.stations[station], pace=pace.freeze())
        for (place, key), tally in self.tallies.items():
            if place == "stations":
                self.stations[key] = replace(self.stations[key], meter=tally.freeze())
            elif place in _METERS:
                if place not in changes:
                    changes[place] = dict(getattr(before, place))
                changes[place][key] = tally.freeze()
            else:
                changes[place] = tally.freeze()
        return replace(
            before,
            seq=self.seq,
            time=self.time,
            repo=self.repo,
            name=self.name,
            base=self.base,
            base_head=self.base_head,
            utc_offset=self.utc_offset,
            utc_offsets=self.utc_offsets,
            simulated=self.simulated,
            runs=self.runs,
            **changes,
        )
