"""Keeps the panes of the floor from one look to the next: what neither an event nor time has changed stays as it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

from sessions.floor.branches.shown import left_out, own_branch, shown_branches
from sessions.floor.pace import BUCKET_S, BUCKETS, Pace
from sessions.floor.state import Branch, Evidence, FloorState, Session, Station, Status
from sessions.views.conflicts.collisions import Collisions
from sessions.views.floor.panes import FORGOTTEN_S, Pane, branch_pane, station_pane
from sessions.views.names import labels
from sessions.views.status import RESTING_S, is_resting, stale_from, status_at

_APART = (0, "")


def _paced(pace: Pace, now: float) -> bool:
    """Whether something is left in its rates, so that they change with time."""
    return bool(pace.last) and now // BUCKET_S - pace.last <= BUCKETS


class _Made(msgspec.Struct):
    """A pane, what it was made of, and the span of time in which nothing but that can make it another one."""

    pane: Pane
    station: Station | None
    branch: Branch | None
    session: Session | None
    clash: tuple[int, str]
    begin: float = -math.inf
    end: float = math.inf


class PaneBook:
    """Makes panes. A pane that would be the same again is the same object; a look costs what has changed."""

    def __init__(self, resting_s: float = RESTING_S) -> None:
        """Stations that have nothing to do for `resting_s` seconds are resting; 0 is never."""
        self._resting_s = resting_s
        self._made: dict[str, _Made] = {}
        self._clashes = _Clashes()
        self._shown: tuple[Mapping[str, Branch], frozenset[str], str] = ({}, frozenset(), "")
        """The branches, those that are occupied, and the base, of which the next two are made."""
        self._branches: list[Branch] = []
        self._left_out = 0
        self.hidden = 0
        """Unmerged branches beyond those of the last look."""
        self.made = 0
        """Panes made so far, for measurements."""

    def panes(self, state: FloorState, now: float, every_branch: bool = False, unfolded: bool = True) -> list[Pane]:
        """The panes of all stations, then of the branches that no station works on (see `shown_branches`).

        Where resting stations are folded away, not `unfolded`, their branches stand for themselves.
        """
        before, made = self._made, dict[str, _Made]()
        occupied: set[str] = set()
        taken: set[str] = set()
        clashes = self._clashes.look(state)
        for name, station in state.stations.items():
            branch = own_branch(state, station)
            key = "station:" + name
            clash = _APART if branch is None else clashes.get(branch.name, _APART)
            known, session = before.get(key), state.sessions.get(station.session)
            if (
                known is None
                or known.station is not station
                or known.branch is not branch
                or known.session is not session
                or not known.begin <= now <= known.end
                or known.clash != clash
            ):
                known = self._of_station(key, station, branch, session, clash, state, now, known)
            made[key] = known
            if branch is not None:
                occupied.add(branch.name)
                if unfolded or not known.pane.resting:
                    taken.add(branch.name)
        for branch in self._wanted(state, frozenset(occupied), every_branch):
            if branch.name not in taken and branch.name != state.base:
                key = "branch:" + branch.name
                clash = clashes.get(branch.name, _APART)
                known = before.get(key)
                if known is None or known.branch is not branch or known.clash != clash:
                    known = _Made(branch_pane(key, branch, state.repo, clash), None, branch, None, clash)
                    self.made += 1
                made[key] = known
        self._made = made
        return [known.pane for known in made.values()]

    def _of_station(
        self,
        key: str,
        station: Station,
        branch: Branch | None,
        session: Session | None,
        clash: tuple[int, str],
        state: FloorState,
        now: float,
        before: _Made | None,
    ) -> _Made:
        evidence = status_at(station, now)
        resting = is_resting(evidence, now, self._resting_s)
        pane = station_pane(key, station, branch, session, evidence, state.repo, now, clash, resting)
        self.made += 1
        if before is not None and before.pane == pane:
            pane = before.pane  # it keeps its old object, so that nothing is drawn for it
        end = min(after for after in self._turns(station, evidence, now) if after >= now)
        return _Made(pane, station, branch, session, clash, now, end)

    def _turns(self, station: Station, evidence: Evidence, now: float) -> Iterable[float]:
        """Moments after which time alone makes a station's pane another one; those before `now` say nothing."""
        yield math.inf
        if _paced(station.pace, now):
            yield math.nextafter((now // BUCKET_S + 1) * BUCKET_S, 0.0)
        yield stale_from(station)
        yield evidence.seen + self._resting_s
        if evidence.status is Status.STALE:
            yield evidence.seen + FORGOTTEN_S

    def _wanted(self, state: FloorState, occupied: frozenset[str], every: bool) -> Iterable[Branch]:
        """The branches that are shown, in their order; found anew only when there are others."""
        if every:
            self.hidden = 0
            return state.branches.values()
        branches, busy, base = self._shown
        if branches is not state.branches or busy != occupied or base != state.base:
            self._shown = (state.branches, occupied, state.base)
            self._branches = shown_branches(state.branches, occupied, state.base)
            self._left_out = left_out(state.branches, self._branches, state.base)
        self.hidden = self._left_out
        return self._branches


class _Clashes:
    """By branch, with how many others it collides and the worst of them, as it is shown."""

    def __init__(self) -> None:
        self._collisions = Collisions()
        self._counted: dict[str, tuple[int, str]] = {}
        self._clashes: dict[str, tuple[int, str]] = {}
        self._names: dict[str, str] = {}
        self._base = ""

    def look(self, state: FloorState) -> Mapping[str, tuple[int, str]]:
        """As of this floor; only what has changed is counted again."""
        changed, base = self._collisions.look(state.verdicts), state.base or "base"
        if not changed and base == self._base:
            return self._clashes
        for branch in changed:
            self._counted[branch] = self._collisions.of(branch)
            if not self._counted[branch][0]:
                del self._counted[branch]
        if base != self._base or self._counted.keys() != self._names.keys() - {base}:
            self._base, names = base, (*self._counted, base)
            self._names = dict(zip(names, labels(names), strict=True))
        self._clashes = {name: (count, self._names[worst or base]) for name, (count, worst) in self._counted.items()}
        return self._clashes
