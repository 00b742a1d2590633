"""For root, a control group bounds what the kernel else would not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessions.stations.boundary.groups import group, leave, sweep


def tree(top: Path, controllers: str | None = None) -> Path:
    top.mkdir()
    (top / "cgroup.procs").touch()
    if controllers is not None:
        (top / "cgroup.subtree_control").write_text(controllers)
    return top


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)


@pytest.mark.usefixtures("as_root")
def test_both_kinds_are_known(tmp_path: Path) -> None:
    old, new = tree(tmp_path / "pids"), tree(tmp_path / "unified", "cpu memory pids\n")
    for top in (old, new):
        found = group(tmp_path / "place", (top,))
        assert found is not None
        assert found.parent == top
        assert found == group(tmp_path / "place", (top,)) != group(tmp_path / "other", (top,))


@pytest.mark.usefixtures("as_root")
def test_where_there_is_none_none_is_named(tmp_path: Path) -> None:
    bare = tree(tmp_path / "unified", "cpu memory\n")
    assert group(tmp_path, (tmp_path / "none", bare)) is None


def test_for_a_user_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1_000)
    assert group(tmp_path, (tree(tmp_path / "pids"),)) is None


@pytest.mark.usefixtures("as_root")
def test_what_is_left_is_taken_away_but_not_what_runs_nor_what_another_factory_may_need(tmp_path: Path) -> None:
    tops = (tree(tmp_path / "pids"),)
    places, others = tmp_path / "places", tmp_path / "other/places"

    def made(name: Path | str) -> Path:
        found = tops[0] / name if isinstance(name, str) else group(name, tops)
        assert found is not None
        found.mkdir()
        return found

    left, used, others_left = (made(place / "work") for place in (places / "a", places / "b", others / "a"))
    old, old_used = made("factory-tui-old"), made("factory-tui-old-used")
    for folder in (used, old_used):
        (folder / "tasks").touch()
    for folder in (old, old_used):
        os.utime(folder, (1.0, 1.0))
    sweep(places, tops)
    assert [folder.exists() for folder in (left, used, others_left, old, old_used)] == [False, True, True, False, True]
    for place in (places / "b", others / "a", places / "gone"):
        leave(place / "work", tops)
    assert [folder.exists() for folder in (used, others_left)] == [True, False]
