"""Which stations are marked together, and which are then."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.state import Status
from sessions.views.floor.arrange import Group
from sessions.views.floor.marking import Alike, alike, marked
from sessions.views.floor.panes import Pane
from sessions.views.ours import Ours

PANES = [
    Pane(key="a", station="a", name="a", role="ship", status=Status.IDLE, ours=Ours(family="a")),
    Pane(key="b", station="b", name="b", role="ship", status=Status.WORKING, ours=Ours(family="a", parent="a")),
    Pane(key="c", station="c", name="c", role="", status=Status.IDLE),
    Pane(key="branch:x", name="x"),
]
GROUPS = [Group("ship", tuple(PANES[:2])), Group("no role", tuple(PANES[2:]))]


@pytest.mark.parametrize(
    ("what", "at", "keys"),
    [
        (Alike.SHOWN, 0, "abc"),
        (Alike.GROUP, 0, "ab"),
        (Alike.GROUP, 2, "c"),
        (Alike.ROLE, 1, "ab"),
        (Alike.ROLE, 2, ""),
        (Alike.FAMILY, 1, "ab"),
        (Alike.FAMILY, 2, ""),
        (Alike.STATE, 0, "ac"),
        (Alike.OTHERS, 0, "bc"),
        (Alike.STATE, 3, ""),
        (Alike.SHOWN, 3, "abc"),
    ],
)
def test_those_that_have_something_in_common(what: Alike, at: int, keys: str) -> None:
    assert alike(what, GROUPS, PANES[at], {"a"}) == set(keys)
    assert alike(what, [], PANES[at]) == frozenset()


def test_without_groups_there_is_no_group_to_mark() -> None:
    assert alike(Alike.GROUP, [Group("", tuple(PANES))], PANES[0]) == frozenset()
    assert alike(Alike.SHOWN, GROUPS, None) == {"a", "b", "c"} and alike(Alike.ROLE, GROUPS, None) == frozenset()


@given(st.sampled_from(Alike), st.sets(st.sampled_from("abcd")), st.sets(st.sampled_from("abcd")))
def test_marking_twice_takes_the_marks_away(what: Alike, found: set[str], marks: set[str]) -> None:
    once = marked(what, found, marks)
    if what is Alike.OTHERS:
        assert once == found
    elif found - marks:
        assert once == found | marks and marked(what, found, once) == once - found
    else:
        assert once == marks - found
