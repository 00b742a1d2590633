"""A real repository whose branches collide, and the floor that shows it, for what the conflicts screen asks of git."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessions.branches.merges.comparing import compare
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.subjects import rows_of, subjects
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.place import place_of
from tests.support.branches.git import TestRepository
from tests.support.console import NOW


def numbered(**changed: str) -> str:
    """A file of forty lines; `line7="x"` changes one."""
    return "".join(changed.get(f"line{i}", f"line {i}") + "\n" for i in range(1, 41))


def apart(monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    """Keep the test from the machine's configuration and from the operator's state."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("XDG_STATE_HOME", str(state))


def colliding(path: Path) -> TestRepository:
    """Branches on main: `one` and `two` collide in a file, `three` merges with both."""
    made = TestRepository(path)
    made.commit({"pool.py": numbered(), "other.py": numbered(), "both.py": numbered()}, "first")
    made.fast_import(
        [
            ("one", {"pool.py": numbered(line7="retries = 3", line8="pause = 1")}),
            ("two", {"pool.py": numbered(line7="retries = settings.retries")}),
            ("three", {"other.py": numbered(line30="last")}),
        ]
    )
    return made


def floor_of(made: TestRepository, *, dirty: bool = True) -> FloorState:
    """The floor as a supervisor would have it: every branch, and the verdict on every pair, with uncommitted work."""
    place = place_of(made.path)
    matrix = Matrix(place.common_dir, place.state_dir)
    try:
        chosen = subjects(matrix.git, place.common_dir, "main")
        rows = rows_of(matrix, chosen.others, dirty=dirty)
        verdicts = [verdict for portion in compare(matrix, chosen.base_head, rows) for verdict in portion]
    finally:
        matrix.close()
    events: list[ev.Event] = [
        ev.FactoryOpened(time=NOW - 900, repo=str(made.path), name="r", base="main", base_head=chosen.base_head)
    ]
    events += [ev.BranchChanged(time=NOW - 800, branch=row.name, head=row.head, ahead=1) for row in rows]
    events += [
        ev.VerdictReached(
            time=NOW - 700, a=it.a, b=it.b, outcome=it.outcome, files=it.files, shared=it.shared, reason=it.reason,
            cause=it.a,
        )
        for it in verdicts
    ]  # fmt: skip
    events += [ev.BranchCompared(time=NOW - 700, branch=it.name, head=it.head, tree=it.tree) for it in rows]
    return fold_all(EMPTY, events)
