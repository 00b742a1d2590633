"""Which panes are shown, in which order and groups: sorting, filters, search. Nothing jumps by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any

import msgspec
from msgspec.structs import replace

from sessions.floor.state import Status
from sessions.views.floor.panes import Pane


class SortKey(StrEnum):
    """How panes are sorted."""

    ATTENTION = "attention"
    ACTIVITY = "activity"
    COST = "cost"
    NAME = "name"
    AGE = "age"


class Grouping(StrEnum):
    """What panes are grouped by."""

    NONE = "none"
    ROLE = "role"
    BRANCH = "branch"
    KIND = "agent"
    FAMILY = "family"


class Choice(msgspec.Struct, frozen=True):
    """What the operator wants to see of the floor."""

    order: SortKey = SortKey.ATTENTION
    grouping: Grouping = Grouping.NONE
    statuses: frozenset[Status] = frozenset()
    """Only stations in one of these; empty means all, and branches without a station too."""
    search: str = ""
    every_branch: bool = False
    """Merged and older branches, too."""
    unfolded: bool = False
    """Stations of other repositories, and those that have been idle for long, too."""

    families: frozenset[str] = frozenset()
    """Ids of stations into which those are folded that work for them."""

    @property
    def narrow(self) -> bool:
        """Something may be hidden by a filter or the search."""
        return bool(self.statuses or self.search.strip())

    @property
    def changed(self) -> bool:
        """Another set of panes is shown than at first."""
        return self.narrow or self.every_branch or self.unfolded


EVERYTHING = Choice()


class Group(msgspec.Struct, frozen=True):
    """Panes under one heading; without grouping there is one group with an empty title."""

    title: str
    panes: tuple[Pane, ...]


ATTENTION = {
    Status.NEEDS_ME: 0,
    Status.FAILED: 1,
    Status.WAITING: 2,
    Status.STALE: 3,
    Status.WORKING: 4,
    Status.UNKNOWN: 5,
    Status.IDLE: 6,
}
_BRANCHES_LAST = 7
LOUD = 1
"""The greatest attention rank that a person must act on."""


def attention(pane: Pane) -> int:
    """Its place in the order of attention; what needs me is 0."""
    return ATTENTION[pane.status] if pane.station else _BRANCHES_LAST


def _by_attention(pane: Pane) -> Rank:
    # Who waits longest for me comes first; of the others, what happened last. What works is in no hurry.
    age = {Status.NEEDS_ME: pane.since, Status.WORKING: 0.0}.get(pane.status, -pane.since)
    rank = ATTENTION[Status.IDLE] if pane.forgotten else attention(pane)
    return not pane.station, pane.elsewhere, rank, age, pane.name, pane.key


def _by_age(pane: Pane) -> Rank:
    return not pane.station, -pane.aged_from, pane.name, pane.key


Rank = tuple[Any, ...]
"""What panes are compared by; its last part is the pane's key, so that no two are equal."""
_RANK: dict[SortKey, Callable[[Pane], Rank]] = {
    SortKey.ATTENTION: _by_attention,
    SortKey.COST: lambda p: (not p.station, -(p.cost or 0.0), -p.tokens.total, p.name, p.key),
    SortKey.NAME: lambda p: (not p.station, p.name.casefold(), p.key),
    SortKey.AGE: _by_age,
}


def _rank(pane: Pane, order: SortKey, now: float) -> Rank:
    if order is SortKey.ACTIVITY:
        return not pane.station, -pane.rate(now, 60), -pane.seen, pane.name, pane.key
    return _RANK[order](pane)


_NOBODY, _ALONE = "no station", "no family"
_TITLE: dict[Grouping, Callable[[Pane], str]] = {
    Grouping.NONE: lambda p: "",
    Grouping.ROLE: lambda p: (p.role or "no role") if p.station else _NOBODY,
    Grouping.BRANCH: lambda p: p.branch or "no branch",
    Grouping.KIND: lambda p: (p.kind or "unknown agent") if p.station else _NOBODY,
    Grouping.FAMILY: lambda p: p.ours.family if p.ours is not None and p.ours.family else _ALONE,
}
_STATE = {Status.WORKING: "works working", Status.WAITING: "waits waiting", Status.NEEDS_ME: "needs me"}
"""What a search finds a state by, where that is more than its value: the word on the screen."""
_LAST_TITLES = ("no role", "no branch", "unknown agent", _ALONE, _NOBODY)


def matches(pane: Pane, choice: Choice) -> bool:
    """Whether the filters and the search let it through; every word of the search must be somewhere in the pane."""
    if choice.statuses and (not pane.station or pane.status not in choice.statuses):
        return False
    words = choice.search.casefold().split()
    if not words:
        return True
    state = _STATE.get(pane.status, pane.status.value) if pane.station else _NOBODY
    parts = (pane.name, state, pane.branch, pane.kind, pane.role, pane.model, pane.directory, pane.title, pane.activity)
    text = " ".join(parts).casefold()
    return all(word in text for word in words)


