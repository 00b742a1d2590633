"""Keeps the panes of the floor from one look to the next: what neither an event nor time has changed stays as it is."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from sessions.floor.branches.shown import is_merged, left_out, own_branch, shown_branches
from sessions.floor.lineage import changed
from sessions.floor.ours.family import above
from sessions.floor.ours.lives import Life
from sessions.floor.state import EMPTY, Branch, Evidence, FloorState, Station, Status
from sessions.views.conflicts.collisions import Collisions
from sessions.views.floor.panes import FORGOTTEN_S, Pane, branch_pane, station_pane
from sessions.views.floor.totals import Counts
from sessions.views.names import labels
from sessions.views.ours import evidence_of, ours_of
from sessions.views.status import RESTING_S, is_resting, stale_from

_APART = (0, "")


class _Made(msgspec.Struct, frozen=True):
    """A pane, and the branch of this repository that it is about; "" for none."""

    pane: Pane
    branch: str
    of: tuple[Branch, tuple[int, str]] | None = None
    """What the pane of a branch was made of."""


class PaneBook:
    """Makes panes. A pane that would be the same again is the same object; a look costs what has changed."""

    def __init__(self, resting_s: float = RESTING_S) -> None:
        """Stations that have nothing to do for `resting_s` seconds are resting; 0 is never."""
        self._resting_s = resting_s
        self._state, self._now = EMPTY, -math.inf
        self._how = (False, True)
        """Whether every branch was asked for, and resting stations unfolded."""
        self._clashes, self._ends, self._wanted = _Clashes(), _Ends(), _Wanted()
        self._stations: dict[str, _Made] = {}
        self._branches: dict[str, _Made] = {}
        self._taken = frozenset[str]()
        """Branches that are shown as part of a station."""
        self._places: dict[str, int] = {}
        """Of panes in the list of all, by key."""
        self.every: list[Pane] = []
        """All panes of the last look: of stations, then of branches that no station works on (see `shown_branches`)."""
        self.counts = Counts()
        self.made = 0
        """Panes made so far, for measurements."""

    @property
    def hidden(self) -> int:
        """Unmerged branches beyond those of the last look."""
        return self._wanted.left_out

    def panes(self, state: FloorState, now: float, every_branch: bool = False, unfolded: bool = True) -> list[Pane]:
        """All panes as of `now` (see `look`)."""
        self.look(state, now, every_branch, unfolded)
        return [*self.every]

    def look(
        self, state: FloorState, now: float, every_branch: bool = False, unfolded: bool = True
    ) -> list[Pane] | None:
        """Bring `every` up to date. The panes that took the place of another of their key; None when some came or went.

        Where resting stations are folded away, not `unfolded`, their branches stand for themselves.
        """
        before, clashing, how = self._state, self._clashes.look(state), (every_branch, unfolded)
        anew = now < self._now or (state.repo, state.base) != (before.repo, before.base)
        same = state.stations is before.stations or [*state.stations] == [*before.stations]
        touched = state.stations.keys() if anew else self._touched(state, now, clashing)
        if anew:
            self._ends = _Ends()
        others: list[Pane] = []
        reseated = False
        for name in touched:
            reseated |= self._take(name, state, now, others)
        if not same:
            self._stations = {name: self._stations[name] for name in state.stations}
        same = same and not anew and how == self._how
        if reseated or not same:
            self._taken = frozenset(self._seats(unfolded))
        if reseated or clashing or not same or state.branches is not before.branches:
            same = self._take_branches(state, every_branch, anew, others) and same
        self._state, self._now, self._how = state, now, how
        if same:
            self._replace(others)
            return others
        made = [*self._stations.values(), *self._branches.values()]
        self.every = [it.pane for it in made]
        self._places = {pane.key: place for place, pane in enumerate(self.every)}
        self.counts = Counts.of(self.every)
        return None

    def _touched(self, state: FloorState, now: float, clashing: set[str]) -> set[str]:
        """The stations of which an event or time may have made something else."""
        before = self._state
        others = {*changed(before.owned, state.owned), *(state.owned if state.frozen is not before.frozen else ())}
        if others:  # what became of whom it works for is shown of a child
            others |= {child.id for child in state.stations.values() if child.parent in others}
        others |= {*changed(before.stations, state.stations), *self._ends.past(now)}
        others |= {
            task.station for task in map(state.tasks.get, changed(before.tasks, state.tasks)) if task is not None
        }
        others |= {*changed(before.hands, state.hands)}
        # What a child is and uses is shown of whom it works for, too.
        others |= {parent for name in others & state.owned.keys() for parent in above(state, name)}
        touched = others & state.stations.keys()
        branches = clashing.union(changed(before.branches, state.branches))
        sessions = set(changed(before.sessions, state.sessions))
        if branches or sessions:
            touched.update(
                name for name, it in state.stations.items() if it.branch in branches or it.session in sessions
            )
        return touched

    def _take(self, name: str, state: FloorState, now: float, others: list[Pane]) -> bool:
        """Look at a station; its pane goes to the `others` when it is another. Whether it left its branch, or rests."""
        known, station = self._stations.get(name), state.stations[name]
        branch, session = own_branch(state, station), state.sessions.get(station.session)
        clash = self._clashes.of(branch.name) if branch else _APART
        evidence, ours = evidence_of(state, station, now), ours_of(state, name, now)
        resting = is_resting(evidence, now, self._resting_s) or (ours is not None and ours.life is Life.REMOVED)
        merged = branch is not None and is_merged(state, branch)
        pane = station_pane(
            "station:" + name, station, branch, session, evidence, state.repo, now, clash, resting, ours, merged
        )
        self.made += 1
        if known is not None and known.pane == pane:
            pane = known.pane  # it keeps its old object, so that nothing is drawn for it
        else:
            others.append(pane)
        self._ends.put(name, min(after for after in self._turns(station, evidence) if after >= now))
        self._stations[name] = made = _Made(pane, branch.name if branch else "")
        return known is None or (known.branch, known.pane.resting) != (made.branch, resting)

    def _turns(self, station: Station, evidence: Evidence) -> Iterator[float]:
        """Moments after which time alone makes a station's pane another one; those that are over say nothing."""
        yield math.inf
        yield stale_from(station)
        yield evidence.seen + self._resting_s
        if evidence.status is Status.STALE:
            yield evidence.seen + FORGOTTEN_S

    def _seats(self, unfolded: bool) -> Iterator[str]:
        """The branches that are shown as part of a station."""
        return (it.branch for it in self._stations.values() if it.branch and (unfolded or not it.pane.resting))

    def _take_branches(self, state: FloorState, every: bool, anew: bool, others: list[Pane]) -> bool:
        """Look at the branches that stand for themselves. Whether they are the same ones, in the same order."""
        occupied = frozenset(it.branch for it in self._stations.values() if it.branch)
        known, made = self._branches, dict[str, _Made]()
        for branch in self._wanted.look(state, occupied, every):
            if branch.name not in self._taken and branch.name != state.base:
                clash, before = self._clashes.of(branch.name), known.get(branch.name)
                if anew or before is None or before.of is None or before.of[0] is not branch or before.of[1] != clash:
                    pane = branch_pane("branch:" + branch.name, branch, state.repo, clash, is_merged(state, branch))
                    self.made += 1
                    if before is not None and before.pane == pane:
                        pane = before.pane
                    else:
                        others.append(pane)
                    before = _Made(pane, branch.name, (branch, clash))
                made[branch.name] = before
        self._branches = made
        return [*known] == [*made]

    def _replace(self, others: Iterable[Pane]) -> None:
        for pane in others:
            place = self._places[pane.key]
            self.counts.add(self.every[place], -1)
            self.counts.add(pane)
            self.every[place] = pane


