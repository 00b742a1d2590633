"""A station is on the branch that is checked out where it works, whatever its transcript said and when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold, fold_all
from sessions.floor.fold.trees import checked_out, tree_of
from sessions.floor.state import EMPTY, Branch, FloorState
from sessions.headless.floor import floor_of
from sessions.views.floor.book import PaneBook
from tests.support.house import House, house_in

THREAD = "019a5b2c-0000-7000-8000-00000000c0de"


def _opened(directory: str, branch: str = "main", time: float = 10.0) -> ev.StationOpened:
    return ev.StationOpened(time=time, station="api", session="s", kind="codex", directory=directory, branch=branch)


def _stands(branch: str, worktree: str, time: float = 5.0, detached: bool = False) -> ev.BranchChanged:
    return ev.BranchChanged(time=time, branch=branch, worktree=worktree, head="abc", detached=detached)


def _branch(*facts: ev.Event) -> str:
    return fold_all(EMPTY, facts).stations["api"].branch


def test_what_is_checked_out_wins_over_what_was_said() -> None:
    assert _branch(_stands("feature", "/w"), _opened("/w")) == "feature"
    assert _branch(_opened("/w"), _stands("feature", "/w")) == "feature"
    assert (
        _branch(_stands("main", "/w"), _opened("/w"), _stands("feature", "/w", 20), _stands("main", "", 20))
        == "feature"
    )
    assert (
        _branch(_stands("main", "/w"), _opened("/w"), _stands("main", "", 20), _stands("feature", "/w", 20))
        == "feature"
    )


def test_a_later_word_of_the_transcript_does_not_bring_the_old_branch_back() -> None:
    said = ev.BranchEntered(time=30, station="api", session="s", branch="main")
    assert _branch(_stands("feature", "/w"), _opened("/w"), said) == "feature"


def test_the_innermost_worktree_counts() -> None:
    trees = (_stands("main", "/w"), _stands("inner", "/w/trees/inner"))
    assert _branch(*trees, _opened("/w/trees/inner/src")) == "inner"
    assert _branch(*trees, _opened("/w/trees/innermost")) == "main"
    assert _branch(_opened("/w/trees/inner/src"), *trees) == "inner"


def test_a_detached_head_is_no_branch_that_was_left() -> None:
    away = _stands("w (detached)", "/w", 20, detached=True)
    assert _branch(_stands("main", "/w"), _opened("/w"), away, _stands("main", "", 20)) == "w (detached)"
    assert _branch(_opened("/x", "old"), ev.BranchEntered(time=11, station="api", session="s", branch="")) == ""


def test_a_renamed_branch_is_followed() -> None:
    facts = (_stands("old", "/w"), _opened("/w"), ev.BranchRemoved(time=20, branch="old"), _stands("new", "/w", 20))
    assert _branch(*facts) == "new"


def test_outside_of_every_worktree_the_transcript_is_believed() -> None:
    assert _branch(_stands("main", "/w"), _opened("/elsewhere", "theirs")) == "theirs"
    assert _branch(_stands("main", "/w"), _opened("", "theirs")) == "theirs"


def test_a_station_and_a_branch_never_have_two_panes_for_one_worktree() -> None:
    state = fold_all(EMPTY, (_stands("main", ""), _stands("feature", "/w"), _opened("/w", "main")))
    panes = PaneBook().panes(state, 100.0)
    assert [(pane.station, pane.branch) for pane in panes if pane.branch == "feature"] == [("api", "feature")]


_moves = st.lists(
    st.one_of(
        st.builds(
            _stands, st.sampled_from(["a", "b"]), st.sampled_from(["", "/w", "/w/in"]), st.sampled_from([1.0, 2.0])
        ),
        st.builds(lambda branch: ev.BranchRemoved(time=3, branch=branch), st.sampled_from(["a", "b"])),
        st.builds(_opened, st.sampled_from(["/w", "/w/in/x", "/y"]), st.sampled_from(["a", "c"])),
    ),
    max_size=12,
)


@given(_moves)
def test_the_branch_is_the_same_however_the_events_are_cut(facts: list[ev.Event]) -> None:
    together, apart = fold_all(EMPTY, facts), reduce(fold, facts, EMPTY)
    assert together == apart
    for station in together.stations.values():
        trees = checked_out(together.branches.values())
        tree = tree_of(station.directory, trees)
        assert not tree or station.branch == trees[tree]


def test_two_claims_on_a_worktree_are_told_apart_by_their_time() -> None:
    late, early = Branch("late", worktree="/w", changed=2.0), Branch("early", worktree="/w", changed=1.0)
    assert checked_out([late, early]) == checked_out([early, late]) == {"/w": "late"}


def test_whose_claim_is_renewed_or_older_than_was_said_changes_where_the_stations_are() -> None:
    claims = (_stands("late", "/w", 20), _stands("early", "/w", 15), _opened("/w"))
    assert _branch(*claims) == "late"
    assert _branch(*claims, _stands("early", "/w", 30)) == "early"
    assert _branch(*claims, _stands("late", "/w", 12)) == "early"


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


def _codex_begins(house: House, directory: str) -> None:
    folder = house.root / "home/.codex/sessions/2026/11/20"
    folder.mkdir(parents=True)
    meta = {"id": THREAD, "cwd": directory, "cli_version": "0.120.0", "git": {"branch": "main"}}
    line = {"timestamp": "2026-11-20T12:00:00.000Z", "type": "session_meta", "payload": meta}
    (folder / f"rollout-2026-11-20T12-00-00-{THREAD}.jsonl").write_text(json.dumps(line) + "\n")


def _on(state: FloorState) -> list[str]:
    return [station.branch for station in state.stations.values()]


def test_a_codex_station_follows_git_switch(house: House) -> None:
    (house.repo.path / "src").mkdir()
    _codex_begins(house, str(house.repo.path / "src"))
    assert _on(floor_of(house.repo.path)) == ["main"]
    house.repo.git("switch", "--quiet", "-c", "feature/a")
    assert _on(floor_of(house.repo.path)) == ["feature/a"]
    house.repo.git("branch", "-m", "feature/b")
    assert _on(floor_of(house.repo.path)) == ["feature/b"]
    house.repo.git("switch", "--quiet", "--detach")
    (detached,) = _on(floor_of(house.repo.path))
    assert detached.endswith("(detached)")
    house.repo.git("switch", "--quiet", "main")
    assert _on(floor_of(house.repo.path)) == ["main"]
