"""The floor as it was shown when somebody last looked: what stood on the wall, at any size of it, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from sessions.floor.pace import Pace
from sessions.views.floor.arrange import Arranger, Choice, matches
from sessions.views.floor.panes import Pane
from sessions.views.floor.totals import Totals
from sessions.views.floor.view import Floor

MOST_PANES = 400
"""More are on no screen; of further ones it is known how many there were."""


class LastFloor(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a floor showed at one moment."""

    time: float
    """The last moment at which it was the present."""
    totals: Totals
    panes: tuple[Pane, ...] = ()
    """In the order of the screen, then those that were hidden or folded away."""
    further: int = 0
    """Panes beyond those."""
    branches: int = 0
    """Unmerged branches beyond those shown."""

    def floor(self, choice: Choice) -> Floor:
        """As an operator with this choice sees it."""
        unfold = choice.unfolded or bool(choice.search.strip())
        folded = () if unfold else tuple(pane for pane in self.panes if pane.elsewhere or pane.resting)
        open_ = [pane for pane in self.panes if unfold or not (pane.elsewhere or pane.resting)]
        shown = [pane for pane in open_ if matches(pane, choice)]
        arranger = Arranger()
        arranger.sort(shown, choice.order, now=self.time)
        groups = tuple(arranger.arrange(shown, choice))
        return Floor(groups, self.totals, len(shown), len(open_) + self.further, folded, self.branches)


def last_floor(floor: Floor, every: Sequence[Pane], time: float) -> LastFloor:
    """What of a `floor` made of `every` pane is worth keeping; `time` is when it was the present."""
    shown = {pane.key: pane for group in floor.groups for pane in group.panes}
    panes = [*shown.values(), *(pane for pane in every if pane.key not in shown)]
    further = sum(not (pane.elsewhere or pane.resting) for pane in panes[MOST_PANES:])
    kept = tuple(pane if pane.beat(time) else replace(pane, pace=Pace()) for pane in panes[:MOST_PANES])
    return LastFloor(time, floor.totals, kept, further, floor.branches)
