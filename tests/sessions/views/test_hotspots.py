"""Where branches collide most, which ownership would have helped, and how the matrix is sorted."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.branches.area import directories
from sessions.floor.conflicts import Verdict
from sessions.landing.plan import BASE, Candidate
from sessions.views.conflicts.cluster import Sort, cluster_order, sorted_by
from sessions.views.conflicts.hotspots import HotSpot, Ownership, collisions, hot_spots, suggested_scopes
from tests.support.branches.verdict import Verdicts, book, conflict, floors, unknown


def test_a_directory_is_named_when_it_explains_more_than_its_worst_file() -> None:
    verdicts = book(
        conflict("a", "b", ("src/api/x.py", 10), ("src/api/y.py", 1)),
        conflict("a", "c", ("src/api/x.py", 5)),
        conflict("b", "c", ("src/api/y.py", 2)),
        conflict("c", BASE, ("doc/one.md", 3)),
        unknown("a", "d"),
    )
    assert hot_spots(verdicts) == (
        HotSpot("src/api/", 3, 18, ("a", "b", "c")),
        HotSpot("src/api/x.py", 2, 15, ("a", "b", "c")),
        HotSpot("src/api/y.py", 2, 3, ("b", "a", "c")),
        HotSpot("doc/one.md", 1, 3, ("c",)),
    )
    assert hot_spots(verdicts, 1) == hot_spots(verdicts)[:1]
    assert hot_spots({}) == ()


def test_small_places_are_suggested_before_the_whole_tree() -> None:
    crowd = [conflict(one, other, ("src/api/x.py", 1)) for one, other in ("ab", "ac", "bc")]
    apart = [conflict(f"d{n}", f"e{n}", (f"src/m{n}/y.py", 1)) for n in range(3)]
    assert suggested_scopes(book(*crowd, *apart)) == (Ownership("src/api/", "a", 3, ("b", "c")),)
    assert suggested_scopes(book(conflict("a", BASE, ("f", 1)))) == ()
    assert suggested_scopes(book(conflict("a", "b", ("README.md", 1)))) == (Ownership("README.md", "a", 1, ("b",)),)


@given(floors(), st.integers(0, 4))
def test_what_is_suggested_was_possible(floor: tuple[list[Candidate], Verdicts], limit: int) -> None:
    _, verdicts = floor
    found = suggested_scopes(verdicts, limit)
    among = [(pair, path) for pair, path, _ in collisions(verdicts) if pair[1]]
    prevented = sum(scope.prevented for scope in found)
    assert prevented == sum(
        any(path == scope.path or scope.path in directories(path) for scope in found) for _, path in among
    )
    assert len(found) <= limit
    assert len(found) == limit or prevented >= len(among) / 2


@given(floors())
def test_hot_spots_count_pairs_once(floor: tuple[list[Candidate], Verdicts]) -> None:
    _, verdicts = floor
    everything = list(collisions(verdicts))
    for spot in hot_spots(verdicts, 100):
        here = [
            (pair, lines) for pair, path, lines in everything if path == spot.path or spot.path in directories(path)
        ]
        assert spot.conflicts == len({pair for pair, _ in here})
        assert spot.lines == sum(lines for _, lines in here)
        assert set(spot.branches) == {name for pair, _ in here for name in pair if name}


def test_directories_above_a_path() -> None:
    assert directories("a/b/c.txt") == ["a/b/", "a/"]
    assert directories("c.txt") == []


def block(names: str) -> list[Verdict]:
    return [conflict(one, other, ("f", 4)) for i, one in enumerate(names) for other in names[:i]]


def test_collisions_stand_together() -> None:
    verdicts = book(*block("aei"), *block("bf"), conflict("i", BASE, ("f", 1)), conflict("a", "stranger", ("f", 1)))
    assert cluster_order("abcdefghi", verdicts) == [*"aei", *"bf", *"cdgh"]


def test_inside_a_cluster_the_strongest_bond_comes_first() -> None:
    chain = book(conflict("a", "d", ("f", 90)), conflict("d", "b", ("f", 80)), conflict("b", "c", ("f", 2)))
    assert cluster_order("abcd", chain) == ["d", "a", "b", "c"]


@given(floors(), st.randoms(use_true_random=False))
def test_clusters_hold_everyone_and_depend_on_no_order(
    floor: tuple[list[Candidate], Verdicts], chance: random.Random
) -> None:
    branches, verdicts = floor
    names = [branch.name for branch in branches]
    found = cluster_order(names, verdicts)
    assert sorted(found) == sorted(names)
    items = list(verdicts.items())
    assert found == cluster_order(chance.sample(names, len(names)), dict(chance.sample(items, len(items))))


def test_sorts() -> None:
    verdicts = book(conflict("a", "c", ("f", 1)), conflict("b", "c", ("f", 1)), conflict("b", BASE, ("f", 1)))
    names = ["d", "c", "b", "a"]
    assert sorted_by(Sort.CONFLICTS, names, verdicts) == ["b", "c", "a", "d"]
    assert sorted_by(Sort.AGE, names, verdicts, arrived={"d": 1.0, "c": 2.0}) == ["d", "c", "a", "b"]
    assert sorted_by(Sort.LANDING, names, verdicts, landing=["c", "b"]) == ["c", "b", "a", "d"]
    assert sorted_by(Sort.NAME, names, verdicts) == ["a", "b", "c", "d"]
    assert sorted_by(Sort.CLUSTER, names, verdicts) == cluster_order(names, verdicts)
