"""`conflicts` and `order`: their JSON to the letter, exit codes, and that they need neither supervisor nor worktree."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from console.cli import compared, output
from console.cli.commands.conflicts import Conflicts
from console.cli.compared import opened
from sessions.branches.merges import trials
from sessions.branches.merges.subjects import note_occupied
from sessions.branches.merges.verdicts import Merged
from sessions.branches.parts import agenda
from sessions.branches.watch.repo import Repository
from sessions.floor.branches.shown import SHOWN
from sessions.floor.conflicts import FileConflict, Outcome
from sessions.floor.events import FactoryOpened
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.place import place_of
from sessions.views.floor.view import FloorView
from tests.support.branches.collision import LINES, edited
from tests.support.branches.git import environment, unchanged
from tests.support.cli import COMMAND, Done, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return with_collisions(Machine(tmp_path))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = with_collisions(Machine(tmp_path_factory.mktemp("shared"), shared=True))
    yield made
    made.end()


def with_collisions(made: Machine) -> Machine:
    """A base, two branches that collide, one that collides with the base, and one with uncommitted work."""
    repo = made.repo
    repo.commit({"a.txt": LINES, "b.txt": LINES})
    for name, files in (
        ("one", {"a.txt": edited(5, "one").replace("line 6\n", "one too\n")}),
        ("two", {"a.txt": edited(5, "two")}),
        ("three", {"b.txt": edited(5, "three")}),
    ):
        repo.git("checkout", "--quiet", "-b", name, "main")
        repo.commit(files)
    repo.git("checkout", "--quiet", "main")
    repo.commit({"b.txt": edited(5, "main")})
    repo.git("branch", "--quiet", "late", "main")
    return made


def parsed(done: Done) -> dict[str, Any]:
    value = json.loads(done.out)
    assert isinstance(value, dict)
    return value


def files(*found: tuple[str, str, int]) -> list[dict[str, object]]:
    return [{"path": path, "kind": kind, "lines": lines} for path, kind, lines in found]


def test_json_to_the_letter(shared: Machine) -> None:
    repo = shared.repo
    done = shared.run("conflicts", "--json", "--branches", "one", "two", "three")
    assert (done.code, done.err) == (1, "")

    def branch(name: str, with_base: str, found: list[dict[str, object]]) -> dict[str, object]:
        tree = repo.git("rev-parse", f"{name}^{{tree}}")
        return {
            "name": name,
            "head": repo.git("rev-parse", name),
            "tree": tree,
            "dirty": False,
            "with_base": with_base,
            "files": found,
            "reason": "",
        }

    def pair(a: str, b: str, status: str, found: list[dict[str, object]]) -> dict[str, object]:
        return {"a": a, "b": b, "status": status, "files": found, "reason": "", "seconds": 0.0}

    assert parsed(done) == {
        "version": 1,
        "base": {"name": "main", "head": repo.git("rev-parse", "main")},
        "branches": [
            branch("one", "clean", []),
            branch("two", "clean", []),
            branch("three", "conflict", files(("b.txt", "content", 1))),
        ],
        "pairs": [
            pair("one", "three", "clean", []),
            pair("one", "two", "conflict", files(("a.txt", "content", 2))),
            pair("three", "two", "clean", []),
        ],
        "left_out": 0,
    }
    done = shared.run("conflicts", "--json", "--only-conflicts", "--branches", "one", "two", "three")
    assert parsed(done)["pairs"] == [pair("one", "two", "conflict", files(("a.txt", "content", 2)))]


def test_what_the_floor_shows_is_compared_with_its_uncommitted_work(machine: Machine) -> None:
    machine.repo.write({"a.txt": edited(5, "pool")}, machine.tree)
    done = machine.run("conflicts", "--json")
    branches = {branch["name"]: branch for branch in parsed(done)["branches"]}
    assert sorted(branches) == ["feature/pool", "one", "three", "two"], "late is merged"
    assert branches["feature/pool"]["dirty"]
    assert {file["path"] for file in branches["feature/pool"]["files"]} == {"a.txt", "b.txt"}
    done = machine.run("conflicts", "--committed", "--json", "--branches", "feature/*")
    (branch,) = parsed(done)["branches"]
    assert not branch["dirty"]
    assert {file["path"] for file in branch["files"]} == {"b.txt"}


def test_the_same_branches_as_on_the_floor_and_the_others_are_counted(machine: Machine) -> None:
    """Everywhere the same 50, and what is older is left out with its number."""
    repo = machine.repo
    repo.fast_import((f"more/{number:02}", {f"{number}.txt": "x"}) for number in range(SHOWN + 3))
    (machine.tree / "later.txt").write_text("not committed")
    opened = FactoryOpened(time=repo.clock, repo=str(repo.path), name="api", base="main")
    state = fold_all(EMPTY, [opened, *Repository.open(repo.path).read({}, repo.clock)])
    floor = FloorView().look(state, repo.clock)
    names = {pane.name for group in floor.groups for pane in group.panes}
    assert floor.branches == 6, "one, two, three and the first three of the others"
    shape = parsed(machine.run("conflicts", "--json"))
    assert ({branch["name"] for branch in shape["branches"]}, shape["left_out"]) == (names, floor.branches)
    assert parsed(machine.run("order", "--json"))["left_out"] == floor.branches
    for command in ("conflicts", "order"):
        assert "6 older branches left out; --branches '**' compares every branch" in machine.run(command).out
    every = parsed(machine.run("conflicts", "--json", "--branches", "**"))
    assert every["left_out"] == 0
    assert {branch["name"] for branch in every["branches"]} > names


def test_where_a_station_works_is_compared_however_old_it_is(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on the floor, of whose stations the supervisor leaves a note."""
    machine.repo.fast_import((f"more/{number:02}", {f"{number}.txt": "x"}) for number in range(SHOWN + 3))
    monkeypatch.setenv("XDG_STATE_HOME", machine.env["XDG_STATE_HOME"])
    place = place_of(machine.repo.path)
    before = parsed(machine.run("conflicts", "--json"))
    assert "more/00" not in {branch["name"] for branch in before["branches"]}
    with opened(place) as matrix:
        note_occupied(matrix.remembered, {"more/00", "elsewhere"})
    after = parsed(machine.run("conflicts", "--json"))
    assert {branch["name"] for branch in after["branches"]} >= {"more/00"}
    assert after["left_out"] == before["left_out"] - 1


