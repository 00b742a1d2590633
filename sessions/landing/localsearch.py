"""Finds a large set of branches of which no two conflict, quickly and without proof: a walk with a short memory.

A step adds a vertex that conflicts with nothing chosen, or else swaps one in for the only chosen vertex it conflicts
with, or else forces one in. What was just put out must stay out for a while (tabu), so that the walk moves on. How
many chosen neighbours each vertex has is kept as binary counters laid across bit masks: adding a vertex to the set
counts all its neighbours up in a handful of operations on whole masks.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

_RING = 32
"""Longer than any vertex is kept out, in steps."""
_PATIENCE = 20
"""Steps without success, beside two per chosen vertex, before one is forced in."""


def walk(neighbours: Sequence[int], mask: int, goal: int, steps: int, seed: int = 1) -> int:
    """The largest set met within `mask` in `steps` steps from the empty set; ends early at `goal` vertices.

    The same arguments give the same set.
    """
    return _Walk(neighbours, mask, seed).run(goal, steps)


class _Walk:
    """The set, and by vertex the number of its chosen neighbours: bit `i` of all numbers is mask `planes[i]`."""

    def __init__(self, neighbours: Sequence[int], mask: int, seed: int) -> None:
        self._neighbours = neighbours
        self._mask = mask
        self._planes = [0] * max(1, mask.bit_count().bit_length())
        self._chosen = 0
        self._width = mask.bit_length()
        self._random = random.Random(seed).random

    def run(self, goal: int, steps: int) -> int:
        """See `walk`."""
        best = size = last = tabu = 0
        ring = [0] * _RING
        for step in range(steps):
            tabu &= ~ring[step % _RING]
            ring[step % _RING] = 0
            several = 0
            for plane in self._planes[1:]:
                several |= plane
            outside = self._mask & ~self._chosen & ~several
            free = outside & ~self._planes[0]
            if free:
                self._add(self._any(free & ~tabu or free))
                count = self._chosen.bit_count()
                if count > size:
                    best, size, last = self._chosen, count, step
                    if size >= goal:
                        break
                continue
            single = outside & ~tabu
            if single and step - last < 2 * size + _PATIENCE:
                v = self._any(single)
                keep_out = 4 + int(self._random() * min(single.bit_count(), _RING - 6))
            else:
                v, keep_out, last = self._any(self._mask & ~self._chosen), 7, step
            out = self._neighbours[v] & self._chosen
            for x in _bits(out):
                self._drop(x)
            self._add(v)
            tabu |= out
            ring[(step + keep_out) % _RING] |= out
        return best

    def _any(self, mask: int) -> int:
        """One of the vertices in `mask`: the first from a random place on."""
        place = int(self._random() * self._width)
        above = mask >> place << place or mask
        return (above & -above).bit_length() - 1

    def _add(self, v: int) -> None:
        carry = self._neighbours[v]
        self._chosen |= 1 << v
        for i, plane in enumerate(self._planes):
            self._planes[i] = plane ^ carry
            carry &= plane
            if not carry:
                return

    def _drop(self, v: int) -> None:
        borrow = self._neighbours[v]
        self._chosen ^= 1 << v
        for i, plane in enumerate(self._planes):
            self._planes[i] = plane ^ borrow
            borrow &= ~plane
            if not borrow:
                return


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
