"""What would be refused is said at its field, in the words of whoever refuses it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.commands import AssignScope, StartStation
from sessions.floor.decide.decision import Hand, Refusal
from sessions.floor.decide.stations import decide_station
from sessions.floor.scope import Budget, Mode, Network, Scope
from sessions.floor.state import FloorState
from sessions.views.forms.refusals import FORM, scope_refusals, start_refusals
from sessions.views.forms.wishes import child_values, common_values, meant, scope_wishes, start_wish
from tests.support.console import state_of
from tests.support.stations.still import our_events, ours

HAND = Hand(time=0.0, source="", command="", who="", together="")
CHILD = StartStation("builtin", "x", parent="worker", scope=Scope(("src/a/**",)), budget=Budget(tokens=5_000, turns=1))


@pytest.fixture(scope="module")
def state() -> FloorState:
    return state_of(our_events())


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"text": "x" * 200_001}, "task", "the request has 200,001 characters"),
        ({"branch": "a..b"}, "branch", "is no name of a branch"),
        ({"branch": "station/worker"}, "branch", "another station works on"),
        ({"start": "-x"}, "from", "nothing to begin a branch at"),
        ({"scope": Scope(("/etc/**",))}, "writes", "outside the work tree"),
        ({"scope": Scope(())}, "writes", "could not do anything"),
        ({"scope": Scope(("**", "!src//"), read=("src/**", "!docs/**"))}, "reads", "takes nothing away"),
        ({"scope": Scope(network=Network.LISTED)}, "hosts", "name the hosts"),
        ({"scope": Scope(("src/a",), exclusive=True)}, "alone", "writes there"),
        ({"kind": "No Kind"}, FORM, "is no kind of agent"),
        ({"name": "worker"}, "name", "there is a station 'worker' already"),
    ],
)
def test_a_start_is_refused_at_its_field(state: FloorState, changes: dict[str, object], field: str, words: str) -> None:
    found = start_refusals(state, replace(StartStation("builtin", "x"), **changes))
    assert list(found) == [field]
    assert words in found[field]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"scope": Scope(("docs/**",))}, "writes", "would write what worker may not"),
        ({"scope": Scope(("src/**",))}, "writes", "src/gen"),
        ({"scope": Scope(("src/a/**",), network=Network.OPEN)}, "network", "more of the network than worker"),
        (
            {"scope": Scope(("src/a/**",), network=Network.LISTED, hosts=("evil.org",))},
            "hosts",
            "hosts that worker may not",
        ),
        ({"mode": Mode.FULL}, "mode", "is in safe mode"),
        ({"budget": Budget(tokens=10**9, turns=1)}, "budget", "tokens left"),
        ({"budget": Budget()}, "budget", "tokens left"),
        ({"parent": "seen"}, FORM, "only observed"),
        ({"parent": "nobody"}, FORM, "there is no station"),
    ],
)
def test_a_child_gets_nothing_that_its_parent_has_not(
    state: FloorState, changes: dict[str, object], field: str, words: str
) -> None:
    assert start_refusals(state, CHILD) == {}
    found = start_refusals(state, replace(CHILD, **changes))
    assert list(found) == [field]
    assert words in found[field]


def test_two_wrong_fields_are_both_told(state: FloorState) -> None:
    wish = replace(CHILD, scope=Scope(("docs/**",)), budget=Budget(tokens=10**9, turns=1), mode=Mode.FULL)
    assert list(start_refusals(state, wish)) == ["mode", "budget", "writes"]


def test_what_another_has_to_itself_is_refused() -> None:
    state = state_of([*our_events(), *ours("owner", scope=Scope(("lib/**",), exclusive=True))])
    found = scope_refusals(state, AssignScope("rests", Scope(("lib/x", "docs/**"))))
    assert list(found) == ["writes"]
    assert "owner has that to itself" in found["writes"]
    assert scope_refusals(state, AssignScope("rests", Scope(("docs/**",)))) == {}


def test_what_works_for_it_needs_is_said_at_the_field_that_would_take_it_away() -> None:
    state = state_of([*ours("lead"), *ours("hand", parent="lead", scope=Scope(("src/a/**",)))])
    found = scope_refusals(state, AssignScope("lead", Scope(("docs/**",), network=Network.OPEN)))
    assert [*found] == ["writes"]
    assert found["writes"].startswith("hand works for it: it would write what lead may not")


@given(
    st.builds(
        StartStation,
        kind=st.sampled_from(["builtin", "Bad Kind"]),
        text=st.just("x"),
        branch=st.sampled_from(["", "new", "a..b", "station/worker"]),
        parent=st.sampled_from(["", "worker", "seen", "helper"]),
        mode=st.sampled_from(Mode),
        scope=st.builds(
            Scope,
            st.sampled_from([("**",), ("src/**",), ("src/a",), ("docs/**",), ("/x",)]),
            network=st.sampled_from([Network.OFF, Network.OPEN]),
            exclusive=st.booleans(),
        ),
        budget=st.sampled_from([Budget(), Budget(tokens=100, turns=1), Budget(tokens=10**9, turns=9)]),
    )
)
def test_something_is_said_if_and_only_if_it_would_be_refused(wish: StartStation) -> None:
    state = state_of(our_events())
    refused = isinstance(decide_station(state, wish, HAND), Refusal)
    assert bool(start_refusals(state, wish)) is refused


def test_a_child_begins_with_what_is_allowed(state: FloorState) -> None:
    for parent in ("worker", "asker", "rests"):
        values = child_values(state, parent)
        written = meant(values)
        assert written.troubles == {}
        wish = start_wish({**values, "task": "x"}, written.scope, written.budget, parent)
        assert start_refusals(state, wish) == {}, parent
        assert 0 < wish.budget.tokens <= state.owned[parent].budget.tokens / 2


def test_what_cannot_be_meant_is_said_at_its_field_and_absolute_paths_are_taken() -> None:
    written = meant({"writes": "src/[a-z]/x", "reads": "/repo/src/** ~/x", "budget": "much"}, "/repo")
    assert set(written.troubles) == {"writes", "reads", "budget"}
    assert meant({"writes": "/repo/src/** docs/"}, "/repo").scope.write == ("src/**", "docs/**")


def test_of_several_stations_what_nobody_touched_stays_each_ones_own(state: FloorState) -> None:
    stations = ("worker", "rests")
    values, differ = common_values(state.owned, stations)
    assert differ == {"writes", "network", "hosts", "budget"}
    written = meant({**values, "writes": "docs/**", "budget": "7 turns"})
    wishes = scope_wishes(state.owned, stations, written, frozenset({"budget"}))
    assert [wish.scope for wish in wishes.values()] == [state.owned[name].scope for name in stations]
    assert {wish.budget for wish in wishes.values()} == {Budget(turns=7)}
    wishes = scope_wishes(state.owned, stations, written, frozenset({"writes"}))
    assert [wish.scope.write for wish in wishes.values()] == [("docs/**",)] * 2
    assert [wish.scope.network for wish in wishes.values()] == [Network.LISTED, Network.OFF]
    assert [wish.budget for wish in wishes.values()] == [state.owned[name].budget for name in stations]
