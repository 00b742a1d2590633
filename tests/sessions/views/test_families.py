"""Families on the floor: a tree, what all of one used, the state of the worst, and children that nobody waits for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold
from sessions.floor.ours.family import orphaned, unheard_ends, untold
from sessions.floor.ours.lives import Life
from sessions.floor.pace import BUCKET_S, Pace
from sessions.floor.state import FloorState, Status
from sessions.floor.tokens import Certainty, Tokens
from sessions.views.floor.arrange import Choice, Grouping
from sessions.views.floor.families import Families
from sessions.views.floor.panes import Pane
from sessions.views.floor.tree import in_tree
from sessions.views.floor.view import FloorView
from sessions.views.ours import Ours, ours_of
from tests.support.console import NOW, state_of
from tests.support.stations.still import asking, our_events, ours


def pane(station: str, parent: str = "", status: Status = Status.IDLE, **fields: object) -> Pane:
    made = Pane(key="station:" + station, station=station, name=station, status=status, ours=Ours(parent=parent))
    return replace(made, **fields)


FAMILY = [
    pane("boss", tokens=Tokens(output=10), cost=1.0, calls=1, pace=Pace(100, (5,), (0.5,))),
    pane("left", "boss", tokens=Tokens(output=20), cost=None, calls=2, certainty=Certainty.ESTIMATED),
    pane("leaf", "left", tokens=Tokens(input=7), cost=0.5, calls=1, pace=Pace(101, (2, 3), (0.0, 0.25))),
    pane("alone", tokens=Tokens(output=99), cost=9.0, calls=1),
]


def folded(*panes: Pane) -> Pane:
    return Families().fold(panes, {"boss"})[1]["station:boss"]


def test_a_folded_family_has_used_what_all_of_it_used() -> None:
    whole = folded(*FAMILY)
    assert (whole.tokens, whole.calls, whole.within) == (Tokens(input=7, output=30), 4, 2)
    assert (whole.cost, whole.part_priced, whole.certainty) == (1.5, True, Certainty.ESTIMATED)
    assert whole.pace.tokens_per_s(101.5 * BUCKET_S, 600) == pytest.approx(10 / 600)
    silent = folded(pane("boss", cost=None), pane("left", "boss", cost=None))
    assert (silent.cost, silent.calls) == (0.0, 0)


@pytest.mark.parametrize(
    ("own", "others", "shown"),
    [
        (Status.IDLE, [Status.WORKING, Status.UNKNOWN], Status.WORKING),
        (Status.IDLE, [Status.WORKING, Status.STALE], Status.STALE),
        (Status.WORKING, [Status.WAITING], Status.WAITING),
        (Status.WORKING, [Status.IDLE, Status.UNKNOWN], Status.WORKING),
        (Status.FAILED, [Status.NEEDS_ME], Status.NEEDS_ME),
        (Status.NEEDS_ME, [Status.FAILED], Status.NEEDS_ME),
    ],
)
def test_a_folded_family_is_in_the_state_of_the_worst(own: Status, others: list[Status], shown: Status) -> None:
    members = [pane(f"child-{i}", "boss", status, reason=status.value) for i, status in enumerate(others)]
    whole = folded(pane("boss", status=own, reason="its own"), *members)
    assert whole.status is shown
    assert whole.reason == ("its own" if shown is own else f"child-{others.index(shown)}: {shown.value}")


@given(st.lists(st.integers(-1, 11), max_size=12))
def test_a_tree_has_each_behind_the_one_it_works_for(parents: list[int]) -> None:
    """Whoever works for whom, be it in a circle, as only a damaged journal says."""
    panes = [pane(f"s{i}", "" if at < 0 else f"s{at}") for i, at in enumerate(parents)]
    tree = in_tree(panes)
    assert sorted(each.key for each in tree) == sorted(each.key for each in panes)
    depth = {each.station: each.depth for each in tree}
    for at, each in enumerate(tree):
        if not each.depth:
            continue
        assert each.ours is not None
        above = next(one for one in reversed(tree[:at]) if one.depth < each.depth)
        assert above.station == each.ours.parent and each.depth == depth[above.station] + 1


def test_the_floor_in_groups_of_families_is_a_tree_that_stays_one() -> None:
    events = [*our_events(), *ours("leaf", parent="helper")]
    view = FloorView(Choice(grouping=Grouping.FAMILY))
    state = state_of(events)
    for now in (state, state_of([*events, asking("leaf", "q9", NOW - 5)])):
        group = next(group for group in view.look(now, NOW, untouched=True).groups if group.title == "worker")
        assert [(each.station, each.depth) for each in group.panes] == [("worker", 0), ("helper", 1), ("leaf", 2)]
    assert view.sorts_in(100.0, 50.0) > 1e9, "in a tree all stand where they belong"
    view.choose(grouping=Grouping.NONE)
    assert {each.depth for group in view.look(state, NOW).groups for each in group.panes} == {0}


@pytest.mark.parametrize(
    ("life", "word"),
    [
        (Life.RUNNING, ""),
        (Life.PAUSED, ""),
        (Life.KILLED, "killed"),
        (Life.LOST, "lost"),
        (Life.STOPPED, "stopped"),
        (Life.REMOVED, "removed"),
    ],
)
def test_a_child_is_an_orphan_as_long_as_nobody_waits_for_it(life: Life, word: str) -> None:
    events = our_events()
    state = state_of([*events, ev.LifeChanged(time=NOW, station="worker", life=life)])
    assert orphaned(state, "helper") == word
    assert orphaned(state, "worker") == orphaned(state, "nobody") == ""
    ended = ev.LifeChanged(time=NOW, station="helper", life=Life.STOPPED)
    assert orphaned(state_of([*events, ended]), "helper") == "", "it has ended itself"


def test_a_result_waits_until_whom_it_is_for_was_told() -> None:
    def told(delivered: bool) -> FloorState:
        event = ev.ChildEnded(time=NOW, station="worker", child="helper", ok=True, result="done", delivered=delivered)
        return state_of([*our_events(), event])

    waiting, helper = untold(told(False), "helper"), ours_of(told(False), "helper", NOW)
    assert waiting is not None and waiting.text == "done" and helper is not None and helper.untold == "done"
    assert untold(told(True), "helper") is None


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (ev.TurnFinished(time=NOW, station="helper"), [("worker", "helper", True, "found it")]),
        (ev.TurnFinished(time=NOW, station="helper", interrupted=True), []),
        (ev.TurnFailed(time=NOW, station="helper", reason="no"), [("worker", "helper", False, "no")]),
        (ev.LifeChanged(time=NOW, station="helper", life=Life.LOST), []),
    ],
)
def test_an_end_of_which_nothing_came_is_known(ending: ev.Event, told: list[tuple[str, str, bool, str]]) -> None:
    state = state_of([*our_events(), ev.TextWritten(time=NOW - 1, station="helper", text="found it"), ending])
    assert [*unheard_ends(state)] == told
    result = ev.ChildEnded(time=NOW + 1, station="worker", child="helper", ok=True, result="found it")
    assert [*unheard_ends(fold(state, result))] == []
