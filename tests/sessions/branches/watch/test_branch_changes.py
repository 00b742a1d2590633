"""What is new about the branches, purely."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.branches.watch.changes import differences
from sessions.floor.events import BranchChanged, BranchRemoved
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, Branch
from sessions.journal import codec

MAIN = Branch("main", head="a" * 40, subject="first", changed=1.0)
WORK = Branch("work", head="b" * 40, ahead=2, behind=1, worktree="/w", dirty=3, changed=2.0)

branches = st.dictionaries(
    st.sampled_from(["main", "work", "a'b", "x (detached)"]),
    st.builds(
        Branch,
        name=st.just(""),
        head=st.sampled_from(["", "a" * 40, "b" * 40]),
        ahead=st.integers(-1, 3),
        dirty=st.integers(-1, 3),
        worktree=st.sampled_from(["", "/w"]),
        merged=st.booleans(),
        changed=st.floats(0, 10),
    ),
).map(lambda named: {name: replace(branch, name=name) for name, branch in named.items()})


def test_nothing_new_is_no_event() -> None:
    assert differences({"main": MAIN, "work": WORK}, [MAIN, replace(WORK, changed=9.0)], 10.0) == []


def test_a_secret_that_the_floor_does_not_hold_is_no_change() -> None:
    secret = replace(MAIN, subject="use password=hunter2-dolphin")
    reached = fold_all(EMPTY, codec.encoded(differences({}, [secret], 10.0))).branches
    assert "hunter2" not in reached["main"].subject
    assert differences(reached, [secret], 11.0) == []
    assert differences(reached, [replace(secret, subject="use password=other-dolphin2 no more")], 11.0)


def test_new_changed_and_gone() -> None:
    moved = replace(MAIN, head="c" * 40)
    new = Branch("new", head="d" * 40, detached=True)
    events = differences({"main": MAIN, "work": WORK}, [moved, new], 10.0)
    assert [(type(event), event.time, event.source) for event in events] == [
        (BranchRemoved, 10.0, "git"),
        (BranchChanged, 10.0, "git"),
        (BranchChanged, 10.0, "git"),
    ]


@given(branches, branches)
def test_folding_the_differences_leads_there(known: dict[str, Branch], found: dict[str, Branch]) -> None:
    events = differences(known, found.values(), 10.0)
    reached = fold_all(replace(EMPTY, branches=known), events).branches
    assert {name: replace(branch, changed=0.0) for name, branch in reached.items()} == {
        name: replace(branch, changed=0.0) for name, branch in found.items()
    }
    assert differences(reached, found.values(), 11.0) == []
