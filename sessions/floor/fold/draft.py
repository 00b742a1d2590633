"""A floor state under construction: what a batch of events touches is copied once, however many they are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.conflicts import Compared, Verdict
from sessions.floor.fold.metering import MetersDraft
from sessions.floor.fold.trees import checked_out
from sessions.floor.lineage import Descendant
from sessions.floor.ours.owned import Owned
from sessions.floor.progress.progress import NOTHING, Progress
from sessions.floor.progress.tally import Tally
from sessions.floor.state import Branch, Ended, FloorState, Intent, Session, Station
from sessions.floor.tasks.task import Task
from sessions.floor.triage.case import Case, Kind, Settled

_FIELDS = frozenset(FloorState.__struct_fields__)
_NOBODY = Station("")


class Draft:
    """A state under construction: the one mutable thing, and it never leaves the fold.

    It has every field of the state. Mappings are copies, made at the first touch, which remember what is changed in
    them; a mapping that nothing touched stays the same object. What tokens were used is added up apart, in `meters`.
    """

    seq: int
    time: float
    repo: str
    name: str
    base: str
    base_head: str
    utc_offset: int
    utc_offsets: tuple[tuple[float, int], ...]
    simulated: bool
    scripted: bool
    runs: int
    stations: dict[str, Station]
    owned: dict[str, Owned]
    frozen: bool
    tasks: dict[str, Task]
    hands: dict[str, str]
    task_count: int
    cases: dict[str, Case]
    settled: dict[str, Settled]
    expected: dict[str, tuple[Kind, ...]]
    branches: dict[str, Branch]
    sessions: dict[str, Session]
    intents: dict[str, Intent]
    ended: dict[str, Ended]
    verdicts: dict[str, Verdict]
    committed_verdicts: dict[str, Verdict]
    compared: dict[str, Compared]
    skipped: dict[str, int]
    progress: dict[str, Progress]

    def __init__(self, state: FloorState) -> None:
        self.before = state
        self.files: dict[str, dict[str, int]] = {}
        """By station the files it wrote, where there are more than before."""
        self.tallies: dict[str, Tally] = {}
        """By station the progress that was added to."""
        self.wrote: dict[str, dict[str, float]] = {}
        """By station when it wrote the last ones, likewise."""

    @cached_property
    def meters(self) -> MetersDraft:
        """What tokens were used."""
        return MetersDraft(self.before)

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

    def session(self, event: ev.StationEvent) -> Session:
        """The event's session, which begins with it where none is known."""
        session = self.known_session(event.session)
        if session is None:
            session = self.sessions[event.session] = Session(event.station, opened=event.time)
        return session

    def known_session(self, name: str) -> Session | None:
        """The session, without making all of them a copy to write to."""
        known: Mapping[str, Session] = self.__dict__.get("sessions", self.before.sessions)
        return known.get(name)

    def known_station(self, name: str) -> Station:
        """The station as it is, without making all of them a copy to write to; one without a name where none is."""
        known: Mapping[str, Station] = self.__dict__.get("stations", self.before.stations)
        return known.get(name, _NOBODY)

    def tally(self, station: str) -> Tally:
        """The progress of a station, to add to."""
        tally = self.tallies.get(station)
        if tally is None:
            tally = self.tallies[station] = Tally(self.before.progress.get(station, NOTHING))
        return tally

    def used(self, station: str) -> tuple[int, float]:
        """The tokens and dollars that a station has used."""
        meters: MetersDraft | None = self.__dict__.get("meters")
        return (None if meters is None else meters.used(station)) or self.known_station(station).meter.used

    def freeze(self) -> FloorState:
        """The state as it is now. The draft is used up: what it hands over must not change any more."""
        for station, files in self.files.items():
            wrote = self.wrote[station]
            self.stations[station] = replace(self.stations[station], files=files, wrote=wrote)
        for station, tally in self.tallies.items():
            self.progress[station] = tally.freeze()
        metered = self.meters.freeze(self.stations) if "meters" in self.__dict__ else {}
        changes = {name: value for name, value in self.__dict__.items() if name in _FIELDS}
        return replace(self.before, **changes, **metered)


class _Field:
    """A field of the draft that nothing touched yet; what is touched lies in the instance, which is asked first."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, draft: Draft, _: type[Draft]) -> object:
        value = getattr(draft.before, self._name)
        if isinstance(value, dict):
            value = Descendant(value)
        draft.__dict__[self._name] = value
        return value


for _name in _FIELDS:
    setattr(Draft, _name, _Field(_name))
