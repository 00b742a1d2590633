"""Families on the wall: stations that work for one another, folded into the one that they work for. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from sessions.text import clean
from sessions.views.floor.arrange import LOUD, attention
from sessions.views.floor.panes import Pane


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
    """The pane for all of them: as loud as the loudest, with how many there are."""
    loudest = min(members, key=lambda each: (attention(each), each.since, each.key))
    shown = replace(pane, within=len(members))
    if attention(loudest) > LOUD or attention(loudest) >= attention(pane):
        return shown
    reason = clean(f"{loudest.name}: {loudest.reason}")
    return replace(shown, status=loudest.status, since=loudest.since, seen=loudest.seen, reason=reason)
