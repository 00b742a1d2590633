"""Other scopes, as keys propose them, and what comes of them before they are assigned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.ours.lives import Asks, Life
from sessions.floor.ours.owned import Owned, Question
from sessions.floor.patterns import matches
from sessions.floor.scope import Held, HeldBy, Mode, Scope
from sessions.floor.scopes.paths import Paths
from sessions.floor.scopes.sets import trouble
from sessions.floor.state import FloorState
from sessions.views.forms.when import holds_from
from sessions.views.scopes.change import (
    alone,
    assign,
    hand,
    leave,
    narrow,
    opened,
    simplified,
    taken,
    to_what_it_wrote,
    widen,
    without,
)
from sessions.views.scopes.effect import Effect, effect
from sessions.views.scopes.ground import Ground
from tests.sessions.views.scopes.test_ground import LISTS, PATHS
from tests.support.stations.bounded import bounded

TREE = Paths([f"src/{place}/{n}.py" for place in ("api", "gen", "pool") for n in range(4)] + ["docs/a.md", "README.md"])
PLACES = st.one_of(st.just(""), PATHS, PATHS.map(lambda path: f"{path}/"))


def never(_: str) -> bool:
    return False


def effect_of(state: FloorState, proposal: object) -> Effect:
    from sessions.views.scopes.change import Proposal

    assert isinstance(proposal, Proposal)
    return effect(Ground(state, TREE), state, proposal, never)


def lies_in(path: str, place: str) -> bool:
    return place in ("", path) or (place.endswith("/") and path.startswith(place))


@given(LISTS, PLACES, PATHS)
def test_what_is_opened_and_taken_is_that_place_and_nothing_else(write: tuple[str, ...], place: str, path: str) -> None:
    before, here = matches(write, path), lies_in(path, place)
    more, less = opened(write, place), taken(write, place)
    assert matches(more, path) == (before or here)
    assert matches(less, path) == (before and not here)
    assert trouble(write) or not (trouble(more) or trouble(less))


@given(LISTS, LISTS, PATHS)
def test_without_leaves_nothing_that_both_may_write(one: tuple[str, ...], other: tuple[str, ...], path: str) -> None:
    left = without(one, other)
    assert not (matches(left, path) and matches(other, path))
    assert not matches(left, path) or matches(one, path)


@given(LISTS, PATHS)
def test_fewer_patterns_say_the_same(write: tuple[str, ...], path: str) -> None:
    assert matches(simplified(write), path) == matches(write, path)
    assert len(simplified(write)) <= len(write)


@pytest.mark.parametrize(
    ("write", "place", "more", "less"),
    [
        (("src/**", "!src/gen/**"), "src/gen/", ("src/**",), ("src/**", "!src/gen/**")),
        (("src/a/**", "src/b.py"), "src/", ("src/**",), ()),
        (("src/**",), "src/gen/", ("src/**",), ("src/**", "!src/gen/**")),
        (("src/gen/a.py", "docs/**"), "src/gen/", ("docs/**", "src/gen/**"), ("docs/**",)),
        (("docs/**",), "app/[id]/page.tsx", ("docs/**", "app/[id]/page.tsx"), ("docs/**",)),
    ],
)
def test_scopes_do_not_grow_with_every_key(
    write: tuple[str, ...], place: str, more: tuple[str, ...], less: tuple[str, ...]
) -> None:
    assert opened(write, place) == more
    assert taken(write, place) == less


def test_assigning_shows_files_gaps_and_new_overlaps_and_answers_what_is_asked() -> None:
    state = bounded({"p": ("src/api/**",), "q": ("src/pool/**",)})
    asks = {"1": Question("1", 0.0, paths=("src/pool/**",), asks=Asks.SCOPE)}
    state = replace(state, owned={**state.owned, "p": replace(state.owned["p"], questions=asks)})
    found = effect_of(state, assign(state, "p", "src/"))
    (turn,) = found.turns
    assert (turn.before, turn.after, turn.changes) == (4, 12, ("-src/api/**", "+src/**"))
    assert turn.answered == ("src/pool/**",)
    assert [(met.one, met.other, met.files) for met in found.begins] == [("p", "q", 4)]
    assert (found.shared, found.gaps, found.refused) == ((0, 4), (6, 2), "")
    assert assign(state, "p", "src/api/").trouble == "p may write all of it already"


def test_taking_shows_what_a_station_wrote_there() -> None:
    state = bounded({"p": ("src/**",), "q": ("src/**",)}, wrote={"p": {"src/gen/0.py": 2, "src/api/1.py": 1}})
    found = effect_of(state, narrow(state, "p", "src/gen/"))
    assert (found.turns[0].loses, found.turns[0].lost) == (("src/gen/0.py",), 1)
    assert [(met.one, met.other, met.files) for met in found.ends] == [("p", "q", 4)]
    assert narrow(state, "p", "docs/").trouble == "p may not write there anyway"
    assert "could write nothing any more" in narrow(state, "p", "src/").trouble


def test_widening_goes_on_to_the_directory_around() -> None:
    state = bounded({"p": ("src/gen/**",), "q": ("**",)})
    assert widen(state, "p", "src/gen/").steps[0].after.write == ("src/**",)
    assert widen(state, "p", "src/").steps[0].after.write == ("src/**",)
    assert widen(state, "p", "src/gen/0.py").steps[0].after.write == ("src/**",)
    assert widen(state, "q", "src/").trouble == "q may write everything already"


def test_a_scope_is_had_alone_when_all_others_left_it_and_shared_again() -> None:
    state = bounded(
        {"p": ("src/**", "!src/gen/**"), "q": ("src/**", "docs/**"), "r": ("src/api/**",), "child": ("src/pool/**",)},
        parents={"child": "p"},
    )
    assert "r could write nothing any more" in alone(state, "p").trouble
    state = replace(state, owned={**state.owned, "r": replace(state.owned["r"], scope=Scope(("docs/**",)))})
    proposal = alone(state, "p")
    assert [(step.station, step.after.write) for step in proposal.steps] == [
        ("q", ("docs/**", "src/gen/**")),
        ("p", ("src/**", "!src/gen/**")),
    ]
    assert effect_of(state, proposal).refused == ""
    owned = {**state.owned, "p": replace(state.owned["p"], scope=proposal.steps[-1].after)}
    (step,) = alone(replace(state, owned=owned), "p").steps
    assert not step.after.exclusive


def test_the_rules_that_decide_are_asked_of_each_step_after_those_before() -> None:
    exclusive = Scope(("src/gen/**",), exclusive=True)
    state = bounded({"p": ("docs/**",), "q": ("docs/**",)})
    state = replace(state, owned={**state.owned, "q": replace(state.owned["q"], scope=exclusive)})
    assert "q has that to itself" in effect_of(state, assign(state, "p", "src/gen/0.py")).refused
    away = replace(
        state, owned={**state.owned, "q": replace(state.owned["q"], scope=replace(exclusive, write=("src/**",)))}
    )
    assert effect_of(away, hand(away, "q", "p", "src/gen/")).refused == ""
    assert hand(state, "p", "q", "src/api/").trouble == "p may not write there anyway"


def test_a_station_is_left_what_it_wrote() -> None:
    wrote = {"src/gen/0.py": 2, "src/gen/1.py": 1, "src/gen/2.py": 1, "README.md": 1}
    state = bounded({"p": ("src/**",), "q": ("docs/a.md",)}, wrote={"p": wrote})
    ground = Ground(state, TREE)
    (step,) = to_what_it_wrote(state, "p", ground.written("p")).steps
    assert step.after.write == ("src/gen/**",)
    assert to_what_it_wrote(state, "q", []).trouble == "q wrote nothing yet"
    assert to_what_it_wrote(state, "q", ["docs/a.md"]).trouble == "q uses all of its scope"


def test_a_place_is_left_by_several_and_those_only_observed_are_passed_over() -> None:
    state = bounded({"p": ("src/**",), "q": ("src/**",)})
    proposal = leave(state, "src/gen/", ["p", "q", "seen"])
    assert [step.station for step in proposal.steps] == ["p", "q"]
    assert "only observed" in leave(state, "src/gen/", ["seen"]).trouble


@pytest.mark.parametrize(
    ("own", "rebinds", "when"),
    [
        (Owned(life=Life.STOPPED), True, "its next start, as it is stopped"),
        (Owned(life=Life.RUNNING, mode=Mode.FULL), False, "now"),
        (Owned(life=Life.RUNNING, held=Held(HeldBy.ADVISORY)), False, "now"),
        (Owned(life=Life.RUNNING, held=Held(HeldBy.BUBBLEWRAP)), True, "now: its next command is held to it"),
        (
            Owned(life=Life.RUNNING, held=Held(HeldBy.BUBBLEWRAP)),
            False,
            "now for its hook and what leaves it; for the kernel its next start",
        ),
    ],
)
def test_it_is_said_from_when_on_it_holds(own: Owned, rebinds: bool, when: str) -> None:
    assert holds_from(own, Scope(("docs/**",)), rebinds) == when
    assert holds_from(replace(own, life=Life.RUNNING), own.scope, rebinds) == "now, as it is"


def test_what_no_pattern_can_name_is_not_proposed() -> None:
    long = "x" * 300 + "/"
    state = bounded({"p": ("**",), "q": ("src/**",)})
    for proposal in (
        assign(state, "q", long),
        narrow(state, "p", long),
        widen(state, "q", long),
        hand(state, "p", "q", long),
    ):
        assert "too long for any pattern" in proposal.trouble
    assert Ground(state, Paths([f"{long}a.py"])).node(long).files == 1