class _Ends:
    """Until when panes of stations hold, if nothing happens. What later news put off is found out when it is due."""

    def __init__(self) -> None:
        self._ends: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._queued: dict[str, float] = {}
        """The earliest entry of each in the heap."""

    def put(self, name: str, end: float) -> None:
        self._ends[name] = end
        if end < self._queued.get(name, math.inf):
            self._queued[name] = end
            heapq.heappush(self._heap, (end, name))

    def past(self, now: float) -> list[str]:
        """Those that held until before `now`; each is to be put anew."""
        over: list[str] = []
        while self._heap and self._heap[0][0] < now:
            queued, name = heapq.heappop(self._heap)
            if self._queued.get(name) != queued:
                continue
            del self._queued[name]
            end = self._ends.pop(name)
            if end < now:
                over.append(name)
            else:
                self.put(name, end)
        return over


class _Wanted:
    """The branches that are shown, in their order; found anew only when there are others."""

    def __init__(self) -> None:
        self._of: tuple[Mapping[str, Branch], frozenset[str], str] = ({}, frozenset(), "")
        """The branches, those that are occupied, and the base, of which the next two are made."""
        self._shown: list[Branch] = []
        self._left_out = 0
        self.left_out = 0
        """Unmerged branches beyond them."""

    def look(self, state: FloorState, occupied: frozenset[str], every: bool) -> Iterable[Branch]:
        """The branches that are shown as of this floor, or `every` one."""
        if every:
            self.left_out = 0
            return state.branches.values()
        branches, busy, base = self._of
        if branches is not state.branches or busy != occupied or base != state.base:
            self._of = (state.branches, occupied, state.base)
            self._shown = shown_branches(state.branches, occupied, state.base)
            self._left_out = left_out(state.branches, self._shown, state.base)
        self.left_out = self._left_out
        return self._shown


class _Clashes:
    """By branch, with how many others it collides and the worst of them, as it is shown."""

    def __init__(self) -> None:
        self._collisions = Collisions()
        self._counted: dict[str, tuple[int, str]] = {}
        self._names: dict[str, str] = {}
        self._base = ""

    def of(self, branch: str) -> tuple[int, str]:
        """With how many it collides, and the worst of them."""
        count, worst = self._counted.get(branch, _APART)
        return (count, self._names[worst or self._base]) if count else _APART

    def look(self, state: FloorState) -> set[str]:
        """Count as of this floor; the branches of which something else may be shown than before."""
        others, base = self._collisions.look(state.verdicts), state.base or "base"
        if not others and base == self._base:
            return others
        for branch in others:
            counted = self._collisions.of(branch)
            if counted[0]:
                self._counted[branch] = counted
            else:
                self._counted.pop(branch, None)
        if base != self._base or self._counted.keys() != self._names.keys() - {base}:
            before, names = self._names, (*self._counted, base)
            self._base, self._names = base, dict(zip(names, labels(names), strict=True))
            renamed = {name for name, label in self._names.items() if before.get(name) != label}
            others.update(name for name, (_, worst) in self._counted.items() if (worst or base) in renamed)
        return others
