"""The landing order: what may stand in it, how many, and what wishes cost."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.conflicts import Outcome, between
from sessions.landing.plan import (
    BASE,
    Candidate,
    Left,
    Plan,
    Refusal,
    Step,
    Why,
    Wishes,
    fill_ins,
    plan,
)
from tests.support.branches.graph import planted_graph
from tests.support.branches.verdict import Verdicts, book, conflict, floors, queue, unknown, wishes

Floor = tuple[list[Candidate], Verdicts]


def collide(verdicts: Verdicts, one: str, other: str) -> bool:
    verdict = between(verdicts, one, other)
    return verdict is not None and verdict.outcome is not Outcome.CLEAN


def most(branches: list[Candidate], verdicts: Verdicts, dropped: tuple[str, ...] = ()) -> int:
    """The most that can land, by trying all sets."""
    able = [
        it.name for it in branches if it.compared and it.name not in dropped and not collide(verdicts, it.name, BASE)
    ]
    for size in range(len(able), 0, -1):
        for names in itertools.combinations(able, size):
            if not any(collide(verdicts, one, other) for one, other in itertools.combinations(names, 2)):
                return size
    return 0


@given(floors(), wishes())
def test_whatever_is_wished_what_lands_lands_together(floor: Floor, wished: Wishes) -> None:
    branches, verdicts = floor
    found = plan(branches, verdicts, wished)
    compared = {branch.name for branch in branches if branch.compared}
    for one, other in itertools.combinations((BASE, *found.names), 2):
        assert not collide(verdicts, one, other)
    assert set(found.names) <= compared - set(wished.dropped)
    everyone = [*found.names, *(left.name for left in found.left)]
    assert sorted(everyone) == sorted({branch.name for branch in branches} - set(wished.dropped))
    assert found.lands <= found.upper_bound
    assert found.exact
    assert found.lands + found.cost_of_pins == most(branches, verdicts, wished.dropped)
    assert found.lands + found.cost_of_pins + found.cost_of_drops == most(branches, verdicts)
    refused = {refusal.name for refusal in found.refused}
    assert set(wished.pinned) - refused == {step.name for step in found.order if step.pinned}


@given(floors())
def test_without_wishes_most_land(floor: Floor) -> None:
    branches, verdicts = floor
    found = plan(branches, verdicts)
    assert found.in_arrival_order <= found.lands == found.upper_bound == most(branches, verdicts)
    arrived = {branch.name: (branch.arrived, branch.name) for branch in branches}
    assert list(found.names) == sorted(found.names, key=arrived.__getitem__)
    assert (found.cost_of_pins, found.cost_of_drops, found.refused) == (0, 0, ())


@given(floors(), wishes(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(floor: Floor, wished: Wishes, chance: random.Random) -> None:
    branches, verdicts = floor
    items = list(verdicts.items())
    shuffled = chance.sample(branches, len(branches)), dict(chance.sample(items, len(items)))
    assert plan(*shuffled, wished) == plan(branches, verdicts, wished)


@given(floors())
def test_what_is_left_is_counted_against_all_before_it(floor: Floor) -> None:
    branches, verdicts = floor
    found = plan(branches, verdicts)
    before = [BASE, *found.names]
    for left in found.left:
        blocking = [name for name in before if collide(verdicts, left.name, name)]
        assert list(left.blocked_by) == blocking
        assert left.onto == (blocking[-1] if blocking else BASE)
        known = [between(verdicts, left.name, name) for name in blocking]
        assert left.lines == sum(verdict.lines for verdict in known if verdict)
        assert len(left.unknown) == sum(verdict.outcome is Outcome.UNKNOWN for verdict in known if verdict)
        assert blocking or not left.compared
        before.append(left.name)
    waiting = {step.name: set(step.unblocks) for step in found.order}
    assert waiting == {name: {left.name for left in found.left if left.onto == name} for name in found.names}


def test_one_that_many_collide_with_gives_way() -> None:
    verdicts = book(*(conflict("hub", name, ("f", 3)) for name in "abc"))
    found = plan(queue(["hub", "a", "b", "c"]), verdicts)
    assert found == Plan(
        order=(Step("a"), Step("b"), Step("c", unblocks=("hub",))),
        left=(Left("hub", ("a", "b", "c"), files=1, lines=9, onto="c"),),
        in_arrival_order=1,
        upper_bound=3,
    )


def test_of_equals_the_oldest_lands() -> None:
    verdicts = book(conflict("new", "old", ("f", 1)))
    assert plan([Candidate("new", 9.0), Candidate("old", 1.0)], verdicts).names == ("old",)


def test_the_cheapest_is_rebased_first_and_counts_against_the_next() -> None:
    verdicts = book(
        conflict("a", "dear", ("f", 50)),
        conflict("a", "cheap", ("f", 2)),
        conflict("a", "unsure", ("f", 1)),
        unknown("b", "unsure"),
        conflict("cheap", "dear", ("g", 7)),
        conflict("base-bound", BASE, ("h", 30)),
    )
    found = plan(
        [*queue(["a", "b", "dear", "cheap", "unsure", "base-bound"]), Candidate("late", compared=False)], verdicts
    )
    assert found.names == ("a", "b")
    assert found.left == (
        Left("cheap", ("a",), files=1, lines=2, onto="a"),
        Left("base-bound", (BASE,), files=1, lines=30),
        Left("dear", ("a", "cheap"), files=2, lines=57, onto="cheap"),
        Left("unsure", ("a", "b"), unknown=("b",), files=1, lines=1, onto="b"),
        Left("late", compared=False),
    )
    assert found.order[0].unblocks == ("cheap",)


def test_pins_land_and_say_what_they_cost() -> None:
    verdicts = book(*(conflict("hub", name, ("f", 3)) for name in "abc"))
    found = plan(queue(["a", "b", "c", "hub", "free"]), verdicts, Wishes(pinned=("hub",)))
    assert found.order == (Step("hub", ("a", "b", "c"), pinned=True), Step("free"))
    assert (found.cost_of_pins, found.upper_bound, found.in_arrival_order) == (2, 2, 4)


def test_pins_that_cannot_hold_are_refused() -> None:
    verdicts = book(
        conflict("stuck", BASE, ("f", 1)), conflict("a", "b", ("f", 1)), unknown("c", BASE), unknown("a", "d")
    )
    branches = [*queue(["a", "b", "c", "d", "stuck", "out"]), Candidate("late", compared=False)]
    wished = Wishes(pinned=("a", "stuck", "b", "c", "d", "out", "late", "gone", "a"), dropped=("out",))
    found = plan(branches, verdicts, wished)
    assert found.refused == (
        Refusal("stuck", Why.CONFLICT, (BASE,)),
        Refusal("b", Why.CONFLICT, ("a",)),
        Refusal("c", Why.UNKNOWN, (BASE,)),
        Refusal("d", Why.UNKNOWN, ("a",)),
        Refusal("out", Why.DROPPED),
        Refusal("late", Why.NOT_COMPARED),
        Refusal("gone", Why.ABSENT),
    )
    assert found.names == ("a",)


def test_dropping_says_what_it_costs() -> None:
    found = plan(queue("abc"), book(conflict("a", "b", ("f", 1))), Wishes(dropped=("c",)))
    assert (found.names, found.cost_of_drops, found.cost_of_pins) == (("a",), 1, 0)
    found = plan(queue("abc"), book(conflict("a", "b", ("f", 1))), Wishes(dropped=("a",)))
    assert (found.names, found.cost_of_drops) == (("b", "c"), 0)


def test_moved_branches_come_first_in_their_order() -> None:
    verdicts = book(conflict("a", "d", ("f", 1)), conflict("b", "d", ("f", 1)))
    found = plan(queue("abcd"), verdicts, Wishes(moved=("d", "a", "c")))
    assert found.names == ("d", "c")
    assert found.cost_of_pins == 1
    assert plan(queue("abcd"), verdicts, Wishes(moved=("c", "b"))).names == ("c", "b", "a")


def test_what_can_stand_in_for_a_bounced_branch() -> None:
    verdicts = book(conflict("a", "x", ("f", 1)), conflict("b", "y", ("f", 1)), conflict("z", BASE, ("f", 1)))
    found = plan(queue("abxyz"), verdicts)
    assert found.names == ("a", "b")
    assert fill_ins(found, verdicts, ["b"]) == ("x",)
    assert fill_ins(found, verdicts, ["b", "x"]) == ()


@pytest.mark.parametrize(("vertices", "optimum", "density"), [(50, 25, 0.1), (200, 60, 0.1)])
def test_generated_floors_land_almost_all_that_can(vertices: int, optimum: int, density: float) -> None:
    neighbours = planted_graph(11, vertices, optimum, density)
    name = [f"b{number:03d}" for number in range(vertices)]
    pairs = [(a, b) for a in range(vertices) for b in range(a) if neighbours[a] >> b & 1]
    found = plan(queue(name), book(*(conflict(name[a], name[b], ("f", a + b)) for a, b in pairs)))
    assert optimum * 0.98 <= found.lands <= optimum <= found.upper_bound
    assert len(found.left) == vertices - found.lands


def test_no_branches_no_plan() -> None:
    assert plan([], book(conflict("a", "b", ("f", 1)))) == Plan()
    assert Plan().exact
