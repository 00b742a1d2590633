"""For root, a control group bounds what the kernel else would not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessions.stations.boundary.groups import group


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
def test_those_of_places_long_gone_are_taken_away(tmp_path: Path) -> None:
    top = tree(tmp_path / "pids")
    old, new, used = (top / f"factory-tui-{name}" for name in ("old", "new", "used"))
    for folder in (old, new, used):
        folder.mkdir()
    (used / "tasks").touch()
    for folder in (old, used):
        os.utime(folder, (1.0, 1.0))
    group(tmp_path, (top,))
    assert [folder.exists() for folder in (old, new, used)] == [False, True, True]
