"""Simulated branches collide believably: the same for the same seed, and apart from the rest of the factory."""

from __future__ import annotations

from itertools import takewhile

from hypothesis import given
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.conflicts import Outcome
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.landing.plan import plan
from sessions.simulation import START, simulate
from sessions.simulation.collisions import CLEAN, Ranges, judge
from sessions.views.conflicts.view import ConflictView, candidates

_EVENTS = list(takewhile(lambda event: event.time < START + 3_600.0, simulate(137)))


def after(seconds: float) -> FloorState:
    return fold_all(EMPTY, [event for event in _EVENTS if event.time <= START + seconds])


def test_everything_is_compared_at_once_and_stays_so() -> None:
    for seconds in (1.0, 1_800.0, 3_600.0):
        scene = ConflictView().look(after(seconds))
        assert scene.matrix.every > 30
        assert scene.matrix.computing == 0


def test_about_half_of_the_branches_can_land() -> None:
    scene, state = ConflictView().look(after(3_600.0)), after(3_600.0)
    found = plan(candidates(state, scene.names), scene.verdicts)
    assert 0.3 < found.lands / scene.matrix.every < 0.8
    assert found.in_arrival_order < found.lands
    assert scene.matrix.conflicts > 40


def test_uncommitted_work_makes_a_difference() -> None:
    assert after(3_600.0).committed_verdicts


def test_verdicts_change_with_a_cause_and_of_what_has_landed_none_is_left() -> None:
    state = after(3_600.0)
    reached = [event for event in _EVENTS if isinstance(event, ev.VerdictReached)]
    assert {event.outcome for event in reached} == {Outcome.CLEAN, Outcome.CONFLICT}
    assert all(event.cause in (event.a, event.b) for event in reached)
    merged = {branch.name for branch in state.branches.values() if branch.merged}
    assert merged
    colliding = {end for it in state.verdicts.values() if it.outcome is Outcome.CONFLICT for end in (it.a, it.b)}
    assert not merged & colliding


ranges = st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(1, 300), st.integers(1, 60)), max_size=4)


@given(ranges, ranges)
def test_two_sets_of_changes_collide_where_they_meet(one: Ranges, other: Ranges) -> None:
    found = judge(one, other)
    assert found == judge(other, one) or {file.path for file in found.files} == {
        file.path for file in judge(other, one).files
    }
    assert found.shared == len(one.keys() & other.keys())
    assert (found.outcome is Outcome.CONFLICT) == bool(found.files)
    assert judge(one, {}) == CLEAN
