"""Decides which station a session belongs to: one agent kind in one directory, with lanes for what overlaps."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from sessions.floor.events import (
    AgentLost,
    AgentReported,
    Event,
    SessionClosed,
    StationEvent,
    StationOpened,
    TurnFailed,
    TurnFinished,
)
from sessions.floor.fold.trees import tree_of
from sessions.floor.reports import CADENCE_S, Report
from sessions.floor.state import EMPTY, FloorState, Status
from sessions.observe.contract import ForeignSessionError, Seating
from sessions.observe.words import is_folder, safe, within

NAME_LENGTH = 40
_WINDOWS = re.compile(r"[A-Za-z]:\\|\\\\")
"""How a directory of another system begins: its parts are divided by other signs."""
EVERYBODYS_BRANCHES = frozenset({"", "HEAD", "main", "master", "trunk", "develop", "dev"})
"""Names that say nothing about which repository a vanished directory belonged to."""


class HomeRepository(Struct, frozen=True):
    """The repository whose factory it is. Without a root, every session is at home."""

    root: str = ""
    worktrees: Mapping[str, str] = {}
    """Directory of each worktree, and the branch it has checked out."""
    branches: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    """What stations are called that are not called by their id: no new one gets such an id."""


class Life(Struct, frozen=True):
    """A session on disk, told by its first and last lines before it is read."""

    kind: str
    session: str
    directory: str
    branch: str
    first: float
    last: float
    explicit: bool = False
    """It lies in a place that the operator named."""


class _Lane(Struct):
    name: str
    until: float
    """When its sessions were last heard of."""
    busy: bool = False
    """The last that was heard was not the end of a turn."""

    held: str = ""
    """The session whose process lives."""

    def free(self, time: float) -> bool:
        return not self.held and self.until + (CADENCE_S if self.busy else 0.0) <= time


class Seats:
    """A `Seating` that goes on from a floor: the same sessions get the same stations after every restart."""

    def __init__(
        self,
        state: FloorState = EMPTY,
        repository: HomeRepository | None = None,
        only: bool = False,
        past: Callable[[str], str] = lambda _: "",
    ) -> None:
        """With `only`, nothing is elsewhere: the operator chose what is looked at. `past` tells the station of a
        session that the floor has forgotten, "" where there never was one."""
        self.repository = repository or HomeRepository()
        self._only = only
        self.unforeseen = 0
        """Sessions that were seated without being prepared, by what was heard of others until then."""
        self._kinds: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        """By base of a name, the highest number that was tried for it."""
        self._lanes: dict[tuple[str, str], list[_Lane]] = {}
        self._by_name: dict[str, _Lane] = {}
        self._places: dict[str, str] = {}
        """By name of a station, the directory it was seated for."""
        self._living: set[str] = set()
        """Conversations in which a process lives."""
        self._past = past
        self._stations = {session: seated.station for session, seated in state.sessions.items()}
        """Of the sessions that were asked for, "" for one that has none; of others `past` tells it."""
        for station in state.stations.values():
            evidence = station.evidence
            lane = _Lane(station.id, evidence.seen, evidence.status in (Status.WORKING, Status.WAITING))
            lane.held = station.session if station.process else ""
            # Its home, not where it has moved to since: what begins there next is the same station again.
            self._add(station.kind, self._place(station.home or station.directory), lane)

    def station_of(self, session: str) -> str:
        """The station of a session that has been seated, else nothing."""
        known = self._stations.get(session)
        if known is None:
            known = self._stations[session] = self._past(session)
        return known

    def door(self, explicit: bool, home: Path | None = None) -> Seating:
        """A seating for sources from places that the operator named, or for others; `home` is that of a station."""
        return _Door(self, explicit, home)

    def is_others(self, session: str, home: Path) -> bool:
        """Whether a session is known to be of another station than the one with this home, which may say it is not."""
        station, own = self.station_of(session), home.parent
        return station not in ("", own.name) and not within(self._places.get(station, ""), str(own))

    def prepare(self, lives: Iterable[Life]) -> list[Event]:
        """Seat many sessions in the order in which they began, before any of them is read. Returns the openings."""
        events: list[Event] = []
        for life in sorted(lives, key=lambda life: (life.first, life.last, life.session)):
            if not self.station_of(life.session):
                events.extend(self._seat(life))
        return events

    def claim(self, session: str, station: str) -> None:
        """Who runs the session says that it is this station's, whatever its transcript looks like."""
        self._stations[session] = station

    def lives(self, session: str) -> None:
        """A process lives in this conversation: while it does, nobody else is seated with it."""
        self._living.add(session)

    def turned(self, station: str, session: str) -> None:
        """The process in a station goes on with another conversation, in its seat unless that one has its own."""
        lane = self._by_name.get(station)
        if lane is not None and not self.station_of(session):
            self._stations[session], lane.held = station, session

    def seat(
        self, kind: str, session: str, directory: str, branch: str, time: float, source: str
    ) -> tuple[str, Sequence[Event]]:
        return self.welcome(Life(kind, session, directory, branch, time, time), source)

    def welcome(self, life: Life, source: str = "") -> tuple[str, Sequence[Event]]:
        """The station of a session, and the events that open it when it is new."""
        if known := self.station_of(life.session):
            return known, ()
        self.unforeseen += 1
        opening = self._seat(life, source)
        return self._stations[life.session], opening

    def branch_of(self, directory: str) -> str:
        return self.repository.worktrees.get(self._place(directory), "")

    def heard(self, events: Sequence[Event]) -> None:
        """Note what a transcript just told: a lane whose session is in the middle of a turn is not free."""
        for event in reversed(events):
            if isinstance(event, StationEvent):
                lane = self._by_name.get(event.station)
                if lane is not None and event.time >= lane.until:
                    lane.until = event.time
                    lane.busy = not isinstance(event, TurnFinished | TurnFailed | SessionClosed | AgentLost)
                if lane is not None and isinstance(event, AgentReported):
                    lane.held, lane.busy = event.session, event.state is not Report.IDLE
                elif lane is not None and isinstance(event, SessionClosed | AgentLost) and lane.held == event.session:
                    lane.held = ""
                    self._living.discard(event.session)
                return

    def _seat(self, life: Life, source: str = "") -> list[Event]:
        place = self._place(life.directory)
        for lane in self._lanes.get((life.kind, place), ()):
            if lane.held == life.session or lane.free(life.first):
                lane.held = life.session if life.session in self._living else lane.held
                lane.until, lane.busy = max(lane.until, life.last), False
                self._stations[life.session] = lane.name
                return []
        name = self._name(life.kind, place)
        held = life.session if life.session in self._living else ""
        self._add(life.kind, place, _Lane(name, life.last, held=held))
        self._stations[life.session] = name
        return [
            StationOpened(
                time=life.first,
                source=source or f"{life.kind}:{life.session[:8]}",
                station=name,
                session=life.session,
                kind=life.kind,
                directory=place,
                branch=life.branch or self.branch_of(place),
                elsewhere=not life.explicit and self._elsewhere(place, life.branch),
            )
        ]

    def _add(self, kind: str, place: str, lane: _Lane) -> None:
        self._kinds[lane.name] = kind
        self._by_name[lane.name] = lane
        self._places[lane.name] = place
        self._lanes.setdefault((kind, place), []).append(lane)

    def _place(self, directory: str) -> str:
        """The worktree that holds a directory, the innermost one where they are nested; else the directory itself."""
        return self._tree(directory) or directory

    def _tree(self, directory: str) -> str:
        """The innermost worktree that holds a directory; the repository's root counts as one."""
        tree, root = tree_of(directory, self.repository.worktrees), self.repository.root
        return tree_of(directory, {tree, root}) if root else tree

    def _name(self, kind: str, place: str) -> str:
        """A name that no other station has: the directory's, then with the kind, then with a number."""
        parted = place.replace("\\", "/") if _WINDOWS.match(place) else place
        base = safe("-".join(parted.rstrip("/").rsplit("/", 1)[-1].split()), NAME_LENGTH) or kind
        if self._free(base):
            return base
        if self._kinds.get(base, kind) != kind:
            base = f"{base}-{kind}"
            if self._free(base):
                return base
        number = self._numbers.get(base, 1) + 1
        while not self._free(f"{base}-{number}"):
            number += 1
        self._numbers[base] = number
        return f"{base}-{number}"

    def _free(self, name: str) -> bool:
        return name not in self._kinds and name not in self.repository.names

    def _elsewhere(self, place: str, branch: str) -> bool:
        """Whether a directory belongs to another repository, or to none.

        One that exists is asked for its place only. One that is gone may have been a worktree: its path or its
        branch then tells.
        """
        root = self.repository.root
        if self._only or not root:
            return False
        if self._tree(place):
            return False
        if place and is_folder(Path(place)):
            return True
        if _was_worktree(place, root):
            return False
        return branch in EVERYBODYS_BRANCHES or branch not in self.repository.branches


