"""Families on the wall: stations that work for one another, folded into the one that they work for. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from typing import Any

from msgspec.structs import replace

from sessions.floor.pace import Pace
from sessions.floor.state import Status
from sessions.floor.tokens import Certainty, Tokens
from sessions.text import clean
from sessions.views.floor.arrange import attention
from sessions.views.floor.panes import Pane

_DOUBT = (Certainty.EXACT, Certainty.REPORTED, Certainty.ESTIMATED, Certainty.UNDERCOUNTED)
"""The less certain one of two is that of their sum."""


class Families:
    """Folds the panes of one look after another. A pane that stands for the same as before is the same object."""

    def __init__(self) -> None:
        self._stood: dict[str, Pane] = {}
        """By key, panes that stood for a family at the last look."""

    def fold(self, panes: Iterable[Pane], folded: Collection[str]) -> tuple[frozenset[str], Mapping[str, Pane]]:
        """What is folded away, by key, and the panes that stand for it; `folded` are ids of whom they work for."""
        by = {pane.station: pane for pane in panes if pane.station}
        within: dict[str, list[Pane]] = {}
        for pane in by.values():
            if above := _outermost(pane, by, folded):
                within.setdefault(above, []).append(pane)
        before, self._stood = self._stood, {}
        for station, members in within.items():
            pane = _standing(by[station], members)
            known = before.get(pane.key)
            self._stood[pane.key] = known if known is not None and known == pane else pane
        return frozenset(pane.key for members in within.values() for pane in members), self._stood


def _outermost(pane: Pane, by: Mapping[str, Pane], folded: Collection[str]) -> str:
    """The station furthest up whose family is folded and holds this one; "" for none."""
    found, seen = "", {pane.station}
    above = pane.ours.parent if pane.ours is not None else ""
    while above in by and above not in seen:
        seen.add(above)
        found = above if above in folded else found
        ours = by[above].ours
        above = ours.parent if ours is not None else ""
    return found


def _standing(pane: Pane, members: Collection[Pane]) -> Pane:
    """The pane for all of them: in the state of the worst, with what all of them used and how many there are."""
    shown = replace(pane, within=len(members), **_sums([pane, *members]))
    worst = min(members, key=lambda each: (attention(each), each.since, each.key))
    if attention(worst) >= attention(pane) or worst.status is Status.UNKNOWN:
        return shown
    reason = clean(f"{worst.name}: {worst.reason}")
    return replace(shown, status=worst.status, since=worst.since, seen=worst.seen, reason=reason, guess=worst.guess)


def _sums(panes: Collection[Pane]) -> dict[str, Any]:
    """What a pane shows of meters, of all of these together. What one of them does not tell is missing in the sum."""
    told = [pane for pane in panes if pane.calls]
    costs = [pane.cost for pane in told if pane.cost is not None]
    return {
        "tokens": sum((pane.tokens for pane in told), Tokens()),
        "certainty": max((pane.certainty for pane in told), key=_DOUBT.index, default=Certainty.EXACT),
        "cost": sum(costs) if costs or not told else None,
        "part_priced": 0 < len(costs) < len(told) or any(pane.part_priced for pane in told),
        "calls": sum(pane.calls for pane in told),
        "pace": reduce(Pace.together, (pane.pace for pane in told), Pace()),
    }
