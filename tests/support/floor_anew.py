"""The floor as it is made anew at every look, plainly and slowly: what the one that is kept has to come to."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor.state import FloorState
from sessions.views.floor.arrange import LOUD, Arranger, Choice, Group, SortKey, attention, matches
from sessions.views.floor.book import PaneBook
from sessions.views.floor.panes import Pane
from sessions.views.floor.totals import Counts, totals
from sessions.views.floor.view import QUIET_S, SETTLE_S, Floor


class AnewView:
    """Remembers nothing but the places of the panes, which nobody could make anew."""

    def __init__(self, resting_s: float) -> None:
        self._resting_s = resting_s
        self.choice = Choice()
        self.stale = True
        self._places: dict[str, int] = {}
        self._sorted_at = 0.0

    def look(self, state: FloorState, now: float, moment: float, quiet_s: float, cursor: str, untouched: bool) -> Floor:
        """As `FloorView.look`."""
        choice = self.choice
        unfold = choice.unfolded or bool(choice.search.strip())
        book = PaneBook(self._resting_s)
        every = book.panes(state, now, choice.every_branch, unfold)
        folded = [] if unfold else [pane for pane in every if pane.elsewhere or pane.resting]
        shown = [pane for pane in every if pane not in folded and matches(pane, choice)]
        if self.stale or untouched:
            self._sort(shown, now, moment)
        groups = self._arrange(shown, now)
        if quiet_s >= QUIET_S and self._due(groups, moment):
            self._sort(shown, now, moment, cursor if quiet_s < SETTLE_S else "")
            groups = self._arrange(shown, now)
        figures = totals(state, Counts.of(every), now)
        return Floor(tuple(groups), figures, len(shown), len(every) - len(folded), tuple(folded), book.hidden)

    def _sort(self, shown: Sequence[Pane], now: float, moment: float, pinned: str = "") -> None:
        fresh = Arranger()
        fresh.sort(shown, self.choice.order, now=now)
        keys = [pane.key for group in fresh.arrange(shown, Choice(order=self.choice.order)) for pane in group.panes]
        old = sorted((pane.key for pane in shown), key=lambda key: self._places.get(key, len(self._places)))
        if pinned in old:
            keys.remove(pinned)
            keys.insert(old.index(pinned), pinned)
        self._places = {key: place for place, key in enumerate(keys)}
        self._sorted_at, self.stale = moment, False

    def _arrange(self, shown: Sequence[Pane], now: float) -> list[Group]:
        places = Arranger()
        places._place = self._places
        return places.arrange(shown, self.choice, now)

    def _due(self, groups: Sequence[Group], moment: float) -> bool:
        waited = moment - self._sorted_at
        urgent = self.choice.order is SortKey.ATTENTION and waited >= QUIET_S
        return waited >= SETTLE_S or (urgent and any(_out_of_place(group.panes) for group in groups))


def _out_of_place(panes: Sequence[Pane]) -> bool:
    loud = [attention(pane) <= LOUD and not pane.elsewhere for pane in panes]
    return loud != sorted(loud, reverse=True)