def test_what_took_git_long_is_told_with_its_time(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", machine.env["XDG_STATE_HOME"])
    place = place_of(machine.repo.path)
    words = ("conflicts", "--branches", "one", "two")
    machine.run(*words)
    with sqlite3.connect(place.state_dir / "conflicts.db") as db:
        slow = Merged(Outcome.CONFLICT, (FileConflict("a.txt", "content", 2),), 1, seconds=5.25)
        db.execute("UPDATE results SET body = ? WHERE length(body) > 0", (msgspec.msgpack.encode(slow),))
    db.close()
    assert "git took more than a second for 1 pair, 5.2 s for the slowest" in machine.run(*words).out
    assert "one × two: conflict, 1 file, 2 lines, git took 5.2 s\n" in machine.run("conflicts", "one", "two").out
    (pair,) = parsed(machine.run(*words, "--json"))["pairs"]
    assert (pair["a"], pair["b"], pair["seconds"]) == ("one", "two", 5.25)


def test_what_is_remembered_takes_three_questions_to_git(machine: Machine, tmp_path: Path) -> None:
    words = ("conflicts", "--json", "--committed", "--repo", str(tmp_path / "bare"))
    machine.repo.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    before = machine.run(*words)
    (tmp_path / "mine").write_text(f"[trace2]\n\teventTarget = {tmp_path / 'trace'}\n")
    traced = dict(machine.env, GIT_CONFIG_GLOBAL=str(tmp_path / "mine"))
    after = subprocess.run([*COMMAND, *words], env=traced, capture_output=True, text=True, check=False)
    assert after.stdout == before.out
    events = [json.loads(line) for line in (tmp_path / "trace").read_text().splitlines()]
    assert [event["name"] for event in events if event["event"] == "cmd_name"] == ["for-each-ref", "config", "cat-file"]


def test_a_pair_that_takes_long_is_named_on_the_terminal_while_git_is_at_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("XDG_STATE_HOME", machine.env["XDG_STATE_HOME"])
    monkeypatch.setattr(agenda, "HEAVY", -1)
    monkeypatch.setattr(trials, "SLOW_S", 0.0)
    monkeypatch.setattr(trials, "TELL_EVERY_S", 0.0)
    monkeypatch.setattr(output, "TELL_EVERY_S", 0.0)
    monkeypatch.setattr(sys, "stderr", screen := Screen())
    place = place_of(machine.repo.path)
    with compared.opened(place) as matrix:
        compared.look(matrix, place, Conflicts(repo=machine.repo.path, refs=("one", "two")))
    assert re.search(r"comparing: \d of 3 pairs, one × two, 0 s", screen.getvalue())
    assert screen.getvalue().endswith("\r\x1b[K"), "the line is empty in the end"


def test_another_base_and_no_collision_exits_with_0(shared: Machine) -> None:
    done = shared.run("conflicts", "--base", "one~1", "--branches", "one", "three")
    assert done.code == 0
    assert "2 branches against one~1" in done.out
    done = shared.run("conflicts", "--base", "none")
    assert (done.code, done.err.startswith("factory-tui: there is no base none")) == (2, True)
    done = shared.run("conflicts", "--branches", "none/*")
    assert (done.code, "no ref fits" in done.err) == (2, True)


def test_the_short_name_of_the_screens_leads_to_the_branch(shared: Machine) -> None:
    (branch,) = parsed(shared.run("conflicts", "--json", "--branches", "feature/*"))["branches"]
    done = shared.run("conflicts", branch["name"].removeprefix("feature/"), "one")
    assert (done.code, f"did you mean {branch['name']}?" in done.err) == (2, True)


def test_pull_requests_of_a_bare_repository(shared: Machine, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    shared.repo.git("clone", "--quiet", "--bare", str(shared.repo.path), str(bare))
    for number, name in enumerate(("one", "two"), 1):
        shared.repo.git("update-ref", f"refs/pull/{number}/head", f"refs/heads/{name}", cwd=bare)
    shared.repo.git("tag", "-a", "-m", "note", "marked", "three", cwd=bare)
    refs = ("refs/pull/*/head", "refs/tags/*")
    unchanged(bare, lambda: shared.run("conflicts", "--repo", str(bare), "--json", "--branches", *refs), times=False)
    shape = parsed(shared.run("conflicts", "--repo", str(bare), "--json", "--branches", *refs))
    assert [(pair["a"], pair["b"], pair["status"]) for pair in shape["pairs"]] == [
        ("refs/pull/1/head", "refs/pull/2/head", "conflict"),
        ("refs/pull/1/head", "refs/tags/marked", "clean"),
        ("refs/pull/2/head", "refs/tags/marked", "clean"),
    ]


@pytest.mark.parametrize("words", [("two", "one"), ("one...two",), ("one×two",)])
def test_a_pair_with_its_hunks(shared: Machine, words: tuple[str, ...]) -> None:
    done = shared.run("conflicts", *words, "--json")
    assert done.code == 1, done.err
    shape = parsed(done)
    assert (shape["version"], shape["a"], shape["b"], shape["status"]) == (1, "one", "two", "conflict")
    (file,) = shape["files"]
    assert (file["path"], file["kind"], file["lines"], file["same"]) == ("a.txt", "content", 2, False)
    (hunk,) = file["hunks"]
    assert hunk["a"] == {"start": 5, "lines": ["one", "one too"]}
    assert (hunk["b"]["start"], hunk["b"]["lines"][0], hunk["base"][0]) == (5, "two", "line 5")


def test_one_branch_and_the_base_for_people(shared: Machine) -> None:
    done = shared.run("conflicts", "three")
    assert done.code == 1
    assert done.out.startswith("three × main: conflict, 1 file, 1 line\n")
    assert "  @@ a 5 × b 5 @@\n  a three\n  - line 5\n  b main\n" in done.out
    done = shared.run("conflicts", "one", "three")
    assert (done.code, done.out) == (0, "one × three: clean\n")
    done = shared.run("conflicts", "one", "two", "three")
    assert (done.code, "a pair is two branches" in done.err) == (2, True)


@pytest.mark.parametrize("words", [("three", "main"), ("main", "three"), ("refs/heads/three",), ("main...three",)])
def test_a_pair_may_name_the_base_and_full_refs(shared: Machine, words: tuple[str, ...]) -> None:
    done = shared.run("conflicts", *words)
    assert (done.code, done.out.partition(":")[0]) == (1, "three × main")


@pytest.mark.parametrize("words", [("one", "one"), ("main",), ("main", "main"), ("one", "two", "--watch")])
def test_what_is_no_pair_is_refused(shared: Machine, words: tuple[str, ...]) -> None:
    done = shared.run("conflicts", *words)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_branches_of_a_remote_go_by_their_short_names(shared: Machine, tmp_path: Path) -> None:
    shared.repo.git("clone", "--quiet", str(shared.repo.path), str(tmp_path / "clone"))
    done = shared.run("conflicts", "--json", "--branches", "origin/*", cwd=tmp_path / "clone")
    assert "refs/remotes/origin/one" in {branch["name"] for branch in parsed(done)["branches"]}
    done = shared.run("conflicts", "origin/one", "origin/two", cwd=tmp_path / "clone")
    assert done.out.startswith("refs/remotes/origin/one × refs/remotes/origin/two: conflict")


def test_the_order_is_suggested_and_verified(shared: Machine) -> None:
    done = shared.run("order", "--json", "--verify", "--branches", "one", "two", "three")
    assert done.code == 0, done.err
    shape = parsed(done)
    assert (shape["version"], shape["lands"], shape["upper_bound"], shape["verified"]) == (1, 1, 1, True)
    assert shape["order"] == ["one"]
    left = {item["name"]: item["blocked_by"] for item in shape["left"]}
    assert left == {"two": ["one"], "three": ["main"]}
    assert parsed(shared.run("order", "--json", "--branches", "one"))["verified"] is False


def test_watching_prints_what_has_changed(machine: Machine) -> None:
    words = [sys.executable, "-m", "console", "conflicts", "--watch", "--json", "--branches", "one", "two"]
    with subprocess.Popen(words, cwd=machine.repo.path, env=machine.env, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        before = json.loads(child.stdout.readline())
        assert before["pairs"][0]["status"] == "conflict"
        subprocess.run(
            ["git", "update-ref", "refs/heads/two", "main"], cwd=machine.repo.path, env=environment(), check=True
        )
        assert json.loads(child.stdout.readline())["pairs"][0]["status"] == "clean"
        child.terminate()
