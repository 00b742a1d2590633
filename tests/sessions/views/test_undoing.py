"""What `u` is for: the newest of one's own, all of one key, nothing twice, and never what undid something."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import AssignScope, ChangeLife, FreezeFloor, ReopenCase
from sessions.floor.ours.lives import Change
from sessions.floor.scope import Scope
from sessions.floor.state import FloorState
from sessions.floor.triage.case import Act, Case, Kind
from sessions.views.undoing import newest, told, with_its_key
from tests.support.console import NOW, state_of
from tests.support.stations.still import our_events

ME, OTHER = "ann@box", "bob@box"


def done(command: str, about: str = "asker", who: str = ME, together: str = "", words: str = "") -> ev.Event:
    return ev.CommandDone(
        time=NOW, source="factory", command=command, who=who, together=together, about=about, words=words,
        undo=ChangeLife(about, Change.RESUME),
    )  # fmt: skip


def floor(*events: ev.Event) -> FloorState:
    return state_of([*our_events(), *events])


def test_the_newest_of_ones_own_is_undone_and_what_others_did_is_not() -> None:
    state = floor(done("c1"), done("c2"), done("c3", who=OTHER))
    assert newest(state, ME) == ("c2",)
    assert newest(state, OTHER) == ("c3",)
    assert newest(state, "nobody@box") == ()
    assert newest(state, ME, {"c2"}) == ("c1",), "where that cannot be undone, what was before it"


def test_all_of_one_key_is_undone_together_the_last_first() -> None:
    state = floor(done("c1", together="k"), done("c2", "fixer", together="k"), done("c3", who=OTHER, together="k"))
    assert newest(state, ME) == ("c2", "c1")
    assert with_its_key(state, "c1") == ("c2", "c1")


def test_what_is_undone_is_not_offered_again_nor_is_what_undid_it() -> None:
    state = floor(done("c1"), done("c2"), done("c4"), ev.CommandUndone(time=NOW, source="f", command="c2", by="c4"))
    assert newest(state, ME) == ("c1",)
    assert with_its_key(state, "c2") == ()
    assert with_its_key(state, "c4") == ()


def test_what_changed_nothing_or_failed_is_passed_over() -> None:
    nothing = ev.CommandDone(time=NOW, source="factory", command="c2", who=ME)
    failed = ev.CommandFailed(time=NOW, source="factory", command="c3", reason="it is gone")
    assert newest(floor(done("c1"), nothing, failed), ME) == ("c1",)


def test_it_is_told_in_words_what_will_be_undone() -> None:
    state = floor(done("c1", words="killed asker"), done("c2", "fixer"), done("c3", words="its task is back"))
    assert told(state, ("c1",)) == "killed asker"
    assert told(state, ("c2",)) == "ending or pausing fixer"
    assert told(state, ("c3", "c1")) == "asker: its task is back, killed asker"
    assert told(state, ("gone",)) == ""


def test_of_many_the_first_few_are_told_and_hostile_words_are_harmless() -> None:
    many = [done(f"c{i}", words=f"killed {i}\x1b[31m", about="") for i in range(9)]
    words = told(floor(*many), tuple(f"c{i}" for i in range(9)))
    assert words.endswith("and 6 more")
    assert "\x1b" not in words


def test_every_opposite_has_words() -> None:
    state = floor(done("c1"))
    for undo in (
        FreezeFloor(True),
        FreezeFloor(False),
        AssignScope("asker", Scope()),
        ChangeLife("asker", Change.STOP),
    ):
        ended = {"c1": replace(state.ended["c1"], undo=undo)}
        assert told(replace(state, ended=ended), ("c1",))


def test_of_a_case_that_was_settled_it_is_told_how() -> None:
    case = Case("asker:failed:1", Kind.FAILED, "asker", title="it failed")
    state = floor(
        ev.CaseOpened(time=NOW, source="f", station="asker", what=case),
        ev.CaseSettled(time=NOW, source="f", station="asker", case=case.id, act=Act.RETRY, who=ME, command="c1"),
        ev.CommandDone(time=NOW, source="f", command="c1", who=ME, about="asker", undo=ReopenCase(case.id)),
    )
    assert told(state, ("c1",)) == "retry asker"
