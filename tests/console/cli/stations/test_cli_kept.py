"""`kept`, end to end."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from sessions.headless.kept_shape import Shape
from sessions.stations.places.keeping import KEPT_S, keep
from tests.support.cli import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def kept(machine: Machine, when: float, reason: str = "scope") -> str:
    """The ref of something that is kept."""
    head = machine.repo.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "out \x1b[31mof scope")
    return keep(machine.repo.path / ".git", "s1", head, reason, when)


def test_nothing_is_kept_at_first(machine: Machine) -> None:
    assert machine.run("kept").out == "nothing of a station is kept\n"
    assert machine.run("kept", "--json").json == {"version": 1, "kept": []}
    assert machine.run("kept", "drop").out == "nothing is kept for longer than 30 days\n"


def test_what_is_kept_is_listed_and_made_a_branch(machine: Machine) -> None:
    ref = kept(machine, time.time())
    told = machine.run("kept")
    assert told.code == 0
    assert "s1/" in told.out and "30" in told.out and "leaves the scope" in told.out and "\x1b" not in told.out
    (item,) = msgspec.convert(machine.run("kept", "--json").json, Shape).kept
    assert (item.ref, item.station) == (ref, "s1")
    done = machine.run("kept", "restore", ref.removeprefix("refs/factory-tui/kept/"), "rescued")
    assert (done.code, done.out) == (0, "rescued is a branch now\n")
    assert machine.repo.git("rev-parse", "rescued") == item.head
    told = machine.run("kept", "restore", "s1/x", "new", "--json")
    assert (told.code, told.err) == (1, "")
    assert '"ok":false,"station":"new","reason":"nothing is kept as s1/x' in told.out
    again = machine.run("kept", "restore", ref, "rescued")
    assert again.code == 1
    assert "already" in again.err


def test_only_what_is_over_is_dropped_unless_it_is_named(machine: Machine) -> None:
    old, new = kept(machine, time.time() - KEPT_S - 60, "work"), kept(machine, time.time())
    dropped = machine.run("kept", "drop")
    assert old.removeprefix("refs/factory-tui/kept/") in dropped.out
    assert machine.repo.git("for-each-ref", "--format=%(refname)", "refs/factory-tui/kept") == new
    assert machine.run("kept", "drop", new).code == 0
    assert machine.repo.git("for-each-ref", "refs/factory-tui/kept") == ""


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("restore", "s1/x"), 2, "takes what is kept and a branch"),
        (("restore", "s1/x", "new"), 1, "nothing is kept as s1/x"),
        (("restore", "refs/heads/main", "new"), 1, "nothing is kept"),
        (("drop", "refs/heads/main"), 1, "nothing is kept"),
        (("list", "s1/x"), 2, "a word too many"),
        (("drop", "s1/x", "y"), 2, "a word too many"),
        (("lsit",), 2, "did you mean list"),
    ],
)
def test_wrong_words_are_told(machine: Machine, words: tuple[str, ...], code: int, reason: str) -> None:
    done = machine.run("kept", *words)
    assert (done.code, reason in done.err) == (code, True), done.err
