"""Generated conflict graphs whose largest set without conflicts is known, as one bit mask of neighbours per vertex."""

from __future__ import annotations

import math
import random


def planted_graph(seed: int, vertices: int, optimum: int, density: float) -> list[int]:
    """A graph in which exactly `optimum` vertices are the most that can be chosen.

    The vertices fall into `optimum` cliques, so no more can be chosen; one of each is hidden without conflict between
    them, so that many can. Random edges beside these make up the density, where the cliques leave room for it.
    """
    chance = random.Random(seed)
    ids = chance.sample(range(vertices), vertices)
    hidden = set(ids[:optimum])
    group = {v: i if i < optimum else chance.randrange(optimum) for i, v in enumerate(ids)}
    pairs = [(a, b) for a in range(vertices) for b in range(a)]
    inside = [(a, b) for a, b in pairs if group[a] == group[b]]
    across = [(a, b) for a, b in pairs if group[a] != group[b] and not {a, b} <= hidden]
    wanted = max(0, min(len(across), round(len(pairs) * density) - len(inside)))
    return graph(vertices, inside + chance.sample(across, wanted))


def hard_graph(seed: int, optimum: int, size: int) -> list[int]:
    """The same with cliques of equal size and as many edges between them as make it hardest (Xu and Li's Model RB)."""
    chance = random.Random(seed)
    ids = chance.sample(range(optimum * size), optimum * size)
    groups = [ids[i * size : (i + 1) * size] for i in range(optimum)]
    hidden = {group[0] for group in groups}
    edges = [(a, b) for group in groups for i, a in enumerate(group) for b in group[:i]]
    tightness = 0.25
    for _ in range(round(0.8 / math.log(1 / (1 - tightness)) * optimum * math.log(optimum))):
        one, other = chance.sample(groups, 2)
        across = [(a, b) for a in one for b in other if not {a, b} <= hidden]
        edges += chance.sample(across, round(tightness * size * size))
    return graph(len(ids), edges)


def random_graph(seed: int, vertices: int, density: float) -> list[int]:
    """Every pair conflicts with the same chance."""
    chance = random.Random(seed)
    return graph(vertices, [(a, b) for a in range(vertices) for b in range(a) if chance.random() < density])


def graph(vertices: int, edges: list[tuple[int, int]]) -> list[int]:
    """Masks of neighbours from edges."""
    neighbours = [0] * vertices
    for a, b in edges:
        neighbours[a] |= 1 << b
        neighbours[b] |= 1 << a
    return neighbours


def brute_force(neighbours: list[int], candidates: int) -> int:
    """The size of the largest set without conflicts, by trying all."""
    if not candidates:
        return 0
    low = candidates & -candidates
    rest = candidates ^ low
    around = neighbours[low.bit_length() - 1]
    without = brute_force(neighbours, rest) if around & rest else 0
    return max(without, 1 + brute_force(neighbours, rest & ~around))
