"""Which verdicts become events: those that change what the floor shows, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.branches.merges.verdict_events import MOST_FILES, Ledger, departed, same
from sessions.floor.conflicts import FileConflict, Outcome, Verdict, between, key_of, pair_of
from sessions.floor.events import BaseChosen, BranchCompared, Event, VerdictReached
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.journal import codec

ROWS = {name: (f"head {name}", f"tree {name}", False, f"src/{name}/") for name in ("a", "b", "c")}
PAIRS = [("a", ""), ("b", ""), ("c", ""), ("a", "b"), ("a", "c"), ("b", "c")]
CLASH = Verdict("a", "b", Outcome.CONFLICT, (FileConflict("x", "content", 3),), 1)
QUIET = Verdict("a", "b", Outcome.CLEAN)


def told(state: FloorState, verdicts: list[Verdict], *, commits_only: bool = False) -> tuple[list[Event], FloorState]:
    """The news, and the floor after them."""
    ledger = Ledger(state, list(ROWS), set(ROWS), [(v.a, v.b) for v in verdicts])
    events = ledger.events(state, verdicts, commits_only, 5.0)
    return events, fold_all(state, events)


def test_a_change_is_told_once() -> None:
    events, state = told(EMPTY, [CLASH])
    assert [type(event) for event in events] == [VerdictReached]
    assert same(between(state.verdicts, "b", "a"), CLASH)
    assert told(state, [CLASH])[0] == []
    events, state = told(state, [QUIET])
    assert len(events) == 1
    assert state.verdicts == {}
    assert told(state, [QUIET])[0] == []


def test_a_secret_that_the_floor_does_not_hold_is_no_change() -> None:
    unknown = Verdict("a", "b", Outcome.UNKNOWN, reason="could not read https://ada:hunter2-dolphin@host/x")
    events, _ = told(EMPTY, [unknown])
    state = fold_all(EMPTY, codec.encoded(events))
    assert "hunter2" not in state.verdicts[key_of("a", "b")].reason
    assert told(state, [unknown])[0] == []
    assert told(state, [replace(unknown, reason="another")])[0]


def test_commits_are_told_apart_only_where_they_differ() -> None:
    _, state = told(EMPTY, [CLASH])
    assert told(state, [CLASH], commits_only=True)[0] == []
    events, state = told(state, [QUIET], commits_only=True)
    assert len(events) == 1
    assert state.committed_verdicts[key_of("a", "b")].outcome is Outcome.CLEAN
    assert told(state, [QUIET], commits_only=True)[0] == []
    events, state = told(state, [CLASH], commits_only=True)
    assert len(events) == 1
    assert state.committed_verdicts == {}
    assert same(state.verdicts[key_of("a", "b")], CLASH)


VERDICT = st.builds(
    lambda pair, outcome, shared: Verdict(
        *pair_of(*pair), outcome, CLASH.files if outcome == "conflict" else (), shared
    ),
    st.sampled_from(PAIRS),
    st.sampled_from(Outcome),
    st.integers(0, 2),
)


@given(st.lists(st.tuples(VERDICT, VERDICT), max_size=12))
def test_whatever_comes_the_floor_shows_the_last_of_it(rounds: list[tuple[Verdict, Verdict]]) -> None:
    state = EMPTY
    for verdict, other in rounds:
        committed = Verdict(verdict.a, verdict.b, other.outcome, other.files, other.shared)
        _, state = told(state, [verdict])
        _, state = told(state, [committed], commits_only=True)
        shown = between(state.verdicts, verdict.a, verdict.b)
        assert same(shown, verdict)
        apart = between(state.committed_verdicts, verdict.a, verdict.b)
        assert same(shown if apart is None else apart, committed)
        assert told(state, [verdict])[0] == []


def test_a_branch_is_compared_when_its_last_pair_is_known() -> None:
    ledger = Ledger(EMPTY, list(ROWS), set(ROWS), PAIRS)
    assert ledger.compared(EMPTY, ROWS, 1.0) == []
    row_of_a = [Verdict(a, b, Outcome.CLEAN) for a, b in PAIRS if a == "a"]
    assert ledger.events(EMPTY, row_of_a, False, 1.0) == []
    (event,) = ledger.compared(EMPTY, ROWS, 1.0)
    assert isinstance(event, BranchCompared)
    assert (event.branch, event.head, event.tree, event.dirty) == ("a", "head a", "tree a", False)
    assert event.area == "src/a/"
    rest = [Verdict(a, b, Outcome.CLEAN) for a, b in PAIRS if a != "a"]
    ledger.events(EMPTY, rest, False, 1.0)
    state = fold_all(EMPTY, [event, *ledger.compared(EMPTY, ROWS, 1.0)])
    assert state.compared.keys() == ROWS.keys()
    again = Ledger(state, list(ROWS), set(), [])
    assert again.compared(state, ROWS, 2.0) == [], "they are shown already"
    elsewhere = {**ROWS, "b": (*ROWS["b"][:3], "docs/")}
    (moved,) = Ledger(state, list(ROWS), set(), []).compared(state, elsewhere, 2.0)
    assert fold_all(state, [moved]).compared["b"].area == "docs/", "also where it is known from before areas were"


def test_a_branch_that_departs_takes_its_verdicts_along() -> None:
    as_b = BranchCompared(time=1.0, branch="b", head="1", tree="2")
    _, state = told(fold_all(EMPTY, [as_b]), [CLASH, Verdict("a", "c", Outcome.UNKNOWN, reason="x")])
    state = fold_all(state, departed(state, ["a", "c"], 2.0))
    assert state.compared == {}
    assert list(state.verdicts) == [key_of("a", "c")]


def test_another_base_takes_along_what_collided_with_the_old_one() -> None:
    with_base = Verdict("a", "", Outcome.CONFLICT, CLASH.files)
    _, state = told(EMPTY, [CLASH, with_base])
    _, state = told(state, [QUIET, Verdict("a", "", Outcome.CLEAN)], commits_only=True)
    assert state.committed_verdicts.keys() == state.verdicts.keys() == {key_of("a", "b"), key_of("a", "")}
    state = fold_all(state, [BaseChosen(time=9.0, base="next", base_head="1")])
    assert state.committed_verdicts.keys() == state.verdicts.keys() == {key_of("a", "b")}


@pytest.mark.parametrize(("one", "other"), ["ab", "ba"])
def test_commits_are_told_apart_as_long_as_one_side_has_uncommitted_work(one: str, other: str) -> None:
    _, state = told(fold_all(EMPTY, [BranchCompared(time=1.0, branch=other, head="1", tree="2", dirty=True)]), [CLASH])
    _, state = told(state, [QUIET], commits_only=True)
    state = fold_all(state, [BranchCompared(time=2.0, branch=one, head="3", tree="4")])
    assert list(state.committed_verdicts) == [key_of("a", "b")]
    state = fold_all(state, [BranchCompared(time=3.0, branch=other, head="5", tree="6")])
    assert state.committed_verdicts == {}


def test_whose_doing_it_was() -> None:
    known = fold_all(EMPTY, [BranchCompared(time=1.0, branch=name, head="h", tree="t") for name in "ab"])

    def cause(state: FloorState, moved: set[str], verdict: Verdict) -> str:
        (event,) = Ledger(state, ["b", "a", "c"], moved, []).events(state, [verdict], False, 1.0)
        assert isinstance(event, VerdictReached)
        return event.cause

    assert cause(known, {"a"}, CLASH) == "a"
    assert cause(known, {"a", "b"}, CLASH) == "b", "the one that is nearer to landing"
    assert cause(EMPTY, {"a", "b"}, CLASH) == "", "both were there before anybody looked"
    with_base = Verdict("a", "", Outcome.CONFLICT, CLASH.files)
    assert cause(known, {"a"}, with_base) == "a"
    assert cause(EMPTY, {"a"}, with_base) == ""


def test_the_worst_files_are_kept_of_very_many() -> None:
    files = tuple(FileConflict(f"f{number}", "content", 1) for number in range(MOST_FILES + 50))
    huge = Verdict("a", "b", Outcome.CONFLICT, files)
    events, state = told(EMPTY, [huge])
    assert isinstance(events[0], VerdictReached)
    assert events[0].files == files[:MOST_FILES]
    assert told(state, [huge])[0] == []
