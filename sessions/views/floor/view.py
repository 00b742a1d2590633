"""One operator's view of the floor: their choices, and the panes and figures that follow from them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from sessions.floor.state import FloorState, Status
from sessions.views.floor.arrange import EVERYTHING, Arranger, Choice, Group, Grouping, Order, matches, out_of_place
from sessions.views.floor.book import PaneBook
from sessions.views.floor.panes import Pane
from sessions.views.floor.totals import Totals, totals
from sessions.views.status import RESTING_S

QUIET_S = 5.0
"""Seconds without a key after which the floor may sort itself."""
SETTLE_S = 15.0
"""Seconds between two sortings that nobody asked for."""


class Floor(msgspec.Struct, frozen=True):
    """What is shown at one moment."""

    groups: tuple[Group, ...]
    totals: Totals
    shown: int
    every: int
    """All panes there are, before filters and search, less those that are folded away."""
    folded: tuple[Pane, ...] = ()
    """Stations of other repositories, and those of this one that have been idle for long."""
    branches: int = 0
    """Unmerged branches beyond those shown."""


class FloorView:
    """Turns states into `Floor` values, keeping places stable. Clocks come from the caller."""

    def __init__(self, choice: Choice = EVERYTHING, resting_s: float = RESTING_S) -> None:
        """Stations that have been idle for `resting_s` seconds are folded away; 0 is never."""
        self._choice = choice
        self._book = PaneBook(resting_s)
        self._arranger = Arranger()
        self._stale = True
        self._sorted_at = 0.0
        self.panes: list[Pane] = []
        """All panes of the last look, also those that are hidden or folded away."""

    @property
    def choice(self) -> Choice:
        return self._choice

    def choose(
        self,
        *,
        order: Order | None = None,
        grouping: Grouping | None = None,
        statuses: frozenset[Status] | None = None,
        search: str | None = None,
        every_branch: bool | None = None,
        unfolded: bool | None = None,
    ) -> None:
        """Change some of the choices; the next look sorts anew."""
        old = self._choice
        self._choice = replace(
            old,
            order=old.order if order is None else order,
            grouping=old.grouping if grouping is None else grouping,
            statuses=old.statuses if statuses is None else statuses,
            search=old.search if search is None else search,
            every_branch=old.every_branch if every_branch is None else every_branch,
            unfolded=old.unfolded if unfolded is None else unfolded,
        )
        self._stale = True

    def look(
        self,
        state: FloorState,
        now: float,
        moment: float = 0.0,
        quiet_s: float = 0.0,
        cursor: str = "",
        untouched: bool = False,
    ) -> Floor:
        """The floor at `now`; `moment` is the operator's own clock, `quiet_s` their seconds since the last key.

        A quiet floor sorts itself, at most every `SETTLE_S` seconds or when something loud stands too far behind,
        and never moves the pane under the `cursor`. One that is `untouched` (no key, no click yet) sorts itself at
        every look: nobody has learnt a place yet.
        """
        # A search goes through everything: what it is for may be folded away.
        unfold = self._choice.unfolded or bool(self._choice.search.strip())
        every = self.panes = self._book.panes(state, now, self._choice.every_branch, unfold)
        panes = every if unfold else [pane for pane in every if not (pane.elsewhere or pane.resting)]
        shown = [pane for pane in panes if matches(pane, self._choice)] if self._choice.narrow else panes
        if self._stale or untouched:
            self._sort(shown, moment)
        groups = self._arranger.arrange(shown, self._choice)
        if quiet_s >= QUIET_S and self._due(groups, moment):
            self._sort(shown, moment, cursor)
            groups = self._arranger.arrange(shown, self._choice)
        folded = () if unfold else tuple(pane for pane in every if pane.elsewhere or pane.resting)
        return Floor(tuple(groups), totals(state, every, now), len(shown), len(panes), folded, self._book.hidden)

    def _sort(self, shown: Sequence[Pane], moment: float, pinned: str = "") -> None:
        self._arranger.sort(shown, self._choice.order, pinned)
        self._sorted_at, self._stale = moment, False

    def _due(self, groups: Sequence[Group], moment: float) -> bool:
        """Whether a quiet floor should sort itself now."""
        waited = moment - self._sorted_at
        if waited >= SETTLE_S:
            return True
        urgent = self._choice.order is Order.ATTENTION and waited >= QUIET_S
        return urgent and any(out_of_place(group.panes) for group in groups)
