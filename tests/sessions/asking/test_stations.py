"""What is asked before a station is started, answered over real repositories and real entry points."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from sessions.asking import stations
from sessions.asking.asked import Halt
from sessions.asking.desk import Desk
from sessions.asking.station_questions import AgentKinds, Agents, TreePart, TreePaths
from sessions.asking.stations import agent_kinds
from sessions.errors import FactoryError
from sessions.floor.state import EMPTY, FloorState
from sessions.place import place_of
from sessions.stations import kinds
from sessions.stations.kinds import Found
from tests.support.branches.branch import Place
from tests.support.branches.git import TestRepository


def desk(repo: Path, state: FloorState) -> Desk:
    return Desk(lambda: state, lambda *_: (), place_of(repo))


def told(made: Place, branch: str) -> list[TreePart]:
    state = made.state()
    found = list(desk(made.repo.path, state).answer(TreePaths(branch), Halt()))
    assert all(isinstance(part, TreePart) for part in found)
    return [part for part in found if isinstance(part, TreePart)]


def test_the_files_of_a_branch_and_of_the_base_are_told(tmp_path: Path) -> None:
    made = Place(tmp_path)
    assert told(made, "") == told(made, "main") == [TreePart(("a.txt", "src/pool.py"))]
    assert told(made, "feature/pool") == [TreePart(("a.txt", "b/漢字.txt", "src/pool.py"))]


def test_a_tag_and_a_commit_have_files_too_and_what_is_none_is_said(tmp_path: Path) -> None:
    made = Place(tmp_path)
    head = made.repo.git("rev-parse", "feature/pool")
    made.repo.git("tag", "v1", head)
    assert told(made, "v1") == told(made, head) == told(made, "feature/pool")
    for name in ("nosuch", "--all", "a b", "v1^{tree}"):
        with pytest.raises(FactoryError, match="there is no branch"):
            told(made, name)


def test_names_that_are_no_text_are_shown_and_links_are_left_out(tmp_path: Path) -> None:
    made = Place(tmp_path)
    tree = "\0".join(
        f"{mode} blob {made.repo.git('hash-object', '-w', '--stdin', stdin='x')}\t{name}"
        for mode, name in (("100644", "A\u0308"), ("120000", "link"), ("100755", "run\nme"), ("100644", "\udcff"))
    )  # fmt: skip
    name = made.repo.git("mktree", "-z", stdin=(tree + "\0").encode("utf-8", "surrogateescape"))
    made.repo.branch("odd", made.repo.git("commit-tree", name, "-m", "odd"))
    assert told(made, "odd") == [TreePart(("\\xff", "run\\u000ame", "Ä"))]


def test_a_large_tree_comes_in_parts_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Place(tmp_path)
    made.repo.fast_import([("wide", {f"d{i % 9}/f{i:03d}": "" for i in range(100)})])
    monkeypatch.setattr(stations, "PART", 30)
    parts = told(made, "wide")
    assert [len(part.paths) for part in parts] == [30, 30, 30, 12]
    paths = [path for part in parts for path in part.paths]
    assert paths == sorted(paths)
    assert not parts[0].more
    monkeypatch.setattr(stations, "MOST_PATHS", 50)
    assert [(len(part.paths), part.more) for part in told(made, "wide")] == [(30, True), (20, True)]
    monkeypatch.setattr(stations, "MOST_BYTES", 200)
    assert [(part.more, all(path in paths for path in part.paths)) for part in told(made, "wide")] == [(True, True)]


def test_a_branch_that_is_not_there_is_said(tmp_path: Path) -> None:
    made = Place(tmp_path)
    for branch in ("nowhere", "--help", "$(id)"):
        with pytest.raises(FactoryError, match="there is no branch"):
            told(made, branch)
    empty = TestRepository(tmp_path / "empty")
    with pytest.raises(FactoryError, match="there is no branch"):
        list(desk(empty.path, EMPTY).answer(TreePaths(""), Halt()))


def test_nobody_starts_anything_where_there_is_no_repository() -> None:
    for question in (Agents(), TreePaths("")):
        with pytest.raises(FactoryError, match="no repository"):
            list(Desk(lambda: EMPTY, lambda *_: ()).answer(question, Halt()))


def test_our_kinds_are_told_with_what_they_can_do_and_why_not(tmp_path: Path) -> None:
    (found,) = desk(Place(tmp_path).repo.path, EMPTY).answer(Agents(), Halt())
    assert isinstance(found, AgentKinds)
    by_name = {kind.name: kind for kind in found.kinds}
    assert [kind.name for kind in found.kinds][:3] == ["builtin", "claude", "codex"]
    assert by_name["command"].usable
    assert by_name["command"].command
    assert "attach" in by_name["command"].abilities
    assert "usage" in by_name["builtin"].abilities
    without = {kind.name: kind for kind in agent_kinds({"PATH": str(tmp_path)}).kinds}
    assert not without["claude"].usable
    assert "no claude in the PATH" in without["claude"].reason
    assert "npm install" in without["claude"].cure
    assert not without["claude"].by_model


@pytest.mark.skipif(importlib.util.find_spec("litellm") is None, reason="litellm is not installed")
def test_a_kind_that_lacks_a_model_alone_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (builtin,) = (kind for kind in agent_kinds({}).kinds if kind.name == "builtin")
    assert (builtin.usable, builtin.by_model, builtin.reason) == (False, True, "no model is chosen")


def test_a_foreign_kind_that_fails_harms_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("\x1b[31mboom")

    odd = SimpleNamespace(name="odd", title="\x1b]0;x\x07Odd", contract=2, abilities=frozenset(), usable=broken,
                          start=broken)  # fmt: skip
    module = SimpleNamespace(ODD=odd)
    monkeypatch.setitem(sys.modules, "odd_kind", module)
    others: Sequence[Found] = (Found("odd", "odd_kind:ODD", "odd"), Found("gone", "no_such_module:X", "gone"))
    real = kinds.found()
    monkeypatch.setattr(kinds, "found", lambda: {**real, **{one.name: one for one in others}})
    by_name = {kind.name: kind for kind in agent_kinds().kinds}
    assert by_name["odd"].reason == "it cannot be asked (ZeroDivisionError: boom)"
    assert "does not load" in by_name["gone"].reason
    assert not by_name["odd"].usable
    assert by_name["command"].usable
