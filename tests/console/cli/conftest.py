"""A machine that most commands are tried on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.cli.used import FIRST, SECOND
from tests.support.cli import NOON, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Two sessions: one on the main worktree's branch, one in the linked worktree; and one elsewhere."""
    machine = Machine(tmp_path)
    machine.session("s-main", machine.repo.path, "main", FIRST)
    machine.session("s-pool", machine.tree, "feature/pool", SECOND, NOON + 100)
    return machine
