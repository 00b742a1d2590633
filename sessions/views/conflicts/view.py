"""One operator's view of the conflicts: their choices, the rows that follow from them, and the wishes for the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from sessions.floor.branches.area import within
from sessions.floor.conflicts import Outcome, Verdict
from sessions.floor.state import FloorState
from sessions.landing.plan import Candidate, Plan, Wishes
from sessions.views.conflicts.cluster import Sort, sorted_by
from sessions.views.conflicts.matrix import Census, Matrix, verdicts_of

UNTOLD = Wishes()


class Choice(msgspec.Struct, frozen=True):
    """What the operator wants to see of the conflicts."""

    sort: Sort = Sort.CLUSTER
    uncommitted: bool = True
    """Uncommitted work counts as committed."""
    only_conflicts: bool = False
    at_work: bool = False
    """Only branches on which a station is at work."""
    branch: str = ""
    """Only this branch and those it collides with."""
    path: str = ""
    """Only conflicts in paths that contain this."""
    area: str = ""
    """Only branches whose area is this directory, or lies in it."""
    search: str = ""
    """Only branches whose name contains this, in any case."""

    @property
    def narrow(self) -> bool:
        """Something may be hidden."""
        return bool(self.only_conflicts or self.at_work or self.branch or self.path or self.area or self.search.strip())


EVERYTHING = Choice()


class Scene(msgspec.Struct, frozen=True):
    """What is shown at one moment, and what it was made of."""

    matrix: Matrix
    verdicts: Mapping[str, Verdict]
    """Those shown: with or without uncommitted work, or those of a simulation."""
    names: tuple[str, ...]
    """All branches that can land: those with a row, before filters, without what has landed in a simulation."""


class ConflictView:
    """Turns states into scenes. Rows keep their places until the operator sorts, or `settle` is given."""

    def __init__(self, choice: Choice = EVERYTHING) -> None:
        self.choice = choice
        self.landing: Sequence[str] = ()
        """Names in the order of the plan, for sorting by it."""
        self.names: tuple[str, ...] = ()
        """All branches with a row at the last look, before filters."""
        self._order: list[str] = []
        self._stale = True

    def choose(self, choice: Choice) -> None:
        """Take these choices; the next look sorts anew when the sorting is another, or asked for again."""
        self._stale = self._stale or choice.sort is not self.choice.sort
        self.choice = choice

    def sort(self) -> None:
        """Sort at the next look."""
        self._stale = True

    def look(
        self,
        state: FloorState,
        settle: bool = False,
        after: Mapping[str, Verdict] | None = None,
        landed: frozenset[str] = frozenset(),
    ) -> Scene:
        """The scene of a state; `after` are the verdicts of a simulation in which `landed` have landed."""
        verdicts = verdicts_of(state, self.choice.uncommitted) if after is None else after
        census = Census(state, verdicts, self.choice.path)
        self.names = tuple(census.names)
        if self._stale or settle:
            arrived = {name: state.branches[name].committed for name in census.names}
            self._order = sorted_by(self.choice.sort, census.names, verdicts, arrived, self.landing, census.areas)
            self._stale = False
        else:
            self._order = self._kept(census.names)
        shown = [name for name in self._order if self._fits(census, name)]
        if self.choice.branch:
            near = _partners(verdicts, self.choice.branch)
            shown = [name for name in shown if name in near]
        names = tuple(name for name in census.names if name not in landed)
        return Scene(census.matrix(shown, landed), verdicts, names)

    def _kept(self, names: Sequence[str]) -> list[str]:
        """The names in their old places; new ones at the end."""
        there = set(names)
        old = [name for name in self._order if name in there]
        placed = set(old)
        return old + [name for name in names if name not in placed]

    def _fits(self, census: Census, name: str) -> bool:
        choice, row = self.choice, census.rows[census.index[name]]
        if (choice.only_conflicts or choice.path) and not row.conflicts:
            return False
        if (choice.at_work and not row.working) or (choice.area and not within(census.areas[name], choice.area)):
            return False
        wanted = choice.search.strip().casefold()
        return not wanted or wanted in name.casefold()


def _partners(verdicts: Mapping[str, Verdict], branch: str) -> set[str]:
    near = {branch}
    for verdict in verdicts.values():
        if verdict.outcome is not Outcome.CLEAN and branch in (verdict.a, verdict.b):
            near |= {verdict.a, verdict.b}
    return near


def candidates(state: FloorState, names: Sequence[str]) -> list[Candidate]:
    """The branches as the plan takes them; the oldest work arrived first."""
    return [Candidate(name, state.branches[name].committed, name in state.compared) for name in names]


def pinned(wishes: Wishes, name: str) -> Wishes:
    """The wishes with a pin on a branch, or without it where it had one."""
    return replace(wishes, pinned=_toggled(wishes.pinned, name), dropped=_without(wishes.dropped, name))


def dropped(wishes: Wishes, name: str) -> Wishes:
    """The wishes with a branch dropped, or taken back."""
    return replace(
        wishes,
        dropped=_toggled(wishes.dropped, name),
        pinned=_without(wishes.pinned, name),
        moved=_without(wishes.moved, name),
    )


def moved(wishes: Wishes, plan: Plan, name: str, step: int) -> Wishes:
    """The wishes with a branch `step` places later in the plan (earlier when negative).

    What does not land is put first, whatever it stands in the way of. All that has to keep its place before the
    moved branch is then a wish, too; nothing after it is.
    """
    order = list(plan.names)
    if name not in order:
        return replace(wishes, moved=(name, *_without(wishes.moved, name)), dropped=_without(wishes.dropped, name))
    at = order.index(name)
    to = max(0, min(len(order) - 1, at + step))
    order.insert(to, order.pop(at))
    asked = [i for i, other in enumerate(order) if other in wishes.moved]
    return replace(wishes, moved=tuple(order[: max(at, to, *asked, 0) + 1]))


def _toggled(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return _without(names, name) if name in names else (*names, name)


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(other for other in names if other != name)
