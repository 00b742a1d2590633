"""Which panes of the wall are drawn now: what is urgent at once, the rest in turn and within a budget. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from sessions.views.floor.panes import Pane
from widgets.draw.cells import Line
from widgets.floor.card import clock_of


class Drawn(msgspec.Struct, frozen=True):
    """A pane as it stands on the screen."""

    pane: Pane
    cursor: bool
    clock: tuple[int, int]
    at: float
    lines: list[Line]


def due(
    slots: Iterable[int],
    panes: Sequence[Pane],
    drawn: Mapping[int, Drawn],
    cursor: str,
    now: float,
    moment: float,
    turn_s: float = 0.0,
) -> tuple[list[int], list[int]]:
    """Of the visible `slots` those whose pane looks different `now`: the urgent ones, and those that take turns.

    What was never drawn, what stands under the `cursor` (a pane's key), and any other pane or status is urgent. The
    others come longest unseen first, none before `turn_s` are over; `moment` is by the clock of `Drawn.at`.
    """
    urgent: list[int] = []
    waiting: list[tuple[float, int]] = []
    for slot in slots:
        pane, old = panes[slot], drawn.get(slot)
        if old is None:
            urgent.append(slot)
        elif old.pane is not pane or old.clock != clock_of(pane, now):
            if old.pane.key != pane.key or old.pane.status is not pane.status or pane.key == cursor:
                urgent.append(slot)
            elif moment - old.at >= turn_s:
                waiting.append((old.at, slot))
    return urgent, [slot for _, slot in sorted(waiting)]
