"""The largest set of branches of which no two conflict: a maximum independent set, exact where that is quick.

The graph comes as one bit mask of neighbours per vertex. Reductions take the vertices that some optimum surely holds
and strike those that one does without; what they leave falls apart into components. In each, a walk finds a large
set, and branch and bound tries to beat it. The bound is a cover by cliques: of each at most one vertex can be chosen
(Tomita's colour bound, seen from the other side).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from sessions.landing.localsearch import walk

BUDGET = 100_000
"""Vertices that the search looks at before it settles for the best so far: about half a second."""
_WALK = 40_000
"""Steps of the walk at most; in small components as many as there are pairs of vertices, and fewer."""
_COVERS = 40
"""Attempts at a smaller cover by cliques."""


class Independent(msgspec.Struct, frozen=True):
    """A set without conflicts, as a bit mask, and the size that no such set can exceed."""

    chosen: int
    bound: int

    @property
    def exact(self) -> bool:
        """Nothing larger exists."""
        return self.chosen.bit_count() == self.bound


def largest_independent(neighbours: Sequence[int], candidates: int, budget: int = BUDGET) -> Independent:
    """The largest set within the mask `candidates`; after `budget` vertices looked at, the best so far.

    `neighbours` is symmetric and nobody neighbours itself. The same arguments give the same set; of sets as large the
    one with lower numbers is preferred where exchanging one for one leads to it.
    """
    kernel, chosen = reduced(neighbours, candidates)
    bound = chosen.bit_count()
    # Small components first: what they leave of the budget goes to the large ones.
    for component in sorted(components(neighbours, kernel), key=int.bit_count):
        search = _Search(neighbours, component, budget)
        chosen |= search.best
        bound += search.bound
        budget = search.budget
    return Independent(_favour_low(neighbours, candidates, chosen), bound)


def bits(mask: int) -> Iterator[int]:
    """The numbers of the set bits, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def components(neighbours: Sequence[int], mask: int) -> Iterator[int]:
    """The parts of `mask` between which there is no conflict."""
    while mask:
        component, edge = 0, mask & -mask
        while edge:
            component |= edge
            reached = 0
            for v in bits(edge):
                reached |= neighbours[v]
            edge = reached & mask & ~component
        mask &= ~component
        yield component


def reduced(neighbours: Sequence[int], mask: int) -> tuple[int, int]:
    """What remains to be searched of `mask`, and vertices that together with an optimum of it make one of `mask`.

    A vertex whose neighbours all conflict with each other is taken: at most one of them all can be chosen, and it
    stands in nobody else's way. A vertex that conflicts with another and with all that one conflicts with is struck.
    """
    chosen, todo = 0, mask
    while todo:
        low = todo & -todo
        todo ^= low
        if not mask & low:
            continue
        around = neighbours[low.bit_length() - 1] & mask
        gone = _dominated(neighbours, around, around | low)
        if gone == around:
            chosen |= low
            gone |= low
        mask &= ~gone
        for v in bits(gone):
            todo |= neighbours[v]
    return mask, chosen


def _dominated(neighbours: Sequence[int], around: int, closed: int) -> int:
    """Those of the vertices `around` one that conflict with all the others of `closed`, which is they and that one."""
    gone = 0
    for u in bits(around):
        bit = 1 << u
        if not closed & ~(neighbours[u] | gone | bit):
            gone |= bit
    return gone


def _favour_low(neighbours: Sequence[int], candidates: int, chosen: int) -> int:
    """Exchange chosen vertices for lower ones, one for one, as long as that is possible."""
    changed = True
    while changed:
        changed = False
        for v in bits(candidates & ~chosen):
            against = neighbours[v] & chosen
            if not against or (against.bit_count() == 1 and against > 1 << v):
                chosen ^= against | 1 << v
                changed = True
    return chosen


class _Search:
    """One component: `best` is the largest set found, and none exceeds `bound`."""

    def __init__(self, neighbours: Sequence[int], component: int, budget: int) -> None:
        # Numbered anew, fewest conflicts first: cliques that are begun with those grow best.
        order = sorted(bits(component), key=lambda v: ((neighbours[v] & component).bit_count(), v))
        number = {v: i for i, v in enumerate(order)}
        self._neighbours = [sum(1 << number[u] for u in bits(neighbours[v] & component)) for v in order]
        self.budget = budget
        mask = (1 << len(order)) - 1
        self.bound = len(cover := _cover(self._neighbours, mask))
        self._best = walk(self._neighbours, mask, self.bound, min(_WALK, len(order) ** 2 // 3))
        self._size = self._best.bit_count()
        if self._size < self.bound:
            self._prove(mask, cover)
        self.best = sum(1 << order[i] for i in bits(self._best))

    def _prove(self, mask: int, cover: list[int]) -> None:
        """Lower the bound as far as may be, perhaps down to a set that is larger yet."""
        self.bound = len(_better_cover(self._neighbours, cover, self._size))
        if self._size < self.bound:
            self._expand(mask, 0, 0)
            if self.budget > 0:
                self.bound = self._size

    def _expand(self, mask: int, chosen: int, size: int) -> None:
        """Look for a set within `mask` that together with `chosen` (of `size`) exceeds the best."""
        neighbours = self._neighbours
        left, taken = reduced(neighbours, mask)
        chosen |= taken
        size += taken.bit_count()
        self.budget -= mask.bit_count()
        if not left:
            if size > self._size:
                self._best, self._size = chosen, size
            return
        ordered, limits = self._ordered(left, self._size - size)
        while ordered:
            if size + limits.pop() <= self._size or self.budget <= 0:
                return
            v = ordered.pop()
            bit = 1 << v
            self._expand(left & ~neighbours[v] & ~bit, chosen | bit, size + 1)
            left ^= bit

    def _ordered(self, mask: int, room: int) -> tuple[list[int], list[int]]:
        """The vertices beyond the first `room` cliques of a cover, each with the number of cliques up to its own."""
        neighbours = self._neighbours
        ordered, limits, count = [], [], 0
        while mask:
            count += 1
            common = mask
            while common:
                low = common & -common
                v = low.bit_length() - 1
                mask ^= low
                common &= neighbours[v]
                if count > room:
                    ordered.append(v)
                    limits.append(count)
        return ordered, limits


def _cover(neighbours: Sequence[int], mask: int) -> list[int]:
    """A greedy cover of `mask` by cliques: their number bounds every independent set."""
    cliques = []
    while mask:
        common, clique = mask, 0
        while common:
            low = common & -common
            clique |= low
            common &= neighbours[low.bit_length() - 1]
        mask &= ~clique
        cliques.append(clique)
    return cliques


def _better_cover(neighbours: Sequence[int], cover: list[int], goal: int) -> list[int]:
    """A cover made anew from the cliques of the last, one by one, never grows (Culberson's iterated greedy)."""
    for attempt in range(_COVERS):
        if len(cover) <= goal:
            break
        cover.sort(key=int.bit_count, reverse=attempt % 2 == 0)
        if attempt % 3 == 2:
            cover.reverse()
        commons: list[int] = []
        cliques: list[int] = []
        for clique in cover:
            for v in bits(clique):
                bit = 1 << v
                for i, common in enumerate(commons):
                    if common & bit:
                        cliques[i] |= bit
                        commons[i] = common & neighbours[v]
                        break
                else:
                    cliques.append(bit)
                    commons.append(neighbours[v])
        cover = cliques
    return cover
