"""What an event does is said beside its domain: once in a slice, on a draft that has every field of the floor."""

from __future__ import annotations

import pytest

from sessions.floor import events as ev
from sessions.floor.fold import metering
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.slice import Slice
from sessions.floor.state import EMPTY, FloorState


def test_a_handler_is_filed_by_what_it_takes() -> None:
    each = Slice("tasks", 1, ("skipped",))

    @each.folds
    def either(draft: Draft, event: ev.BaseChosen | ev.BranchRemoved) -> None:
        """Does nothing."""

    assert each.handlers == {ev.BaseChosen: either, ev.BranchRemoved: either}
    assert each.kinds == (ev.BaseChosen, ev.BranchRemoved)
    assert Slice("another", 1, ()).kinds == ()


def test_an_event_is_folded_once_in_a_slice() -> None:
    each = Slice("tasks", 1, ("skipped",))

    def once(draft: Draft, event: ev.BaseChosen) -> None:
        """Does nothing."""

    each.folds(once)
    with pytest.raises(TypeError, match="BaseChosen is folded twice in the slice 'tasks'"):
        each.folds(once)


def test_a_draft_has_every_field_of_the_floor() -> None:
    assert sorted([*Draft.__annotations__, *metering.FIELDS]) == sorted(FloorState.__struct_fields__)


def test_what_nothing_touched_stays_the_same_object() -> None:
    draft = Draft(EMPTY)
    draft.skipped["torn line"] = 1
    state = draft.freeze()
    assert state.skipped == {"torn line": 1}
    assert EMPTY.skipped == {}
    assert state.stations is EMPTY.stations
