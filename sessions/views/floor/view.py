"""One operator's view of the floor: their choices, and the panes and figures that follow from them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from sessions.floor.state import FloorState, Status
from sessions.views.floor.arrange import EVERYTHING, Arrangement, Arranger, Choice, Group, Grouping, SortKey, matches
from sessions.views.floor.book import PaneBook
from sessions.views.floor.panes import Pane
from sessions.views.floor.totals import Totals, totals
from sessions.views.status import RESTING_S

if TYPE_CHECKING:
    from sessions.views.floor.families import Families

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
        self._arranged = Arrangement()
        self._shown: dict[str, Pane] = {}
        """What is neither folded away nor filtered out, by key."""
        self._folded: dict[str, Pane] = {}
        self._families: Families | None = None
        self._within = frozenset[str]()
        """Keys of panes that are folded into that of whom they work for."""
        self._stale = True
        self._sorted_at = 0.0
        self.arranged = 0
        """How often all panes were arranged anew, for measurements."""

    @property
    def panes(self) -> Sequence[Pane]:
        """All panes of the last look, also those that are hidden or folded away."""
        return self._book.every

    @property
    def panes_made(self) -> int:
        """Panes made so far, for measurements."""
        return self._book.made

    @property
    def ranked(self) -> int:
        """Ranks made so far, for measurements."""
        return self._arranger.ranked

    @property
    def choice(self) -> Choice:
        return self._choice

    def choose(
        self,
        *,
        order: SortKey | None = None,
        grouping: Grouping | None = None,
        statuses: frozenset[Status] | None = None,
        search: str | None = None,
        every_branch: bool | None = None,
        unfolded: bool | None = None,
        families: frozenset[str] | None = None,
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
            families=old.families if families is None else families,
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

        A quiet floor sorts itself, at most every `SETTLE_S` seconds or when something loud stands too far behind, and
        moves the pane under the `cursor` only when it was quiet for so long. One that is `untouched` (no key, no click
        yet) sorts itself at every look: nobody has learnt a place yet.
        """
        # A search goes through everything: what it is for may be folded away.
        unfold = self._choice.unfolded or bool(self._choice.search.strip())
        changed = self._book.look(state, now, self._choice.every_branch, unfold)
        if changed is None or self._stale or self._choice.families or not self._replace(changed, unfold):
            self._select(unfold)
            self._arrange(now)
        if (self._stale or untouched) and self._sort(now, moment):
            self._arrange(now)
        pinned = cursor if quiet_s < SETTLE_S else ""
        if quiet_s >= QUIET_S and self._due(moment) and self._sort(now, moment, pinned):
            self._arrange(now)
        book, folded = self._book, tuple(self._folded.values())
        figures, every = totals(state, book.counts, now), len(book.every) - len(folded) - len(self._within)
        return Floor(self._arranged.groups, figures, len(self._shown), every, folded, book.hidden)

    def sorts_in(self, moment: float, quiet_s: float) -> float:
        """Seconds after which a floor of which no other state comes has something loud to bring to its place; 0 when it
        is time, infinite for never. What the cursor holds back waits until that lets go."""
        if self._choice.order is not SortKey.ATTENTION or not self._arranged.out_of_place:
            return math.inf
        quiet = QUIET_S if self._sorted_at < moment - quiet_s else SETTLE_S
        return max(0.0, quiet - quiet_s, self._sorted_at + QUIET_S - moment)

    def _replace(self, changed: Iterable[Pane], unfold: bool) -> bool:
        """Put panes that have changed in their places; False when one comes into view, or leaves it or its group."""
        shown: list[Pane] = []
        for pane in changed:
            if self._is_folded(pane, unfold) != (pane.key in self._folded):
                return False
            if pane.key in self._folded:
                self._folded[pane.key] = pane
            elif matches(pane, self._choice) != (pane.key in self._shown):
                return False
            elif pane.key in self._shown:
                shown.append(pane)
        self._shown.update((pane.key, pane) for pane in shown)
        return self._arranged.put(shown)

    def _is_folded(self, pane: Pane, unfold: bool) -> bool:
        return not unfold and (pane.elsewhere or pane.resting)

    def _select(self, unfold: bool) -> None:
        """Choose anew what is folded away, and what is shown of the rest."""
        self._folded, self._shown = {}, {}
        families = frozenset[str]() if self._choice.search.strip() else self._choice.families
        self._within, standing = self._fold(families) if families else (frozenset(), {})
        for each in self._book.every:
            pane = standing.get(each.key, each)
            if pane.key in self._within:
                continue
            if self._is_folded(pane, unfold):
                self._folded[pane.key] = pane
            elif not self._choice.narrow or matches(pane, self._choice):
                self._shown[pane.key] = pane

    def _fold(self, families: frozenset[str]) -> tuple[frozenset[str], Mapping[str, Pane]]:
        if self._families is None:
            from sessions.views.floor.families import Families  # nobody folds before the first paint

            self._families = Families()
        return self._families.fold(self._book.every, families)

    def _arrange(self, now: float) -> None:
        groups = self._arranger.arrange(self._shown.values(), self._choice, now)
        self._arranged = Arrangement(groups, self._choice.grouping)
        self.arranged += 1

    def _sort(self, now: float, moment: float, pinned: str = "") -> bool:
        """Sort what is shown; whether something moved."""
        self._sorted_at, self._stale = moment, False
        return self._arranger.sort([*self._shown.values()], self._choice.order, pinned, now)

    def _due(self, moment: float) -> bool:
        """Whether a quiet floor should sort itself now."""
        waited = moment - self._sorted_at
        if waited >= SETTLE_S:
            return True
        return self._choice.order is SortKey.ATTENTION and waited >= QUIET_S and self._arranged.out_of_place
