"""A machine that most commands are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.cli.used import FIRST, SECOND
from tests.support.cli import NOON, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Two sessions: one on the main worktree's branch, one in the linked worktree."""
    return _with_sessions(Machine(tmp_path))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The same, for all tests of a module that change nothing of it: one supervisor answers them all."""
    machine = _with_sessions(Machine(tmp_path_factory.mktemp("shared"), shared=True))
    yield machine
    machine.end()


def _with_sessions(machine: Machine) -> Machine:
    machine.session("s-main", machine.repo.path, "main", FIRST)
    machine.session("s-pool", machine.tree, "feature/pool", SECOND, NOON + 100)
    return machine