def at_home(life: Life, home: Path | None) -> Life:
    """A session as it may be seated that was found in the home of a station, which may say of it what it likes.

    It was in that station's place, and so its use is its own, and not that of another station or of the operator.
    """
    if home is None or Path(os.path.normpath(life.directory)).is_relative_to(home.parent):
        return life
    return replace(life, directory=str(home.parent / "work"))


class _Door:
    """The seats as one place's sources see them."""

    def __init__(self, seats: Seats, explicit: bool, home: Path | None) -> None:
        self._seats, self._explicit, self._home = seats, explicit, home

    def seat(
        self, kind: str, session: str, directory: str, branch: str, time: float, source: str
    ) -> tuple[str, Sequence[Event]]:
        if self._home is not None and self._seats.is_others(session, self._home):
            raise ForeignSessionError(session)
        life = Life(kind, session, directory, branch, time, time, self._explicit)
        return self._seats.welcome(at_home(life, self._home), source)

    def branch_of(self, directory: str) -> str:
        return self._seats.branch_of(directory)


def _was_worktree(place: str, root: str) -> bool:
    """Whether a path lies where worktrees of `root` are commonly put: `x-worktrees/…` or `.worktrees/…` beside it."""
    parent, _, name = root.rstrip("/").rpartition("/")
    if not within(place, parent or "/"):
        return False
    beside = place[len(parent) + 1 :].split("/", 1)[0].lower()
    return "worktree" in beside and (
        beside.startswith(name.lower()) or beside.strip("._-") in ("worktree", "worktrees")
    )
