"""The largest set without conflicts, against brute force and against graphs with a hidden answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.landing import independent
from sessions.landing.independent import bits, components, largest_independent, reduced
from sessions.landing.localsearch import walk
from tests.support.branches.graph import brute_force, graph, hard_graph, planted_graph, random_graph


@st.composite
def graphs(draw: st.DrawFn) -> list[int]:
    """Any graph of up to 14 vertices."""
    vertices = draw(st.integers(0, 14))
    pairs = [(a, b) for a in range(vertices) for b in range(a)]
    return graph(vertices, [pair for pair in pairs if draw(st.booleans())])


def free_of_conflicts(neighbours: list[int], chosen: int) -> bool:
    return all(not neighbours[v] & chosen for v in bits(chosen))


def everything(neighbours: list[int]) -> int:
    return (1 << len(neighbours)) - 1


@given(graphs(), st.integers(0, 2**14 - 1))
def test_small_graphs_are_solved_exactly(neighbours: list[int], some: int) -> None:
    candidates = some & everything(neighbours)
    found = largest_independent(neighbours, candidates)
    assert found.exact
    assert found.chosen & ~candidates == 0
    assert free_of_conflicts(neighbours, found.chosen)
    assert found.chosen.bit_count() == brute_force(neighbours, candidates)


@given(graphs(), st.integers(0, 40))
def test_the_bound_holds_on_any_budget(neighbours: list[int], budget: int) -> None:
    found = largest_independent(neighbours, everything(neighbours), budget)
    assert free_of_conflicts(neighbours, found.chosen)
    assert found.chosen.bit_count() <= brute_force(neighbours, everything(neighbours)) <= found.bound


@pytest.mark.parametrize("density", [0.12, 0.2, 0.3, 0.5])
def test_graphs_that_no_reduction_solves_are_solved_exactly(density: float) -> None:
    for seed in range(12):
        neighbours = random_graph(seed, 30, density)
        optimum = brute_force(neighbours, everything(neighbours))
        found = largest_independent(neighbours, everything(neighbours))
        assert free_of_conflicts(neighbours, found.chosen)
        assert found.chosen.bit_count() == found.bound == optimum
        for budget in (0, 30, 300):
            rough = largest_independent(neighbours, everything(neighbours), budget)
            assert free_of_conflicts(neighbours, rough.chosen)
            assert rough.chosen.bit_count() <= optimum <= rough.bound


def test_the_search_finds_what_the_walk_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(independent, "walk", lambda *_: 0)
    for seed in range(12):
        neighbours = random_graph(seed, 26, 0.25)
        found = largest_independent(neighbours, everything(neighbours))
        assert free_of_conflicts(neighbours, found.chosen)
        assert found.chosen.bit_count() == found.bound == brute_force(neighbours, everything(neighbours))


@given(graphs())
def test_reductions_lose_nothing(neighbours: list[int]) -> None:
    kernel, taken = reduced(neighbours, everything(neighbours))
    assert not kernel & taken
    assert free_of_conflicts(neighbours, taken)
    assert all(not neighbours[v] & kernel for v in bits(taken))
    assert taken.bit_count() + brute_force(neighbours, kernel) == brute_force(neighbours, everything(neighbours))


@given(graphs())
def test_components_share_nothing(neighbours: list[int]) -> None:
    parts = list(components(neighbours, everything(neighbours)))
    assert sum(parts) == everything(neighbours)
    assert all(not neighbours[v] & ~part for part in parts for v in bits(part))


@given(graphs(), st.integers(0, 200), st.integers(0, 9))
def test_a_walk_ends_in_a_set_and_always_in_the_same(neighbours: list[int], steps: int, seed: int) -> None:
    mask = everything(neighbours)
    found = walk(neighbours, mask, len(neighbours), steps, seed) if mask else 0
    assert free_of_conflicts(neighbours, found)
    assert not mask or walk(neighbours, mask, len(neighbours), steps, seed) == found


@given(graphs())
def test_lower_numbers_are_preferred(neighbours: list[int]) -> None:
    chosen = largest_independent(neighbours, everything(neighbours)).chosen
    for v in bits(everything(neighbours) & ~chosen):
        against = neighbours[v] & chosen
        assert against.bit_count() > 1 or against < 1 << v


PLANTED = [
    (vertices, optimum, density)
    for vertices, optima in ((50, (10, 15, 25)), (200, (20, 30, 40, 60, 90)))
    for optimum in optima
    for density in (0.05, 0.1, 0.2, 0.4)
]


@pytest.mark.parametrize(("vertices", "optimum", "density"), PLANTED)
def test_hidden_answers_are_found(vertices: int, optimum: int, density: float) -> None:
    for seed in range(2 if vertices < 100 else 1):
        neighbours = planted_graph(seed, vertices, optimum, density)
        found = largest_independent(neighbours, everything(neighbours))
        assert free_of_conflicts(neighbours, found.chosen)
        assert optimum * 0.98 <= found.chosen.bit_count() <= optimum <= found.bound


@pytest.mark.parametrize(("optimum", "size"), [(10, 5), (14, 14), (20, 10), (25, 8), (30, 6)])
def test_the_hardest_hidden_answers_are_found(optimum: int, size: int) -> None:
    neighbours = hard_graph(3, optimum, size)
    found = largest_independent(neighbours, everything(neighbours))
    assert free_of_conflicts(neighbours, found.chosen)
    assert optimum * 0.98 <= found.chosen.bit_count() <= optimum <= found.bound


@pytest.mark.parametrize("density", [0.05, 0.1, 0.2, 0.4])
def test_fifty_branches_are_solved_for_certain(density: float) -> None:
    neighbours = random_graph(1, 50, density)
    found = largest_independent(neighbours, everything(neighbours))
    assert found.exact
    assert found.bound == found.chosen.bit_count()


def test_graphs_beyond_any_floor_end_in_time_too() -> None:
    ring = graph(1001, [(v, (v + 1) % 1001) for v in range(1001)])
    found = largest_independent(ring, everything(ring))
    assert free_of_conflicts(ring, found.chosen)
    assert found.chosen.bit_count() >= 495
    assert largest_independent([], 0).exact
