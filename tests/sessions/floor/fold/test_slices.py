"""The slices of the floor: together they are all of it, and each is what its own events and those it reads make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import msgspec
import pytest
from hypothesis import given

from sessions.floor import events as ev
from sessions.floor.fold import slices, versions
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from tests.support.journal import event_lists, sample_stream


def _check(events: Sequence[ev.Event]) -> None:
    whole = fold_all(EMPTY, events)
    for each in slices.SLICES:
        kinds = slices.kinds_of(slices.inputs({each.name}))
        alone = fold_all(EMPTY, [event for event in events if type(event) in kinds])
        for field in each.fields:
            assert getattr(alone, field) == getattr(whole, field), f"{each.name} depends on more than it says"


@given(event_lists)
def test_a_slice_is_made_of_the_events_that_it_names(events: list[ev.Event]) -> None:
    _check(events)


def test_a_slice_is_made_of_the_events_that_it_names_in_a_long_story() -> None:
    _check(sample_stream(3_000))


def test_the_version_of_all_rises_with_that_of_any() -> None:
    assert sum(slices.VERSIONS.values()) - 1 == versions.FOLD_VERSION


def test_the_slices_are_the_floor() -> None:
    fields = [field for each in slices.SLICES for field in each.fields]
    assert sorted([*fields, "seq", "time"]) == sorted(field.name for field in msgspec.structs.fields(FloorState))
    assert {kind for each in slices.SLICES for kind in each.kinds} == set(get_args(ev.AnyEvent))
    state = fold_all(EMPTY, sample_stream(500))
    assert slices.joined({each.name: slices.part_of(state, each) for each in slices.SLICES}) == state


@pytest.mark.parametrize(
    ("raised", "anew"),
    [
        ("ground", {"ground", "stations", "progress", "tasks"}),
        ("stations", {"stations", "progress", "tasks"}),
        ("progress", {"progress"}),
        ("verdicts", {"verdicts"}),
        ("commands", {"commands"}),
        ("skipped", {"skipped"}),
    ],
)
def test_what_reads_a_slice_is_made_anew_with_it(raised: str, anew: set[str]) -> None:
    assert slices.stale(slices.VERSIONS) == set()
    assert slices.stale({**slices.VERSIONS, raised: 0}) == anew
    assert slices.stale({name: version for name, version in slices.VERSIONS.items() if name != raised}) == anew
