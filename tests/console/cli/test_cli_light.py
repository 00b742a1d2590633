"""How little a command imports that a running supervisor answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Machine, usage

UNWANTED = {
    "asyncio", "concurrent.futures", "sqlite3", "subprocess", "tempfile", "git", "aiosqlite", "watchfiles", "textual",
    "sessions.floor.state", "sessions.floor.events", "sessions.floor.fold.fold", "sessions.journal",
    "sessions.models", "sessions.branches", "sessions.observe", "sessions.supervisor.process",
}  # fmt: skip
MOST, OWN = 135, 36
"""Modules of all, and of this program."""
ASK = """
import sys
before = set(sys.modules)
from console.cli import main
code = main(sys.argv[1:])
print(*set(sys.modules) - before, file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.session("s-main", machine.repo.path, "main", [usage(1, 0, 0, 1)])
    return machine


def test_meters_of_a_running_supervisor_import_next_to_nothing(machine: Machine) -> None:
    first = machine.run("meters", "--json")
    words = [sys.executable, "-c", ASK, "meters", "--json"]
    done = subprocess.run(
        words,
        cwd=machine.repo.path,
        env=machine.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == first.out
    loaded = {*done.stderr.decode().split()}
    assert loaded & UNWANTED == set()
    own = {name for name in loaded if name.partition(".")[0] in ("console", "widgets", "sessions")}
    assert (len(loaded) <= MOST, len(own) <= OWN) == (True, True), (len(loaded), sorted(own))