class Arranger:
    """Remembers the order on the screen. It sorts when told to; until then every pane stays and new ones go last."""

    def __init__(self) -> None:
        self._place: dict[str, int] = {}
        self._ranks: dict[str, tuple[Pane, Rank]] = {}
        """By key, of panes in the order that was asked for last, which is the next."""
        self._order = SortKey.ATTENTION
        self.ranked = 0
        """Ranks made so far, for measurements."""

    def sort(self, panes: Sequence[Pane], order: SortKey, pinned: str = "", now: float = 0.0) -> bool:
        """Sort anew, the pane `pinned` staying where it is; True when a pane has moved. Rates are those of `now`."""
        keys = [rank[-1] for rank in sorted(self._ranks_of(panes, order, now))]
        last = len(self._place)
        old = [pane.key for pane in panes]
        old.sort(key=lambda key: self._place.get(key, last))
        if pinned in keys:
            keys.remove(pinned)
            keys.insert(old.index(pinned), pinned)
        self._place = {key: place for place, key in enumerate(keys)}
        return keys != old

    def _ranks_of(self, panes: Sequence[Pane], order: SortKey, now: float) -> list[Rank]:
        """The ranks of these panes; of those that are the same objects as the last time they are known."""
        if order is not self._order or order is SortKey.ACTIVITY:  # which time alone changes
            self._ranks, self._order = {}, order
        before, self._ranks = self._ranks, {}
        for pane in panes:
            known = before.get(pane.key)
            if known is None or known[0] is not pane:
                known = (pane, _rank(pane, order, now))
                self.ranked += 1
            self._ranks[pane.key] = known
        return [known[1] for known in self._ranks.values()]

    def arrange(self, panes: Iterable[Pane], choice: Choice, now: float = 0.0) -> list[Group]:
        """The panes in their places, in groups; groups are in the order of their titles."""
        shown = list(panes)
        new = [pane for pane in shown if pane.key not in self._place]
        if new:
            start = max(self._place.values(), default=-1) + 1
            for place, rank in enumerate(sorted(_rank(pane, choice.order, now) for pane in new), start):
                self._place[rank[-1]] = place
        # A station that has just come stands before the branches without one.
        shown.sort(key=lambda pane: (not pane.station, self._place[pane.key]))
        if choice.grouping is Grouping.NONE:
            return [Group("", tuple(shown))] if shown else []
        groups: dict[str, list[Pane]] = {}
        for pane in shown:
            groups.setdefault(_TITLE[choice.grouping](pane), []).append(pane)
        titles = sorted(groups, key=lambda title: (title in _LAST_TITLES, title.casefold()))
        if choice.grouping is not Grouping.FAMILY:
            return [Group(title, tuple(groups[title])) for title in titles]
        from sessions.views.floor.tree import in_tree  # nobody groups before the first paint

        return [Group(title, tuple(in_tree(groups[title]))) for title in titles]


class Arrangement:
    """Groups of panes as they stand on the screen: a pane that has changed takes its own place."""

    def __init__(self, groups: Sequence[Group] = (), grouping: Grouping = Grouping.NONE) -> None:
        self._title, self._tree = _TITLE[grouping], grouping is Grouping.FAMILY
        self._groups = [*groups]
        self._panes = [[*group.panes] for group in groups]
        self._places = {
            pane.key: (group, at) for group, panes in enumerate(self._panes) for at, pane in enumerate(panes)
        }
        self._loud = [{at for at, pane in enumerate(panes) if _is_loud(pane)} for panes in self._panes]
        """By group the places of those that somebody must act on."""

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups in their order."""
        return tuple(self._groups)

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def put(self, panes: Iterable[Pane]) -> bool:
        """Each in the place of its key, which is there; False when one belongs into another group now."""
        touched: set[int] = set()
        for pane in panes:
            group, at = self._places[pane.key]
            if self._title(pane) != self._groups[group].title:
                return False
            depth = self._panes[group][at].depth
            self._panes[group][at] = replace(pane, depth=depth) if depth else pane
            (self._loud[group].add if _is_loud(pane) else self._loud[group].discard)(at)
            touched.add(group)
        for group in touched:
            self._groups[group] = Group(self._groups[group].title, tuple(self._panes[group]))
        return True

    @property
    def out_of_place(self) -> bool:
        """Whether a loud pane stands behind a quiet one: worth sorting again even though nobody pressed a key.

        In a tree all stand where they belong.
        """
        return not self._tree and any(loud and max(loud) >= len(loud) for loud in self._loud)


def _is_loud(pane: Pane) -> bool:
    """Whether somebody must act on it here. Those elsewhere stand behind all others, however loud."""
    return attention(pane) <= LOUD and not pane.elsewhere
