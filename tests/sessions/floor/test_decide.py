"""What each command comes to, and that none is ever done twice."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import (
    AnyWish,
    CancelScan,
    CatchUp,
    Command,
    ImportPaths,
    RenameStation,
    SetBase,
    Stop,
    Undo,
    WatchPlaces,
)
from sessions.floor.decide.decide import AHEAD_S, MOST_INTENTS, decide
from sessions.floor.decide.decision import FRESH_S, Accepted, Decision, Errands, Known, Refusal, done
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, Ended, FloorState, Intent
from tests.support.supervisor import opened

NOW = 1_000_000.0
MAIN = FloorState(base="main")
SHIP = fold_all(EMPTY, [opened(), ev.StationOpened(time=2.0, station="boat", kind="codex")])


def given_now(wish: AnyWish, id: str = "c1", when: float = NOW) -> Command:
    return Command(id, "ann@box", when, wish)


def answer(state: FloorState, wish: AnyWish, id: str = "c1") -> Decision:
    return decide(state, given_now(wish, id), NOW)


def committed(state: FloorState, decision: Decision) -> FloorState:
    """The floor after what was decided."""
    assert isinstance(decision, Accepted), decision
    return fold_all(state, decision.events)


def kinds(decision: Decision) -> Sequence[type[ev.Event]]:
    assert isinstance(decision, Accepted), decision
    return [type(event) for event in decision.events]


def test_a_wish_becomes_an_intent_with_its_author() -> None:
    wanted = ev.BaseWanted(time=NOW, source="operator", command="c1", who="ann@box", base="release", before="main")
    assert answer(MAIN, SetBase("release")) == Accepted((wanted,))
    read = ev.ImportWanted(time=NOW, source="operator", command="c1", who="ann@box", paths=("/a", "/b"))
    imported = answer(MAIN, ImportPaths(("/a", "/b")))
    assert isinstance(imported, Accepted)
    assert replace(imported.events[0], undo=None) == read
    assert committed(MAIN, Accepted((wanted,))).intents == {"c1": Intent(wanted)}


@pytest.mark.parametrize("wish", [CatchUp(), CancelScan(), WatchPlaces(("/a",))])
def test_an_errand_leaves_nothing_in_the_journal(wish: CatchUp | CancelScan | WatchPlaces) -> None:
    assert answer(MAIN, wish) == Errands(wish)


def test_the_end_is_wanted_and_done_at_once() -> None:
    decision = answer(MAIN, Stop())
    assert kinds(decision) == [ev.StopWanted, ev.CommandDone]
    after = committed(MAIN, decision)
    assert (after.intents, after.ended) == ({}, {"c1": Ended(NOW, True, who="ann@box")})


def test_the_base_that_holds_already_needs_nothing() -> None:
    assert answer(MAIN, SetBase("main")) == Accepted()


@pytest.mark.parametrize(
    "wish",
    [
        ImportPaths(()),
        WatchPlaces(("a",)),
        ImportPaths(("/a.ftr",)),
        ImportPaths(("relative",)),
        SetBase("--upload-pack=x"),
        SetBase("a\nb"),
        SetBase("\x1b[2J"),
        RenameStation("nobody", "x"),
        RenameStation("ship", ""),
        RenameStation("ship", "a\x1b[2J"),
        RenameStation("ship", " padded"),
        RenameStation("ship", "boat"),
        Undo("never"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_cure(wish: AnyWish) -> None:
    refusal = answer(SHIP, wish)
    assert isinstance(refusal, Refusal)
    assert refusal.reason
    assert refusal.cure


@pytest.mark.parametrize("wish", [CatchUp(), ImportPaths(("/a",)), SetBase("x"), RenameStation("ship", "x")])
def test_a_simulated_floor_observes_nothing(wish: AnyWish) -> None:
    assert isinstance(answer(replace(SHIP, simulated=True), wish), Refusal)


def test_a_simulated_floor_can_be_ended() -> None:
    assert kinds(answer(FloorState(simulated=True), Stop())) == [ev.StopWanted, ev.CommandDone]
    assert answer(FloorState(simulated=True), CancelScan()) == Errands(CancelScan())


def test_a_command_that_comes_again_is_answered_and_not_done_again() -> None:
    wanted = committed(MAIN, answer(MAIN, SetBase("release")))
    assert answer(wanted, SetBase("release")) == Known()
    over = fold_all(wanted, [done("c1", NOW + 5)])
    assert answer(over, SetBase("release")) == Known(Ended(NOW + 5, True, undo=SetBase("main"), who="ann@box"))
    failed = fold_all(wanted, [ev.CommandFailed(time=NOW, command="c1", reason="gone", cure="look")])
    assert answer(failed, SetBase("release")) == Known(Ended(NOW, False, "gone", "look"))


@pytest.mark.parametrize(
    "command",
    [
        given_now(Stop(), ""),
        given_now(Stop(), "a b"),
        given_now(Stop(), "é"),
        given_now(Stop(), "x" * 65),
        given_now(Stop(), when=NOW - FRESH_S - 1),
        given_now(Stop(), when=NOW + AHEAD_S + 1),
    ],
)
def test_an_unfit_command_is_refused(command: Command) -> None:
    assert isinstance(decide(MAIN, command, NOW), Refusal)


def test_no_more_is_under_way_than_can_be_held() -> None:
    wanted = ev.ImportWanted(time=NOW, command="x", paths=("/a",))
    full = replace(MAIN, intents={f"c{n}": Intent(wanted) for n in range(1, MOST_INTENTS + 1)})
    assert isinstance(answer(full, Stop(), "new"), Refusal)
    assert answer(full, Stop(), "c5") == Known()


@given(ends=st.lists(st.floats(0, 10 * FRESH_S), max_size=20), asked=st.floats(0, 10 * FRESH_S))
def test_what_is_forgotten_is_too_old_to_be_given_again(ends: list[float], asked: float) -> None:
    """However commands ended: at any later time a repeated one is either known, or refused for its age."""
    state = MAIN
    for number, after in enumerate(sorted(ends)):
        state = fold_all(state, [done(f"c{number}", NOW + after)])
    now = NOW + max([asked, *ends])
    for number, after in enumerate(sorted(ends)):
        again = Command(f"c{number}", "", NOW + after, SetBase("release"))  # no later than it ended
        assert isinstance(decide(state, again, now), Known | Refusal)


def test_undoing_is_wanting_the_opposite() -> None:
    named = committed(SHIP, answer(SHIP, RenameStation("ship", "flagship")))
    assert (named.stations["ship"].id, named.stations["ship"].name) == ("ship", "flagship")
    back = committed(named, answer(named, Undo("c1"), "c2"))
    assert back.stations["ship"].name == "ship"
    again = committed(back, answer(back, Undo("c2"), "c3"))
    assert again.stations["ship"].name == "flagship"


def test_a_name_given_up_is_free_and_one_in_use_is_not() -> None:
    named = committed(SHIP, answer(SHIP, RenameStation("ship", "flagship")))
    assert isinstance(answer(named, RenameStation("boat", "flagship"), "c2"), Refusal)
    assert isinstance(answer(named, RenameStation("boat", "ship"), "c2"), Refusal), "it is the first one's id"
    assert kinds(answer(named, RenameStation("ship", "ship"), "c2"))[0] is ev.NameWanted
