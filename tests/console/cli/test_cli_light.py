"""How little a command imports that a running supervisor answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sessions import __version__
from tests.support.cli import Machine, usage

UNWANTED = {
    "asyncio", "concurrent.futures", "sqlite3", "subprocess", "tempfile", "git", "aiosqlite", "watchfiles", "textual",
    "sessions.floor.state", "sessions.floor.events", "sessions.floor.fold.fold", "sessions.journal",
    "sessions.models", "sessions.branches", "sessions.observe", "sessions.supervisor.process",
}  # fmt: skip
VALUES = {"sessions.floor.state", "sessions.floor.events", "sessions.journal", "sessions.observe"}
"""Rooms of what is asked for, as values: unwanted by whoever asks for figures alone."""
MOST, OWN = 135, 58
"""Modules of all, and of this program: what can be wished is ten small ones, with tasks, cases and roles as values."""
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


def answered(machine: Machine, *words: str) -> set[str]:
    """All that is imported for a command that the supervisor of an earlier one answers, with the same as then."""
    first = machine.run(*words)
    done = subprocess.run(
        [sys.executable, "-c", ASK, *words],
        cwd=machine.repo.path,
        env=machine.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == first.out
    return {*done.stderr.decode().split()}


def test_the_version_is_told_without_a_parser_and_without_msgspec() -> None:
    light, parsed = (
        subprocess.run([sys.executable, "-c", ASK, *words], capture_output=True, text=True, check=True)
        for words in (["--version"], ["--repo", ".", "--version"])
    )
    assert light.stdout == parsed.stdout == f"factory-tui {__version__}\n"
    assert {"argparse", "msgspec"} & {*light.stderr.split()} == set()
    assert "argparse" in parsed.stderr.split()


def test_meters_of_a_running_supervisor_import_next_to_nothing(machine: Machine) -> None:
    loaded = answered(machine, "meters", "--json")
    assert loaded & UNWANTED == set()
    own = {name for name in loaded if name.partition(".")[0] in ("console", "widgets", "sessions")}
    assert (len(loaded) <= MOST, len(own) <= OWN) == (True, True), (len(loaded), sorted(own))


@pytest.mark.parametrize("command", ["status", "events"])
def test_what_a_running_supervisor_answers_is_told_without_a_database_or_a_fold(machine: Machine, command: str) -> None:
    loaded = answered(machine, command)
    assert loaded & (UNWANTED - VALUES) == set()
    assert not any(name.startswith("sessions.floor.fold.") for name in loaded - {"sessions.floor.fold.versions"})
    assert "sessions.journal.reader" not in loaded
    assert {"sessions.floor.tasks.queue", "sessions.floor.triage.acts", "hashlib"} & loaded == set(), "nothing waits"
